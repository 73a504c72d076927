"""Small conversions of NumPy arrays."""

import numpy as np


def to_categorical(y, num_classes=None, dtype="float32"):
    """Turn class numbers into one-hot vectors.

    Args:
        y: whole numbers from 0 to `num_classes - 1`, an array of any shape; a last axis of length 1
            is dropped.
        num_classes: the number of classes; None: the largest number in `y` plus 1.
        dtype: the result's dtype.

    Returns:
        An array of the shape of `y` with an axis of length `num_classes` at the end.

    Raises:
        ValueError: a number is negative, no whole number, or `num_classes` or more; or `y` is empty
            and `num_classes` is None.

    Examples:
        >>> to_categorical([0, 2], num_classes=3)
        array([[1., 0., 0.],
               [0., 0., 1.]], dtype=float32)
    """
    labels = _whole_numbers(y)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if num_classes is None:
        if not labels.size:
            raise ValueError("to_categorical: y is empty; give num_classes.")
        num_classes = int(labels.max()) + 1
    _check_range(labels, num_classes)
    result = np.zeros((labels.size, num_classes), dtype=dtype)
    result[np.arange(labels.size), labels.ravel()] = 1
    return result.reshape(*labels.shape, num_classes)


def _whole_numbers(y):
    values = np.asarray(y)
    if not values.size:
        return values.astype(np.int64)
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"to_categorical: y has dtype {values.dtype}, but class numbers are needed. "
            "np.unique(y, return_inverse=True)[1] numbers the classes."
        )
    # NaN and infinities fail the comparison too; silence what NumPy says about them.
    with np.errstate(invalid="ignore"):
        labels = values.astype(np.int64)
    if not np.array_equal(labels, values):
        wrong = values[labels != values].flat[0]
        raise ValueError(
            f"to_categorical: y holds {wrong}, but class numbers are whole. Round or number them."
        )
    return labels


def _check_range(labels, num_classes):
    if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(
            f"to_categorical: y holds the class {wrong}, but num_classes={num_classes} allows 0 to "
            f"{num_classes - 1}. Give a larger num_classes or number the classes from 0."
        )


def normalize(x, axis=-1, order=2):
    """Divide an array by its norm along an axis; vectors of zeros stay zeros.

    Args:
        x: an array.
        axis: the axis along which the norm is taken.
        order: the order of the norm, such as 1, 2 or `np.inf`.

    Returns:
        An array of the shape of `x`.

    Examples:
        >>> normalize([[3.0, 4.0], [0.0, 0.0]])
        array([[0.6, 0.8],
               [0. , 0. ]])
    """
    x = np.asarray(x)
    norm = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(norm == 0, np.ones_like(norm), norm)
