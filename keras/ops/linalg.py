"""Linear algebra, over the last two axes."""

from keras.backend.compute import compute
from keras.ops.core import as_float, op, promote


@op
def cholesky(x):
    """Return the lower triangular matrix L with L @ L.T == x, for a positive definite x."""
    return compute.cholesky(as_float(x))


@op
def det(x):
    """Return the determinant."""
    return compute.det(as_float(x))


@op
def eigh(x):
    """Return the eigenvalues, in ascending order, and eigenvectors of a symmetric matrix."""
    return tuple(compute.eigh(as_float(x)))


@op
def inv(x):
    """Return the inverse."""
    return compute.inv(as_float(x))


@op
def qr(x):
    """Return an orthogonal Q and an upper triangular R with Q @ R == x."""
    return tuple(compute.qr(as_float(x)))


@op
def slogdet(x):
    """Return the sign and the logarithm of the absolute value of the determinant."""
    return tuple(compute.slogdet(as_float(x)))


@op
def solve(a, b):
    """Return x with a @ x == b."""
    return compute.solve(*promote(a, b, at_least=float))


@op
def solve_triangular(a, b, lower=False):
    """Return x with a @ x == b, for a triangular a."""
    return compute.solve_triangular(*promote(a, b, at_least=float), lower=lower)


@op
def svd(x, full_matrices=True):
    """Return U, the singular values in descending order, and V transposed."""
    return tuple(compute.svd(as_float(x), full_matrices=full_matrices))
