"""Linear algebra in TensorFlow."""

import tensorflow as tf

from keras.backend.tensorflow.core import HALVES, standing_in

_in_full = standing_in(**HALVES)

cholesky = _in_full(tf.linalg.cholesky)
det = _in_full(tf.linalg.det)
inv = _in_full(tf.linalg.inv)


@_in_full
def eigh(x):
    """Return the eigenvalues, in ascending order, and eigenvectors of a symmetric matrix."""
    return tuple(tf.linalg.eigh(x))


@_in_full
def qr(x):
    """Return an orthogonal Q and an upper triangular R with Q @ R == x."""
    return tuple(tf.linalg.qr(x))


@_in_full
def slogdet(x):
    """Return the sign and the logarithm of the absolute value of the determinant."""
    return tuple(tf.linalg.slogdet(x))


@_in_full
def solve(a, b):
    """Return x with a @ x == b."""
    return _on_columns(tf.linalg.solve, a, b)


@_in_full
def solve_triangular(a, b, lower=False):
    """Return x with a @ x == b, for a triangular a."""
    return _on_columns(lambda a, b: tf.linalg.triangular_solve(a, b, lower=lower), a, b)


def _on_columns(function, a, b):
    """Return what a function of matrices gives; where `b` is a vector, for the matrix of that one column."""
    if len(b.shape) == len(a.shape) - 1:
        return function(a, b[..., None])[..., 0]
    return function(a, b)


@_in_full
def svd(x, full_matrices=True):
    """Return U, the singular values in descending order, and V transposed."""
    s, u, v = tf.linalg.svd(x, full_matrices=full_matrices)
    return u, s, tf.linalg.adjoint(v)
