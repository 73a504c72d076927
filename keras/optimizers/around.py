"""What goes around any rule: gradients gathered over several batches, and moving averages of the weights."""

from keras import ops

# The slots that these take, after the rule's own.
AVERAGE, GATHERED = "average", "gathered"


def gathered(gradients, sums, count, iterations):
    """Return the mean gradients, the sums to keep, and whether a step is due.

    Args:
        gradients: tensors, one a weight, of the batch at hand.
        sums: tensors, the gradients of the batches since the last step.
        count: how many batches make a step.
        iterations: the number of batches so far, a scalar.

    Returns:
        A list of means, which count where a step is due, a list of sums, and a boolean scalar.
    """
    is_due = ops.equal(ops.mod(iterations + 1, count), 0)
    sums = [total + gradient for total, gradient in zip(sums, gradients, strict=True)]
    means = [total / count for total in sums]
    return means, [ops.where(is_due, ops.zeros_like(total), total) for total in sums], is_due


def where_due(changes, is_due):
    """Return pairs (Variable, new value) with the values kept that are not due to change."""
    return [
        (variable, ops.where(is_due, value, ops.cast(variable, value.dtype)))
        for variable, value in changes
    ]


def averaged(values, averages, momentum, steps, frequency=None):
    """Return the next moving averages, and the weights with them (Polyak & Juditsky, 1992).

    Args:
        values: tensors, the weights after a step.
        averages: tensors, the averages before it; what they are before the first step does not count.
        momentum: how much of an average is kept.
        steps: the number of steps before this one, a scalar.
        frequency: after how many steps the weights become their averages; None for never.

    Returns:
        Two lists of tensors, the averages and the weights.
    """
    kept = ops.where(ops.equal(steps, 0), 0.0, momentum)
    news = []
    for value, average in zip(values, averages, strict=True):
        share = ops.cast(kept, value.dtype)
        news.append(share * average + (1.0 - share) * value)
    if frequency:
        is_time = ops.equal(ops.mod(steps + 1, frequency), 0)
        values = [ops.where(is_time, new, value) for new, value in zip(news, values, strict=True)]
    return news, values
