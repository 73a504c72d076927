"""Attention: every place of one sequence takes a mean of another's values, weighted by how well its key fits."""

import math

from keras.backend import dtypes
from keras.backend.compute import compute
from keras.ops.core import array, op, promote
from keras.ops.nn import softmax

# What is added up to nothing in a softmax; the logarithm of a share that each dtype rounds to zero.
_LOWEST = {"float16": -3e4}


@op
def attention_weights(query, key, bias=None, mask=None, scale=None, soft_cap=None):
    """Return softmax(scale * query @ key^T + bias) over the places that the mask keeps.

    Args:
        query: (..., heads, targets, size).
        key: (..., heads, sources, size); where it has fewer heads, as many of the query's in a row share one.
        bias: added to the products, of a shape that broadcasts to (..., heads, targets, sources).
        mask: booleans of such a shape; where none is kept, all places count alike.
        scale: a number, 1 / sqrt(size) by default.
        soft_cap: where given, the products x become soft_cap * tanh(x / soft_cap).

    Returns:
        (..., heads, targets, sources).
    """
    query, key = promote(query, key, at_least=float)
    dtype = dtypes.of(query)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    # Of the two, the query is the smaller to scale.
    scores = _product(compute.multiply(query, scale), _transposed(key))
    if soft_cap is not None:
        scores = compute.multiply(compute.tanh(compute.divide(scores, soft_cap)), soft_cap)
    if bias is not None:
        scores = compute.add(scores, array(bias, dtype))
    return softmax(scores if mask is None else masked_scores(scores, mask), -1)


@op
def attend(weights, value):
    """Return weights @ value.

    Args:
        weights: (..., heads, targets, sources).
        value: (..., heads, sources, size); where it has fewer heads, as many of the weights' in a row share one.

    Returns:
        (..., heads, targets, size).
    """
    return _product(*promote(weights, value, at_least=float))


@op
def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """Return softmax(scale * query @ key^T + bias) @ value, for each head (Vaswani et al., 2017).

    Args:
        query: (batch, targets, heads, size).
        key: (batch, sources, heads, size), or with a number of heads that divides the query's.
        value: like `key`, maybe of another size.
        bias: added to the products, of a shape that broadcasts to (batch, heads, targets, sources).
        mask: booleans of such a shape, False for what is not to be looked at.
        scale: a number, 1 / sqrt(size) by default.
        is_causal: whether a target looks at sources up to its own place alone.
        flash_attention: accepted, and without effect: how it is computed is the compiler's choice.
        attn_logits_soft_cap: where given, the products x become cap * tanh(x / cap).

    Returns:
        (batch, targets, heads, value's size).
    """
    query, key, value = (_heads_first(x) for x in promote(query, key, value, at_least=float))
    if is_causal:
        causal = causal_mask(query.shape[-2], key.shape[-2])
        mask = causal if mask is None else compute.logical_and(array(mask, "bool"), causal)
    weights = attention_weights(query, key, bias, mask, scale, attn_logits_soft_cap)
    return _heads_first(attend(weights, value))


def causal_mask(targets, sources):
    """Return booleans (targets, sources), True where a source is not later than the target."""
    return within_window(targets, sources, lambda distance: compute.greater_equal(distance, 0))


def within_window(targets, sources, keeps):
    """Return booleans (targets, sources).

    Args:
        targets, sources: numbers of places.
        keeps: a function of the places' distances, target less source, an int tensor.
    """
    rows = compute.reshape(compute.arange(0, targets, 1, "int32"), (targets, 1))
    return keeps(compute.subtract(rows, compute.arange(0, sources, 1, "int32")))


def masked_scores(scores, mask):
    """Return scores with those that a mask does not keep so low that they have no share in a softmax."""
    dtype = dtypes.of(scores)
    lowest = compute.full((), _LOWEST.get(dtype, -1e9), dtype)
    return compute.where(array(mask, "bool"), scores, lowest)


def _transposed(x):
    axes = list(range(x.ndim))
    return compute.transpose(x, (*axes[:-2], axes[-1], axes[-2]))


def _heads_first(x):
    """Return (batch, steps, heads, size) as (batch, heads, steps, size), or the other way round."""
    return compute.transpose(x, (0, 2, 1, 3))


def _product(x, y):
    """Return x @ y for (..., heads, steps, n) and (..., fewer heads, n, m)."""
    heads, shared = x.shape[-3], y.shape[-3]
    if heads == shared:
        return compute.matmul(x, y)
    # The heads that share one stand in a row: their steps are more rows of one product.
    rows = (*x.shape[:-3], shared, heads // shared * x.shape[-2], x.shape[-1])
    found = compute.matmul(compute.reshape(x, rows), y)
    return compute.reshape(found, (*x.shape[:-1], y.shape[-1]))
