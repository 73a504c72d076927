"""Callbacks: objects that `fit`, `evaluate` and `predict` call as they go."""

from keras.callbacks.backup import BackupAndRestore
from keras.callbacks.base import Callback
from keras.callbacks.base_logger import BaseLogger
from keras.callbacks.callback_list import CallbackList
from keras.callbacks.csv_logger import CSVLogger
from keras.callbacks.early_stopping import EarlyStopping
from keras.callbacks.history import History
from keras.callbacks.lambda_callback import LambdaCallback
from keras.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from keras.callbacks.model_checkpoint import ModelCheckpoint
from keras.callbacks.progbar import ProgbarLogger
from keras.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "BaseLogger",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
