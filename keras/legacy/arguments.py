"""The argument names of Keras 1, as a table: what is now called otherwise still works, with a warning."""

import functools
import warnings
from dataclasses import dataclass, field, replace

from keras import layers, models


@dataclass(frozen=True)
class Renames:
    """How a constructor's or method's old arguments become new ones.

    Args:
        names: `{old name: new name}`.
        values: `{new name: {old value: new value}}`.
        joined: `{new name: old names}` for a tuple that was given as several ints.
        places: how many ints, given by place behind the first argument and nothing else, stand for such a tuple; or 0.
        dropped: `{old name: why it is no longer needed}`.
        convert: `convert(kwargs)` changes them and returns a list of notes, for what the others cannot say.
    """

    names: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    joined: dict = field(default_factory=dict)
    places: int = 0
    dropped: dict = field(default_factory=dict)
    convert: object = None

    def __or__(self, other):
        """Return the rules of both."""
        return replace(
            self,
            names={**self.names, **other.names},
            values={**self.values, **other.values},
            joined={**self.joined, **other.joined},
            places=self.places or other.places,
            dropped={**self.dropped, **other.dropped},
            convert=self.convert or other.convert,
        )


def names(**pairs):
    """Return the rules that rename alone."""
    return Renames(pairs)


# ------------------------------------------------------------------ groups of old names
DIMENSIONS = Renames(
    {"dim_ordering": "data_format"},
    {"data_format": {"tf": "channels_last", "th": "channels_first", "default": None}},
)
KERNEL = names(
    init="kernel_initializer",
    W_regularizer="kernel_regularizer",
    b_regularizer="bias_regularizer",
    W_constraint="kernel_constraint",
    b_constraint="bias_constraint",
    bias="use_bias",
)
WINDOW = names(
    nb_filter="filters", border_mode="padding", subsample="strides", atrous_rate="dilation_rate"
)
RECURRENT = Renames(
    {
        "init": "kernel_initializer",
        "inner_init": "recurrent_initializer",
        "inner_activation": "recurrent_activation",
        "W_regularizer": "kernel_regularizer",
        "U_regularizer": "recurrent_regularizer",
        "b_regularizer": "bias_regularizer",
        "dropout_W": "dropout",
        "dropout_U": "recurrent_dropout",
        "forget_bias_init": "unit_forget_bias",
        "consume_less": "implementation",
    },
    {
        "implementation": {"cpu": 0, "mem": 1, "gpu": 2},
        "unit_forget_bias": {"one": True, "ones": True, "zero": False, "zeros": False},
    },
)
POOL = names(border_mode="padding")


def _kernel(*old):
    """Return the rule for a window that was given as so many ints."""
    return Renames(joined={"kernel_size": old}, places=len(old))


def _without_mode(kwargs):
    if "mode" not in kwargs:
        return []
    mode = kwargs.pop("mode")
    if mode != 0:
        raise TypeError(
            f"BatchNormalization: mode={mode!r} is gone. For mode=1 normalize over the features by hand; for mode=2, "
            "statistics of the batch at test time too, call the layer with training=True."
        )
    return ["mode is gone: 0 is the only one"]


def _pads(*old):
    """Return a conversion of a padding given as a dict."""

    def convert(kwargs):
        given = kwargs.get("padding")
        if not isinstance(given, dict):
            return []
        unknown = sorted(set(given) - {name for pair in old for name in pair})
        if unknown:
            raise ValueError(f"padding names the sides {unknown}; the sides are {old}.")
        pads = tuple(tuple(given.get(name, 0) for name in pair) for pair in old)
        kwargs["padding"] = pads if len(pads) > 1 else pads[0]
        return [f"padding as a dict -> padding={kwargs['padding']}"]

    return Renames(convert=convert)


# ------------------------------------------------------------------ the table
CONV1D = (
    KERNEL
    | WINDOW
    | names(filter_length="kernel_size", subsample_length="strides", atrous_rate="dilation_rate")
)
CONV2D = KERNEL | WINDOW | DIMENSIONS | _kernel("nb_row", "nb_col")
CONV3D = KERNEL | WINDOW | DIMENSIONS | _kernel("kernel_dim1", "kernel_dim2", "kernel_dim3")
POOL1D = POOL | names(pool_length="pool_size", stride="strides")
POOL2D = POOL | DIMENSIONS
SPATIAL_DROPOUT = DIMENSIONS | names(p="rate")
SIDES = [("top_pad", "bottom_pad"), ("left_pad", "right_pad")]

CLASSES = {
    "AveragePooling1D": POOL1D,
    "AveragePooling2D": POOL2D,
    "AveragePooling3D": POOL2D,
    "BatchNormalization": names(beta_init="beta_initializer", gamma_init="gamma_initializer")
    | Renames(convert=_without_mode),
    "Conv1D": CONV1D,
    "Conv2D": CONV2D,
    "Conv2DTranspose": CONV2D
    | Renames(dropped={"output_shape": "the output's shape is worked out from the input's"}),
    "Conv3D": CONV3D,
    "ConvLSTM2D": RECURRENT | WINDOW | DIMENSIONS | _kernel("nb_row", "nb_col"),
    "Cropping2D": DIMENSIONS,
    "Cropping3D": DIMENSIONS,
    "Dense": KERNEL | names(output_dim="units"),
    "Dropout": names(p="rate"),
    "Embedding": Renames(
        {
            "init": "embeddings_initializer",
            "W_regularizer": "embeddings_regularizer",
            "W_constraint": "embeddings_constraint",
        },
        dropped={"dropout": "put a SpatialDropout1D layer behind the Embedding in its place"},
    ),
    "GRU": RECURRENT | names(output_dim="units"),
    "GaussianDropout": names(p="rate"),
    "GaussianNoise": names(sigma="stddev"),
    "GlobalAveragePooling2D": DIMENSIONS,
    "GlobalAveragePooling3D": DIMENSIONS,
    "GlobalMaxPooling2D": DIMENSIONS,
    "GlobalMaxPooling3D": DIMENSIONS,
    "InputLayer": names(input_dtype="dtype"),
    "LSTM": RECURRENT | names(output_dim="units"),
    "LocallyConnected1D": CONV1D,
    "LocallyConnected2D": CONV2D,
    "MaxPooling1D": POOL1D,
    "MaxPooling2D": POOL2D,
    "MaxPooling3D": POOL2D,
    "PReLU": names(init="alpha_initializer"),
    "SeparableConv2D": CONV2D
    | names(
        depthwise_init="depthwise_initializer",
        pointwise_init="pointwise_initializer",
        init="depthwise_initializer",
    ),
    "SimpleRNN": RECURRENT | names(output_dim="units"),
    "SpatialDropout1D": names(p="rate"),
    "SpatialDropout2D": SPATIAL_DROPOUT,
    "SpatialDropout3D": SPATIAL_DROPOUT,
    "UpSampling1D": names(length="size"),
    "UpSampling2D": DIMENSIONS,
    "UpSampling3D": DIMENSIONS,
    "ZeroPadding1D": _pads(("left_pad", "right_pad")),
    "ZeroPadding2D": DIMENSIONS | _pads(*SIDES),
    "ZeroPadding3D": DIMENSIONS,
}

GENERATORS = names(
    samples_per_epoch="steps_per_epoch",
    val_samples="steps",
    nb_epoch="epochs",
    nb_val_samples="validation_steps",
    nb_worker="workers",
    pickle_safe="use_multiprocessing",
    max_q_size="max_queue_size",
)
METHODS = {
    "__init__": names(input="inputs", output="outputs"),
    "fit": names(nb_epoch="epochs"),
    "fit_generator": GENERATORS,
    "evaluate_generator": GENERATORS,
    "predict_generator": GENERATORS,
}


# ------------------------------------------------------------------ applying it
def accept(rules, call=None):
    """Return a decorator of constructors and methods: they take arguments under their old names too.

    Args:
        rules: a `Renames`.
        call: what is called, for messages; by default the class for a constructor, else the method.

    Examples:
        >>> class Box:
        ...     @accept(names(len="length"))
        ...     def __init__(self, length):
        ...         self.length = length
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     Box(len=3).length
        3
        >>> print(caught[0].message)
        Box: arguments have new names; use them: len -> length.
    """

    def decorate(func):
        @functools.wraps(func)
        def wrapper(self, *args, **kwargs):
            is_constructor = func.__name__ == "__init__"
            name = call or (type(self).__name__ if is_constructor else func.__name__)
            args, kwargs, notes = renamed(name, rules, args, kwargs)
            if notes:
                warnings.warn(
                    f"{name}: arguments have new names; use them: {'; '.join(notes)}.", stacklevel=2
                )
                if type(self).__init__ is wrapper:
                    # A config is what the constructor was called with, as if that had been right.
                    vars(self)["_init_args"] = args, kwargs
            return func(self, *args, **kwargs)

        return wrapper

    return decorate


def renamed(call, rules, args, kwargs):
    """Return arguments under their new names, and a note for each that was changed.

    Args:
        call: what is called, for messages, such as "Dense".
        rules: a `Renames`.
        args: the positional arguments, without `self`.
        kwargs: the others.

    Raises:
        TypeError: if an argument is given under both names.
        ValueError: if the old value of an argument has no new one.
    """
    kwargs, notes = dict(kwargs), []
    for old, new in rules.names.items():
        if old in kwargs:
            value = kwargs.pop(old)
            _put(call, kwargs, old, new, _value(call, old, rules.values.get(new), value))
            notes.append(f"{old} -> {new}")
    for new, olds in rules.joined.items():
        if all(old in kwargs for old in olds):
            value = tuple(kwargs.pop(old) for old in olds)
            _put(call, kwargs, "/".join(olds), new, value)
            notes.append(f"{', '.join(olds)} -> {new}={value}")
    for old, why in rules.dropped.items():
        if old in kwargs:
            del kwargs[old]
            notes.append(f"{old} is gone: {why}")
    places = args[1:]
    if rules.places > 1 and len(places) == rules.places and all(type(n) is int for n in places):
        args = (args[0], places)
        notes.append(f"{', '.join(map(str, places))} -> kernel_size={places}")
    notes += rules.convert(kwargs) if rules.convert else []
    return args, kwargs, notes


def _put(call, kwargs, old, new, value):
    if new in kwargs:
        raise TypeError(f"{call} got both {new!r} and its old name {old!r}; give {new!r} alone.")
    kwargs[new] = value


def _value(call, old, table, value):
    """Return the new form of an argument's old value."""
    if not table or not isinstance(value, str):
        return value
    if value not in table:
        raise ValueError(f"{call}: {old} should be one of {list(table)}, got {value!r}.")
    return table[value]


def install():
    """Let the layers and models take the old names."""
    for name, rules in CLASSES.items():
        cls = getattr(layers, name)
        cls.__init__ = accept(rules)(cls.__init__)
    for name, rules in METHODS.items():
        setattr(models.Model, name, accept(rules)(getattr(models.Model, name)))
