"""Deep dream: change a photograph until the features that a network sees in it become strong.

The gradient of the features' strength by the *picture* (`K.gradients`) is climbed, with `K.function`, at one size of
the picture after the other; what a small size has lost in detail is put back before the next one. Rolling the picture
by random steps keeps the grid of the pooling out of it.

    python examples/deep_dream.py [--epochs 24] [--brief]

`--epochs` are the steps at each of the sizes. The features are VGG16's if its published weights are in
`~/.keras/models`; without them a small network first learns (within a minute) to tell ten photographs apart by their
patches: it dreams of flames and of woven stripes, not of dogs. Expect features about five times as strong.
"""

import features
import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples
from scipy import ndimage

from keras import backend as K

# The layers whose features shall be strong, for either network.
LAYERS = {
    "vgg16": ("block4_conv3", "block5_conv1"),
    "small_network": ("block3_conv", "block4_conv"),
}
SIZES = (160, 224, 320)


def strength_and_gradient(model):
    """A function from a picture to the strength of its features and the gradient by its pixels."""
    picture = model.input
    strength = sum(K.mean(K.square(model.get_layer(name).output)) for name in LAYERS[model.name])
    slope = K.gradients(strength, [picture])[0]
    return K.function([picture], [strength, slope])


def climb(picture, evaluate, steps, rate):
    """Go uphill; return the picture and its strength after each step."""
    strengths = []
    for _ in range(steps):
        shift = tuple(np.random.randint(-8, 9, size=2))
        strength, slope = evaluate([np.roll(picture, shift, axis=(0, 1))[np.newaxis]])
        slope = np.roll(slope[0], (-shift[0], -shift[1]), axis=(0, 1))
        picture = picture + rate * gentle(slope)
        picture = np.clip(picture, -1, 1)
        strengths.append(float(strength))
    return picture, strengths


def gentle(slope):
    """The gradient without its broad parts and with fainter colours, so that the photograph stays to be seen."""
    slope = slope - ndimage.gaussian_filter(slope, (10, 10, 0))
    slope = 0.3 * slope + 0.7 * slope.mean(axis=-1, keepdims=True)
    return slope / np.abs(slope).mean()


def resized(picture, height):
    """The picture at another size, by splines."""
    factor = height / picture.shape[0]
    return ndimage.zoom(picture, (factor, factor, 1), order=1).astype("float32")


def dream(photograph, evaluate, sizes, steps):
    """Climb at each size, from small to large; return the picture and all strengths."""
    picture, strengths = resized(photograph, sizes[0]), []
    for height in sizes:
        original = resized(photograph, height)
        factors = np.array(original.shape) / picture.shape
        picture = ndimage.zoom(picture, factors, order=1).astype("float32")
        smaller = resized(photograph, sizes[max(sizes.index(height) - 1, 0)])
        lost = original - ndimage.zoom(smaller, np.array(original.shape) / smaller.shape, order=1)
        picture, climbed = climb(picture + lost, evaluate, steps, rate=0.012)
        strengths.append(climbed)
        print(f"height {height}: strength {climbed[0]:.2f} to {climbed[-1]:.2f}")
    return picture, strengths


def draw(options, photograph, dreamt, strengths):
    """The photograph, the dream, and how the strength grew."""
    figure, axes = plt.subplots(1, 3, figsize=(16, 4.4), width_ratios=(3, 3, 2), layout="tight")
    gallery.image(axes[0], photograph / 2 + 0.5, "the photograph")
    gallery.image(axes[1], dreamt / 2 + 0.5, "the dream")
    for size, numbers in zip(SIZES, strengths):
        axes[2].plot(numbers, color=gallery.GOOD, alpha=size / SIZES[-1], label=f"height {size}")
    gallery.plain(axes[2], "Strength of the features", xlabel="step")
    axes[2].legend(frameon=False)
    gallery.save(figure, options, "deep_dream.png")


def main(argv=None):
    """Dream; return how many times stronger the features became."""
    options = gallery.parse(__doc__, argv, epochs=24, brief=3)
    evaluate = strength_and_gradient(features.network(options))
    sizes = SIZES[:2] if options.brief else SIZES
    photograph = samples.photograph("pagoda", height=sizes[-1]) * 2 - 1
    dreamt, strengths = dream(photograph, evaluate, sizes, options.epochs)
    draw(options, photograph, dreamt, strengths)
    return strengths[-1][-1] / strengths[0][0]


if __name__ == "__main__":
    main()
