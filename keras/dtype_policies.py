"""Dtype policies: in what a layer keeps its weights, and in what it computes."""

# {policy: what is computed in}; weights are float32.
_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_FLOATS = ("float16", "bfloat16", "float32", "float64")


class DTypePolicy:
    """A pair of dtypes: of a layer's weights, and of what it computes from them.

    Args:
        name: `"mixed_bfloat16"` or `"mixed_float16"`, by which weights are float32 and all else has 16 bits; or one
            dtype for both, such as `"float32"` or `"bfloat16"`.

    Attributes:
        name: the name given.
        compute_dtype: of a layer's inputs, outputs and what lies between.
        variable_dtype: of its weights.

    Raises:
        ValueError: if `name` is no string or an unknown mixed policy.

    Examples:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    def __init__(self, name):
        if not isinstance(name, str) or (name.startswith("mixed") and name not in _MIXED):
            raise ValueError(
                f"A dtype policy should be one of {sorted(_MIXED)} or a dtype such as 'float32', got {name!r}."
            )
        self.name = name
        self.compute_dtype = _MIXED.get(name, name)
        self.variable_dtype = "float32" if name in _MIXED else name

    @property
    def is_mixed(self):
        """Whether weights are kept in another dtype than that which is computed in."""
        return self.compute_dtype != self.variable_dtype

    def get_config(self):
        """Return the constructor's arguments."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config):
        """Return the policy that `get_config` described."""
        return cls(**config)

    def __eq__(self, other):
        return isinstance(other, DTypePolicy) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f'<DTypePolicy "{self.name}">'


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
    return isinstance(name, str) and name in _MIXED


def of_floats(identifier):
    """Return the policy for a name or a policy; only those of floats.

    Raises:
        ValueError: for anything else.
    """
    policy = get(identifier)
    if not is_mixed(policy.name) and policy.name not in _FLOATS:
        raise ValueError(
            f"A dtype policy should be one of {[*sorted(_MIXED), *_FLOATS]}, got {policy.name!r}."
        )
    return policy


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
