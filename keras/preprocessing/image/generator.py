"""ImageDataGenerator: images changed at random, and batches of them."""

import warnings

import numpy as np

from keras import config
from keras.preprocessing.image import draws
from keras.preprocessing.image.affine import apply_affine_transform
from keras.preprocessing.image.dataframe_iterator import DataFrameIterator
from keras.preprocessing.image.directory_iterator import DirectoryIterator
from keras.preprocessing.image.numpy_array_iterator import NumpyArrayIterator
from keras.preprocessing.image.transforms import (
    apply_brightness_shift,
    apply_channel_shift,
    flip_axis,
    random_factors,
)

_EPSILON = 1e-6


class ImageDataGenerator:
    """Makes batches of images that are changed at random and standardised.

    Args:
        featurewise_center: whether to subtract the mean over the data, see `fit`.
        samplewise_center: whether to subtract each image's mean.
        featurewise_std_normalization: whether to divide by the standard deviation over the data, see `fit`.
        samplewise_std_normalization: whether to divide each image by its standard deviation.
        zca_whitening: whether to remove the correlations between pixels, see `fit`.
        zca_epsilon: added to the variances before whitening divides by their root.
        rotation_range: the largest rotation in degrees.
        width_shift_range: the largest shift: below 1 a share of the width, else pixels; an int takes whole pixels less
            than it, a list one of its numbers, to either side.
        height_shift_range: the same for the height.
        brightness_range: the smallest and the largest factor of `apply_brightness_shift`, or None.
        shear_range: the largest shear in degrees.
        zoom_range: the smallest and largest factor of zoom, or z for `(1 - z, 1 + z)`.
        channel_shift_range: the largest number to add to all values.
        fill_mode: what lies outside of the image: "constant" (`cval`), "nearest", "reflect" or "wrap".
        cval: the value outside for "constant".
        horizontal_flip: whether to flip half of the images, left to right.
        vertical_flip: whether to flip half of the images, top to bottom.
        rescale: a factor for all values, applied after the random changes; None or 0 for none.
        preprocessing_function: a function from an image to one of the same shape, applied after the random changes.
        data_format: "channels_last" or "channels_first"; None: as configured.
        validation_split: the share of the data, in (0, 1), that `subset="validation"` takes; 0 for none.
        interpolation_order: of the spline that interpolates, 0 to 5.
        dtype: the images' dtype; None: `floatx`.

    Raises:
        ValueError: if an argument has no known value.

    Examples:
        >>> images = np.zeros((5, 8, 8, 3))
        >>> generator = ImageDataGenerator(rotation_range=20, horizontal_flip=True)
        >>> generator.flow(images, batch_size=3, seed=1)[0].shape
        (3, 8, 8, 3)
    """

    def __init__(
        self,
        featurewise_center=False,
        samplewise_center=False,
        featurewise_std_normalization=False,
        samplewise_std_normalization=False,
        zca_whitening=False,
        zca_epsilon=1e-6,
        rotation_range=0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        rescale=None,
        preprocessing_function=None,
        data_format=None,
        validation_split=0.0,
        interpolation_order=1,
        dtype=None,
    ):
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = _pair("brightness_range", brightness_range)
        self.shear_range = shear_range
        if np.isscalar(zoom_range):
            zoom_range = (1 - zoom_range, 1 + zoom_range)
        self.zoom_range = _pair("zoom_range", zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.data_format = config.normalize_data_format(data_format)
        self.interpolation_order = interpolation_order
        self.dtype = dtype or config.floatx()
        self.mean = self.std = self.principal_components = self.zca_whitening_matrix = None
        self._set_axes()
        self._set_split(validation_split)
        self._center_where_needed()

    def _set_axes(self):
        """Note which axes of a batch are which."""
        is_last = self.data_format == "channels_last"
        self.channel_axis, self.row_axis, self.col_axis = (3, 1, 2) if is_last else (1, 2, 3)

    def _set_split(self, share):
        if share and not 0 < share < 1:
            raise ValueError(f"validation_split should lie between 0 and 1, got {share!r}.")
        self._validation_split = share

    def _center_where_needed(self):
        """Center the data where they are scaled; whitening scales them itself."""
        if self.zca_whitening and self.featurewise_std_normalization:
            self.featurewise_std_normalization = False
            warnings.warn(
                "zca_whitening scales the data itself: featurewise_std_normalization is set to False.",
                stacklevel=4,
            )
        for scaling, centering in (
            ("zca_whitening", "featurewise_center"),
            ("featurewise_std_normalization", "featurewise_center"),
            ("samplewise_std_normalization", "samplewise_center"),
        ):
            if getattr(self, scaling) and not getattr(self, centering):
                setattr(self, centering, True)
                warnings.warn(f"{scaling} needs {centering}, which is set to True.", stacklevel=4)

    # ------------------------------------------------------------------ batches
    def flow(
        self,
        x,
        y=None,
        batch_size=32,
        shuffle=True,
        sample_weight=None,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
    ):
        """Return batches of augmented images from an array, a `NumpyArrayIterator` with these arguments."""
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
    ):
        """Return batches of augmented images from a folder, a `DirectoryIterator` with these arguments."""
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            dtype=self.dtype,
        )

    def flow_from_dataframe(
        self,
        dataframe,
        directory=None,
        x_col="filename",
        y_col="class",
        weight_col=None,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        validate_filenames=True,
        **kwargs,
    ):
        """Return batches of augmented images listed in a table, a `DataFrameIterator` with these arguments."""
        _refuse_old_arguments(kwargs)
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            dtype=self.dtype,
            validate_filenames=validate_filenames,
        )

    # ------------------------------------------------------------------ random changes
    def get_random_transform(self, img_shape, seed=None):
        """Draw the amounts of all random changes of an image.

        Args:
            img_shape: the image's shape.
            seed: an int that fixes them, or None.

        Returns:
            The dict that `apply_transform` takes.
        """
        draw = draws.seeded(seed)
        with draws.drawing_from(draw):
            theta = _symmetric(self.rotation_range)
            tx = _shift(self.height_shift_range, img_shape[self.row_axis - 1])
            ty = _shift(self.width_shift_range, img_shape[self.col_axis - 1])
            shear = _symmetric(self.shear_range)
            zx, zy = random_factors(self.zoom_range)
        # Two draws are made in any case, so that the numbers which follow do not depend on the flips.
        flip_horizontal = draw.random_sample() < 0.5 and self.horizontal_flip
        flip_vertical = draw.random_sample() < 0.5 and self.vertical_flip
        intensity = brightness = None
        if self.channel_shift_range:
            intensity = draw.uniform(-self.channel_shift_range, self.channel_shift_range)
        if self.brightness_range is not None:
            brightness = draw.uniform(*self.brightness_range)
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flip_horizontal,
            "flip_vertical": flip_vertical,
            "channel_shift_intensity": intensity,
            "brightness": brightness,
        }

    def apply_transform(self, x, transform_parameters):
        """Change an image by given amounts.

        Args:
            x: an array with three axes.
            transform_parameters: a dict with any of "theta", "tx", "ty", "shear", "zx", "zy" (see
                `apply_affine_transform`), "channel_shift_intensity", "flip_horizontal", "flip_vertical", "brightness".

        Returns:
            An array of the shape of `x`.
        """
        amounts = {"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1}
        x = apply_affine_transform(
            x,
            **{name: transform_parameters.get(name, none) for name, none in amounts.items()},
            row_axis=self.row_axis - 1,
            col_axis=self.col_axis - 1,
            channel_axis=self.channel_axis - 1,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        if (intensity := transform_parameters.get("channel_shift_intensity")) is not None:
            x = apply_channel_shift(x, intensity, self.channel_axis - 1)
        if transform_parameters.get("flip_horizontal"):
            x = flip_axis(x, self.col_axis - 1)
        if transform_parameters.get("flip_vertical"):
            x = flip_axis(x, self.row_axis - 1)
        if (brightness := transform_parameters.get("brightness")) is not None:
            x = apply_brightness_shift(x, brightness, self.data_format)
        return x

    def random_transform(self, x, seed=None):
        """Change an image at random.

        Args:
            x: an array with three axes.
            seed: an int that fixes the changes, or None.

        Returns:
            An array of the shape of `x`.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    # ------------------------------------------------------------------ standardisation
    def standardize(self, x):
        """Apply all that is not random to an image, or to a batch: preprocessing, rescaling, centering, whitening.

        Args:
            x: an array of floats; it may be changed.

        Returns:
            An array of the shape of `x`.
        """
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + _EPSILON
        if self.featurewise_center and self._is_fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._is_fitted(
            "featurewise_std_normalization", self.std
        ):
            x /= self.std + _EPSILON
        if self.zca_whitening and self._is_fitted("zca_whitening", self.zca_whitening_matrix):
            rows = x.reshape(-1, len(self.zca_whitening_matrix))
            x = (rows @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _is_fitted(self, name, statistic):
        if statistic is None:
            warnings.warn(
                f"{name} is left out, as it needs statistics of the data: call fit(x) first.",
                stacklevel=3,
            )
        return statistic is not None

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Take the statistics that `featurewise_center`, `featurewise_std_normalization` and `zca_whitening` need.

        Args:
            x: an array of images (samples, ...) with four axes.
            augment: whether to take them of randomly changed images.
            rounds: how many of these to make of each image.
            seed: an int that fixes the changes, or None.

        Raises:
            ValueError: if `x` has another number of axes.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(
                f"x should have the four axes of a batch of images, got an array of shape {x.shape}."
            )
        if self.rescale:
            x *= self.rescale
        if augment:
            with draws.drawing_from(draws.seeded(seed)):
                x = np.stack([self.random_transform(image) for _ in range(rounds) for image in x])
        over = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=over, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=over, keepdims=True)[0]
            x /= self.std + _EPSILON
        if self.zca_whitening:
            self._fit_whitening(x.reshape(len(x), -1))

    def _fit_whitening(self, rows):
        """Take the matrix that makes pixels uncorrelated while changing them as little as can be.

        With covariance U S U', it is U (S + epsilon)^(-1/2) U'.
        """
        vectors, variances, _ = np.linalg.svd(rows.T @ rows / len(rows))
        self.zca_whitening_matrix = (vectors / np.sqrt(variances + self.zca_epsilon)) @ vectors.T
        self.principal_components = self.zca_whitening_matrix


def _pair(name, value):
    if value is not None and (not isinstance(value, list | tuple | np.ndarray) or len(value) != 2):
        raise ValueError(f"{name} should be a pair of numbers, got {value!r}.")
    return value


def _symmetric(limit):
    return draws.current().uniform(-limit, limit) if limit else 0


def _shift(limit, size):
    """Return a random shift in pixels, see `width_shift_range`."""
    if not np.any(limit):
        return 0
    draw = draws.current()
    if not np.isscalar(limit) or isinstance(limit, int | np.integer):
        shift = draw.choice(limit)
        shift = shift * draw.choice([-1, 1])
    else:
        shift = draw.uniform(-limit, limit)
    return shift * size if np.max(limit) < 1 else shift


def _refuse_old_arguments(kwargs):
    """Warn of arguments that once had a meaning; refuse others."""
    for name in ("has_ext", "sort", "drop_duplicates"):
        if name in kwargs:
            del kwargs[name]
            warnings.warn(f"{name} has no effect any more: leave it out.", stacklevel=3)
    if kwargs:
        raise TypeError(f"flow_from_dataframe does not take the argument(s) {sorted(kwargs)}.")
