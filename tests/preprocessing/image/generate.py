"""Writes image.npz: what Keras-Preprocessing 1.1.2 makes of the images below.

python tests/preprocessing/image/generate.py, in an environment with Keras-Preprocessing==1.1.2, 'numpy<2', SciPy,
Pillow.
"""

from pathlib import Path

import numpy as np

AMOUNTS = {
    "rotation": {"theta": 33},
    "quarter turn and a bit": {"theta": 95.5},
    "shift": {"tx": 2.25, "ty": -1.5},
    "whole shift": {"tx": -3, "ty": 4},
    "far shift": {"tx": 13.7, "ty": -21.4},
    "shear": {"shear": 15},
    "zoom": {"zx": 0.7, "zy": 1.6},
    "all": {"theta": -20, "tx": 1.3, "ty": -2.6, "shear": 12, "zx": 1.2, "zy": 0.8},
}
FILL_MODES = ("constant", "nearest", "reflect", "wrap")
# Settings of a generator, by name.
SETTINGS = {
    "none": {},
    "geometry": {
        "rotation_range": 30,
        "width_shift_range": 0.3,
        "height_shift_range": 2,
        "shear_range": 10,
        "zoom_range": 0.4,
        "horizontal_flip": True,
        "vertical_flip": True,
    },
    "shift": {"width_shift_range": [1, 3], "height_shift_range": 2.0, "fill_mode": "wrap"},
    "color": {"channel_shift_range": 40.0, "brightness_range": (0.3, 1.2), "horizontal_flip": True},
    "rescale": {"rescale": 1 / 255, "preprocessing_function": lambda x: x + 1},
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True},
    "featurewise": {"featurewise_center": True, "featurewise_std_normalization": True},
    "featurewise, rescaled": {
        "rescale": 1 / 255,
        "featurewise_center": True,
        "featurewise_std_normalization": True,
    },
    "whitening": {"featurewise_center": True, "zca_whitening": True, "zca_epsilon": 1e-2},
    "cubic": {"rotation_range": 30, "interpolation_order": 3, "fill_mode": "reflect"},
    "split": {"validation_split": 0.4, "rotation_range": 20},
}


def photo(rows=9, cols=11, channels=3, seed=0):
    """A smooth image with values from 0 to 255."""
    state = np.random.RandomState(seed)
    y, x = np.mgrid[:rows, :cols] / 5.0
    waves = [np.sin(x * a + y * b + c) for a, b, c in state.uniform(-2, 2, (channels, 3))]
    return np.round((np.stack(waves, -1) + 1) * 127.5).astype("float32")


def photos(count=5, **kwargs):
    return np.stack([photo(seed=seed, **kwargs) for seed in range(count)])


def results(image):
    """What an image module makes of the photos, {name: array}."""
    found = {}
    for name, amounts in AMOUNTS.items():
        for mode in FILL_MODES:
            found[f"affine/{name}/{mode}"] = image.apply_affine_transform(
                photo(), **amounts, fill_mode=mode, cval=7.0
            )
    found["affine/spline"] = image.apply_affine_transform(photo(), theta=20, order=3)
    found["affine/whole numbers"] = image.apply_affine_transform(
        photo().astype("uint8"), theta=20, zx=1.1
    )
    for name, settings in SETTINGS.items():
        for number, batch in enumerate(batches(image, settings)):
            found[f"flow/{name}/{number}"] = batch
    found["brightness"] = image.apply_brightness_shift(photo(channels=1), 0.6)
    found["channel shift"] = image.apply_channel_shift(photo(), 30.5, channel_axis=2)
    found["to image"] = np.asarray(image.array_to_img(photo() + 20))
    return found


def batches(image, settings, data_format="channels_last"):
    """Two epochs of two batches each, after a fit that draws at random too."""
    settings = {"dtype": "float32", **settings}
    generator = image.ImageDataGenerator(**settings, data_format=data_format)
    x = photos(rows=6, cols=7) if "zca_whitening" in settings else photos()
    if data_format == "channels_first":
        x = x.transpose(0, 3, 1, 2)
    generator.fit(x, augment=True, rounds=2, seed=4)
    subset = "training" if "validation_split" in settings else None
    flow = generator.flow(x, np.arange(5) % 2 * 1.0, batch_size=3, seed=7, subset=subset)
    for _ in range(4):
        images, targets = next(flow)
        yield np.concatenate([images.reshape(len(images), -1), targets[:, None]], 1)


if __name__ == "__main__":
    from keras_preprocessing import image as original

    np.savez_compressed(Path(__file__).with_name("image.npz"), **results(original))
