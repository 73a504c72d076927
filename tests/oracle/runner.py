"""Runs a row of a layer table with whichever `keras` is importable.

The same code makes the stored numbers (with Keras 2.2.4) and the numbers compared with them.
"""

from keras.layers import Input, Layer
from keras.models import Model
from keras.optimizers import SGD

from .row import draw, rng


class Shift(Layer):
    """Adds a trainable offset of the input's own shape."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        self.offset = self.add_weight(
            name="offset", shape=tuple(input_shape[1:]), initializer="zeros", trainable=True
        )
        super().build(input_shape)

    def call(self, inputs):
        return inputs + self.offset


def as_list(value):
    """A list from one value, a list or a tuple."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def make_model(row):
    """The model of a row: inputs, offsets, what the row builds."""
    batch = row.options["batch"]
    tensors, heads = [], []
    for spec in row.inputs:
        dtype = "int32" if "ints" in spec.kind else "float32"
        fixed = {"batch_shape": (batch,) + tuple(spec.shape)}
        tensor = Input(dtype=dtype, **(fixed if row.options["stateful"] else {"shape": spec.shape}))
        shifted = spec.kind == "real" and row.options["shift"]
        tensors.append(tensor)
        heads.append(Shift()(tensor) if shifted else tensor)
    return Model(tensors, row.build(*heads))


def random_weights(shapes, random, positive=False):
    """Weights of the given shapes, drawn in order."""
    low, high = (0.2, 1.0) if positive else (-0.5, 0.5)
    return [random.uniform(low, high, shape).astype("float32") for shape in shapes]


def numbered(prefix, arrays):
    """{prefix0: first array, prefix1: second array ...}"""
    return {f"{prefix}{i}": value for i, value in enumerate(arrays)}


def forward(row, model, data):
    """Outputs of the row's calls, by key."""
    batch = row.options["batch"]
    result = numbered("out", as_list(model.predict(data, batch_size=batch)))
    if row.options["stateful"]:
        result.update(numbered("again", as_list(model.predict(data, batch_size=batch))))
        model.reset_states()
        result.update(numbered("reset", as_list(model.predict(data, batch_size=batch))))
    return result


def train(row, model, data, targets):
    """Losses of two steps of SGD, and the weights after them, by key."""
    model.compile(SGD(lr=row.options["lr"]), "mse")
    losses = [as_list(model.train_on_batch(data, targets))[0] for _ in range(2)]
    result = numbered("after", model.get_weights())
    result["losses"] = losses
    return result


def run(row, weights=None):
    """What a row's model gives: shapes, weights, outputs, training. No weights: random ones."""
    random = rng(row.name)
    data = [draw(spec, row.options["batch"], random) for spec in row.inputs]
    model = make_model(row)
    shapes = [w.shape for w in model.get_weights()]
    if weights is None:
        weights = random_weights(shapes, random, row.options["positive"])
    model.set_weights(weights)
    result = {
        "output_shape": output_shapes(model),
        "params": int(model.count_params()),
        "trainable": len(model.trainable_weights),
    }
    result.update(numbered("w", model.get_weights()))
    outputs = forward(row, model, data)
    result.update(outputs)
    if row.options["train"] and model.trainable_weights:
        count = len(result["output_shape"])
        target_random = rng(row.name + " targets")
        targets = [
            target_random.uniform(-1, 1, outputs[f"out{i}"].shape).astype("float32")
            for i in range(count)
        ]
        result.update(train(row, model, data, targets))
    return result


def output_shapes(model):
    """The model's output shapes, one list an output."""
    shape = model.output_shape
    shapes = shape if isinstance(shape, list) else [shape]
    return [[size if size is None else int(size) for size in one] for one in shapes]
