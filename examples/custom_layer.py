"""A layer, an initializer and a metric of one's own, saved and loaded with `custom_objects`.

The layer multiplies by a matrix and takes the sine (after Sitzmann et al., "Implicit Neural Representations with
Periodic Activation Functions", 2020). A stack of them learns one photograph as a function from coordinates to
colours. The model is saved to HDF5, loaded with `custom_objects`, shown to give the same numbers, and trained on
from where it was; at last it draws the photograph at twice the size that it learnt from.

    python examples/custom_layer.py [--epochs 60] [--brief]

Expect a peak signal-to-noise ratio of about 24 dB.
"""

import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples

from keras import backend as K
from keras.initializers import Initializer
from keras.layers import Dense, Layer
from keras.models import Sequential, load_model
from keras.optimizers import Adam

HEIGHT = 96


class SineUniform(Initializer):
    """Weights with which the sines of a layer spread over their range, whatever its width."""

    def __init__(self, frequency=1.0, first=False):
        self.frequency = frequency
        self.first = first

    def __call__(self, shape, dtype=None):
        bound = 1 / shape[0] if self.first else np.sqrt(6 / shape[0]) / self.frequency
        return K.random_uniform(shape, -bound, bound, dtype=dtype)

    def get_config(self):
        return {"frequency": self.frequency, "first": self.first}


class Sine(Layer):
    """sin(frequency * (x W + b))."""

    def __init__(self, units, frequency=20.0, first=False, **kwargs):
        self.units = units
        self.frequency = frequency
        self.first = first
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=SineUniform(self.frequency, self.first),
        )
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        super().build(input_shape)

    def call(self, inputs):
        return K.sin(self.frequency * K.bias_add(K.dot(inputs, self.kernel), self.bias))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        config = {"units": self.units, "frequency": self.frequency, "first": self.first}
        return {**super().get_config(), **config}


def psnr(y_true, y_pred):
    """The peak signal-to-noise ratio in decibels, of values in [0, 1]."""
    return -10 * K.log(K.mean(K.square(y_true - y_pred))) / np.log(10)


CUSTOM = {"Sine": Sine, "SineUniform": SineUniform, "psnr": psnr}


def coordinates(height, width):
    """The places of all pixels, in [-1, 1], a row each."""
    rows, columns = np.meshgrid(
        np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij"
    )
    return np.stack([rows.ravel(), columns.ravel()], axis=-1).astype("float32")


def build_model():
    """Two numbers in, three out."""
    model = Sequential()
    model.add(Sine(96, first=True, input_shape=(2,)))
    model.add(Sine(96))
    model.add(Sine(96))
    model.add(Dense(3))
    model.compile(loss="mse", optimizer=Adam(lr=1e-3, decay=2e-3), metrics=[psnr])
    return model


def painted(model, height, width):
    """What the model says of a grid of places."""
    colors = model.predict(coordinates(height, width), batch_size=4096, verbose=0)
    return colors.reshape(height, width, 3)


def draw(options, pictures, ratios):
    """The pictures, and how the ratio rose."""
    figure, axes = plt.subplots(1, 4, figsize=(17, 4), width_ratios=(3, 3, 3, 3), layout="tight")
    for axis, (name, picture) in zip(axes, pictures.items()):
        gallery.image(axis, picture, name)
    gallery.curves(axes[3], {"psnr": ratios}, "Peak signal-to-noise ratio, dB")
    gallery.save(figure, options, "custom_layer.png")


def main(argv=None):
    """Learn half, save, load, learn on, draw; return the ratio reached."""
    options = gallery.parse(__doc__, argv, epochs=60, brief=6)
    photograph = samples.photograph("astronaut", 170)[:HEIGHT, 20 : 20 + HEIGHT]
    places, colors = coordinates(HEIGHT, HEIGHT), photograph.reshape(-1, 3)
    model = build_model()
    half = options.epochs // 2
    history = model.fit(places, colors, batch_size=256, epochs=half, verbose=0).history["psnr"]
    early = painted(model, HEIGHT, HEIGHT)

    path = options.output / "custom_layer.h5"
    model.save(path)
    loaded = load_model(path, custom_objects=CUSTOM)
    assert np.array_equal(loaded.predict(places), model.predict(places))
    print(f"{path}: {loaded.layers[0].get_config()}, the same predictions. Training goes on.")
    later = loaded.fit(places, colors, batch_size=256, epochs=options.epochs - half, verbose=0)
    ratios = history + later.history["psnr"]
    print(f"Ratio {ratios[0]:.1f} dB, {ratios[half - 1]:.1f} when saved, {ratios[-1]:.1f} at last")
    pictures = {"the photograph": photograph, f"after {half} epochs, as saved": early}
    pictures["loaded, trained on, at twice the size"] = painted(loaded, 2 * HEIGHT, 2 * HEIGHT)
    draw(options, pictures, ratios)
    return ratios[-1]


if __name__ == "__main__":
    main()
