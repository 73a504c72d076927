import json
import math
from pathlib import Path

import numpy as np
import pytest

from keras import ops, optimizers
from keras.backend.compute import has
from keras.backend.graph import Function
from keras.backend.program import Program
from keras.backend.variable import Variable, gradient
from keras.optimizers import schedules

SHAPES = [(3, 2), (4,)]
RNG = np.random.default_rng(0)
START = [RNG.normal(size=s) for s in SHAPES]
GRADIENTS = [[RNG.normal(size=s) for s in SHAPES] for _ in range(5)]
EPS = 1e-7


# ------------------------------------------------------------------ the rules in NumPy
def sgd(momentum=0.0, nesterov=False):
    def rule(g, p, s, lr, t):
        v = momentum * s.get("v", 0) - lr * g
        s["v"] = v
        return p + (momentum * v - lr * g if nesterov else v)

    return rule


def rmsprop(rho=0.9, inside=0.0, beside=EPS):
    def rule(g, p, s, lr, t):
        s["a"] = rho * s.get("a", 0) + (1 - rho) * g**2
        return p - lr * g / (np.sqrt(s["a"] + inside) + beside)

    return rule


def adagrad(inside=0.0, beside=EPS):
    def rule(g, p, s, lr, t):
        s["a"] = s.get("a", 0) + g**2
        return p - lr * g / (np.sqrt(s["a"] + inside) + beside)

    return rule


def adadelta(rho=0.95):
    def rule(g, p, s, lr, t):
        s["a"] = rho * s.get("a", 0) + (1 - rho) * g**2
        change = g * np.sqrt(s.get("d", 0) + EPS) / np.sqrt(s["a"] + EPS)
        s["d"] = rho * s.get("d", 0) + (1 - rho) * change**2
        return p - lr * change

    return rule


def adam(b1=0.9, b2=0.999, amsgrad=False):
    def rule(g, p, s, lr, t):
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        s["vhat"] = np.maximum(s.get("vhat", 0), s["v"])
        lr = lr * math.sqrt(1 - b2**t) / (1 - b1**t)
        return p - lr * s["m"] / (np.sqrt(s["vhat" if amsgrad else "v"]) + EPS)

    return rule


def adamax(b1=0.9, b2=0.999):
    def rule(g, p, s, lr, t):
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["u"] = np.maximum(b2 * s.get("u", 0), np.abs(g))
        return p - lr / (1 - b1**t) * s["m"] / (s["u"] + EPS)

    return rule


def lamb(b1=0.9, b2=0.999):
    def rule(g, p, s, lr, t):
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        step = s["m"] / (1 - b1**t) / (np.sqrt(s["v"] / (1 - b2**t)) + EPS)
        return p - lr * np.linalg.norm(p) / np.linalg.norm(step) * step

    return rule


def lion(b1=0.9, b2=0.99):
    def rule(g, p, s, lr, t):
        m = s.get("m", 0)
        s["m"] = b2 * m + (1 - b2) * g
        return p - lr * np.sign(b1 * m + (1 - b1) * g)

    return rule


def shrinking(rule, share):
    """A rule before which each weight loses a share, times the learning rate."""
    return lambda g, p, s, lr, t: rule(g, p * (1 - share * lr), s, lr, t)


def nadam(b1=0.9, b2=0.999, schedule_decay=0.004):
    def momentum(t):
        return b1 * (1 - 0.5 * 0.96 ** (t * schedule_decay))

    def rule(g, p, s, lr, t):
        product = math.prod(momentum(i) for i in range(1, t + 1))
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        g_share = g / (1 - product)
        m_share = s["m"] / (1 - product * momentum(t + 1))
        mean = (1 - momentum(t)) * g_share + momentum(t + 1) * m_share
        return p - lr * mean / (np.sqrt(s["v"] / (1 - b2**t)) + EPS)

    return rule


def by_hand(rule, lr, decay=0.0, clipnorm=None, clipvalue=None):
    values, slots = [p.copy() for p in START], [{}, {}]
    for step, gradients in enumerate(GRADIENTS):
        if clipnorm:
            norm = math.sqrt(sum((g**2).sum() for g in gradients))
            gradients = [g * min(1.0, clipnorm / norm) for g in gradients]
        if clipvalue:
            gradients = [np.clip(g, -clipvalue, clipvalue) for g in gradients]
        rate = lr(step) if callable(lr) else lr / (1 + decay * step)
        values = [
            rule(g, p, s, rate, step + 1) for g, p, s in zip(gradients, values, slots, strict=True)
        ]
    return values


def by_optimizer(optimizer, compiled=False):
    weights = [Variable(p) for p in START]
    step = lambda *gradients: optimizer.apply(gradients, weights)  # noqa: E731
    run = Program(step) if compiled else step
    for gradients in GRADIENTS:
        run(*(g.astype("float32") for g in gradients))
    return [w.numpy() for w in weights]


CASES = [
    (optimizers.SGD, {"lr": 0.1}, sgd()),
    (optimizers.SGD, {"lr": 0.1, "momentum": 0.8}, sgd(0.8)),
    (optimizers.SGD, {"lr": 0.1, "momentum": 0.8, "nesterov": True}, sgd(0.8, True)),
    (optimizers.RMSprop, {"lr": 0.1, "rho": 0.8}, rmsprop(0.8)),
    (optimizers.RMSprop, {"lr": 0.1, "epsilon": 0.2, "epsilon_inside": True}, rmsprop(0.9, 0.2, 0)),
    (optimizers.Adagrad, {"lr": 0.1}, adagrad()),
    (optimizers.Adagrad, {"lr": 0.1, "epsilon": 0.2, "epsilon_inside": True}, adagrad(0.2, 0)),
    (optimizers.Adadelta, {"lr": 1.0, "rho": 0.9}, adadelta(0.9)),
    (optimizers.Adam, {"lr": 0.1, "beta_1": 0.8}, adam(0.8)),
    (optimizers.Adam, {"lr": 0.1, "beta_2": 0.5, "amsgrad": True}, adam(0.9, 0.5, True)),
    (optimizers.AdamW, {"lr": 0.1, "weight_decay": 0.2}, shrinking(adam(), 0.2)),
    (optimizers.Adamax, {"lr": 0.1, "beta_2": 0.9}, adamax(0.9, 0.9)),
    (optimizers.Lamb, {"lr": 0.1, "beta_2": 0.9}, lamb(0.9, 0.9)),
    (optimizers.Lion, {"lr": 0.1, "beta_1": 0.8}, lion(0.8)),
    (optimizers.Nadam, {"lr": 0.1, "schedule_decay": 0.1}, nadam(schedule_decay=0.1)),
]
IDS = [f"{cls.__name__}-{'-'.join(arguments)}" for cls, arguments, _ in CASES]


@pytest.mark.parametrize(("cls", "arguments", "rule"), CASES, ids=IDS)
@pytest.mark.parametrize(
    "common",
    [{}, {"decay": 0.3}, {"clipnorm": 1.5}, {"clipvalue": 0.4}],
    ids=str,
)
def test_five_steps(cls, arguments, rule, common):
    expected = by_hand(rule, arguments["lr"], **common)
    got = by_optimizer(cls(**arguments, **common))
    for value, wanted in zip(got, expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=3e-5, atol=3e-6)


@pytest.mark.parametrize(("cls", "rule"), [(optimizers.SGD, sgd(0.8)), (optimizers.Nadam, nadam())])
def test_weights_decay_under_any_rule(cls, rule):
    options = {"momentum": 0.8} if cls is optimizers.SGD else {}
    expected = by_hand(shrinking(rule, 0.5), 0.1, decay=0.3)
    optimizer = cls(0.1, weight_decay=0.5, decay=0.3, **options)
    for value, wanted in zip(by_optimizer(optimizer), expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=3e-5, atol=3e-6)
    assert optimizer.get_config()["weight_decay"] == 0.5
    assert "weight_decay" not in cls().get_config()


def test_lamb_takes_a_plain_step_where_a_length_is_zero():
    weight = Variable(np.zeros(2, "float32"))
    optimizers.Lamb(0.5).apply([np.array([3.0, 0.0], "float32")], [weight])
    np.testing.assert_allclose(weight.numpy(), [-0.5, 0.0], rtol=1e-5)


def test_a_large_clipnorm_changes_nothing():
    expected = by_hand(sgd(), 0.1)
    for value, wanted in zip(
        by_optimizer(optimizers.SGD(0.1, clipnorm=1e3)), expected, strict=True
    ):
        np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cls", [optimizers.SGD, optimizers.Adam, optimizers.Nadam])
def test_eager_steps_equal_compiled_ones(cls):
    for a, b in zip(by_optimizer(cls()), by_optimizer(cls(), compiled=True), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


# ------------------------------------------------------------------ Keras 2.2.4
STORED = json.loads((Path(__file__).parent / "keras_2_2_4.json").read_text())
CLASSIC = {
    "sgd": lambda: optimizers.SGD(0.1),
    "sgd_m": lambda: optimizers.SGD(0.1, momentum=0.9, decay=0.1),
    "sgd_n": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipvalue=0.1),
    "sgd_clip": lambda: optimizers.SGD(0.1, clipnorm=0.5),
    "rmsprop": lambda: optimizers.RMSprop(0.01, decay=0.1),
    "adagrad": lambda: optimizers.Adagrad(0.1, decay=0.1),
    "adadelta": lambda: optimizers.Adadelta(1.0, decay=0.1),
    "adam": lambda: optimizers.Adam(0.1, decay=0.1),
    "adam_ams": lambda: optimizers.Adam(0.1, amsgrad=True, clipnorm=0.7),
    "adamax": lambda: optimizers.Adamax(0.1),
    "nadam": lambda: optimizers.Nadam(0.1),
}


@pytest.mark.parametrize("name", CLASSIC)
def test_a_linear_model_learns_as_in_keras_2_2_4(name):
    data = {key: np.array(value, "float32") for key, value in STORED["data"].items()}
    x, y = data["x"].reshape(8, 3), data["y"].reshape(8, 2)
    kernel, bias = Variable(data["w0"].reshape(3, 2)), Variable(np.zeros(2, "float32"))
    optimizer = CLASSIC[name]()

    def step(x, y):
        def loss():
            return ops.mean(ops.square(ops.matmul(x, kernel) + bias - y)), ()

        (value, _), gradients = gradient(loss, [kernel, bias])
        optimizer.apply(gradients, [kernel, bias])
        return value

    run, case = Program(step), STORED["cases"][name]
    np.testing.assert_allclose([float(run(x, y)) for _ in range(5)], case["losses"], rtol=1e-5)
    np.testing.assert_allclose(kernel.numpy().ravel(), case["kernel"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(bias.numpy(), case["bias"], rtol=1e-5, atol=1e-6)
    assert [list(w.shape) for w in optimizer.get_weights()] == case["shapes"]


# ------------------------------------------------------------------ hyperparameters
def test_the_learning_rate_changes_without_compiling_anew():
    optimizer, weight = optimizers.SGD(0.5), Variable([1.0])
    traces = []

    def step(g):
        traces.append(1)
        optimizer.apply([g], [weight])

    run, g = Program(step), np.array([1.0], "float32")
    run(g)
    assert weight.numpy().tolist() == [0.5]
    count = len(traces)
    optimizer.lr.assign(0.25)
    run(g)
    optimizer.lr = 0.125
    run(g)
    optimizer.learning_rate = 0.0625
    run(g)
    assert weight.numpy().tolist() == [0.5 - 0.25 - 0.125 - 0.0625]
    assert len(traces) == count or not has("records")
    assert optimizer.learning_rate is optimizer.lr and optimizer.lr in optimizer.hyperparameters
    assert int(optimizer.iterations.numpy()) == 4


def test_both_spellings_and_the_classic_position():
    assert optimizers.Adam(0.5).get_config()["lr"] == 0.5
    assert optimizers.Adam(lr=0.5).get_config()["lr"] == 0.5
    config = optimizers.Adam(learning_rate=0.5, clipnorm=1.0).get_config()
    assert config == {
        "lr": 0.5,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "decay": 0.0,
        "amsgrad": False,
        "clipnorm": 1.0,
    }
    assert optimizers.SGD(0.01, 0.9, 1e-6, True).get_config() == {
        "lr": 0.01,
        "momentum": 0.9,
        "decay": 1e-6,
        "nesterov": True,
    }


DEFAULTS = {
    "SGD": {"lr": 0.01, "momentum": 0.0, "decay": 0.0, "nesterov": False},
    "RMSprop": {"lr": 0.001, "rho": 0.9, "epsilon": 1e-7, "decay": 0.0},
    "Adagrad": {"lr": 0.01, "epsilon": 1e-7, "decay": 0.0},
    "Adadelta": {"lr": 1.0, "rho": 0.95, "epsilon": 1e-7, "decay": 0.0},
    "Adamax": {"lr": 0.002, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "decay": 0.0},
    "Nadam": {
        "lr": 0.002,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "schedule_decay": 0.004,
    },
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_names_and_configs(name):
    for identifier in (name, name.lower(), {"class_name": name.lower(), "config": {}}):
        optimizer = optimizers.get(identifier)
        assert type(optimizer) is getattr(optimizers, name)
        assert optimizer.get_config() == DEFAULTS[name]
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert again.get_config() == DEFAULTS[name]
    assert optimizers.get(optimizer) is optimizer
    changed = type(optimizer).from_config({**DEFAULTS[name], "lr": 0.5})
    assert changed.get_config()["lr"] == 0.5


def test_configs_hold_the_present_values():
    optimizer = optimizers.RMSprop()
    optimizer.lr.assign(0.02)
    optimizer.rho = 0.7
    assert optimizer.get_config()["lr"] == 0.02
    assert optimizer.get_config()["rho"] == 0.7


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: optimizers.Adam(rate=1), TypeError, "Adam has no argument 'rate'; it takes lr"),
        (lambda: optimizers.SGD(-1.0), ValueError, r"SGD: lr should be a number >= 0, got -1.0"),
        (lambda: optimizers.SGD("big"), ValueError, "SGD: lr should be a number >= 0, got 'big'"),
        (lambda: optimizers.SGD(clipnorm=-1), ValueError, "SGD: clipnorm should be"),
        (lambda: optimizers.Adam(beta_1=1.0), ValueError, "Adam: beta_1 should be .* < 1, got 1.0"),
        (lambda: optimizers.Adam(float("nan")), ValueError, "Adam: lr should be"),
        (lambda: optimizers.get("addam"), ValueError, r"Unknown optimizer: 'addam'.*'adam'"),
        (lambda: optimizers.get(3), ValueError, "got 3"),
        (lambda: optimizers.Adam().set_weights([1, 2]), ValueError, "has 1 weights, got 2"),
        (lambda: optimizers.SGD().apply_gradients([(None, None)]), ValueError, "no gradient"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


# ------------------------------------------------------------------ state
@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adadelta", "Adam", "Nadam"])
def test_the_state_goes_out_and_in(name):
    first, second = optimizers.get(name), optimizers.get(name)
    a, b = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    g = np.array([0.5, -1.0], "float32")
    for _ in range(3):
        first.apply([g], [a])
    second.build([b])
    second.build([b])
    second.set_weights(first.get_weights())
    assert len(second.variables) == len(first.variables)
    for x, y in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)
    with pytest.raises(ValueError, match=r"cannot take a value of shape \(5,\)"):
        second.set_weights(
            [*second.get_weights()[:-1], np.zeros(5)] if name != "Adam" else [0, np.zeros(5), 0]
        )


def test_adam_reads_weights_without_the_third_slot_and_rmsprop_with_the_steps():
    adam, rmsprop, weight = optimizers.Adam(), optimizers.RMSprop(), Variable([1.0, 2.0])
    adam.build([weight])
    adam.set_weights([7, np.ones(2), np.full(2, 3.0)])
    values = adam.get_weights()
    assert int(values[0]) == 7 and [v.tolist() for v in values[1:]] == [[1, 1], [3, 3], [0]]
    rmsprop.build([weight])
    rmsprop.set_weights([7, np.ones(2)])
    assert int(rmsprop.iterations.numpy()) == 7


def test_slots_are_grouped_by_name():
    optimizer = optimizers.Adam(amsgrad=True)
    optimizer.build([Variable(np.zeros((2, 3)), name="k"), Variable(np.zeros(3), name="b")])
    assert [v.name for v in optimizer.weights] == ["Adam/iterations"] + [
        f"{w}/Adam/{slot}" for slot in ("m", "v", "vhat") for w in ("k", "b")
    ]


def test_constraints_and_gradients_that_are_missing():
    bounded = Variable([1.0], constraint=lambda w: ops.maximum(w, 0.0))
    untouched = Variable([1.0])
    g = np.array([5.0], "float32")
    optimizers.SGD(1.0).apply_gradients([(g, bounded), (None, untouched)])
    assert bounded.numpy().tolist() == [0.0] and untouched.numpy().tolist() == [1.0]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_updated_in_float32(dtype):
    weight = Variable([1.0], dtype=dtype)
    optimizer = optimizers.Adam(0.5)
    for _ in range(2):
        # The square of this gradient is zero in float16.
        optimizer.apply([ops.cast(np.array([1e-4]), dtype)], [weight])
    assert weight.dtype == dtype and optimizer.weights[1].dtype == "float32"
    assert float(weight.numpy()[0]) == pytest.approx(0.0, abs=0.05)


def test_updates_for_a_function():
    weight = Variable([3.0])
    optimizer = optimizers.SGD(0.1, momentum=0.5, clipnorm=1.0)
    loss = ops.sum(ops.square(weight))
    step = Function([], [loss], updates=optimizer.get_updates(loss, [weight]))
    losses = [float(step([])[0]) for _ in range(2)]
    # The gradient, clipped to 1: 3 -> 2.9; velocity -0.1 -> -0.15.
    np.testing.assert_allclose(losses, [9.0, 2.9**2], rtol=1e-6)
    np.testing.assert_allclose(weight.numpy(), [2.75], rtol=1e-6)
    np.testing.assert_allclose(np.asarray(optimizer.get_gradients(loss, [weight])[0]), [1.0])


def test_clip_norm():
    g = ops.convert_to_tensor([3.0, 4.0])
    np.testing.assert_allclose(optimizers.clip_norm(g, 1.0, ops.convert_to_tensor(5.0)), g / 5)
    np.testing.assert_allclose(optimizers.clip_norm(g, 6.0, ops.convert_to_tensor(5.0)), g)
    np.testing.assert_allclose(optimizers.clip_norm(g, 0, ops.convert_to_tensor(5.0)), g)


# ------------------------------------------------------------------ schedules
def test_a_schedule_as_learning_rate():
    schedule = schedules.ExponentialDecay(0.1, decay_steps=2, decay_rate=0.5)
    optimizer = optimizers.SGD(schedule)
    expected = by_hand(sgd(), lambda step: 0.1 * 0.5 ** (step / 2))
    for value, wanted in zip(by_optimizer(optimizer), expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-6)
    assert float(optimizer.lr.numpy()) == pytest.approx(0.1 * 0.5**2)
    assert optimizer.lr in optimizer.variables and optimizer.lr not in optimizer.weights
    config = optimizers.serialize(optimizer)
    assert config["config"]["lr"]["class_name"] == "ExponentialDecay"
    again = optimizers.deserialize(json.loads(json.dumps(config)))
    assert again.schedule.decay_steps == 2 and again.get_config() == optimizer.get_config()
    with pytest.raises(ValueError, match="the learning rate follows"):
        optimizer.lr = 0.1
    assert float(optimizers.Adam(learning_rate=schedule).lr.numpy()) == pytest.approx(0.1)
