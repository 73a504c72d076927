"""A model's symbolic tensors while it trains: losses, metrics, targets and inputs that are part of its graph."""

from keras import losses
from keras.backend import dtypes, graph
from keras.backend.variable import current


def scores(function, y_true, y_pred, output=None):
    """Return what a loss or metric function gives.

    It may use symbolic tensors of the model, and even differentiate its output by them or ask what made it.

    Args:
        function: a function `(y_true, y_pred)`, or a `Loss`.
        y_true, y_pred: arrays.
        output: the symbolic tensor of which `y_pred` is the value, or None for a model without a graph.
    """
    call = function.call if isinstance(function, losses.Loss) else function
    scope = current()
    try:
        return value(call(y_true, y_pred))
    except (graph.NeedsSymbols, AttributeError) as error:
        if output is None or not _needs_symbols(error):
            raise
    target = graph.placeholder((None, *y_true.shape[1:]), dtypes.of(y_true))
    with scope.seeing(None):
        result = call(target, output)
    return graph.Symbols({**scope.symbols.feeds, target: y_true})[result]


def _needs_symbols(error):
    """Return whether a function failed because it asked an array where in the graph it comes from."""
    return isinstance(error, graph.NeedsSymbols) or graph.asks_for_symbols(error)


def value(x):
    """Return a symbolic tensor of the model that trains as the array it is for this batch, an array as it is."""
    return current().symbols[x] if isinstance(x, graph.Tensor) else x


def computed_batches(model, y):
    """Yield batches for a model whose inputs are computed, not fed.

    Args:
        model: a model of which every input is a tensor computed from Variables or constants.
        y: the targets of one batch, or None.

    Raises:
        ValueError: if an input has to be fed.
    """
    fed = [
        name for name, t in zip(model.input_names, model.inputs or [], strict=True) if not t.node
    ]
    if fed or not model.inputs:
        raise ValueError(
            f"x is missing: give data for the input(s) {fed or ''} of the model {model.name!r}, a generator or a "
            "Sequence."
        )
    run = graph.Function([], model.inputs)
    while True:
        yield run([]), y
