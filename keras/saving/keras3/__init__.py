"""The dialect of Keras 3, in which `.keras` files are written.

It differs from the canonical form in its objects, which name their module and carry what `build` and `compile` got; in
its graphs, whose tensors are objects of the class `__keras_tensor__` and whose ops are classes; and in names. All of
it is data: no module is imported because a config names it.

Two things mean something else there. Its `hard_sigmoid` is `h_sigmoid` here, and what the classic API calls
`hard_sigmoid` is written as two layers that compute it. A classic `decay` becomes an `InverseTimeDecay`.
"""

from keras.saving.keras3.reader import to_canonical
from keras.saving.keras3.writer import from_canonical, training_from_canonical

__all__ = [
    "from_canonical",
    "to_canonical",
    "training_from_canonical",
]
