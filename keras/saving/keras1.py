"""The dialect of Keras 1: other names of classes and arguments, `Merge` in many modes, stacks that begin with branches.

Objects are translated to those of Keras 2, by the tables below, and from there to the canonical form. Keras 1 did not
write the axis order of every layer: where it is missing, that of the model's other layers is taken.
"""

import warnings

from keras.saving import keras2, schema


def to_canonical(description):
    """Return the canonical description of a model or any other object.

    Raises:
        ValueError: if a layer has no counterpart here, naming it.

    Examples:
        >>> old = {"class_name": "Dense", "config": {"name": "d", "output_dim": 2, "init": "zero"}}
        >>> to_canonical(old)["config"]
        {'name': 'd', 'units': 2, 'kernel_initializer': 'zeros'}
    """
    return keras2.to_canonical(_Translation(_axis_order(description)).of(description))


def training_to_canonical(training):
    """Return the canonical training config: an optimizer's description, losses and metrics.

    Examples:
        >>> old = {
        ...     "optimizer_config": {"name": "SGD", "lr": 0.1},
        ...     "loss": "mse",
        ...     "metrics": ["acc"],
        ... }
        >>> training_to_canonical(old)["optimizer"]
        {'class_name': 'SGD', 'config': {'lr': 0.1}}
    """
    training = dict(training)
    optimizer = training.pop("optimizer_config", training.pop("optimizer", None))
    if isinstance(optimizer, dict) and "class_name" not in optimizer:
        config = dict(optimizer)
        optimizer = {"class_name": config.pop("name", None), "config": config}
    metrics = training.pop("metrics", None)
    return {"optimizer": optimizer, "metrics": _known_metrics(metrics), **training}


# Metrics of one batch that Keras 2.0 took away: their mean over batches said nothing about the data.
_GONE_METRICS = {"fbeta_score", "fmeasure", "matthews_correlation", "precision", "recall"}


def _known_metrics(metrics):
    if isinstance(metrics, dict):
        return {name: _known_metrics(value) for name, value in metrics.items()}
    if not isinstance(metrics, list):
        return metrics
    gone = [metric for metric in metrics if isinstance(metric, str) and metric in _GONE_METRICS]
    if gone:
        warnings.warn(
            f"The model was compiled with the metrics {gone}, which were Keras 1's alone and are left out; "
            "compile the model again with metrics.Precision and the like for such numbers.",
            stacklevel=2,
        )
    return [metric for metric in metrics if metric not in gone]


# ------------------------------------------------------------------ the tables
_CONVOLUTION = {"nb_filter": "filters", "bias": "use_bias"}
_BIAS = {"bias": "use_bias"}

# MaxoutDense and Highway kept their arguments' names for as long as they were in Keras.
_AS_THEY_WERE = {
    name: name
    for name in ("W_constraint", "W_regularizer", "b_constraint", "b_regularizer", "init")
} | {"output_dim": "output_dim"}

# What arguments are called now, in any class; None for those that say nothing any more.
_ARGUMENTS = {
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "output_dim": "units",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "subsample": "strides",
    "subsample_length": "strides",
    "atrous_rate": "dilation_rate",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "input_dim": None,
    "input_length": None,
    "input_dtype": None,
}

_POOLING_1D = {"pool_length": "pool_size", "stride": "strides"}

# Class by class: what it is called now, and its own renames.
_CLASSES = {
    "Activation": ("Activation", {}),
    "ActivityRegularization": ("ActivityRegularization", {}),
    "AtrousConvolution1D": ("Conv1D", _CONVOLUTION),
    "AtrousConvolution2D": ("Conv2D", _CONVOLUTION),
    "AveragePooling1D": ("AveragePooling1D", _POOLING_1D),
    "AveragePooling2D": ("AveragePooling2D", {}),
    "AveragePooling3D": ("AveragePooling3D", {}),
    "BatchNormalization": ("BatchNormalization", {}),
    "Bidirectional": ("Bidirectional", {}),
    "ConvLSTM2D": ("ConvLSTM2D", _CONVOLUTION),
    "Convolution1D": ("Conv1D", _CONVOLUTION),
    "Convolution2D": ("Conv2D", _CONVOLUTION),
    "Convolution3D": ("Conv3D", _CONVOLUTION),
    "Cropping1D": ("Cropping1D", {}),
    "Cropping2D": ("Cropping2D", {}),
    "Cropping3D": ("Cropping3D", {}),
    "Deconvolution2D": ("Conv2DTranspose", _CONVOLUTION),
    "Dense": ("Dense", _BIAS),
    "Dropout": ("Dropout", {"p": "rate"}),
    "ELU": ("ELU", {}),
    "Embedding": (
        "Embedding",
        {
            "init": "embeddings_initializer",
            "W_regularizer": "embeddings_regularizer",
            "W_constraint": "embeddings_constraint",
            "input_dim": "input_dim",
            "input_length": "input_length",
            "output_dim": "output_dim",
        },
    ),
    "Flatten": ("Flatten", {}),
    "GRU": ("GRU", {}),
    "GaussianDropout": ("GaussianDropout", {"p": "rate"}),
    "GaussianNoise": ("GaussianNoise", {"sigma": "stddev"}),
    "GlobalAveragePooling1D": ("GlobalAveragePooling1D", {}),
    "GlobalAveragePooling2D": ("GlobalAveragePooling2D", {}),
    "GlobalAveragePooling3D": ("GlobalAveragePooling3D", {}),
    "GlobalMaxPooling1D": ("GlobalMaxPooling1D", {}),
    "GlobalMaxPooling2D": ("GlobalMaxPooling2D", {}),
    "GlobalMaxPooling3D": ("GlobalMaxPooling3D", {}),
    "Highway": ("Highway", _AS_THEY_WERE),
    "InputLayer": ("InputLayer", {"input_dtype": "dtype"}),
    "LSTM": ("LSTM", {}),
    "Lambda": ("Lambda", {}),
    "LeakyReLU": ("LeakyReLU", {}),
    "LocallyConnected1D": ("LocallyConnected1D", _CONVOLUTION),
    "LocallyConnected2D": ("LocallyConnected2D", _CONVOLUTION),
    "Masking": ("Masking", {}),
    "MaxPooling1D": ("MaxPooling1D", _POOLING_1D),
    "MaxPooling2D": ("MaxPooling2D", {}),
    "MaxPooling3D": ("MaxPooling3D", {}),
    "MaxoutDense": ("MaxoutDense", _AS_THEY_WERE),
    "PReLU": ("PReLU", {"init": "alpha_initializer"}),
    "Permute": ("Permute", {}),
    "RepeatVector": ("RepeatVector", {}),
    "Reshape": ("Reshape", {}),
    "SeparableConvolution2D": (
        "SeparableConv2D",
        {
            **_CONVOLUTION,
            "depthwise_init": "depthwise_initializer",
            "pointwise_init": "pointwise_initializer",
            "init": None,
        },
    ),
    "SimpleRNN": ("SimpleRNN", {}),
    "SpatialDropout1D": ("SpatialDropout1D", {"p": "rate"}),
    "SpatialDropout2D": ("SpatialDropout2D", {"p": "rate"}),
    "SpatialDropout3D": ("SpatialDropout3D", {"p": "rate"}),
    "ThresholdedReLU": ("ThresholdedReLU", {}),
    "TimeDistributed": ("TimeDistributed", {}),
    "TimeDistributedDense": ("Dense", _BIAS),
    "UpSampling1D": ("UpSampling1D", {"length": "size"}),
    "UpSampling2D": ("UpSampling2D", {}),
    "UpSampling3D": ("UpSampling3D", {}),
    "ZeroPadding1D": ("ZeroPadding1D", {}),
    "ZeroPadding2D": ("ZeroPadding2D", {}),
    "ZeroPadding3D": ("ZeroPadding3D", {}),
}

# The layers over images and volumes whose axis order Keras 1 did not write.
_AXES_NOT_WRITTEN = {
    f"{kind}{rank}D"
    for kind in ("Cropping", "SpatialDropout", "UpSampling", "ZeroPadding")
    for rank in (2, 3)
}

# The window's size, in the order of the axes.
_WINDOW = ("nb_row", "nb_col", "filter_length", "kernel_dim1", "kernel_dim2", "kernel_dim3")

_INITIALIZERS = {"zero": "zeros", "one": "ones"}
_ORDERS = {"th": "channels_first", "tf": "channels_last"}
_IMPLEMENTATIONS = {"cpu": 1, "mem": 1, "gpu": 2}

_REGULARIZERS = {
    "ActivityRegularizer": "L1L2",
    "L1L2Regularizer": "L1L2",
    "WeightRegularizer": "L1L2",
}
_CONSTRAINTS = {"MaxNorm": {"m": "max_value"}, "NonNeg": {}, "UnitNorm": {}}

_MERGES = {
    "ave": ("Average", {}),
    "concat": ("Concatenate", {"axis": "concat_axis"}),
    "cos": ("Dot", {"axes": "dot_axes"}),
    "dot": ("Dot", {"axes": "dot_axes"}),
    "max": ("Maximum", {}),
    "mul": ("Multiply", {}),
    "sum": ("Add", {}),
}


def _axis_order(description):
    """Return "channels_first" or "channels_last" if a model's layers agree on it, else None."""
    found, stack = set(), [description]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            found.add(_ORDERS.get(str(item.get("dim_ordering"))))
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def _refuse(name, kind, what, remedy):
    raise ValueError(f"Layer {name!r} ({kind}) of Keras 1 {what}; {remedy}.")


# ------------------------------------------------------------------ one object
class _Translation:
    """From objects of Keras 1 to those of Keras 2, in a model with an axis order."""

    def __init__(self, axis_order):
        self.axis_order = axis_order

    def of(self, x):
        """Return a description, or a nest with descriptions in it, translated."""
        if isinstance(x, list):
            return [self.of(item) for item in x]
        if not isinstance(x, dict):
            return x
        if not schema.is_description(x):
            return {key: self.of(value) for key, value in x.items()}
        return self._described(x)

    def _described(self, description):
        kind, config = description["class_name"], description["config"]
        if kind == "Sequential":
            stack = config["layers"] if isinstance(config, dict) else config
            name = description.get("name") or (isinstance(config, dict) and config.get("name"))
            return {**description, **self._stack(stack, name)}
        if kind == "Graph":
            _refuse(None, kind, "is a model of Keras 0.3", "load and save it with Keras 1.0 first")
        if kind == "Merge":
            return {**description, **_merge(config)}
        if schema.is_model(description):
            layers = [self.of(entry) for entry in config["layers"]]
            return {**description, "config": {**config, "layers": layers}}
        if kind not in _CLASSES:
            return description
        name, own = _CLASSES[kind]
        return {**description, "class_name": name, "config": self._config(kind, config, own)}

    def _config(self, kind, config, own):
        renames = {**_ARGUMENTS, **own}
        translated = {}
        for old, value in config.items():
            name = renames.get(old, old)
            if name is not None and old not in _WINDOW:
                translated[name] = self._value(config.get("name"), name, value)
        window = [config[key] for key in _WINDOW if key in config]
        if window:
            translated["kernel_size"] = window
        if kind in _AXES_NOT_WRITTEN and self.axis_order:
            translated.setdefault("data_format", self.axis_order)
        adjust = _ADJUSTMENTS.get(kind)
        return adjust(translated) if adjust else translated

    def _value(self, layer, name, value):
        if isinstance(value, str):
            if name.endswith("_initializer"):
                return _INITIALIZERS.get(value, value)
            return _ORDERS.get(value, value) if name == "data_format" else value
        if isinstance(value, dict) and name.endswith(("_regularizer", "_constraint")):
            return _penalty_or_constraint(layer, value)
        return self.of(value)

    # -------------------------------------------------------------- Sequential
    def _stack(self, layers, name):
        named = {"name": name} if name else {}
        if layers and layers[0]["class_name"] == "Merge":
            return {"class_name": "Model", "config": {**named, **_Branches(self).graph(layers)}}
        return {"class_name": "Sequential", "config": {**named, "layers": self.of(layers)}}


def _penalty_or_constraint(layer, value):
    """Return the description of a regularizer or constraint, which Keras 1 wrote as one flat dict."""
    config = dict(value)
    name = config.pop("name", None) or config.pop("class_name", None)
    config = config.pop("config", config)
    if name in _REGULARIZERS:
        return {"class_name": _REGULARIZERS[name], "config": config}
    if name in _CONSTRAINTS:
        renames = _CONSTRAINTS[name]
        config = {renames.get(key, key): item for key, item in config.items()}
        return {"class_name": name, "config": config}
    if name == "EigenvalueRegularizer":
        _refuse(layer, name, "has a regularizer that is not here", "save the model without it")
    return {"class_name": name, "config": config}


# ------------------------------------------------------------------ Merge
def _merge(config):
    """Return the layer that a `Merge` is, by its mode."""
    name, mode = config.get("name"), config.get("mode")
    if not isinstance(mode, str) or mode not in _MERGES:
        _refuse(
            name,
            "Merge",
            "merges by Python code, which a file of that age holds as byte code that no later Python runs",
            f"replace it by one of the modes {sorted(_MERGES)} there, or build the model anew and load its weights",
        )
    kind, arguments = _MERGES[mode]
    own = {new: config[old] for new, old in arguments.items() if old in config}
    if "axes" in own:
        own["axes"] = _axes(own["axes"])
        own["normalize"] = mode == "cos"
    common = {key: config[key] for key in ("name", "trainable") if key in config}
    return {"class_name": kind, "config": {**common, **own}}


def _axes(axes):
    """Return the axes of a product as an int or a pair; Keras 1 had `[[1], [1]]` as well."""
    if not isinstance(axes, list):
        return axes
    return [axis[0] if isinstance(axis, list) else axis for axis in axes]


class _Branches:
    """The graph of a stack that begins with a `Merge` of other stacks."""

    def __init__(self, translation):
        self._translation = translation
        self._entries = {}
        self._inputs = []

    def graph(self, layers):
        """Return the config of the graph: its layers, inputs and outputs."""
        end = self._chain(layers)
        return {
            "layers": list(self._entries.values()),
            "input_layers": [[name, 0, 0] for name in self._inputs],
            "output_layers": [[end, 0, 0]],
        }

    def _chain(self, layers):
        """Add a stack of layers; return the name of the last."""
        layers = [_named(layer, self._entries) for layer in layers]
        first, name = layers[0], layers[0]["name"]
        if first["class_name"] == "Sequential":
            name = self._chain(first["config"])
        elif first["class_name"] == "Merge":
            branches = [self._chain(_layers_of(branch)) for branch in first["config"]["layers"]]
            self._add(first, branches)
        elif first["class_name"] == "InputLayer":
            self._add(first, [])
            self._inputs.append(name)
        else:
            self._add(first, [self._input_of(first)])
        for layer in layers[1:]:
            self._add(layer, [name])
            name = layer["name"]
        return name

    def _input_of(self, layer):
        config = layer["config"]
        if "batch_input_shape" not in config:
            _refuse(
                config.get("name"),
                layer["class_name"],
                "begins a branch and has no input shape",
                "save the model once it is built",
            )
        name = f"{config['name']}_input"
        shape, dtype = config["batch_input_shape"], config.get("input_dtype")
        own = {"batch_input_shape": shape, "input_dtype": dtype, "name": name}
        self._add({"class_name": "InputLayer", "config": own, "name": name}, [])
        if name not in self._inputs:
            self._inputs.append(name)
        return name

    def _add(self, layer, sources):
        """Add a layer called once on others. One that two branches share stands in both, by the same name."""
        name = layer["name"]
        if name not in self._entries:
            nodes = [[[source, 0, 0] for source in sources]] if sources else []
            entry = self._translation.of(layer)
            self._entries[name] = {**entry, "inbound_nodes": nodes}


def _named(layer, taken):
    """Return a description with its name beside it; a stack within a stack has none and gets one."""
    config = layer["config"]
    name = config.get("name") if isinstance(config, dict) else None
    number = 1 + sum(entry["class_name"] == "Sequential" for entry in taken.values())
    return {**layer, "name": name or f"stack_{number}"}


def _layers_of(branch):
    """Return the layers of a branch of a `Merge`, as a list."""
    if branch["class_name"] == "Sequential":
        return branch["config"]
    if schema.is_model(branch):
        _refuse(
            branch["config"].get("name"),
            branch["class_name"],
            "is a graph within a Merge",
            "build the model as a functional one there, with `merge`",
        )
    return [branch]


# ------------------------------------------------------------------ classes with rules of their own
def _gated(config):
    config = dict(config)
    config["implementation"] = _IMPLEMENTATIONS.get(config.pop("consume_less", "cpu"), 1)
    forget = config.pop("forget_bias_init", None)
    if forget is not None:
        config["unit_forget_bias"] = forget in ("one", "ones")
    return config


def _simple_rnn(config):
    return {key: value for key, value in config.items() if key != "consume_less"}


def _convolutional_lstm(config):
    return {k: v for k, v in _gated(config).items() if k != "implementation"}


def _batch_normalization(config):
    config = dict(config)
    mode = config.pop("mode", 0)
    if mode != 0:
        _refuse(
            config.get("name"),
            "BatchNormalization",
            f"has mode={mode}, normalization by the sample or by the batch at test time",
            "only mode=0 is supported",
        )
    return config


def _embedding(config):
    config = dict(config)
    rate = config.pop("dropout", 0)
    if rate:
        warnings.warn(
            f"Layer {config.get('name')!r} (Embedding) dropped the share {rate} of all ids in training, which is left "
            "out: what the model predicts is the same, how it trains on is not. Add a SpatialDropout1D after it.",
            stacklevel=2,
        )
    return config


def _flatten(config):
    # Keras 1 flattened what it got, whatever the axis order.
    return {**config, "data_format": "channels_last"}


def _transposed(config):
    """Express the output's size, which Keras 1 was told, by what it adds to the least size possible."""
    config = dict(config)
    shape = config.pop("output_shape", None)
    if shape is None:
        return config
    is_first = config.get("data_format") == "channels_first"
    sizes = shape[2:4] if is_first else shape[1:3]
    if None in sizes:
        return config
    config["output_padding"] = [
        (n - k + (2 * (k // 2) if config.get("padding") == "same" else 0)) % s
        for n, k, s in zip(sizes, config["kernel_size"], config["strides"], strict=True)
    ]
    return config


def _lambda(config):
    # The shape is found by tracing the function; as code it could not be read here.
    if config.get("output_shape_type") != "lambda":
        return config
    return {**config, "output_shape": None, "output_shape_type": "raw"}


_ADJUSTMENTS = {
    "BatchNormalization": _batch_normalization,
    "ConvLSTM2D": _convolutional_lstm,
    "Deconvolution2D": _transposed,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "GRU": _gated,
    "LSTM": _gated,
    "Lambda": _lambda,
    "SimpleRNN": _simple_rnn,
}
