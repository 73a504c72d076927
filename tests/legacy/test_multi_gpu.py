"""multi_gpu_model: on devices that are there, and on those that are not."""

import os
import subprocess
import sys

import pytest

from keras import backend as K
from keras.backend.compute import compute, has
from keras.layers import BatchNormalization, Dense, Input
from keras.legacy import multi_gpu
from keras.models import Model
from keras.utils import multi_gpu_model


def two_outputs():
    x = Input((5,), name="x")
    h = BatchNormalization()(Dense(4, activation="tanh")(x))
    return Model(x, [Dense(3, activation="softmax", name="class")(h), Dense(1, name="size")(h)])


# Run with four devices: as printed in the FAQ, but for the numbers.
PROGRAM = """
import numpy as np
from keras import backend as K
from keras.models import clone_model
from tests.legacy.test_multi_gpu import two_outputs

from keras.utils import multi_gpu_model

model = two_outputs()
alone = clone_model(model)
alone.set_weights(model.get_weights())
parallel_model = multi_gpu_model(model, gpus=4)

assert len(K.devices()) == 4
x = np.random.RandomState(0).normal(size=(38, 5))
y = {"class": np.eye(3)[np.arange(38) % 3], "size": np.ones((38, 1))}
seen = []
for each in (parallel_model, alone):
    each.compile("rmsprop", {"class": "categorical_crossentropy", "size": "mse"}, metrics={"class": "acc"})
    history = each.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0).history
    seen.append([history[name][-1] for name in sorted(history)])
np.testing.assert_allclose(*seen, rtol=1e-5)
for one, other in zip(parallel_model.predict(x, batch_size=16), model.predict(x)):
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
for one, other in zip(model.get_weights(), alone.get_weights()):
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
print(len(model.layers[1].kernel.value.devices()))
"""


def test_four_devices_train_as_one():
    if not has("spread"):
        pytest.skip("this backend computes a program on one device")
    flags = "--xla_force_host_platform_device_count=4"
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env={**os.environ, "XLA_FLAGS": flags, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.stdout.strip() == "4", run.stderr


@pytest.mark.parametrize(
    ("gpus", "what"), [(2, "not there"), (1, "at least 2"), ([0, 9], "9.*not there")]
)
def test_devices_that_are_not_there(gpus, what, monkeypatch):
    monkeypatch.setattr(K, "devices", lambda: ["gpu:0"])
    with pytest.raises(ValueError, match=what):
        multi_gpu_model(two_outputs(), gpus=gpus)


def test_all_devices_and_some(monkeypatch):
    monkeypatch.setattr(K, "devices", lambda: ["gpu:0", "gpu:1", "gpu:2"])
    assert multi_gpu._chosen(None) == ["gpu:0", "gpu:1", "gpu:2"]
    assert multi_gpu._chosen(2) == ["gpu:0", "gpu:1"]
    assert multi_gpu._chosen([2, 0]) == ["gpu:2", "gpu:0"]


def test_a_backend_that_cannot(monkeypatch):
    monkeypatch.setattr(K, "devices", lambda: ["gpu:0", "gpu:1"])
    monkeypatch.setattr(compute, "CAPABILITIES", compute.CAPABILITIES - {"spread"})
    with pytest.raises(NotImplementedError, match="computes a model on one device"):
        multi_gpu_model(two_outputs(), gpus=2)


def test_its_old_place():
    from keras.utils import multi_gpu_utils

    assert multi_gpu_utils.multi_gpu_model is multi_gpu_model
