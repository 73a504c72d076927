"""What makes arrays of images, text and sequences."""

from keras.preprocessing import sequence, text

__all__ = ["sequence", "text"]
