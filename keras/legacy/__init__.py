"""What older versions of the API called otherwise: a table of module paths and one of argument names."""

from keras.layers import Layer
from keras.legacy import aliases, arguments, interfaces
from keras.optimizers import Optimizer

aliases.install()
arguments.install()
Layer.add_weight = interfaces.legacy_add_weight_support(Layer.add_weight)
Optimizer.get_updates = interfaces.legacy_get_updates_support(Optimizer.get_updates)
