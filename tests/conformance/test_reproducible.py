"""`numpy.random.seed` makes everything repeatable: when called again, later, and in another process."""

import numpy as np
import pytest

from keras import initializers, ops
from keras.backend import seed
from keras.backend.compute import has
from keras.backend.program import Program
from keras.layers import Dense, Dropout

from .scripts import run_script
from .support import FLOAT, host


def weights():
    layer = Dense(4)
    layer.build((None, 3))
    return layer.get_weights()[0]


def initializer():
    return initializers.get("he_normal")((3, 4))


def dropout():
    layer = Dropout(0.5)
    return Program(lambda x: layer(x, training=True))(np.ones((8, 8), FLOAT))


def eager_dropout():
    return Dropout(0.5)(np.ones((8, 8), FLOAT), training=True)


def shuffled():
    return ops.random.shuffle(np.arange(40))


def host_order():
    return seed.generator().permutation(40)


SOURCES = [weights, initializer, dropout, eager_dropout, shuffled, host_order]


@pytest.mark.parametrize("source", SOURCES)
def test_one_seed_gives_the_same_again_at_any_time(source):
    def draw():
        found = source()
        return found if isinstance(found, np.ndarray) else host(ops.convert_to_tensor(found))

    np.random.seed(0)
    first, second = draw(), draw()
    np.random.seed(1)
    other = draw()
    np.random.seed(0)
    again = draw()
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_set_random_seed_sets_pythons_and_numpys_numbers():
    import random

    def draw():
        seed.set_random_seed(7)
        return random.random(), np.random.random(), eager_dropout()

    (a, b, c), (d, e, f) = draw(), draw()
    assert (a, b) == (d, e)
    np.testing.assert_array_equal(host(c), host(f))


TRAINING = """
import json
import numpy as np

np.random.seed(3)

from keras import ops
from keras.backend.compute import compute
from keras.backend.program import LoopProgram, Program
from keras.backend.variable import Variable, gradient
from keras.layers import Dense, Dropout

layers = [Dense(8, activation="tanh"), Dropout(0.3), Dense(1)]
x = np.random.normal(size=(32, 4)).astype("float32")
data = {"x": compute.asarray(x), "y": compute.asarray(x.sum(1, keepdims=True) ** 2)}
losses = Variable(np.zeros(60, "float32"))
count = Variable(0, "int32")


def loss(batch):
    h = batch["x"]
    for layer in layers:
        h = layer(h)
    return ops.mean(ops.square(h - batch["y"])), ()


def step(batch):
    weights = [w for layer in layers for w in layer.trainable_weights]
    (value, _), slopes = gradient(lambda: loss(batch), weights)
    for weight, slope in zip(weights, slopes):
        weight.assign_sub(0.01 * slope)
    losses.assign(ops.slice_update(losses, [count.value], ops.reshape(value, (1,))))
    count.assign_add(1)


loss(data)
order = compute.asarray(np.stack([np.random.permutation(32)[:8] for _ in range(60)]), "int32")
variables = [losses, count, *(w for layer in layers for w in layer.weights)]
run = LoopProgram(step, lambda: losses.value, variables, training=True)
run(data, order, 0, 60, compute.random_key(5), 0)
print(json.dumps([float(n) for n in losses.numpy()]))
"""


@pytest.mark.skipif(not (has("grad") and has("loop")), reason="the backend cannot train")
def test_two_processes_train_alike():
    first, second = run_script(TRAINING), run_script(TRAINING)
    assert first == second
    assert np.mean(first[-20:]) < 0.9 * np.mean(first[:20])
    assert len(set(first)) == 60
