"""Linear algebra in PyTorch."""

import torch
from torch.linalg import cholesky, det, inv, solve  # noqa: F401


def eigh(x):
    """Return the eigenvalues, in ascending order, and eigenvectors of a symmetric matrix."""
    return tuple(torch.linalg.eigh(x))


def qr(x):
    """Return an orthogonal Q and an upper triangular R with Q @ R == x."""
    return tuple(torch.linalg.qr(x))


def slogdet(x):
    """Return the sign and the logarithm of the absolute value of the determinant."""
    return tuple(torch.linalg.slogdet(x))


def solve_triangular(a, b, lower=False):
    """Return x with a @ x == b, for a triangular a."""
    if b.ndim == a.ndim - 1:
        return torch.linalg.solve_triangular(a, b[..., None], upper=not lower)[..., 0]
    return torch.linalg.solve_triangular(a, b, upper=not lower)


def svd(x, full_matrices=True):
    """Return U, the singular values in descending order, and V transposed."""
    return tuple(torch.linalg.svd(x, full_matrices=full_matrices))
