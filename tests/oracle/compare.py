"""Compares the results of a case with the stored ones, and says every difference at once."""

import functools

import numpy as np

from . import store

stored = functools.lru_cache(maxsize=None)(store.load)


def differences(found, expected, rtol=1e-4, atol=1e-5):
    """Lines that name each key which differs, and by how much."""
    lines = [f"{key}: missing" for key in sorted(set(expected) - set(found))]
    lines += [f"{key}: not in the stored results" for key in sorted(set(found) - set(expected))]
    for key in sorted(set(found) & set(expected)):
        line = difference(found[key], expected[key], rtol, atol)
        if line:
            lines.append(f"{key}: {line}")
    return lines


def difference(found, expected, rtol, atol):
    """What is different between two values, or nothing."""
    if not isinstance(expected, (np.ndarray, np.floating)):
        return "" if found == expected else f"found {found}, stored {expected}"
    found, expected = np.asarray(found, "float64"), np.asarray(expected, "float64")
    if found.shape != expected.shape:
        return f"found shape {found.shape}, stored {expected.shape}"
    if np.allclose(found, expected, rtol=rtol, atol=atol):
        return ""
    worst = np.unravel_index(np.argmax(np.abs(found - expected)), found.shape)
    share = np.mean(~np.isclose(found, expected, rtol=rtol, atol=atol))
    return (
        f"{share:.0%} of {found.size} differ, most at {[int(i) for i in worst]}: "
        f"found {found[worst]:.7g}, stored {expected[worst]:.7g}"
    )


def check(area, case, found, **tolerances):
    """Fails with every difference between a result and the stored one."""
    lines = differences(found, stored(area)[case], **tolerances)
    assert not lines, f"{area} {case} differs from Keras 2.2.4:\n" + "\n".join(lines)
