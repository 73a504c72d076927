"""Dtype policies: in what a layer keeps its weights, and in what it computes."""

from keras.config import MIXED, DTypePolicy

Policy = DTypePolicy


def get(identifier):
    """Return the policy for a name, a config dict or a policy.

    Raises:
        ValueError: if it is none of these.

    Examples:
        >>> get("mixed_float16")
        <DTypePolicy "mixed_float16">
    """
    return identifier if isinstance(identifier, DTypePolicy) else DTypePolicy(name_of(identifier))


def name_of(dtype):
    """Return the name of a dtype or of a policy, whichever a config tells; None if it tells none."""
    if isinstance(dtype, DTypePolicy):
        return dtype.name
    if isinstance(dtype, dict):
        config = dtype.get("config")
        return config.get("name") if isinstance(config, dict) else None
    return dtype


def is_mixed(name):
    """Return whether the policy of a name computes in half precision with weights in single precision."""
    return isinstance(name, str) and name in MIXED


def serialize(policy):
    """Return a policy as a dict, None for None.

    Examples:
        >>> serialize(DTypePolicy("float32"))
        {'class_name': 'DTypePolicy', 'config': {'name': 'float32'}}
    """
    return None if policy is None else {"class_name": "DTypePolicy", "config": policy.get_config()}


def deserialize(config):
    """Return the policy that `serialize` described: the same as `get`."""
    return get(config)
