import math

import numpy as np
import pytest

from keras.optimizers import schedules

STEPS = [0, 1, 5, 10, 15, 20, 35]


@pytest.mark.parametrize(
    ("schedule", "rate"),
    [
        (schedules.ExponentialDecay(2.0, 10, 0.5), lambda s: 2 * 0.5 ** (s / 10)),
        (schedules.ExponentialDecay(2.0, 10, 0.5, staircase=True), lambda s: 2 * 0.5 ** (s // 10)),
        (schedules.InverseTimeDecay(2.0, 10, 0.5), lambda s: 2 / (1 + 0.5 * s / 10)),
        (schedules.InverseTimeDecay(2.0, 10, 0.5, True), lambda s: 2 / (1 + 0.5 * (s // 10))),
        (
            schedules.PiecewiseConstantDecay([5, 15], [1.0, 0.5, 0.25]),
            lambda s: 1.0 if s <= 5 else 0.5 if s <= 15 else 0.25,
        ),
        (
            schedules.PolynomialDecay(2.0, 20, 0.5, power=2.0),
            lambda s: 0.5 + 1.5 * (1 - min(s, 20) / 20) ** 2,
        ),
        (
            schedules.PolynomialDecay(2.0, 10, 0.5, cycle=True),
            lambda s: 0.5 + 1.5 * (1 - s / (10 * max(1, math.ceil(s / 10)))),
        ),
        (
            schedules.CosineDecay(2.0, 20, alpha=0.1),
            lambda s: 2 * (0.9 * 0.5 * (1 + math.cos(math.pi * min(s, 20) / 20)) + 0.1),
        ),
        (
            schedules.CosineDecay(0.0, 20, warmup_target=2.0, warmup_steps=10),
            lambda s: 0.2 * s if s < 10 else 1 + math.cos(math.pi * min(s - 10, 20) / 20),
        ),
    ],
)
def test_rates(schedule, rate):
    got = [float(schedule(step)) for step in STEPS]
    np.testing.assert_allclose(got, [rate(step) for step in STEPS], rtol=1e-5, atol=1e-6)
    again = schedules.deserialize(schedules.serialize(schedule))
    assert type(again) is type(schedule) and again.get_config() == schedule.get_config()
    assert float(again(7)) == float(schedule(7))


RESTARTS = [
    # Numbers of Keras 3.15.
    ({"t_mul": 2.0, "m_mul": 0.8, "alpha": 0.1}, 4, [0.5, 0.434099, 0.115901, 0.41, 0.063702]),
    ({"t_mul": 1.0, "m_mul": 0.5}, 3, [0.5, 0.375, 0.25, 0.1875, 0.015625]),
]


@pytest.mark.parametrize(("arguments", "length", "rates"), RESTARTS)
def test_restarts(arguments, length, rates):
    schedule = schedules.CosineDecayRestarts(0.5, length, **arguments)
    found = [float(schedule(step)) for step in (0, 1, 3, 4, 11)]
    np.testing.assert_allclose(found, rates, rtol=1e-4)
    again = schedules.deserialize(schedules.serialize(schedule))
    assert again.get_config() == schedule.get_config()


def test_errors():
    with pytest.raises(ValueError, match="got 2 values and 2 boundaries"):
        schedules.PiecewiseConstantDecay([1, 2], [1.0, 2.0])
    with pytest.raises(ValueError, match="Unknown learning rate schedule: 'Linear'"):
        schedules.deserialize({"class_name": "Linear", "config": {}})
    with pytest.raises(NotImplementedError, match="LearningRateSchedule needs a method"):
        schedules.LearningRateSchedule()(0)
