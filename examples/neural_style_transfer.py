"""Neural style transfer: the content of one photograph in the texture of another.

The content is what the deeper features of a network say at each place; the style is how its features go together,
whatever the place: their Gram matrices. One K.function gives the loss and its gradient by the picture's pixels, and
SciPy's L-BFGS goes downhill.

    python examples/neural_style_transfer.py [--epochs 80] [--brief]

`--epochs` are L-BFGS's iterations. The features are VGG16's if its published weights are in `~/.keras/models`;
without them a small network first learns (within a minute) to tell ten photographs apart by their patches. Expect
the loss to fall to a hundredth of what it was.
"""

import features
import gallery
import matplotlib.pyplot as plt
import numpy as np
import samples
from scipy.optimize import minimize

from keras import backend as K
from keras.layers import Conv2D
from keras.models import Model

CONTENT, SMOOTHNESS = 0.01, 1e-3


def outputs(model):
    """The names of the layers for the style, and of the one for the content."""
    if model.name == "vgg16":
        return [f"block{i}_conv1" for i in range(1, 5)], "block3_conv3"
    return [layer.name for layer in model.layers if isinstance(layer, Conv2D)], "block3_conv"


def gram(features):
    """How much each two features go together, over all places."""
    flat = K.reshape(features, (-1, K.int_shape(features)[-1]))
    return K.dot(K.transpose(flat), flat) / K.cast(K.shape(flat)[0], "float32")


def loss_and_gradient(model, content, style):
    """A function from a picture to its loss and the gradient by its pixels."""
    names, deep = outputs(model)
    layers = [model.get_layer(name).output for name in [*names, deep]]
    *style_features, _ = Model(model.input, layers).predict(style[np.newaxis])
    *_, wanted = Model(model.input, layers).predict(content[np.newaxis])
    loss = SMOOTHNESS * roughness(model.input)
    for layer, features_there in zip(layers, style_features):
        target = K.eval(gram(K.constant(features_there)))
        loss = loss + K.sum(K.square(gram(layer) - target)) / np.sum(target**2) / len(names)
    loss = loss + CONTENT * K.mean(K.square(layers[-1] - wanted)) / wanted.var()
    return K.function([model.input], [loss, K.gradients(loss, [model.input])[0]])


def roughness(picture):
    """The mean size of the steps between neighbours."""
    down = picture[:, 1:] - picture[:, :-1]
    right = picture[:, :, 1:] - picture[:, :, :-1]
    return K.mean(K.square(down)) + K.mean(K.square(right))


def descend(evaluate, picture, steps):
    """L-BFGS from the content on; return the picture and the losses."""
    losses = []

    def objective(flat):
        loss, slope = evaluate([flat.reshape(1, *picture.shape).astype("float32")])
        losses.append(float(loss))
        return losses[-1], np.asarray(slope, "float64").ravel()

    options = {"maxiter": steps, "ftol": 0, "gtol": 0}
    found = minimize(objective, picture.ravel(), jac=True, method="L-BFGS-B", options=options)
    return found.x.reshape(picture.shape), losses


def draw(options, pictures, losses):
    """The three pictures and the loss."""
    figure, axes = plt.subplots(1, 4, figsize=(17, 4), width_ratios=(3, 3, 3, 2), layout="tight")
    for axis, (name, picture) in zip(axes, pictures.items()):
        gallery.image(axis, picture / 2 + 0.5, name)
    axes[3].semilogy(losses, color=gallery.GOOD)
    gallery.plain(axes[3], "Loss", xlabel="evaluation")
    gallery.save(figure, options, "neural_style_transfer.png")


def main(argv=None):
    """Transfer the style; return the last loss as a share of the first."""
    options = gallery.parse(__doc__, argv, epochs=80, brief=4)
    height = 96 if options.brief else 240
    content = samples.photograph("cat", height)[:, : height * 3 // 2] * 2 - 1
    style = samples.photograph("tissue", 320)[:height, : height * 3 // 2] * 2 - 1
    evaluate = loss_and_gradient(features.network(options), content, style)
    result, losses = descend(evaluate, content, options.epochs)
    print(f"Loss {losses[0]:.3f} to {losses[-1]:.3f} in {len(losses)} evaluations")
    draw(options, {"content": content, "style": style, "both": result}, losses)
    return losses[-1] / losses[0]


if __name__ == "__main__":
    main()
