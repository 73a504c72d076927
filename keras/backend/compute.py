"""The compute backend in use: `from keras.backend.compute import compute`."""

from keras import config
from keras.backend import contract

compute = contract.load(config.backend())


def has(capability):
    """Return whether the backend in use has a capability named in `contract.CAPABILITIES`."""
    return capability in compute.CAPABILITIES
