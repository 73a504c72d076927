"""Steps whose function a program has replaced: `model.train_function` and its kin, functions of lists."""

import numpy as np

from keras import ops
from keras.backend import nest
from keras.training.classic_graph import flat_data


class ReplacedStep:
    """Runs steps by a function of the flat list that Keras 2 gave it: inputs, targets, sample weights.

    It stands in for both the compiled program of a step and the running means of a `Compilation`.

    Args:
        function: takes a list of arrays and returns the loss and the metrics, in the order of the names.
        compilation: a `Compilation`.
        phase: a list that goes behind the others: of the learning phase, or empty.
    """

    def __init__(self, function, compilation, phase):
        self.function, self.phase = function, phase
        self.names = compilation.names
        self._stateful = {metric.name for metric in compilation.metrics if metric.is_stateful}
        self._compilation = compilation
        self.reset()

    def reset(self):
        """Begin the means anew."""
        self._compilation.reset()
        self._sums, self._size = {}, 0

    def __call__(self, data, order, first, last, key, tick):
        """Run the steps `first <= i < last`, each on the rows `order[i]`, without order on all; return the logs."""
        data, order = nest.map_leaves(ops.convert_to_numpy, (data, order))
        for rows in [slice(None)] if order is None else order[first:last]:
            x, y, weights = flat_data(*nest.map_leaves(lambda a, r=rows: a[r], data))
            outputs = nest.as_list(self.function([*x, *y, *weights, *self.phase]))
            self._note([float(np.mean(value)) for value in outputs], len(nest.flatten(x)[0]))
        return self._means(), self._latest

    def _note(self, outputs, size):
        self._latest = dict(zip(self.names, outputs))
        self._size += size
        for name, value in self._latest.items():
            self._sums[name] = self._sums.get(name, 0.0) + value * size

    def _means(self):
        means = {name: total / self._size for name, total in self._sums.items()}
        return {**means, **{n: v for n, v in self._latest.items() if n in self._stateful}}

    def reset_metrics(self):
        """Reset the metrics that have a state."""
        self._compilation.reset_metrics()

    def latest(self, summary):
        """Return the last batch's values, a dict of floats."""
        return summary[1]

    def logs(self, summary):
        """Return the running means and the last batch's values, two dicts of floats."""
        return summary


def prediction_by(function, count, phase):
    """Return a function of a nest of inputs that predicts by a function of lists.

    Args:
        function: takes a list of arrays and returns a list of them.
        count: the number of the model's outputs.
        phase: as for `ReplacedStep`.
    """

    def predict(x):
        outputs = nest.as_list(function([*map(ops.convert_to_numpy, nest.flatten(x)), *phase]))
        return nest.unpack_single([ops.convert_to_tensor(each) for each in outputs[:count]])

    return predict
