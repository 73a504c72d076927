"""What only TensorFlow has: its own look at a package named keras, its functions on Variables, its odd kernels."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import keras
from keras.backend.compute import compute
from keras.backend.program import LoopProgram, Program
from keras.backend.variable import Variable
from keras.layers import Lambda

ROOT = Path(__file__).resolve().parents[3]

REPORT = """
import json
import sys
print(json.dumps({
    "file": keras.__file__,
    "foreign": [name for name in sys.modules if name.startswith("keras.src")],
    "level": __import__("os").environ.get("TF_CPP_MIN_LOG_LEVEL"),
    "sum": float(keras.backend.eval(keras.backend.sum(keras.backend.constant([1.0, 2.0])))),
}))
"""


def report_of(script, **environment):
    """Return what a new process tells after some imports, with TensorFlow's logging as the environment says."""
    variables = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    variables |= {"KERAS_BACKEND": "tensorflow", "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script + REPORT],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


# ------------------------------------------------------------------ importing
@pytest.mark.parametrize("order", ["import keras, tensorflow", "import tensorflow, keras"])
def test_tensorflow_finds_this_library_and_no_other(order):
    found = report_of(order)
    assert Path(found["file"]) == Path(keras.__file__)
    assert found["foreign"] == []
    assert found["sum"] == 3


def test_the_users_logging_level_stays():
    assert report_of("import keras")["level"] == "2"
    assert report_of("import keras", TF_CPP_MIN_LOG_LEVEL="0")["level"] == "0"


# ------------------------------------------------------------------ the user's own TensorFlow code
def test_a_programs_variables_have_their_value_of_the_moment_in_tensorflows_functions():
    v = Variable([1.0, 2.0])

    def code(x):
        v.assign(v.value * 2.0)
        return tf.exp(v) + tf.constant([1.0, 1.0]) * v + x

    found = Program(code)(np.zeros(2, "float32"))
    np.testing.assert_allclose(found, np.exp([2, 4]) + [2, 4], rtol=1e-6)


def test_tensorflows_functions_in_a_layer_and_a_loss():
    layers = [Lambda(lambda x: tf.math.cumsum(x, axis=1), input_shape=(3,)), keras.layers.Dense(1)]
    model = keras.models.Sequential(layers)
    model.compile("sgd", lambda y, p: tf.reduce_mean(tf.math.squared_difference(y, p), -1))
    x = np.ones((4, 3), "float32")
    before = model.evaluate(x, np.ones((4, 1)), verbose=0)
    np.testing.assert_allclose(model.layers[0](x), np.cumsum(x, 1))
    model.fit(x, np.ones((4, 1)), verbose=0)
    assert model.evaluate(x, np.ones((4, 1)), verbose=0) != before


def test_an_array_leaves_an_operation_to_the_symbolic_tensor_beside_it():
    v = Variable([1.0, 2.0])
    loss = keras.backend.constant([3.0, 4.0]) * (v * 2.0)
    (found,) = keras.backend.function([], keras.backend.gradients(loss, [v]))([])
    np.testing.assert_array_equal(found, [6, 8])


def test_tensorflows_functions_refuse_symbolic_tensors():
    with pytest.raises(TypeError, match=r"keras\.ops.*Lambda"):
        tf.exp(keras.Input((2,)))


# ------------------------------------------------------------------ programs
def test_a_loop_keeps_64_bits_of_variables_that_lie_on_the_host():
    v = Variable(np.array([1 / 3]), "float64")

    def step(batch):
        v.assign_add(np.array([1e-12]))

    order = compute.asarray(np.zeros((1, 1), "int32"))
    run = LoopProgram(step, lambda: v.value, [v])
    run({"x": np.zeros(1, "float32")}, order, 0, 1, compute.random_key(0), 0)
    assert v.numpy()[0] - 1 / 3 == pytest.approx(1e-12, rel=1e-3)


def test_a_mask_without_a_value_is_refused():
    run = compute.compile(lambda x: compute.getitem(x, (compute.greater(x, 0),)))
    with pytest.raises(TypeError, match=r"'tensorflow' cannot do x\[mask\].*ops\.where"):
        run(np.ones(3, "float32"))


# ------------------------------------------------------------------ kernels
def test_a_rectifier_shows_nan_though_it_follows_a_convolution():
    x = np.ones((1, 5, 5, 1), "float32")
    x[0, 2, 2] = np.nan
    kernel, bias = np.ones((2, 2, 1, 3), "float32"), np.ones(3, "float32")

    def run(x, kernel, bias):
        y = compute.conv(x, kernel, (1, 1), [(0, 0)] * 2, (1, 1), 1, False)
        return compute.maximum(compute.add(y, bias), 0)

    found = compute.to_numpy(compute.compile(run)(x, kernel, bias))
    assert np.isnan(found).sum() == 4 * 3
    assert found[0, 0, 0].tolist() == [5, 5, 5]


def slope(function):
    """Return the function that differentiates the sum of `function`."""
    run = compute.value_and_grad(lambda x: (compute.sum(function(x)), ()))
    return lambda x: run(x)[1]


def test_a_rectifier_has_two_derivatives():
    x = compute.asarray(np.array([-2.0, 0.0, 3.0], "float32"))
    rectified_cube = slope(lambda x: compute.maximum(x * x * x, 0))
    np.testing.assert_allclose(rectified_cube(x), [0, 0, 27])
    np.testing.assert_allclose(slope(rectified_cube)(x), [0, 0, 18])


def test_a_running_product_has_a_gradient_at_zero():
    x = np.array([2.0, 0.0, 3.0, 4.0, 5.0], "float32")
    found = slope(lambda x: compute.cumprod(x, 0))(compute.asarray(x))
    # By x[1] it is 2 * (1 + 3 + 12 + 60), by x[0] only the first product counts.
    np.testing.assert_allclose(found, [1, 152, 0, 0, 0])


@pytest.mark.parametrize(
    "key", [(0, slice(None), [1, 0]), ([0, 1], slice(None), [2, 0]), (..., [1], None, [[0], [1]])]
)
def test_picks_land_where_numpy_has_them(key):
    x = np.arange(24.0).reshape(2, 3, 4).astype("float32")
    np.testing.assert_array_equal(compute.getitem(compute.asarray(x), key), x[key])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "int8", "int16"])
def test_integers_that_tensorflow_has_few_kernels_for(dtype):
    x = np.array([[1, 2], [3, 0]], dtype)
    own = compute.asarray(x, dtype)
    for name in ("abs", "negative", "sign", "square", "isfinite"):
        found = compute.to_numpy(getattr(compute, name)(own))
        expected = getattr(np, name)(x)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype
    for found, expected in [
        (compute.matmul(own, own), x @ x),
        (compute.power(own, own), x**x),
        (compute.tile(own, (2, 1)), np.tile(x, (2, 1))),
        (compute.einsum("ij,jk->ik", own, own), x @ x),
    ]:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_where_tensorflow_has_no_kernel(dtype):
    x = np.array([[2.0, 1.0], [1.0, 2.0]])
    own = compute.asarray(x, dtype)
    for found, expected in [
        (compute.cholesky(own), np.linalg.cholesky(x)),
        (compute.erfinv(own * 0.25), [[0.4769, 0.2253], [0.2253, 0.4769]]),
        (compute.gammaln(own + 1.0), [[np.log(2), 0.0], [0.0, np.log(2)]]),
    ]:
        assert found.dtype == dtype
        np.testing.assert_allclose(compute.to_numpy(found).astype("float64"), expected, atol=6e-3)


def test_grouped_and_dilated_convolutions_have_gradients_in_every_float_type():
    x, kernel = np.ones((1, 6, 6, 4)), np.ones((2, 2, 2, 4))
    for dtype in ("float32", "float64", "float16"):
        run = compute.value_and_grad(
            lambda values: (
                compute.sum(compute.conv(*values, (1, 1), [(0, 0)] * 2, (2, 2), 2, False)),
                (),
            )
        )
        (total, _), (by_x, by_kernel) = run([compute.asarray(a, dtype) for a in (x, kernel)])
        assert float(total) == 4 * 4 * 4 * 8
        np.testing.assert_array_equal(by_kernel, np.full((2, 2, 2, 4), 16))
        assert compute.to_numpy(by_x).sum() == 4 * 4 * 4 * 8
