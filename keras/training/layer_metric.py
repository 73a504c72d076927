"""A metric that is a layer with a state, as programs for Keras 2 have it."""

from keras import metrics, ops
from keras.backend.variable import current
from keras.ops.core import raw


class LayerMetric(metrics.Metric):
    """Reports what a stateful layer, called with targets and predictions, returned for the last batch.

    Args:
        layer: a layer with `stateful = True` and `reset_states()`; what it changes by `add_update` is its state.
    """

    def __init__(self, layer):
        super().__init__(layer.name)
        self.layer = layer
        self.latest = self.add_weight("latest")
        self.variables += layer.variables

    def update_state(self, y_true, y_pred, sample_weight=None):
        # A layer's updates are those of training; a metric's count in tests too.
        with current().in_phase(True):
            value = self.layer(y_true, y_pred)
        self.latest.assign(ops.cast(raw(value), self.dtype))

    def result(self):
        return self.latest.value

    def reset_states(self):
        self.layer.reset_states()
        self.latest.assign(0.0)
