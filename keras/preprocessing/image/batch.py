"""What the iterators have in common: parts of the data, and images saved for a look at them."""

import os

from keras.preprocessing.image import draws
from keras.preprocessing.image.pictures import array_to_img

SUBSETS = ("training", "validation")


def part(count, subset, validation_split):
    """Return the slice of `count` samples that a subset takes: the first ones are for validation.

    Args:
        count: the number of samples.
        subset: "training", "validation" or None for all.
        validation_split: the share for validation.

    Raises:
        ValueError: for another subset.
    """
    if subset is None:
        return slice(0, count)
    if subset not in SUBSETS:
        raise ValueError(f"subset should be one of {SUBSETS}, got {subset!r}.")
    if not validation_split:
        raise ValueError(
            f"subset={subset!r} needs a share to split off: give ImageDataGenerator a validation_split."
        )
    border = int(validation_split * count)
    return slice(0, border) if subset == "validation" else slice(border, count)


class Saving:
    """Writes the images of a batch to a folder.

    Args:
        directory: the folder's path; None: nothing is written.
        prefix: what names begin with.
        file_format: "png" or "jpeg".
        data_format: that of the images.
    """

    def __init__(self, directory, prefix, file_format, data_format):
        self.directory = directory
        self.prefix = prefix
        self.file_format = file_format
        self.data_format = data_format

    def save(self, images, numbers):
        """Write images under names made of the samples' numbers."""
        if not self.directory:
            return
        for image, number in zip(images, numbers, strict=True):
            tag = draws.current().randint(10**7)
            name = f"{self.prefix}_{number}_{tag}.{self.file_format}"
            array_to_img(image, self.data_format).save(os.path.join(self.directory, name))
