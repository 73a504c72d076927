"""Losses and metrics against Keras 3.15.1."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from keras import losses, metrics, ops
from keras.layers import Dense, Input
from keras.models import Sequential, load_model

_HERE = Path(__file__).parent
_SPEC = importlib.util.spec_from_file_location("keras_3_cases", _HERE / "keras_3_cases.py")
cases = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(cases)
EXPECTED = json.loads((_HERE / "keras_3.json").read_text())


@pytest.mark.parametrize("number", range(len(cases.LOSSES)))
def test_losses(number):
    found = cases.loss_of(losses, cases.LOSSES[number])
    np.testing.assert_allclose(found, EXPECTED["losses"][number], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("number", range(len(cases.METRICS)))
def test_metrics(number):
    found = cases.metric_of(metrics, cases.METRICS[number])
    np.testing.assert_allclose(found, EXPECTED["metrics"][number], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("number", range(len(cases.METRICS)))
def test_a_metrics_config_makes_it_again(number):
    name, true, predicted, _, options = cases.METRICS[number]
    metric = getattr(metrics, name)(**options)
    config = json.loads(json.dumps(metrics.serialize(metric)))
    again = metrics.deserialize(config)
    assert metrics.serialize(again) == config
    first, second = (ops.convert_to_numpy(each(true, predicted)) for each in (metric, again))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_they_train_and_are_saved(tmp_path, kind):
    model = Sequential([Input((3,)), Dense(4, activation="sigmoid")])
    kept = [metrics.F1Score("macro"), metrics.R2Score(), metrics.BinaryIoU(threshold=0.4)]
    model.compile("sgd", losses.Tversky(0.3, 0.7), metrics=[*kept, metrics.PrecisionAtRecall(0.5)])
    x, y = np.ones((6, 3), "float32"), np.eye(4, dtype="float32")[[0, 1, 2, 3, 0, 1]]
    model.fit(x, y, epochs=1, verbose=0)
    model.save(tmp_path / f"m.{kind}")
    again = load_model(tmp_path / f"m.{kind}")
    assert again.metrics_names == model.metrics_names
    np.testing.assert_allclose(again.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: metrics.F1Score("odd"), "average should be one of"),
        (lambda: metrics.R2Score("odd"), "class_aggregation should be one of"),
        (lambda: metrics.PrecisionAtRecall(1.5), r"in \[0, 1\], got 1.5"),
        (lambda: losses.CategoricalGeneralizedCrossEntropy(2), "between 0 and 1"),
    ],
)
def test_mistakes_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()
