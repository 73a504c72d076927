"""What makes arrays of images, text and sequences."""

from keras.preprocessing import image, sequence, text

__all__ = ["image", "sequence", "text"]
