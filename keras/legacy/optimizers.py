"""The wrapper for TensorFlow 1's optimizers."""

from keras.optimizers import SGD, Adadelta, Adam, Optimizer

# Class of `tf.train`: the one that does the same here, and {argument here: attribute there}. Those of its RMSProp and
# Adagrad begin with other slots than ours, and so have no equal.
_EQUALS = {
    "AdadeltaOptimizer": (Adadelta, {"lr": "_lr", "rho": "_rho", "epsilon": "_epsilon"}),
    "AdamOptimizer": (
        Adam,
        {"lr": "_lr", "beta_1": "_beta1", "beta_2": "_beta2", "epsilon": "_epsilon"},
    ),
    "GradientDescentOptimizer": (SGD, {"lr": "_learning_rate"}),
    "MomentumOptimizer": (
        SGD,
        {"lr": "_learning_rate", "momentum": "_momentum", "nesterov": "_use_nesterov"},
    ),
}


class TFOptimizer(Optimizer):
    """Stands for an optimizer of TensorFlow 1: follows the rule of the same name here, with its hyperparameters.

    Args:
        optimizer: an object of a class of `tf.train` (`tf.compat.v1.train`), such as `AdamOptimizer`.

    Raises:
        ValueError: for a class that has no equal here; it lists those that have.
    """

    def __init__(self, optimizer):
        kind = type(optimizer).__name__
        if kind not in _EQUALS:
            raise ValueError(
                f"TFOptimizer takes optimizers of the classes {sorted(_EQUALS)}, got {kind}; use one of "
                "keras.optimizers in its place."
            )
        cls, attributes = _EQUALS[kind]
        rule = cls(**{name: getattr(optimizer, there) for name, there in attributes.items()})
        super().__init__(rule.lr.numpy())
        self.optimizer = optimizer
        # The rule's hyperparameters are this optimizer's own.
        for name in rule._hyper:
            setattr(self, name, getattr(rule, name))
        self._hyper = list(rule._hyper)
        self._rule = rule
        self.slot_names = rule.slot_names

    def init(self, value):
        """Return the initial slots of a weight."""
        return self._rule.init(value)

    def at_step(self, now):
        """Return what changes once a step."""
        return self._rule.at_step(now)

    def update(self, gradient, value, slots, now):
        """Return the new value of a weight and its new slots."""
        return self._rule.update(gradient, value, slots, now)

    def get_config(self):
        """Refuse to be described.

        Raises:
            NotImplementedError: always; an optimizer of keras.optimizers can be saved.
        """
        raise NotImplementedError(
            "A TFOptimizer has no config and cannot be saved; use an optimizer of keras.optimizers."
        )

    @classmethod
    def from_config(cls, config):
        """Refuse to be made from a config.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            "A TFOptimizer has no config and cannot be loaded; use an optimizer of keras.optimizers."
        )
