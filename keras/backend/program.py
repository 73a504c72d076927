"""Programs: code over Variables, compiled, that reads and writes the Variables' stored values."""

import numpy as np

from keras.backend import seed
from keras.backend.compute import compute
from keras.backend.variable import functionalize, held_all, store, store_all, stored


class MissingVariables(Exception):
    """Raised while a program is recorded, when the code used Variables the program was not prepared for."""

    def __init__(self, variables):
        super().__init__(f"Variables not given to the program: {variables}")
        self.variables = variables


class Births:
    """Tells the Variables that code makes once and keeps from those that it makes anew whenever it runs.

    The former have to become known to the program; the latter, such as `K.zeros` within a layer's `call`, mean
    nothing beyond one run. Which they are shows when the recording starts over.
    """

    def __init__(self):
        self.were_met = False
        self.are_local = False

    def missing(self, scope):
        """Return the Variables that the code of a finished scope used and that the program has to be given."""
        if any(v in scope.born for v in scope.missing):
            self.are_local = self.were_met
            self.were_met = True
        return [v for v in scope.missing if not (self.are_local and v in scope.born)]


class MissingKey(Exception):
    """Raised while a program is recorded, when the code drew random numbers and had no key for them."""


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
        # Most programs draw no random numbers: the key, and its costs, come only when one does.
        self._key = None
        self._calls = 0
        self._births = Births()

    def __call__(self, *args, training=None, frozen=None):
        """Run on nested arrays and return what the function returns."""
        options = (training, frozen)
        while True:
            run = self._compiled.get(options)
            if run is None:
                run = self._compiled[options] = compute.compile(self._pure(*options))
            values = [stored(v) for v in self.variables]
            try:
                result, written = run(values, self._next_key(), args)
            except MissingVariables as found:
                self.add(found.variables)
                continue
            except MissingKey:
                self._key = compute.random_key(seed.draw())
                continue
            for index, value in written.items():
                store(self.variables[index], value)
            return result

    def _next_key(self):
        if self._key is None:
            return None
        self._calls += 1
        return self._key, np.int32(self._calls)

    def add(self, variables):
        """Let the program know of more Variables; what was compiled before is compiled anew."""
        self.variables += [v for v in variables if v not in self.variables]
        self._compiled.clear()

    def _pure(self, training, frozen):
        variables = list(self.variables)
        code = functionalize(self.function, variables)

        def pure(values, numbered_key, args):
            key, tick = numbered_key or (None, None)
            options = {"training": training, "frozen": frozen, "key": key, "tick": tick}
            result, news, scope = code(values, *args, **options)
            missing = self._births.missing(scope)
            if missing:
                raise MissingVariables(missing)
            if scope.is_random and key is None:
                raise MissingKey
            changed = {i: news[i] for i, v in enumerate(variables) if v in scope.written}
            return result, changed

        return pure


class LoopProgram:
    """A step over Variables, compiled so that one call runs many steps on rows of data held by the backend.

    Args:
        step: takes a batch, a nest of arrays, and reads and writes Variables.
        summary: takes nothing and returns nested arrays; run after the last step of each call.
        changing: the Variables that `step` is known to write.
        fixed: those it is known to read only.
        training, frozen: what the step's scope says.
    """

    def __init__(self, step, summary, changing, fixed=(), training=None, frozen=None):
        self.step, self.summary = step, summary
        self.changing = list(dict.fromkeys(changing))
        self.fixed = [v for v in dict.fromkeys(fixed) if v not in self.changing]
        self.options = {"training": training, "frozen": frozen}
        self._compiled = None
        self._births = Births()

    def __call__(self, data, order, first, last, key, tick):
        """Run the steps `first <= i < last`, each on the rows `order[i]` of `data`; return the summary.

        Args:
            data: nested backend arrays with equally many rows each.
            order: int32 backend array, shape (steps, batch size); None for one step on all rows as they are.
            first, last: ints.
            key: a random key; `tick` numbers the first step for it.
        """
        while True:
            if self._compiled is None:
                self._compiled = self._compile()
            # What changes may still lie on the host: this very call takes it to the device.
            state = held_all(self.changing)
            fixed = [stored(v) for v in self.fixed], key
            bounds = np.int32(first), np.int32(last), np.int32(tick)
            try:
                state, summary = self._compiled(state, fixed, data, order, *bounds)
            except MissingVariables as found:
                self._prepare(found.variables)
                continue
            store_all(self.changing, state)
            return summary

    def _prepare(self, variables):
        """Take in Variables that the step turned out to use: as fixed ones, or if they were that, as changing."""
        for variable in variables:
            if variable in self.fixed:
                self.fixed.remove(variable)
                self.changing.append(variable)
            else:
                self.fixed.append(variable)
        self._compiled = None

    def _compile(self):
        changing, fixed = list(self.changing), list(self.fixed)
        code = functionalize(self.step, [*changing, *fixed])
        summarize = functionalize(self.summary, changing)

        def step(state, given, batch, tick):
            values, key = given
            _, news, scope = code([*state, *values], batch, key=key, tick=tick, **self.options)
            unprepared = [*self._births.missing(scope), *(v for v in fixed if v in scope.written)]
            if unprepared:
                raise MissingVariables(unprepared)
            return news[: len(changing)]

        return compute.compile_loop(step, lambda state: summarize(state)[0])
