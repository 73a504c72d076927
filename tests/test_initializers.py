import copy
import math

import numpy as np
import pytest

from keras import initializers, layers, models, registry

N = 200_000


def moments(initializer, shape=(500, 400)):
    w = initializer(shape)
    assert w.shape == shape and w.dtype == "float32"
    return float(w.mean()), float(w.std())


def test_constants():
    assert initializers.Zeros()((2, 3)).tolist() == [[0] * 3] * 2
    assert initializers.Ones()((2,)).tolist() == [1, 1]
    assert initializers.Constant(2.5)((2,)).tolist() == [2.5, 2.5]
    assert initializers.Constant([1, 2])((3, 2)).tolist() == [[1, 2]] * 3
    assert initializers.Identity(3.0)((2, 3)).tolist() == [[3, 0, 0], [0, 3, 0]]
    with pytest.raises(ValueError, match=r"Identity makes matrices.*\(2,\)"):
        initializers.Identity()((2,))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32"])
def test_dtype(dtype):
    for name in ("zeros", "ones", "random_uniform", "truncated_normal"):
        assert initializers.get(name)((2, 2), dtype).dtype == dtype
    assert initializers.Orthogonal()((2, 2), dtype).dtype == dtype


def test_bfloat16_is_made_on_the_host():
    assert initializers.RandomNormal(seed=1)((3,), "bfloat16").dtype.name == "bfloat16"


def test_random_distributions_have_the_moments_of_their_formulas():
    mean, std = moments(initializers.RandomNormal(1.0, 2.0, seed=1))
    assert abs(mean - 1) < 0.02 and abs(std - 2) < 0.02
    mean, std = moments(initializers.RandomUniform(-1.0, 3.0, seed=1))
    assert abs(mean - 1) < 0.02 and abs(std - 4 / math.sqrt(12)) < 0.01
    mean, std = moments(initializers.TruncatedNormal(0.5, 2.0, seed=1))
    assert abs(mean - 0.5) < 0.02 and abs(std - 2 * 0.87962566103423978) < 0.02


def test_truncated_normal_has_the_exact_distribution():
    draws = np.sort(initializers.TruncatedNormal(0.0, 1.0, seed=2)((N,)).astype("float64"))
    assert draws[0] >= -2.00001 and draws[-1] <= 2.00001
    edge = math.erf(2 / math.sqrt(2))
    exact = np.array([(math.erf(x / math.sqrt(2)) / edge + 1) / 2 for x in draws[::500]])
    empirical = (np.arange(N)[::500] + 0.5) / N
    # The Kolmogorov-Smirnov distance exceeds 1.95 / sqrt(n) once in a thousand samples.
    assert np.abs(exact - empirical).max() < 1.95 / math.sqrt(N)


def test_truncated_normal_is_the_quantile_of_the_uniform_draws():
    u = np.random.default_rng(7).random(1000, dtype="float32").astype("float64")
    edge = math.erf(math.sqrt(2))
    z = initializers.TruncatedNormal(0.0, 1.0, seed=7)((1000,))
    back = np.array([math.erf(x / math.sqrt(2)) for x in z.astype("float64")])
    np.testing.assert_allclose(back, (2 * u - 1) * edge, atol=3e-7)


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("lecun_uniform", 1 / 500),
        ("lecun_normal", 1 / 500),
        ("glorot_uniform", 2 / 900),
        ("glorot_normal", 2 / 900),
        ("he_uniform", 2 / 500),
        ("he_normal", 2 / 500),
    ],
)
def test_variance_follows_the_fans(name, variance):
    mean, std = moments(getattr(initializers, name)(seed=3))
    assert abs(mean) < 0.001
    assert std == pytest.approx(math.sqrt(variance), rel=0.01)


@pytest.mark.parametrize(
    ("distribution", "largest"),
    [
        ("uniform", math.sqrt(3)),
        ("normal", 2 / 0.87962566103423978),
        ("truncated_normal", 2 / 0.87962566103423978),
        ("untruncated_normal", 4.7),
    ],
)
def test_variance_scaling_distributions(distribution, largest):
    w = initializers.VarianceScaling(4.0, "fan_out", distribution, seed=1)((500, 400)) * 10
    assert w.std() == pytest.approx(1, rel=0.01)
    assert abs(w).max() == pytest.approx(largest, rel=0.15 if largest > 4 else 1e-3)


def test_fans_count_the_window_of_a_kernel():
    uniform = initializers.VarianceScaling(3.0, "fan_in", "uniform", seed=1)
    assert abs(uniform((3, 5, 40, 20))).max() == pytest.approx(3 / math.sqrt(600), rel=1e-3)
    uniform = initializers.VarianceScaling(3.0, "fan_out", "uniform", seed=1)
    assert abs(uniform((3, 5, 40, 20))).max() == pytest.approx(3 / math.sqrt(300), rel=1e-3)
    assert abs(uniform((10000,))).max() == pytest.approx(3 / math.sqrt(100), rel=1e-3)


@pytest.mark.parametrize(
    "arguments", [{"scale": 0}, {"mode": "fan"}, {"distribution": "cauchy"}], ids=str
)
def test_variance_scaling_refuses(arguments):
    with pytest.raises(ValueError, match="VarianceScaling: " + next(iter(arguments))):
        initializers.VarianceScaling(**arguments)


@pytest.mark.parametrize("shape", [(6, 6), (4, 9), (9, 4), (3, 3, 2, 5)])
def test_orthogonal(shape):
    w = initializers.Orthogonal(2.0, seed=1)(shape).reshape(-1, shape[-1])
    product = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(product, 4 * np.eye(min(w.shape)), atol=1e-5)


def test_orthogonal_matrices_turn_and_mirror_alike():
    determinants = [np.linalg.det(initializers.Orthogonal(seed=s)((3, 3))) for s in range(200)]
    assert 70 < sum(d > 0 for d in determinants) < 130
    with pytest.raises(ValueError, match=r"at least two axes, got \(3,\)"):
        initializers.Orthogonal()((3,))


@pytest.mark.parametrize(
    "name", ["uniform", "normal", "truncated_normal", "orthogonal", "he_normal"]
)
def test_seeds(name):
    make = {"class_name": name, "config": {"seed": 5}}
    seeded, free = initializers.get(make), initializers.get(name)
    np.testing.assert_array_equal(seeded((3, 4)), seeded((3, 4)))
    assert not np.array_equal(free((3, 4)), free((3, 4)))
    np.random.seed(4)
    first = free((3, 4))
    np.random.seed(4)
    np.testing.assert_array_equal(first, free((3, 4)))


NAMES = [
    "zero",
    "zeros",
    "Zeros",
    "one",
    "ones",
    "Ones",
    "constant",
    "Constant",
    "uniform",
    "random_uniform",
    "RandomUniform",
    "normal",
    "random_normal",
    "RandomNormal",
    "truncated_normal",
    "TruncatedNormal",
    "VarianceScaling",
    "identity",
    "Identity",
    "orthogonal",
    "Orthogonal",
    "lecun_uniform",
    "lecun_normal",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "LecunUniform",
    "LecunNormal",
    "GlorotUniform",
    "GlorotNormal",
    "HeUniform",
    "HeNormal",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_and_config_resolves(name):
    found = initializers.get(name)
    assert isinstance(found, initializers.Initializer)
    assert found((4, 4)).shape == (4, 4)
    assert isinstance(initializers.get({"class_name": name, "config": {}}), type(found))
    config = initializers.serialize(found)
    again = initializers.deserialize(config)
    assert type(again) is type(found) and again.get_config() == found.get_config()


def test_classic_functions_have_the_general_config():
    assert initializers.serialize(initializers.glorot_uniform(seed=1)) == {
        "class_name": "VarianceScaling",
        "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": 1},
    }
    assert initializers.HeNormal(3).get_config() == {"seed": 3}
    np.testing.assert_array_equal(
        initializers.HeNormal(3)((4, 5)), initializers.he_normal(3)((4, 5))
    )


def test_functions_and_own_classes():
    def mine(shape, dtype=None):
        return np.full(shape, 7.0)

    assert initializers.get(mine) is mine
    assert isinstance(initializers.get(initializers.he_normal), initializers.VarianceScaling)
    with registry.CustomObjectScope({"mine": mine}):
        assert initializers.get("mine") is mine
    with pytest.raises(ValueError, match=r"Unknown initializer: 'glorot'.*'glorot_normal'"):
        initializers.get("glorot")
    with pytest.raises(ValueError, match="Unknown initializer: 'get'"):
        initializers.get("get")
    with pytest.raises(ValueError, match="got None"):
        initializers.get(None)


# ------------------------------------------------------------------ large weights are drawn when they are needed
@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize(
    "make",
    [
        initializers.RandomNormal,
        initializers.RandomUniform,
        initializers.TruncatedNormal,
        initializers.he_normal,
        initializers.LecunUniform,
    ],
)
def test_a_large_weight_has_the_numbers_that_would_have_been_drawn_at_once(make, seed):
    shape = (300, 400)
    np.random.seed(5)
    expected = [make(seed=seed)(shape), make(seed=seed)(shape)]
    np.random.seed(5)
    layer = layers.Dense(400, kernel_initializer=make(seed=seed))
    layer.build((None, 300))
    other = layers.Dense(400, kernel_initializer=make(seed=seed))
    other.build((None, 300))
    np.random.random()  # what is drawn meanwhile does not matter
    np.testing.assert_array_equal(other.get_weights()[0], expected[1])
    np.testing.assert_array_equal(layer.get_weights()[0], expected[0])


def test_only_large_weights_of_own_draws_wait():
    class Mine(initializers.RandomNormal):
        def __call__(self, shape, dtype=None):
            return np.zeros(shape)

    assert initializers.pending(initializers.RandomNormal(), (1 << 16,), "float32") is not None
    assert initializers.pending(initializers.RandomNormal(), (10,), "float32") is None
    assert initializers.pending(initializers.Zeros(), (1 << 16,), "float32") is None
    assert initializers.pending(Mine(), (1 << 16,), "float32") is None


def test_a_large_weight_can_be_computed_with_trained_and_copied():
    model = models.Sequential([layers.Dense(400, input_shape=(300,)), layers.Dense(1)])
    x, y = np.ones((8, 300), "float32"), np.zeros((8, 1), "float32")
    kernel = copy.deepcopy(model.layers[0].kernel)
    np.testing.assert_allclose(
        np.asarray(model.layers[0](x)), x @ kernel.numpy(), rtol=1e-4, atol=1e-5
    )
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    assert not np.array_equal(model.layers[0].kernel.numpy(), kernel.numpy())


def test_the_kernel_of_a_short_time_fourier_transform():
    # Keras 3.15 gave these.
    expected = [
        0,
        0,
        0,
        0,
        -0.14088990,
        -0.14088988,
        0,
        -0.59594470,
        0.59594476,
        0,
        0,
        0,
        0,
        0.14088990,
        -0.14088987,
    ]
    kernel = initializers.STFT("imag", "blackman", periodic=True)((5, 1, 4))
    expected = np.array(expected).reshape(5, 3)
    np.testing.assert_allclose(kernel[:, 0, :3], expected, atol=1e-6)
    expected = [0.02072539, 0.06559448, 0.16641441, 0.24726571]
    kernel = initializers.get("stft").__class__(window="hamming", scaling="spectrum")((8, 1, 5))
    np.testing.assert_allclose(kernel[:4, 0, 0], expected, rtol=1e-5)
    # A convolution with it is the transform that NumPy computes.
    signal, window = np.random.default_rng(0).normal(size=8), np.hanning(8)
    real, imag = (initializers.STFT(side)((8, 1, 5))[:, 0] for side in ("real", "imag"))
    found = signal @ real + 1j * (signal @ imag)
    scaled = window / np.sqrt(np.sum(window**2))
    np.testing.assert_allclose(found, np.fft.rfft(signal * scaled), rtol=1e-5, atol=1e-6)


def test_the_kernel_of_a_transform_names_what_does_not_fit():
    for options, match in (
        ({"side": "left"}, "side should be one of"),
        ({"scaling": "none"}, "scaling should be one of"),
        ({"window": "no such"}, "no such"),
    ):
        with pytest.raises(ValueError, match=match):
            initializers.STFT(**options)
    with pytest.raises(ValueError, match=r"kernels of the shape .*got \(4, 3\)"):
        initializers.STFT()((4, 3))


def test_names_of_keras_3():
    assert initializers.IdentityInitializer is initializers.Identity
    assert isinstance(initializers.get("OrthogonalInitializer"), initializers.Orthogonal)
    assert isinstance(initializers.get("STFTInitializer"), initializers.STFT)
