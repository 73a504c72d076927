"""Sequence: data that comes in batches, by their number."""


class Sequence:
    """Data for `fit`, `evaluate` and `predict`, given as batches that are read by their number.

    A subclass has `__getitem__`, which returns one whole batch, `(x, y)` or
    `(x, y, sample_weights)`, and `__len__`, the number of batches. Several threads may read batches
    at once, in any order. `on_epoch_end`, if there is one, may change the data between epochs.

    Examples:
        >>> class Squares(Sequence):
        ...     def __len__(self):
        ...         return 3
        ...
        ...     def __getitem__(self, index):
        ...         return [index], [index**2]
        >>> list(Squares())
        [([0], [0]), ([1], [1]), ([2], [4])]
    """

    def __getitem__(self, index):
        """The batch with the number `index`, from 0."""
        raise NotImplementedError(
            f"{type(self).__name__} has no __getitem__; write one that returns batch {index}."
        )

    def __len__(self):
        """The number of batches."""
        raise NotImplementedError(
            f"{type(self).__name__} has no __len__; write one that returns the number of batches."
        )

    def on_epoch_end(self):
        """Called after each epoch."""

    def __iter__(self):
        """The batches of one epoch, in their order."""
        return (self[index] for index in range(len(self)))
