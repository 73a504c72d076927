"""Policies of mixed precision in the dialect of Keras 2, which knows none: weights are float32, and so is all else."""

import warnings

from keras import dtype_policies


def without_mixed(description):
    """Return a description for Keras 2, with the weights' dtype in place of each mixed policy, and warn of it once.

    Examples:
        >>> without_mixed({"class_name": "Flatten", "config": {"dtype": "float16"}})
        {'class_name': 'Flatten', 'config': {'dtype': 'float16'}}
    """
    found = set()
    plain = _plain(description, found)
    if found:
        warnings.warn(
            f"Keras 2, for which this file is written, has no dtype policy {', '.join(map(repr, sorted(found)))}: the "
            "model that is loaded computes in float32. Save it as '.keras' to keep the policy.",
            stacklevel=4,
        )
    return plain


def _plain(structure, found):
    if isinstance(structure, list | tuple):
        return [_plain(item, found) for item in structure]
    if not isinstance(structure, dict):
        return structure
    plain = {key: _plain(value, found) for key, value in structure.items()}
    if dtype_policies.is_mixed(plain.get("dtype")):
        found.add(plain["dtype"])
        plain["dtype"] = variable_dtype(plain["dtype"])
    return plain


def variable_dtype(name):
    """Return the dtype of the weights by a dtype or policy of that name; None for None."""
    return dtype_policies.get(name).variable_dtype if name else None


def without_scaling(optimizer):
    """Return an optimizer's description without the one around it that scales the loss."""
    is_scaling = (optimizer or {}).get("class_name") == "LossScaleOptimizer"
    return optimizer["config"]["inner_optimizer"] if is_scaling else optimizer
