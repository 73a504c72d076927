"""What recurrent cells do in a time step, and whole loops of it with a gradient rule of their own.

Differentiated step by step, a loop adds up the gradient of its recurrent kernel in as many small products as it has
steps. The rule here keeps what the gates gave, goes back with one product a step, and makes the kernel's gradient in
one product over all times at the end. It holds for activations whose slope can be told from their value.
"""

import functools

from keras import activations, ops
from keras.backend import dtypes

_SLOPES = {
    activations.linear: lambda y: 1.0,
    activations.tanh: lambda y: 1.0 - ops.square(y),
    activations.sigmoid: lambda y: y * (1.0 - y),
    activations.hard_sigmoid: lambda y: 0.2 * _within(y),
    activations.h_sigmoid: lambda y: _within(y) / 6.0,
    activations.relu: lambda y: ops.cast(y > 0, dtypes.of(y)),
}


def _within(y):
    return ops.cast(ops.logical_and(y > 0, y < 1), dtypes.of(y))


class Step:
    """What is left to do in a time step once the inputs are projected: `step(x, states) -> (output, new states)`.

    Subclasses have `advance` and, for the rule, `factors`, `retreat` and `gradients`.

    Args:
        weights: the tensors that the states are multiplied by, and a bias.
        products: a function of a state for each product, with dropout inside; none without dropout.
        activations: functions.
    """

    def __init__(self, weights, products, *activations):
        self.weights = weights
        self.activations = activations
        # By identity: a callable object of the user's need not be hashable.
        known = {id(activation) for activation in _SLOPES}
        self.has_rule = not products and all(id(a) in known for a in activations)
        self._products = products or self.products(weights)

    def __call__(self, x, states):
        new, _ = self.advance(x, states, self._products)
        return new[0], new

    def products(self, weights):
        """Return a function of a state for each product with the weights."""
        return [lambda state, weight=weight: ops.matmul(state, weight) for weight in weights]

    def slope(self, index, y):
        """Return the slope of an activation where its value is `y`."""
        return _SLOPES[self.activations[index]](y)

    def advance(self, x, states, products):
        """Return the new states, and a tuple of what the rule needs to know of the step."""
        raise NotImplementedError

    def factors(self, kept, before, after):
        """Return what `retreat` multiplies by, for all times at once.

        Args:
            kept: what `advance` kept, each (time, batch, ...).
            before, after: the states before and after each step, each (time, batch, units).
        """
        raise NotImplementedError

    def retreat(self, slopes, factors, transposed):
        """Return the gradients by the states before a step, and what `gradients` needs to know.

        Args:
            slopes: the gradients by the states after it.
            factors: those of this time.
            transposed: the weights, their matrices transposed.
        """
        raise NotImplementedError

    def gradients(self, told, kept, before):
        """Return the gradient by the projected inputs, and a list of those by the weights.

        Args:
            told: what `retreat` told, each (time, batch, ...).
            kept, before: as for `factors`.
        """
        raise NotImplementedError


class SimpleStep(Step):
    """h = activation(x + h @ kernel)."""

    def advance(self, x, states, products):
        h = self.activations[0](x + products[0](states[0]))
        return [h], ()

    def factors(self, kept, before, after):
        return self.slope(0, after[0]) * ops.ones_like(after[0])

    def retreat(self, slopes, factors, transposed):
        by_x = slopes[0] * factors
        return [ops.matmul(by_x, transposed[0])], by_x

    def gradients(self, told, kept, before):
        return told, [_kernel_gradient(before[0], told)]


class LSTMStep(Step):
    """c = f * c + i * g and h = o * activation(c), the gates being parts of x + h @ kernel in the order i, f, o, g."""

    def advance(self, x, states, products):
        activation, gate = self.activations
        h, c = states
        split = 3 * h.shape[-1]
        total = x + products[0](h)
        gates, g = gate(total[..., :split]), activation(total[..., split:])
        i, f, o = ops.split(gates, 3, axis=-1)
        c = f * c + i * g
        return [o * activation(c), c], (gates, g)

    def factors(self, kept, before, after):
        gates, g = kept
        i, f, o = ops.split(gates, 3, axis=-1)
        squashed = self.activations[0](after[1])
        by_gates = ops.concatenate([g, before[1], squashed], axis=-1) * self.slope(1, gates)
        by_all = ops.concatenate([by_gates, i * self.slope(0, g)], axis=-1)
        return by_all, o * self.slope(0, squashed), f

    def retreat(self, slopes, factors, transposed):
        (by_h, by_c), (by_all, by_squashed, f) = slopes, factors
        by_c = by_c + by_h * by_squashed
        by_x = ops.concatenate([by_c, by_c, by_h, by_c], axis=-1) * by_all
        return [ops.matmul(by_x, transposed[0]), by_c * f], by_x

    def gradients(self, told, kept, before):
        return told, [_kernel_gradient(before[0], told)]


class GRUStep(Step):
    """h = z * h + (1 - z) * hh with hh = activation(x_h + (r * h) @ U): the reset gate acts before the product.

    The weights are the kernel of the gates z and r, and that of the candidate hh.
    """

    def advance(self, x, states, products):
        activation, gate = self.activations
        h = states[0]
        units = h.shape[-1]
        gates = gate(x[..., : 2 * units] + products[0](h))
        z, r = ops.split(gates, 2, axis=-1)
        candidate = activation(x[..., 2 * units :] + products[1](r * h))
        return [candidate + z * (h - candidate)], (gates, candidate)

    def factors(self, kept, before, after):
        gates, candidate = kept
        z, r = ops.split(gates, 2, axis=-1)
        by_gates = ops.concatenate([before[0] - candidate, before[0]], axis=-1)
        return by_gates * self.slope(1, gates), (1 - z) * self.slope(0, candidate), z, r

    def retreat(self, slopes, factors, transposed):
        by_h = slopes[0]
        by_gates, by_candidate, z, r = factors
        candidate = by_h * by_candidate
        by_product = ops.matmul(candidate, transposed[1])
        gates = ops.concatenate([by_h, by_product], axis=-1) * by_gates
        by_h = by_h * z + by_product * r + ops.matmul(gates, transposed[0])
        return [by_h], (gates, candidate)

    def gradients(self, told, kept, before):
        gates, candidate = told
        by_weights = [
            _kernel_gradient(before[0], gates),
            _kernel_gradient(ops.split(kept[0], 2, axis=-1)[1] * before[0], candidate),
        ]
        return ops.concatenate([gates, candidate], axis=-1), by_weights


class ResetAfterStep(Step):
    """h = z * h + (1 - z) * hh with hh = activation(x_h + r * (h @ U + b)): the reset gate acts after the product.

    The weights are the kernel of all three, and a bias if there is one.
    """

    def products(self, weights):
        kernel, *bias = weights
        return [lambda h: sum(bias, ops.matmul(h, kernel))]

    def advance(self, x, states, products):
        activation, gate = self.activations
        h = states[0]
        split = 2 * h.shape[-1]
        from_h = products[0](h)
        gates, h_h = gate(x[..., :split] + from_h[..., :split]), from_h[..., split:]
        z, r = ops.split(gates, 2, axis=-1)
        candidate = activation(x[..., split:] + r * h_h)
        return [candidate + z * (h - candidate)], (gates, candidate, h_h)

    def factors(self, kept, before, after):
        gates, candidate, h_h = kept
        z, r = ops.split(gates, 2, axis=-1)
        by_candidate = (1 - z) * self.slope(0, candidate)
        by_z = (before[0] - candidate) * self.slope(1, z)
        by_r = by_candidate * h_h * self.slope(1, r)
        return ops.concatenate([by_z, by_r, by_candidate * r], axis=-1), by_candidate, z

    def retreat(self, slopes, factors, transposed):
        by_h = slopes[0]
        by_all, by_candidate, z = factors
        by_product = ops.concatenate([by_h, by_h, by_h], axis=-1) * by_all
        new = by_h * z + ops.matmul(by_product, transposed[0])
        return [new], (by_product, by_h * by_candidate)

    def gradients(self, told, kept, before):
        by_product, candidate = told
        by_weights = [_kernel_gradient(before[0], by_product)]
        if len(self.weights) > 1:
            by_weights.append(ops.sum(by_product, axis=(0, 1)))
        gates = by_product[..., : -candidate.shape[-1]]
        return ops.concatenate([gates, candidate], axis=-1), by_weights


def _kernel_gradient(states, slopes):
    """Return the gradient of a kernel that was multiplied by the states of all times."""
    rows = [ops.reshape(x, (-1, x.shape[-1])) for x in (states, slopes)]
    return ops.matmul(ops.transpose(rows[0]), rows[1])


# ------------------------------------------------------------------ whole loops
def run(step, x, states, mask=None, backwards=False):
    """Run a step that has a rule along the first axis.

    Args:
        step: a `Step`.
        x: projected inputs (time, batch, ...).
        states: a list of tensors (batch, units).
        mask: (time, batch), booleans; where False the states stay what they were.
        backwards: whether to go from the last time to the first.

    Returns:
        The first state after each step, (time, batch, units) in the order of `x`, and the list of last states.
    """
    count = len(states)
    masks = () if mask is None else (ops.cast(ops.expand_dims(mask, -1), dtypes.of(x)),)

    @ops.custom_gradient
    def loop(x, *others):
        states, weights, masks = others[:count], others[count:-1], others[-1:]
        if mask is None:
            weights, masks = others[count:], ()
        last, (after, kept) = _forward(step, x, states, weights, masks, backwards)
        back = functools.partial(_backward, step, states, weights, masks, after, kept, backwards)
        return (after[0], *last), back

    outputs, *last = loop(x, *states, *step.weights, *masks)
    return outputs, last


def _forward(step, x, states, weights, masks, backwards):
    products = step.products(weights)

    def advance(states, entry):
        new, kept = step.advance(entry[0], states, products)
        if masks:
            pairs = zip(new, states, strict=True)
            new = [ops.where(entry[1] > 0, now, old) for now, old in pairs]
        return new, (new, kept)

    return ops.scan(advance, list(states), (x, *masks), reverse=backwards)


def _backward(step, states, weights, masks, after, kept, backwards, by_outputs, *by_last):
    before = [_shifted(s, a, backwards) for s, a in zip(states, after, strict=True)]
    transposed = [ops.transpose(weight) for weight in weights]

    def retreat(slopes, entry):
        by_output, factors, *mask = entry
        first, *others = slopes
        slopes = [first + by_output, *others]
        through = [slope * mask[0] for slope in slopes] if mask else slopes
        new, told = step.retreat(through, factors, transposed)
        if mask:
            trios = zip(new, slopes, through, strict=True)
            new = [n + (slope - part) for n, slope, part in trios]
        return new, told

    entries = (by_outputs, step.factors(kept, before, after), *masks)
    by_states, told = ops.scan(retreat, list(by_last), entries, reverse=not backwards)
    by_x, by_weights = step.gradients(told, kept, before)
    return (by_x, *by_states, *by_weights, *(None for _ in masks))


def _shifted(first, after, backwards):
    """Return the states before each step, given the first one and those after each step."""
    first = ops.expand_dims(first, 0)
    parts = [after[1:], first] if backwards else [first, after[:-1]]
    return ops.concatenate(parts, axis=0)
