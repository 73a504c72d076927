"""Mixed precision: the policy for all layers to come, and the optimizer that goes with float16."""

from keras.config import dtype_policy, set_dtype_policy
from keras.dtype_policies import DTypePolicy, Policy
from keras.optimizers import LossScaleOptimizer

global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]
