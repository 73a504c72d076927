"""The tables of cases, by area. A new case is one row, or one function, in one of them."""

from . import conv, core, functions, graphs, merge, optimizers, pooling, recurrent, training
from .vocabulary import VOCABULARY

# Areas of layers: lists of row.Row.
LAYERS = {
    "core": core.ROWS,
    "conv": conv.ROWS,
    "pooling": pooling.ROWS,
    "merge": merge.ROWS,
    "recurrent": recurrent.ROWS,
}

# Other areas: {case: function without arguments that gives {key: value}}.
OTHERS = {
    "losses": functions.LOSSES,
    "metrics": functions.METRICS,
    "activations": functions.ACTIVATIONS,
    "penalties": functions.PENALTIES,
    "initializers": functions.INITIALIZERS,
    "backend": functions.BACKEND,
    "vocabulary": VOCABULARY,
    "optimizers": optimizers.OPTIMIZER_CASES,
    "training": training.SCENARIOS,
    "graphs": graphs.SCENARIOS,
}
