"""Constructors that differ from an inherited one in their defaults alone."""

import functools
import inspect


def defaults(**changed):
    """Return a class decorator: the constructor is the inherited one with other defaults.

    Families of layers share one constructor over one, two or three spatial axes. With this each
    member still shows its own defaults to `help` and to `inspect.signature`.

    Args:
        **changed: new defaults by the arguments' names.

    Examples:
        >>> class Square:
        ...     def __init__(self, size, colour="red"):
        ...         self.colour = colour
        >>> @defaults(colour="blue")
        ... class BlueSquare(Square):
        ...     pass
        >>> BlueSquare(3).colour, str(inspect.signature(BlueSquare))
        ('blue', "(size, colour='blue')")
    """

    def decorate(cls):
        inherited = cls.__init__
        signature = inspect.signature(inherited)
        parameters = signature.parameters.values()
        signature = signature.replace(
            parameters=[p.replace(default=changed.get(p.name, p.default)) for p in parameters]
        )

        @functools.wraps(inherited)
        def __init__(self, *args, **kwargs):
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            inherited(*bound.args, **bound.kwargs)

        __init__.__signature__ = signature
        cls.__init__ = __init__
        return cls

    return decorate
