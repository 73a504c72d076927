"""More of K: windows, loops, branches, normalization, CTC. Each case is a function without arguments."""

import numpy as np

from keras import backend as K

from ..row import rng
from .functions import op, real

FIRST = "channels_first"


def several(name, function, *shapes):
    """A case for an operation that returns a list of tensors."""

    def run():
        random = rng("op " + name)
        tensors = [K.variable(real(random, shape)) for shape in shapes]
        return {f"value{i}": np.asarray(K.eval(x)) for i, x in enumerate(function(*tensors))}

    return name, run


def positive(x):
    """Numbers above zero, for variances."""
    return K.square(x) + 0.5


def add_step(x, states):
    """A step with two states and a constant."""
    total = x + 0.5 * states[0] + states[2]
    return total * 2, [total, states[1] + 1]


MASK = np.array([[1, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 0]], "bool")


def loop(**options):
    """K.rnn with a mask or other options, as a list of all that it returns."""

    def run(x, start, constant):
        given = dict(options)
        if given.pop("masked", False):
            given["mask"] = K.variable(MASK[:, :, None], "bool")
        states = [start, K.zeros_like(start)]
        last, outputs, states = K.rnn(add_step, x, states, constants=[constant], **given)
        return [last, outputs] + list(states)

    return run


LENGTHS = np.array([6, 4, 5], "int32")


def decoded(name, **options):
    """A case for the labels and scores that K.ctc_decode finds."""

    def run():
        logits = K.variable(3 * real(rng("op " + name), (3, 6, 5)))
        lengths = K.variable(LENGTHS, "int32")
        paths, scores = K.ctc_decode(K.softmax(logits), lengths, **options)
        result = {"scores": np.asarray(K.eval(scores))}
        for i, path in enumerate(paths):
            labels = np.asarray(K.eval(path)).astype("float32")
            # As wide as the longest path: how much empty space follows is not the point.
            result[f"path{i}"] = labels[:, : (labels >= 0).sum(1).max()]
        return result

    return name, run


def local1d(x, w):
    """K.local_conv1d over pairs of steps."""
    return K.local_conv1d(x, w, (2,), (2,), "channels_last")


def local2d(data_format):
    """K.local_conv2d over a window of 2 by 3."""
    return lambda x, w: K.local_conv2d(x, w, (2, 3), (1, 2), (3, 2), data_format)


def separable(data_format):
    """K.separable_conv2d with two filters a channel."""
    return lambda x, d, p: K.separable_conv2d(x, d, p, (2, 2), "same", data_format)


VOCABULARY = dict(
    [
        op(
            "conv1d_dilated", lambda x, w: K.conv1d(x, w, 1, "valid", None, 2), (2, 8, 2), (3, 2, 4)
        ),
        op(
            "conv1d_causal",
            lambda x, w: K.conv1d(x, w, padding="causal", dilation_rate=2),
            (2, 8, 2),
            (2, 2, 3),
        ),
        op(
            "conv2d_first",
            lambda x, w: K.conv2d(x, w, (2, 1), "same", FIRST),
            (2, 2, 5, 6),
            (3, 3, 2, 4),
        ),
        op(
            "conv2d_dilated",
            lambda x, w: K.conv2d(x, w, dilation_rate=(2, 2)),
            (2, 7, 6, 2),
            (3, 2, 2, 3),
        ),
        op(
            "conv3d",
            lambda x, w: K.conv3d(x, w, (1, 2, 1), "same"),
            (2, 3, 4, 5, 2),
            (2, 3, 2, 2, 3),
        ),
        op(
            "conv2d_transpose_same",
            lambda x, w: K.conv2d_transpose(x, w, (2, 8, 5, 2), (2, 2), "same"),
            (2, 4, 3, 4),
            (3, 2, 2, 4),
        ),
        op(
            "conv2d_transpose_first",
            lambda x, w: K.conv2d_transpose(x, w, (2, 2, 8, 6), (2, 2), "same", FIRST),
            (2, 4, 4, 3),
            (3, 3, 2, 4),
        ),
        op(
            "conv3d_transpose",
            lambda x, w: K.conv3d_transpose(x, w, (2, 4, 6, 3, 2), (2, 2, 1), "same"),
            (2, 2, 3, 3, 3),
            (2, 3, 2, 2, 3),
        ),
        op(
            "depthwise",
            lambda x, w: K.depthwise_conv2d(x, w, (2, 2), "same"),
            (2, 5, 6, 3),
            (3, 3, 3, 2),
        ),
        op("separable2d", separable(None), (2, 5, 6, 3), (3, 3, 3, 2), (1, 1, 6, 4)),
        op("separable2d_first", separable(FIRST), (2, 3, 5, 6), (3, 3, 3, 2), (1, 1, 6, 4)),
        op(
            "separable1d",
            lambda x, d, p: K.separable_conv1d(x, d, p, 1, "same", dilation_rate=2),
            (2, 7, 3),
            (3, 3, 2),
            (1, 6, 4),
        ),
        op("local1d", local1d, (3, 6, 2), (3, 4, 5)),
        op("local2d", local2d("channels_last"), (2, 4, 6, 2), (6, 12, 5)),
        op("local2d_first", local2d(FIRST), (2, 2, 4, 6), (6, 12, 5)),
        op("pool2d_first", lambda x: K.pool2d(x, (2, 2), (2, 1), "valid", FIRST), (2, 3, 4, 5)),
        op("pool3d_max", lambda x: K.pool3d(x, (2, 2, 2), (1, 2, 2), "same"), (2, 3, 4, 5, 2)),
        op("pool3d_avg", lambda x: K.pool3d(x, (2, 3, 2), pool_mode="avg"), (2, 3, 4, 5, 2)),
        op(
            "resize_bilinear",
            lambda x: K.resize_images(x, 2, 3, "channels_last", "bilinear"),
            (2, 3, 4, 2),
        ),
        op("resize_first", lambda x: K.resize_images(x, 3, 2, FIRST), (2, 2, 3, 2)),
        op(
            "resize_volumes",
            lambda x: K.resize_volumes(x, 2, 1, 3, "channels_last"),
            (2, 2, 3, 2, 2),
        ),
        op("pad2d", lambda x: K.spatial_2d_padding(x, ((1, 2), (0, 3))), (2, 3, 2, 2)),
        op("pad2d_first", lambda x: K.spatial_2d_padding(x, ((1, 2), (0, 3)), FIRST), (2, 2, 3, 2)),
        op("pad3d", lambda x: K.spatial_3d_padding(x, ((1, 0), (2, 1), (0, 1))), (2, 2, 3, 2, 2)),
        op("bias_3d_first", lambda x, b: K.bias_add(x, b, FIRST), (2, 4, 3, 2), (3, 2, 4)),
        op("bias_5d", lambda x, b: K.bias_add(x, b, "channels_last"), (2, 2, 2, 3, 4), (4,)),
        op("bias_5d_first", lambda x, b: K.bias_add(x, b, FIRST), (2, 4, 2, 2, 3), (4,)),
        op("slice", lambda x: K.slice(x, (0, 1, 2), (-1, 2, 1)), (3, 4, 5)),
        op("switch_rows", lambda a, b: K.switch(K.greater(K.sum(a, 1), 0), a, b), (5, 3), (5, 3)),
        op("switch_scalar", lambda a: K.switch(K.sum(a) > 0, lambda: a * 2, lambda: a * 3), (2, 3)),
        op("dot_1d", lambda a, b: K.dot(a, K.reshape(b, (4, 1))), (3, 4), (4,)),
        op("batch_dot_4d", lambda a, b: K.batch_dot(a, b, axes=(3, 2)), (2, 3, 4, 5), (2, 3, 5, 4)),
        op("batch_dot_4d_last", lambda a, b: K.batch_dot(a, b, [3, 3]), (2, 3, 4, 5), (2, 3, 2, 5)),
        op("batch_dot_34", lambda a, b: K.batch_dot(a, b, [2, 3]), (2, 3, 4), (2, 3, 5, 4)),
        op("batch_dot_34_middle", lambda a, b: K.batch_dot(a, b, [2, 2]), (2, 3, 4), (2, 3, 4, 5)),
        op("batch_dot_23", lambda a, b: K.batch_dot(a, b, [1, 1]), (2, 4), (2, 4, 5)),
        op("relu_leaky", lambda x: K.relu(x, 0.3, 0.5, 0.2), (4, 5)),
        op("elu", lambda x: K.elu(x, 0.7), (4, 5)),
        op("eye", lambda x: K.dot(x, K.eye(3)), (2, 3)),
        op("constant", lambda x: x + K.constant([1.0, 2.0], shape=(2, 3)), (2, 3)),
        op("std_axes", lambda x: K.std(x, axis=[0, 2], keepdims=True), (2, 3, 4)),
        op(
            "batch_normalization",
            lambda x, m, v, b, g: K.batch_normalization(x, m, positive(v), b, g),
            (4, 3, 2, 5),
            (5,),
            (5,),
            (5,),
            (5,),
        ),
        several(
            "normalize_batch",
            lambda x, g, b: K.normalize_batch_in_training(x, g, b, [0, 1, 2]),
            (4, 3, 2, 5),
            (5,),
            (5,),
        ),
        several(
            "normalize_batch_axis1",
            lambda x, g, b: K.normalize_batch_in_training(x, g, b, [0, 2]),
            (4, 3, 2),
            (3,),
            (3,),
        ),
        op("foldr", lambda x: K.foldr(lambda a, b: a + 2 * b, x), (4, 3)),
        op("foldl_start", lambda x, s: K.foldl(lambda a, b: a * 0.5 + b, x, s), (4, 3), (3,)),
        op("foldr_start", lambda x, s: K.foldr(lambda a, b: a * 0.5 + b, x, s), (4, 3), (3,)),
        op(
            "map_fn_pair",
            lambda x, y: K.map_fn(lambda pair: pair[0] * K.sum(pair[1]), (x, y), dtype="float32"),
            (4, 3),
            (4, 2),
        ),
        op(
            "map_fn_closure", lambda x, w: K.map_fn(lambda row: K.dot(row, w), x), (4, 2, 3), (3, 2)
        ),
        several("rnn", loop(), (3, 4, 2), (3, 2), (3, 2)),
        several("rnn_masked", loop(masked=True), (3, 4, 2), (3, 2), (3, 2)),
        several("rnn_backwards", loop(go_backwards=True, masked=True), (3, 4, 2), (3, 2), (3, 2)),
        several("rnn_unrolled", loop(unroll=True, masked=True), (3, 4, 2), (3, 2), (3, 2)),
        decoded("ctc_greedy"),
        decoded("ctc_beam", greedy=False, beam_width=50),
        decoded("ctc_beam_paths", greedy=False, beam_width=100, top_paths=2),
        op("gradient", lambda x: K.gradients(K.sum(K.softmax(x)[:, 0]), [x])[0], (3, 4)),
    ]
)
