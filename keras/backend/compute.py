"""The compute backend in use: `from keras.backend.compute import compute`."""

from keras import config
from keras.backend import contract

compute = contract.load(config.backend())


def has(capability):
    """Return whether the backend in use has a capability named in `contract.CAPABILITIES`."""
    return capability in compute.CAPABILITIES


def check_gradients(purpose):
    """Check that the backend in use computes gradients.

    Args:
        purpose: what they are for, the subject of the error's message.

    Raises:
        NotImplementedError: if it does not; it names the backend and another one to use.
    """
    if not has("grad"):
        raise NotImplementedError(
            f"{purpose} needs gradients, which the backend {compute.NAME!r} does not compute. Use another one for it, "
            f"such as {config.DEFAULTS['backend']!r}: set KERAS_BACKEND={config.DEFAULTS['backend']} and start anew."
        )
