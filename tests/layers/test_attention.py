"""Attention, against NumPy: scores, masks, dropout, groups of heads, several axes, gradients."""

import numpy as np
import pytest

from keras import layers as L
from keras import ops
from keras.backend import dtypes
from keras.backend.variable import Scope
from keras.models import Model, Sequential, load_model
from keras.optimizers import Adam

from .support import check_gradients, draw, run


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def project(x, kernel, bias=0.0):
    return np.tensordot(x, kernel, 1) + bias


def by_hand(layer, query, value, kept=None, key=None):
    """The output and the scores of a layer with heads, in NumPy."""
    names = [w.name.removesuffix(":0").split("/")[-2:] for w in layer.weights]
    found = dict(zip(map("/".join, names), layer.get_weights(), strict=True))

    def part(name, x):
        return project(x, found[f"{name}/kernel"], found.get(f"{name}/bias", 0.0))

    q, v = part("query", query), part("value", value)
    k = part("key", value if key is None else key)
    k, v = (np.repeat(x, q.shape[2] // x.shape[2], axis=2) for x in (k, v))
    scores = np.einsum("btnh,bsnh->bnts", q, k) / np.sqrt(q.shape[-1])
    scores = softmax(scores if kept is None else np.where(kept, scores, -1e9))
    mixed = np.einsum("bnts,bsnh->btnh", scores, v)
    if layer.use_gate:
        mixed = mixed * sigmoid(part("gate", query))
    kernel, bias = found["attention_output/kernel"], found.get("attention_output/bias", 0.0)
    return np.tensordot(mixed, kernel, 2) + bias, scores


def with_draws(layer, *shapes):
    """The layer, built, with weights drawn anew, so that no bias is zero."""
    layer.build(*shapes)
    layer.set_weights([draw(*w.shape, seed=i) for i, w in enumerate(layer.weights)])
    return layer


QUERY, VALUE = draw(2, 4, 6), draw(2, 5, 6, seed=1)
HEADED = {
    "plain": lambda: L.MultiHeadAttention(2, 3, name="m"),
    "other sizes": lambda: L.MultiHeadAttention(2, 3, value_dim=4, output_shape=5, name="m"),
    "no bias": lambda: L.MultiHeadAttention(2, 3, use_bias=False, name="m"),
    "gated": lambda: L.MultiHeadAttention(2, 3, use_gate=True, name="m"),
    "groups": lambda: L.GroupQueryAttention(3, 4, 2, name="m"),
    "one group": lambda: L.GroupQueryAttention(3, 4, 1, use_gate=True, name="m"),
}


@pytest.mark.parametrize("name", HEADED)
def test_heads(name):
    layer = with_draws(HEADED[name](), QUERY.shape, VALUE.shape)
    expected = by_hand(layer, QUERY, VALUE)
    np.testing.assert_allclose(run(layer, QUERY, value=VALUE), expected[0], rtol=1e-4, atol=1e-5)
    found = layer(QUERY, VALUE, return_attention_scores=True)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", HEADED)
def test_gradients_of_heads(name):
    inner = with_draws(HEADED[name](), QUERY.shape)
    inner.set_weights([0.5 * w for w in inner.get_weights()])

    class Within(L.Layer):
        def __init__(self):
            super().__init__()
            self.inner = inner

        def call(self, inputs):
            return self.inner(inputs, inputs, use_causal_mask=True)

    check_gradients(Within(), QUERY, step=1e-2)


def test_a_key_of_its_own_and_a_third_size():
    key = draw(2, 5, 3, seed=2)
    layer = with_draws(L.MultiHeadAttention(2, 3), QUERY.shape, VALUE.shape, key.shape)
    expected, _ = by_hand(layer, QUERY, VALUE, key=key)
    np.testing.assert_allclose(layer(QUERY, VALUE, key), expected, rtol=1e-4, atol=1e-5)


DISTANCE = np.arange(4)[:, None] - np.arange(5)
SOME = np.array([[1, 1, 0, 1, 0], [1, 0, 1, 1, 1]], bool)
PAIRS = draw(2, 4, 5, seed=9) > -0.5
PAIRS[:, :, 0] = True
MASKS = {
    "causal": ({"use_causal_mask": True}, DISTANCE >= 0),
    "value": ({"value_mask": SOME}, SOME[:, None, None]),
    "key": ({"key_mask": SOME}, SOME[:, None, None]),
    "pairs": ({"attention_mask": PAIRS}, PAIRS[:, None]),
    "one for all": ({"attention_mask": PAIRS[:1]}, PAIRS[:1, None]),
    "heads": ({"attention_mask": PAIRS[:, None]}, PAIRS[:, None]),
    "numbers": ({"attention_mask": PAIRS.astype("int32")}, PAIRS[:, None]),
    "all": (
        {"value_mask": SOME, "attention_mask": PAIRS, "use_causal_mask": True},
        SOME[:, None, None] & PAIRS[:, None] & (DISTANCE >= 0),
    ),
    "query": (
        {"query_mask": np.array([[1, 1, 1, 0]] * 2, bool)},
        np.arange(4)[:, None] < 3,
    ),
}


@pytest.mark.parametrize("name", MASKS)
def test_masks(name):
    options, kept = MASKS[name]
    for make in ("plain", "groups"):
        layer = with_draws(HEADED[make](), QUERY.shape, VALUE.shape)
        output, scores = layer(QUERY, VALUE, return_attention_scores=True, **options)
        expected = by_hand(layer, QUERY, VALUE, np.broadcast_to(kept, scores.shape))
        np.testing.assert_allclose(scores, expected[1], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(output, expected[0], rtol=1e-4, atol=1e-5)


def test_a_sliding_window():
    layer = with_draws(L.MultiHeadAttention(2, 3, sliding_window=2), QUERY.shape)
    for causal, kept in ((False, np.abs(DISTANCE) < 2), (True, (DISTANCE >= 0) & (DISTANCE < 2))):
        found = layer(QUERY, QUERY, use_causal_mask=causal)
        expected, _ = by_hand(layer, QUERY, QUERY, kept[:, :4])
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match=r"'w'.*sliding_window should be a positive.*0"):
        L.MultiHeadAttention(2, 3, sliding_window=0, name="w")


def test_masks_come_with_the_tensors_and_go_on_with_the_query():
    ids = L.Input((4,), dtype="int32")
    embedded = L.Embedding(5, 6, mask_zero=True)(ids)
    layer = L.MultiHeadAttention(2, 3)
    output = layer(embedded, embedded)
    assert output.mask is not None
    model, plain = Model(ids, output), Model(ids, embedded)
    x = np.array([[1, 2, 0, 0], [3, 4, 1, 2]])
    vectors, kept = plain.predict(x), x != 0
    expected, _ = by_hand(layer, vectors, vectors, kept[:, None, :, None] & kept[:, None, None])
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4, atol=1e-6)
    changed = np.where(kept, x, 0)
    np.testing.assert_allclose(model.predict(changed)[kept], expected[kept], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("axes", [2, (1, 2), -2, None])
def test_several_axes(axes):
    x = draw(2, 3, 4, 5)
    layer = with_draws(L.MultiHeadAttention(2, 3, attention_axes=axes, name="m"), x.shape)
    output, scores = layer(x, x, return_attention_scores=True)
    if axes in (2, -2):
        folded = x.reshape(6, 4, 5)
        shape, sizes = (2, 3, 2, 4, 4), (2, 3, 4, 5)
        expected, weights = by_hand(layer, folded, folded)
    else:
        folded = x.reshape(2, 12, 5)
        shape, sizes = (2, 2, 3, 4, 3, 4), (2, 3, 4, 5)
        expected, weights = by_hand(layer, folded, folded)
    np.testing.assert_allclose(output, expected.reshape(sizes), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scores, weights.reshape(shape), rtol=1e-4, atol=1e-6)


def test_masks_over_several_axes():
    x = draw(2, 3, 4, 5)
    kept = draw(2, 3, 4, 3, 4, seed=3) > -1
    kept[..., 0, 0] = True
    layer = with_draws(L.MultiHeadAttention(2, 3), x.shape)
    found = layer(x, x, attention_mask=kept)
    folded = x.reshape(2, 12, 5)
    expected, _ = by_hand(layer, folded, folded, kept.reshape(2, 1, 12, 12))
    np.testing.assert_allclose(found, expected.reshape(x.shape), rtol=1e-4, atol=1e-5)


def test_dropout_is_of_the_scores_in_training_alone():
    layer = with_draws(L.MultiHeadAttention(2, 3, dropout=0.5, seed=3), QUERY.shape, VALUE.shape)
    calm = np.asarray(layer(QUERY, VALUE))
    np.testing.assert_allclose(calm, by_hand(layer, QUERY, VALUE)[0], rtol=1e-4, atol=1e-5)
    with Scope(training=True):
        first = np.asarray(layer(QUERY, VALUE, training=True))
    with Scope(training=True):
        again = np.asarray(layer(QUERY, VALUE, training=True))
    assert np.abs(first - calm).max() > 0.01
    np.testing.assert_array_equal(first, again)


def test_shapes_of_graphs():
    x, y = L.Input((4, 6)), L.Input((None, 6))
    assert L.MultiHeadAttention(2, 3)(x, y).shape == (None, 4, 6)
    assert L.MultiHeadAttention(2, 3, output_shape=(2, 7))(query=x, value=y).shape == (
        None,
        4,
        2,
        7,
    )
    output, scores = L.MultiHeadAttention(2, 3)(x, x, return_attention_scores=True)
    assert (output.shape, scores.shape) == ((None, 4, 6), (None, 2, 4, 4))


def test_what_is_missing_or_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"'m'.*needs a query and a value.*layer\(x, x\)"):
        L.MultiHeadAttention(2, 3, name="m")(QUERY)
    with pytest.raises(ValueError, match=r"'g'.*num_key_value_heads should divide the 4.*got 3"):
        L.GroupQueryAttention(3, 4, 3, name="g")
    with pytest.raises(ValueError, match=r"'m'.*rate should lie in \[0, 1\]"):
        L.MultiHeadAttention(2, 3, dropout=2, name="m")
    with pytest.raises(ValueError, match=r"'a'.*score_mode should be 'dot' or 'concat'.*'cos'"):
        L.Attention(score_mode="cos", name="a")
    with pytest.raises(ValueError, match=r"'a'.*needs a list \[query, value\]"):
        L.Attention(name="a")(QUERY)


# ------------------------------------------------------------------ without projections
def scores_of(layer, query, key):
    scale = 1.0 if layer.scale is None else layer.scale.numpy()
    sums = query[:, :, None] + key[:, None]
    if isinstance(layer, L.AdditiveAttention):
        return (np.tanh(sums) * scale).sum(-1)
    if layer.score_mode == "dot":
        return query @ key.transpose(0, 2, 1) * scale
    return np.tanh(sums * scale).sum(-1) * layer.concat_score_weight.numpy()


PLAIN = {
    "dot": lambda: L.Attention(),
    "scaled": lambda: L.Attention(use_scale=True),
    "concat": lambda: L.Attention(score_mode="concat"),
    "both": lambda: L.Attention(use_scale=True, score_mode="concat"),
    "additive": lambda: L.AdditiveAttention(),
    "unscaled": lambda: L.AdditiveAttention(use_scale=False),
}


@pytest.mark.parametrize("name", PLAIN)
def test_without_projections(name):
    layer = with_draws(PLAIN[name](), [QUERY.shape, VALUE.shape])
    key, causal = draw(2, 5, 6, seed=4), DISTANCE >= 0
    query_mask = np.array([[1, 1, 0, 1]] * 2, bool)
    for options, kept in (
        ({}, np.ones((2, 4, 5), bool)),
        ({"use_causal_mask": True}, np.broadcast_to(causal, (2, 4, 5))),
        ({"mask": [None, SOME]}, np.broadcast_to(SOME[:, None], (2, 4, 5))),
        ({"mask": [query_mask, SOME, None]}, np.broadcast_to(SOME[:, None], (2, 4, 5))),
    ):
        scores = softmax(np.where(kept, scores_of(layer, QUERY, key), -1e9))
        expected = scores @ VALUE
        if "mask" in options and options["mask"][0] is not None:
            expected = expected * query_mask[..., None]
        found = layer([QUERY, VALUE, key], return_attention_scores=True, **options)
        np.testing.assert_allclose(found[1], scores, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(found[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", PLAIN)
def test_gradients_without_projections(name):
    layer = with_draws(PLAIN[name](), [QUERY.shape, VALUE.shape])
    check_gradients(layer, 0.3 * QUERY, 0.3 * VALUE, step=1e-2)


def test_what_tensorflow_had_as_an_argument():
    layer = L.Attention(causal=True)
    expected = run(L.Attention(), QUERY, VALUE, use_causal_mask=True)
    np.testing.assert_array_equal(run(layer, QUERY, VALUE), expected)
    assert L.Attention.from_config(layer.get_config()).get_config() == layer.get_config()


# ------------------------------------------------------------------ embeddings, there and back
@pytest.mark.parametrize("tied", [True, False])
def test_reversible_embedding(tied):
    layer = L.ReversibleEmbedding(5, 3, tie_weights=tied, mask_zero=True, logit_soft_cap=1.5)
    layer.build((None, 4))
    layer.set_weights([draw(*w.shape, seed=i) for i, w in enumerate(layer.weights)])
    table, back = layer.get_weights()[0], layer.get_weights()[-1]
    ids, vectors = L.Input((2,), dtype="int32"), draw(2, 3, 3)
    embedded = layer(ids)
    scores = layer(embedded, reverse=True)
    assert (embedded.shape, scores.shape) == ((None, 2, 3), (None, 2, 5))
    assert scores.mask is not None
    x = np.array([[1, 0], [4, 2]])
    np.testing.assert_array_equal(Model(ids, embedded).predict(x), table[x])
    raw = vectors @ (table.T if tied else back)
    found = layer(vectors, reverse=True)
    np.testing.assert_allclose(found, 1.5 * np.tanh(raw / 1.5), rtol=1e-4, atol=1e-6)
    assert layer(vectors, True).shape == found.shape


# ------------------------------------------------------------------ training
def test_a_block_learns():
    x = L.Input((6, 4))
    y = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 3, dropout=0.1)(x, x)]))
    model = Model(x, L.Dense(1)(L.GlobalAveragePooling1D()(y)))
    model.compile(Adam(0.01), "mse")
    data = draw(32, 6, 4)
    target = data[:, 0, :1] * data[:, 1, 1:2]
    losses = model.fit(data, target, epochs=30, verbose=0, batch_size=8).history["loss"]
    assert losses[-1] < 0.8 * losses[0]


def test_half_precision():
    x = draw(2, 5, 8)
    layer = L.MultiHeadAttention(2, 4, dtype="mixed_bfloat16")
    found = layer(x, x, return_attention_scores=True)
    assert [dtypes.of(y) for y in found] == ["bfloat16"] * 2
    assert {w.dtype for w in layer.weights} == {"float32"}
    expected, _ = by_hand(layer, x, x)
    np.testing.assert_allclose(np.asarray(ops.cast(found[0], "float32")), expected, atol=0.05)


# ------------------------------------------------------------------ what users wrote before
def test_classes_of_ones_own_win_over_those_of_the_same_name(tmp_path):
    class LayerNormalization(L.Layer):
        def __init__(self, eps=1e-6, **kwargs):
            super().__init__(**kwargs)
            self.eps = eps

        def build(self, input_shape):
            self.gamma = self.add_weight("gamma", input_shape[-1:], initializer="ones")
            super().build(input_shape)

        def call(self, x):
            return x * self.gamma + self.eps

    model = Sequential([LayerNormalization(eps=2.0, input_shape=(3,))])
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        again = load_model(tmp_path / name, {"LayerNormalization": LayerNormalization})
        assert again.layers[0].eps == 2.0
        np.testing.assert_array_equal(again.predict(np.ones((1, 3))), [[3.0, 3.0, 3.0]])
