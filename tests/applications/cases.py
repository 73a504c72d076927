"""What both sides build: this library in the tests, and the original in generate.py (on Python 3.6)."""

import numpy as np

# Of each function: the module that has it.
MODULES = {
    "DenseNet121": "densenet",
    "DenseNet169": "densenet",
    "DenseNet201": "densenet",
    "InceptionResNetV2": "inception_resnet_v2",
    "InceptionV3": "inception_v3",
    "MobileNet": "mobilenet",
    "MobileNetV2": "mobilenet_v2",
    "NASNetLarge": "nasnet",
    "NASNetMobile": "nasnet",
    "ResNeXt101": "resnext",
    "ResNeXt50": "resnext",
    "ResNet50": "resnet50",
    "ResNet101": "resnet",
    "ResNet101V2": "resnet_v2",
    "ResNet152": "resnet",
    "ResNet152V2": "resnet_v2",
    "ResNet50V2": "resnet_v2",
    "VGG16": "vgg16",
    "VGG19": "vgg19",
    "Xception": "xception",
    "resnet.ResNet50": "resnet",
}

# Small ones of each family, whose outputs are compared: the arguments, and the images' height and width.
SMALL = {
    "DenseNet121": ({}, 32),
    "InceptionResNetV2": ({}, 75),
    "InceptionV3": ({}, 75),
    "MobileNet": ({"alpha": 0.25, "depth_multiplier": 2}, 40),
    "MobileNetV2": ({"alpha": 0.35}, 45),
    "NASNetMobile": ({}, 40),
    "ResNeXt50": ({}, 32),
    "ResNet50": ({}, 40),
    "ResNet50V2": ({}, 32),
    "VGG16": ({}, 32),
    "Xception": ({}, 71),
    "resnet.ResNet50": ({}, 32),
}

MODES = "caffe", "tf", "torch"


def images(size):
    """A batch of two images."""
    return np.random.RandomState(size).uniform(-1, 1, (2, size, size, 3)).astype("float32")


def fill(model, seed=0):
    """Give every weight of a model a value of its own, the same on both sides, that keeps the features' scale."""
    random = np.random.RandomState(seed)
    weights = [weight for layer in model.layers for weight in layer.weights]
    names = [weight.name.split("/")[-1] for weight in weights]
    shapes = [value.shape for value in model.get_weights()]
    model.set_weights([_value(random, name, shape) for name, shape in zip(names, shapes)])


def _value(random, name, shape):
    if len(shape) > 1:
        # A depthwise convolution may stand for one over groups, whose results are summed.
        inputs = np.prod(shape) / shape[2] if "depthwise" in name else np.prod(shape[:-1])
        return (random.standard_normal(shape) / np.sqrt(inputs)).astype("float32")
    if "gamma" in name or "variance" in name:
        return random.uniform(0.5, 1.5, shape).astype("float32")
    return random.uniform(-0.2, 0.2, shape).astype("float32")


def pixels(data_format, dtype):
    """A batch of images with values from 0 to 255."""
    shape = (2, 4, 5, 3) if data_format == "channels_last" else (2, 3, 4, 5)
    return np.random.RandomState(0).randint(0, 256, shape).astype(dtype)
