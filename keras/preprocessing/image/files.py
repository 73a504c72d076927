"""FilesIterator: batches of augmented images from files."""

import numpy as np

from keras import config
from keras.preprocessing.image.batch import Saving
from keras.preprocessing.image.iterator import Iterator
from keras.preprocessing.image.pictures import (
    INTERPOLATIONS,
    check_choice,
    img_to_array,
    load_img,
)

CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


class FilesIterator(Iterator):
    """What `DirectoryIterator` and `DataFrameIterator` share: reading the images of a batch, and their targets.

    A subclass sets `filepaths`, `labels`, `sample_weight`, `class_mode` and `class_indices`.
    """

    def set_processing_attrs(
        self,
        image_data_generator,
        target_size,
        color_mode,
        data_format,
        save_to_dir,
        save_prefix,
        save_format,
        subset,
        interpolation,
    ):
        """Take over how to read, change and save the images; the arguments are those of `DirectoryIterator`.

        Raises:
            ValueError: if an argument has no known value.
        """
        check_choice("color_mode", color_mode, CHANNELS)
        check_choice("interpolation", interpolation, INTERPOLATIONS)
        self.image_data_generator = image_data_generator
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        self.data_format = config.normalize_data_format(data_format)
        self.subset = subset
        self.interpolation = interpolation
        channels = (CHANNELS[color_mode],)
        is_last = self.data_format == "channels_last"
        self.image_shape = self.target_size + channels if is_last else channels + self.target_size
        self.saving = Saving(save_to_dir, save_prefix, save_format, self.data_format)

    @property
    def split(self):
        """The share of the files, from where to where, that the subset takes; None for all."""
        share = self.image_data_generator._validation_split
        return {"validation": (0, share), "training": (share, 1)}.get(self.subset)

    def _get_batches_of_transformed_samples(self, index_array):
        images = np.empty((len(index_array), *self.image_shape), self.dtype)
        for i, number in enumerate(index_array):
            images[i] = self._image(self.filepaths[number])
        self.saving.save(images, index_array)
        targets = self._targets(images, index_array)
        if targets is None:
            return images
        if self.sample_weight is None:
            return images, targets
        return images, targets, self.sample_weight[index_array]

    def _image(self, path):
        picture = load_img(
            path,
            color_mode=self.color_mode,
            target_size=self.target_size,
            interpolation=self.interpolation,
        )
        image = img_to_array(picture, self.data_format, self.dtype)
        generator = self.image_data_generator
        if generator is None:
            return image
        image = generator.apply_transform(image, generator.get_random_transform(image.shape))
        return generator.standardize(image)

    def _targets(self, images, numbers):
        """Return the targets of a batch in the class mode's form."""
        match self.class_mode:
            case None:
                return None
            case "input":
                return images.copy()
            case "binary" | "sparse":
                return np.asarray(self.labels)[numbers].astype(self.dtype)
            case "categorical":
                return self._one_hot([self.labels[number] for number in numbers])
            case "multi_output":
                return [values[numbers] for values in self.labels]
        return self.labels[numbers]

    def _one_hot(self, labels):
        """Return a row a sample, with a 1 for its class or for each of its list of classes."""
        result = np.zeros((len(labels), len(self.class_indices)), self.dtype)
        for row, label in zip(result, labels, strict=True):
            row[label] = 1
        return result
