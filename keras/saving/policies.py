"""Policies of mixed precision in files: here weights and what is computed with them have one dtype."""

import warnings

_MIXED = frozenset({"mixed_bfloat16", "mixed_float16"})


def name_of(dtype):
    """Return the name of a dtype or of a policy, whichever a config tells; None if it tells none."""
    if isinstance(dtype, dict):
        config = dtype.get("config")
        return config.get("name") if isinstance(config, dict) else None
    return dtype


def is_mixed(name):
    """Return whether a policy computes in half precision with weights in single precision."""
    return isinstance(name, str) and name in _MIXED


def warn_of_mixed(description):
    """Warn, once, of the policies of mixed precision in a description: this library computes in float32."""
    found = sorted({name for name in _names(description) if is_mixed(name)})
    if found:
        warnings.warn(
            f"The model computed in half precision by the policy {', '.join(map(repr, found))}; here it computes in "
            "float32, which is slower on some devices and more exact.",
            stacklevel=4,
        )


def _names(structure):
    stack = [structure]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if "dtype" in item:
                yield name_of(item["dtype"])
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
