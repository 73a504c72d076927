"""What training refuses, each with a message that says what to do."""

import numpy as np

from keras.backend.compute import check_gradients


def losses_given(model, losses):
    """Check that at least one output has a loss, or that the model has one of `add_loss`.

    Raises:
        ValueError: if there is none, though one was asked for.
    """
    is_asked_for = model.loss is not None and all(loss is None for loss in losses)
    if is_asked_for and not (model.inputs is not None and model.losses):
        raise ValueError(
            f"compile: no output has a loss; the outputs are {model.target_names}. Give one of them a loss, or call "
            "model.add_loss before."
        )


def is_compiled(model):
    """Check that `compile` was called.

    Raises:
        RuntimeError: if not.
    """
    if not model.is_compiled:
        raise RuntimeError(
            f"Model {model.name!r} must be compiled before it is trained or evaluated: "
            "call model.compile(optimizer, loss) first."
        )


def can_train(model):
    """Check that a model can be trained: it is compiled, and the backend computes gradients.

    Raises:
        RuntimeError: if it is not compiled.
        NotImplementedError: if the backend computes no gradients.
    """
    is_compiled(model)
    check_gradients(f"Training the model {model.name!r}")


def shuffle_is_known(shuffle):
    """Check the `shuffle` argument of `fit`.

    Raises:
        ValueError: if it is neither a boolean nor "batch".
    """
    if shuffle not in (True, False, "batch"):
        raise ValueError(
            f"shuffle should be True, False or 'batch' (to shuffle whole batches), got {shuffle!r}; use one of them."
        )


def equal_lengths(model, x, y, sample_weight):
    """Check that inputs, targets and weights have the same number of samples, and at least one.

    Args:
        model: what they are for.
        x, y, sample_weight: lists of arrays or None.

    Raises:
        ValueError: naming the arrays and their sizes.
    """
    sizes = [len(a) for a in (*x, *y, *sample_weight) if a is not None]
    if sizes and sizes[0] and sizes.count(sizes[0]) == len(sizes):
        return
    inputs = model.input_names if model.inputs is not None else range(len(x))
    groups = ("input", inputs, x), ("target", model.target_names, y)
    groups += (("sample_weight", model.target_names, sample_weight),)
    names = [
        f"{what} {name}"
        for what, names, arrays in groups
        for name, array in zip(names, arrays, strict=True)
        if array is not None
    ]
    if len(set(sizes)) > 1:
        listing = ", ".join(f"{name}: {size}" for name, size in zip(names, sizes, strict=True))
        raise ValueError(
            f"All inputs, targets and sample weights need the same number of samples, got {listing}. "
            "Cut them to the same length."
        )
    if sizes:
        raise ValueError(f"The dataset is empty: {names[0]} has 0 samples. Give at least one.")


def shape_fits(name, array, shape, what="input", model="model"):
    """Check an array's shape against the one a model expects, the batch apart.

    Raises:
        ValueError: naming the model and the input, both shapes and what to do.
    """
    got, wanted = tuple(array.shape), tuple(shape)
    fits = len(got) == len(wanted) and all(
        w in (None, g) for g, w in zip(got[1:], wanted[1:], strict=True)
    )
    if fits:
        return
    hint = "Check the data's shape"
    if len(got) == len(wanted) - 1:
        hint = "Add the missing axis, for example with np.expand_dims"
        if got == wanted[1:]:
            hint = "A single sample needs a batch axis: x[np.newaxis]"
    elif len(got) > len(wanted):
        hint = "Reshape or flatten the data"
    raise ValueError(
        f"Model {model!r}: the {what} {name!r} should have shape {wanted}, got an array of shape {got}. {hint}."
    )


def class_counts(outputs, losses):
    """Return for each loss how many classes there are, where the targets are their numbers, else None.

    Args:
        outputs: the symbolic outputs; None if they are not known.
        losses: the loss of each output.
    """
    return [
        output.shape[-1]
        if output is not None and output.shape and _name_of(loss) == _BY_NUMBER
        else None
        for output, loss in zip(outputs or [None] * len(losses), losses, strict=True)
    ]


def classes_exist(y, names, counts):
    """Check that class numbers given as targets are numbers of the outputs' units; compiled code cannot refuse them.

    Args:
        y: the targets, one an output; those that are no NumPy arrays are not looked at.
        names: the outputs' names.
        counts: the numbers of classes, from `class_counts`.

    Raises:
        ValueError: naming the output, the number and what to do.
    """
    for target, name, count in zip(y, names, counts, strict=True):
        if count is None or not isinstance(target, np.ndarray) or not target.size:
            continue
        # One pass over the usual dtype: seen as unsigned, negative numbers are large ones.
        if target.dtype == np.int32 and target.view(np.uint32).max() < count:
            continue
        for found in (target.min(), target.max()):
            if not 0 <= found < count:
                raise ValueError(
                    f"The output {name!r} has {count} classes, 0 to {count - 1}; the targets contain {found:g}. "
                    f"Number the classes from 0, or give the last layer more units."
                )


_BY_NUMBER = "sparse_categorical_crossentropy"
_SAME_SHAPE = {
    "mean_squared_error",
    "mean_absolute_error",
    "binary_crossentropy",
    "categorical_crossentropy",
}


def target_fits(loss, target, prediction, name):
    """Check a target's shape against that of the output it belongs to.

    Raises:
        ValueError: naming the output, the loss, both shapes and what to do.
    """
    loss_name = _name_of(loss)
    if target is None:
        raise ValueError(
            f"The output {name!r} has the loss {loss_name!r} but there are no targets for it; give y."
        )
    got, wanted = tuple(target.shape), tuple(prediction.shape)
    if loss_name == _BY_NUMBER:
        wanted = (*wanted[:-1], 1)
        if got in (wanted, wanted[:-1]):
            return
        hint = "It needs class numbers; for one-hot targets use categorical_crossentropy"
    elif loss_name not in _SAME_SHAPE or got == wanted:
        return
    elif loss_name == "categorical_crossentropy" and got[-1] == 1:
        hint = (
            "It needs one-hot targets: keras.utils.to_categorical(y) makes them; "
            "for class numbers use sparse_categorical_crossentropy"
        )
    else:
        hint = "Give the last layer as many units as a target has values, or reshape the targets"
    raise ValueError(
        f"The output {name!r} of shape (batch, {', '.join(map(str, wanted[1:]))}) cannot go with targets of shape "
        f"(batch, {', '.join(map(str, got[1:]))}) under the loss {loss_name!r}. {hint}."
    )


def _name_of(loss):
    return getattr(loss, "__name__", None) or getattr(loss, "name", None) or str(loss)
