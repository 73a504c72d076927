"""NumpyArrayIterator: batches of augmented images from an array."""

import warnings

import numpy as np

from keras import config
from keras.preprocessing.image.batch import Saving, part
from keras.preprocessing.image.iterator import Iterator


class NumpyArrayIterator(Iterator):
    """Batches of augmented images from an array.

    Args:
        x: an array of images (samples, ...) with four axes, or a pair of it and a list of further arrays, which go
            along as they are.
        y: an array or list of targets, or None.
        image_data_generator: the `ImageDataGenerator` that changes the images.
        batch_size, shuffle, seed: as for `Iterator`.
        sample_weight: an array of weights, or None.
        data_format: "channels_last" or "channels_first"; None: as configured.
        save_to_dir: a folder to write the augmented images to, or None.
        save_prefix: what the names of these begin with.
        save_format: "png" or "jpeg".
        subset: "training" or "validation", the parts made by the generator's `validation_split`; None: all.
        dtype: the images' dtype; None: `floatx`.

    Raises:
        ValueError: if the arrays differ in length or have the wrong shape.
    """

    def __init__(
        self,
        x,
        y,
        image_data_generator,
        batch_size=32,
        shuffle=False,
        sample_weight=None,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        dtype=None,
    ):
        self.data_format = config.normalize_data_format(data_format)
        self.dtype = dtype or config.floatx()
        self.image_data_generator = image_data_generator
        images, others = x if isinstance(x, tuple | list) else (x, [])
        others = others if isinstance(others, list | tuple) else [others]
        parts = {
            "x": images,
            **{f"x[1][{i}]": a for i, a in enumerate(others)},
            "y": y,
            "sample_weight": sample_weight,
        }
        parts = {name: np.asarray(a) for name, a in parts.items() if a is not None}
        _check_lengths(parts)
        chosen = part(len(images), subset, image_data_generator._validation_split)
        if subset and y is not None:
            _check_classes(parts["y"], chosen)
        parts = {name: array[chosen] for name, array in parts.items()}
        self.x, self.y = parts.pop("x"), parts.pop("y", None)
        self.sample_weight = parts.pop("sample_weight", None)
        self.x_misc = list(parts.values())
        self._check_images()
        self.saving = Saving(save_to_dir, save_prefix, save_format, self.data_format)
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _check_images(self):
        if self.x.ndim != 4:
            raise ValueError(f"x should have four axes, got an array of shape {self.x.shape}.")
        channels = self.x.shape[3 if self.data_format == "channels_last" else 1]
        if channels not in (1, 3, 4):
            warnings.warn(
                f"x of shape {self.x.shape} has {channels} channels in the data format {self.data_format!r}; "
                "images have 1, 3 or 4. See to data_format.",
                stacklevel=4,
            )

    def _get_batches_of_transformed_samples(self, index_array):
        generator = self.image_data_generator
        images = np.empty((len(index_array), *self.x.shape[1:]), self.dtype)
        for place, number in zip(images, index_array, strict=True):
            place[...] = self.x[number]
            image = generator.apply_transform(place, generator.get_random_transform(place.shape))
            image = generator.standardize(image)
            if image is not place:
                place[...] = image
        self.saving.save(images, index_array)
        inputs = [images, *(a[index_array] for a in self.x_misc)] if self.x_misc else images
        if self.y is None:
            return inputs
        targets = self.y[index_array]
        if self.sample_weight is None:
            return inputs, targets
        return inputs, targets, self.sample_weight[index_array]


def _check_lengths(parts):
    lengths = {name: len(array) for name, array in parts.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"All arrays should have the same length, got {', '.join(f'{n}: {k}' for n, k in lengths.items())}."
        )


def _check_classes(targets, chosen):
    """Refuse to split class numbers that stand in blocks, as the split takes the first samples."""
    if not np.array_equal(targets, np.round(targets)):
        return
    rest = np.ones(len(targets), bool)
    rest[chosen] = False
    if not np.array_equal(np.unique(targets[chosen]), np.unique(targets[rest])):
        raise ValueError(
            "The training and the validation part of y hold different classes: validation_split takes the first "
            "samples. Shuffle x and y before."
        )
