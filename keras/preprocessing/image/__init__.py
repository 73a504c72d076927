"""Images: files, arrays, and random transformations of them."""

from keras.preprocessing.image.affine import apply_affine_transform
from keras.preprocessing.image.dataframe_iterator import DataFrameIterator
from keras.preprocessing.image.directory_iterator import DirectoryIterator
from keras.preprocessing.image.generator import ImageDataGenerator
from keras.preprocessing.image.iterator import Iterator
from keras.preprocessing.image.numpy_array_iterator import NumpyArrayIterator
from keras.preprocessing.image.pictures import (
    array_to_img,
    img_to_array,
    list_pictures,
    load_img,
    save_img,
)
from keras.preprocessing.image.transforms import (
    apply_brightness_shift,
    apply_channel_shift,
    flip_axis,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "flip_axis",
    "img_to_array",
    "list_pictures",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
]
