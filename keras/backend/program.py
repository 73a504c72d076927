"""Programs: code over Variables, compiled, that reads and writes the Variables' stored values."""

import numpy as np

from keras.backend import seed
from keras.backend.compute import compute
from keras.backend.variable import functionalize, store, stored


class MissingVariables(Exception):  # noqa: N818 - it is a signal, and never reaches a user
    """Raised while a program is recorded, when the code used Variables the program did not know of."""

    def __init__(self, variables):
        super().__init__(f"Variables not given to the program: {variables}")
        self.variables = variables


class Program:
    """A function over Variables, compiled once for each set of shapes and each set of options.

    Variables that the code turns out to use beyond those given are found while the code is recorded, and added.

    Args:
        function: takes nested arrays, returns nested arrays; may read and write Variables.
        variables: the Variables it is known to use.

    Examples:
        >>> from keras.backend.variable import Variable
        >>> v = Variable(1.0)
        >>> program = Program(lambda x: v.assign_add(x))
        >>> program(np.float32(2.0))
        >>> float(v.numpy())
        3.0
    """

    def __init__(self, function, variables=()):
        self.function = function
        self.variables = list(dict.fromkeys(variables))
        self._compiled = {}
        self._key = None
        self._calls = 0

    def __call__(self, *args, training=None, frozen=None):
        """Run on nested arrays and return what the function returns."""
        if self._key is None:
            self._key = compute.random_key(seed.draw())
        self._calls += 1
        options = (training, frozen)
        while True:
            run = self._compiled.get(options)
            if run is None:
                run = self._compiled[options] = compute.compile(self._pure(*options))
            values = [stored(v) for v in self.variables]
            try:
                result, written = run(values, self._key, np.int32(self._calls), args)
            except MissingVariables as found:
                self.add(found.variables)
                continue
            for index, value in written.items():
                store(self.variables[index], value)
            return result

    def add(self, variables):
        """Let the program know of more Variables; what was compiled before is compiled anew."""
        self.variables += [v for v in variables if v not in self.variables]
        self._compiled.clear()

    def _pure(self, training, frozen):
        variables = list(self.variables)
        code = functionalize(self.function, variables)

        def pure(values, key, tick, args):
            result, news, scope = code(
                values, *args, training=training, frozen=frozen, key=key, tick=tick
            )
            if scope.missing:
                raise MissingVariables(list(scope.missing))
            changed = {i: news[i] for i, v in enumerate(variables) if v in scope.written}
            return result, changed

        return pure
