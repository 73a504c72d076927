"""DirectoryIterator: batches of augmented images from a folder with a folder for each class."""

import os

import numpy as np

from keras import config
from keras.preprocessing.image.batch import part
from keras.preprocessing.image.files import FilesIterator
from keras.preprocessing.image.pictures import check_choice

CLASS_MODES = ("categorical", "binary", "sparse", "input", None)


class DirectoryIterator(FilesIterator):
    """Batches of augmented images from a folder with a folder for each class.

    Args:
        directory: the folder's path.
        image_data_generator: the `ImageDataGenerator` that changes the images.
        target_size: `(height, width)` that all images get.
        color_mode: "rgb", "rgba" or "grayscale".
        classes: a list of the classes' folders, in the order of their numbers; None: all, by name.
        class_mode: the form of the targets: "categorical" for one-hot vectors, "binary" or "sparse" for class numbers,
            "input" for the images themselves, None for no targets.
        batch_size, shuffle, seed: as for `Iterator`.
        data_format: "channels_last" or "channels_first"; None: as configured.
        save_to_dir: a folder to write the augmented images to, or None.
        save_prefix: what the names of these begin with.
        save_format: "png" or "jpeg".
        follow_links: whether to look into linked folders.
        subset: "training" or "validation", the parts made by the generator's `validation_split`; None: all.
        interpolation: how to resize: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming".
        dtype: the images' dtype; None: `floatx`.

    Attributes:
        class_indices: `{class: number}`.
        filenames: the paths of the images within the folder.
        classes: the class number of each.
        samples: their number.

    Raises:
        FileNotFoundError: if there is no such folder.
        ValueError: if an argument has no known value.
    """

    allowed_class_modes = set(CLASS_MODES)
    sample_weight = None

    def __init__(
        self,
        directory,
        image_data_generator,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        dtype=None,
    ):
        check_choice("class_mode", class_mode, CLASS_MODES)
        self.set_processing_attrs(
            image_data_generator,
            target_size,
            color_mode,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
        )
        self.directory = directory
        self.class_mode = class_mode
        self.dtype = dtype or config.floatx()
        names = list(classes) if classes else _folders(directory)
        self.num_classes = len(names)
        self.class_indices = {name: number for number, name in enumerate(names)}
        found = [self._of_class(name, follow_links) for name in names]
        self.filenames = [name for names in found for name in names]
        self.classes = np.repeat(np.arange(len(names), dtype="int32"), [len(n) for n in found])
        self.samples = len(self.filenames)
        self._filepaths = [os.path.join(directory, name) for name in self.filenames]
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _of_class(self, name, follow_links):
        """Return the images of a class that belong to the subset, as paths within the directory."""
        names = _images(self.directory, name, self.white_list_formats, follow_links)
        split = self.image_data_generator._validation_split if self.image_data_generator else 0
        return names[part(len(names), self.subset, split)]

    @property
    def filepaths(self):
        """The paths of the images."""
        return self._filepaths

    @property
    def labels(self):
        """The class number of each image."""
        return self.classes


def _folders(directory):
    return sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())


def _images(directory, name, formats, follow_links):
    """Return the images in a folder and the folders within it, sorted folder by folder."""
    endings = tuple(f".{ending}" for ending in formats)
    folders = sorted(os.walk(os.path.join(directory, name), followlinks=follow_links))
    return [
        os.path.relpath(os.path.join(folder, file), directory)
        for folder, _, files in folders
        for file in sorted(files)
        if file.lower().endswith(endings)
    ]
