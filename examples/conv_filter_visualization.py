"""Draw the pictures that the filters of a convolutional network answer to most.

Each picture begins as grey noise and climbs the mean answer of one filter, by the gradient with respect to its
pixels. All filters of a layer climb in one batch: a placeholder says which filter each picture of the batch is for.

    python examples/conv_filter_visualization.py [--epochs 60] [--brief]

`--epochs` are the steps. The first layer answers to edges and plain colours, deeper ones to stripes, grids and
dots. The filters are VGG16's if its published weights are in `~/.keras/models`; without them a small network first
learns (within a minute) to tell ten photographs apart by their patches.
"""

import features
import gallery
import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage

from keras import backend as K
from keras.layers import Conv2D

FILTERS = 12
SIDE = 72
LAYERS = 4


def answers_and_gradients(model, layer):
    """A function from pictures, and the weights of the filters for each, to answers and gradients."""
    chosen = K.placeholder(shape=(None, layer.filters))
    answers = K.sum(K.mean(layer.output, axis=(1, 2)) * chosen, axis=-1)
    slopes = K.gradients(answers, [model.input])[0]
    return K.function([model.input, chosen], [answers, slopes])


def climb(evaluate, pictures, chosen, steps):
    """Go uphill with all pictures at once, a little blurred after each step; return pictures and answers."""
    history = []
    for step in range(steps):
        answers, slopes = (np.asarray(value) for value in evaluate([pictures, chosen]))
        history.append(answers)
        size = np.sqrt(np.square(slopes).mean(axis=(1, 2, 3), keepdims=True))
        pictures = np.clip(pictures + 0.12 * slopes / (size + 1e-8), -1, 1)
        if step < steps - 5:
            pictures = ndimage.gaussian_filter(pictures, (0, 0.45, 0.45, 0))
    return pictures, np.array(history)


def favourites(model, layer, steps):
    """The pictures of a layer's first filters, those that answer most strongly first."""
    count = min(2 * FILTERS, layer.filters)
    chosen = np.eye(layer.filters, dtype="float32")[:count]
    noise = np.random.uniform(-0.15, 0.15, (count, SIDE, SIDE, 3)).astype("float32")
    pictures, history = climb(answers_and_gradients(model, layer), noise, chosen, steps)
    best = np.argsort(-history[-1])[:FILTERS]
    first, last = history[0][best].mean(), history[-1][best].mean()
    print(f"{layer.name}: the mean answer rose from {first:.3f} to {last:.3f}")
    return pictures[best], history[:, best]


def spread(picture):
    """Stretch the values so that the picture's middle lies at grey and its extremes are seen."""
    return np.clip(0.5 + (picture - picture.mean()) / (picture.std() + 1e-6) * 0.22, 0, 1)


def draw(options, rows):
    """A row of pictures for each layer."""
    figure, axes = plt.subplots(len(rows), FILTERS, figsize=(FILTERS * 1.25, len(rows) * 1.4))
    for line, (name, pictures) in zip(axes, rows.items()):
        for axis, picture in zip(line, pictures):
            gallery.image(axis, spread(picture))
        gallery.title(line[0], name, size=11)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.93, bottom=0.01, wspace=0.06, hspace=0.3)
    gallery.save(figure, options, "conv_filter_visualization.png")


def main(argv=None):
    """Draw the filters; return how many of the pictures ended with a stronger answer than they began with."""
    options = gallery.parse(__doc__, argv, epochs=60, brief=8)
    model = features.network(options)
    convolutions = [layer for layer in model.layers if isinstance(layer, Conv2D)]
    shown = np.linspace(0, len(convolutions) - 1, LAYERS).round().astype(int)
    rows, risen = {}, []
    for layer in (convolutions[i] for i in shown):
        rows[layer.name], history = favourites(model, layer, options.epochs)
        risen += list(history[-1] > history[0])
    draw(options, rows)
    return np.mean(risen)


if __name__ == "__main__":
    main()
