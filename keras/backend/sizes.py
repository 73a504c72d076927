"""Shapes as programs for old backends ask for them: `x.get_shape().as_list()`, `x.shape[1].value`."""


class Size(int):
    """A known size: an int that has its own value as `value`."""

    @property
    def value(self):
        """The size as a plain int."""
        return int(self)


class UnknownSize:
    """A size that is not known, equal to None.

    Attributes:
        value: None.
    """

    value = None

    def __eq__(self, other):
        return other is None or isinstance(other, UnknownSize)

    def __hash__(self):
        return hash(None)

    def __repr__(self):
        return "?"


def _size(n):
    return UnknownSize() if n is None else Size(n)


class Shape(tuple):
    """The shape of a symbolic tensor: a tuple of ints, None where a size is not known.

    Examples:
        >>> shape = Shape((None, 3))
        >>> shape[1].value, shape.as_list(), shape.ndims
        (3, [None, 3], 2)
    """

    __slots__ = ()

    def __getitem__(self, key):
        found = super().__getitem__(key)
        if isinstance(key, slice):
            return Shape(found)
        return found if found is None else Size(found)

    def as_list(self):
        """Return the sizes as a list of ints and None."""
        return list(self)

    @property
    def ndims(self):
        """The number of axes."""
        return len(self)

    rank = ndims

    @property
    def dims(self):
        """The sizes as a list of objects, each with a `value`, an int or None."""
        return [_size(n) for n in self]

    def num_elements(self):
        """Return the product of the sizes, None where one is not known."""
        product = 1
        for n in self:
            product = None if n is None or product is None else product * n
        return product

    def is_fully_defined(self):
        """Return whether all sizes are known."""
        return None not in tuple(self)

    def __reduce__(self):
        return tuple, (tuple(self),)


class Dimensions(Shape):
    """What `tensor.get_shape()` returns: a `Shape` whose entries, the unknown ones too, have a `value`.

    Examples:
        >>> [size.value for size in Dimensions((None, 3))]
        [None, 3]
    """

    __slots__ = ()

    def __getitem__(self, key):
        found = tuple.__getitem__(self, key)
        return Dimensions(found) if isinstance(key, slice) else _size(found)

    def __iter__(self):
        return iter(self.dims)

    @property
    def dims(self):
        """The sizes as a list of objects, each with a `value`, an int or None."""
        return [_size(n) for n in tuple.__iter__(self)]

    def as_list(self):
        """Return the sizes as a list of ints and None."""
        return [size.value for size in self]

    def num_elements(self):
        """Return the product of the sizes, None where one is not known."""
        return Shape(self.as_list()).num_elements()
