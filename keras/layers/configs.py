"""Configs of layers of a program's own: they tell more than they show."""

from keras.registry import plain


class OwnConfig(dict):
    """A layer's config in which what a base class was given is found too, though only own arguments are listed.

    Programs for Keras 2 change the config that the base class made: `config.pop("rank")`, `del config["filters"]`.

    Args:
        config: a dict.
        layer: whose attributes are found where the config has no entry.
    """

    def __init__(self, config, layer):
        super().__init__(config)
        self._layer = layer

    def __missing__(self, name):
        if name not in vars(self._layer) and callable(getattr(self._layer, name, callable)):
            raise KeyError(name)
        return plain(getattr(self._layer, name))

    def __delitem__(self, name):
        self.pop(name)

    def pop(self, name, *default):
        """Remove an entry and return it; what is only found is returned."""
        return super().pop(name, *default) if name in self or default else self[name]

    def __reduce__(self):
        # A copy is a plain dict, without the layer.
        return dict, (dict(self),)


def of(layer, config):
    """Return a layer's config as its class's own `get_config`, where a program wrote one, shall find it.

    Args:
        layer: a layer.
        config: what the library's `get_config` makes of it.
    """
    is_own = not type(layer).get_config.__module__.startswith("keras.")
    return OwnConfig(config, layer) if is_own else config
