"""A convolutional network whose features are worth looking at, for the examples that make pictures.

VGG16 with its published weights where they are cached, else a small network that learns within seconds to
tell ten photographs apart by their patches.
"""

import numpy as np
import samples

from keras.applications.vgg16 import VGG16
from keras.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
    Lambda,
)
from keras.models import Sequential, load_model

VGG16_FILE = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"


def network(options):
    """Return the network, for images of any size with values around [-1, 1], trained one way or the other."""
    if samples.is_cached("models", VGG16_FILE):
        print("Features: VGG16 with its published weights.")
        return vgg16(weights="imagenet")
    path = options.output / ("features_brief.h5" if options.brief else "features.h5")
    if path.exists():
        print(f"Features: the small network in {path}.")
        return load_model(path)
    print("Features: no published weights are cached, so a small network is trained on patches.")
    model = small_network()
    train(model, brief=options.brief)
    model.save(path)
    return model


def vgg16(weights):
    """VGG16 behind a layer that turns values in [-1, 1] into what it was trained on: blue first, without the mean."""
    picture = Input((None, None, 3))
    mean = np.array([103.939, 116.779, 123.68], "float32")
    prepared = Lambda(lambda x: (x[..., ::-1] + 1) * 127.5 - mean, name="prepared")(picture)
    return VGG16(weights=weights, include_top=False, input_tensor=prepared)


def small_network():
    """Four convolutions, then the mean of each feature, then one weight for each photograph."""
    model = Sequential(name="small_network")
    model.add(
        Conv2D(
            32,
            5,
            padding="same",
            activation="relu",
            input_shape=(None, None, 3),
            name="block1_conv",
        )
    )
    for block, filters in enumerate((64, 96, 128), start=2):
        model.add(AveragePooling2D())
        model.add(BatchNormalization())
        model.add(Conv2D(filters, 3, padding="same", activation="relu", name=f"block{block}_conv"))
    model.add(GlobalAveragePooling2D())
    model.add(Dense(len(samples.NAMES), activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(model, brief):
    """Learn on patches of 48x48 pixels."""
    images, labels = samples.patches(500 if brief else 3000, side=48)
    test_images, test_labels = samples.patches(500, side=48, test=True)
    images, test_images = recoloured(images), recoloured(test_images)
    model.fit(images, labels, batch_size=32, epochs=2 if brief else 4, verbose=2)
    _, accuracy = model.evaluate(test_images, test_labels, verbose=0)
    print(f"Unseen patches of {len(samples.NAMES)} photographs told apart: {accuracy:.1%}")


def recoloured(images):
    """Patches around zero whose colours tell nothing: no mean, channels mixed and scaled at random."""
    n = len(images)
    centred = images - images.mean(axis=(1, 2), keepdims=True)
    mixed = np.einsum("nhwc,ncd->nhwd", centred, np.linalg.qr(np.random.normal(size=(n, 3, 3)))[0])
    scale = np.random.uniform(0.3, 0.6, (n, 1, 1, 1)) / mixed.std(axis=(1, 2, 3), keepdims=True)
    return (mixed * scale + np.random.uniform(-0.4, 0.4, (n, 1, 1, 3))).astype("float32")
