"""The decorators by which layers of programs for Keras 2 take the argument names of Keras 1."""

import functools

from keras.legacy.arguments import CLASSES, GENERATORS, METHODS, Renames, accept

legacy_batchnorm_support = accept(CLASSES["BatchNormalization"])
legacy_conv1d_support = accept(CLASSES["Conv1D"])
legacy_conv2d_support = accept(CLASSES["Conv2D"])
legacy_conv3d_support = accept(CLASSES["Conv3D"])
legacy_convlstm2d_support = accept(CLASSES["ConvLSTM2D"])
legacy_cropping2d_support = accept(CLASSES["Cropping2D"])
legacy_cropping3d_support = accept(CLASSES["Cropping3D"])
legacy_deconv2d_support = accept(CLASSES["Conv2DTranspose"])
legacy_dense_support = accept(CLASSES["Dense"])
legacy_dropout_support = accept(CLASSES["Dropout"])
legacy_embedding_support = accept(CLASSES["Embedding"])
legacy_gaussiandropout_support = accept(CLASSES["GaussianDropout"])
legacy_gaussiannoise_support = accept(CLASSES["GaussianNoise"])
legacy_generator_methods_support = accept(GENERATORS)
legacy_global_pooling_support = accept(CLASSES["GlobalMaxPooling2D"])
legacy_input_support = accept(CLASSES["InputLayer"])
legacy_lambda_support = accept(Renames())
legacy_model_constructor_support = accept(METHODS["__init__"])
legacy_pooling1d_support = accept(CLASSES["MaxPooling1D"])
legacy_pooling2d_support = accept(CLASSES["MaxPooling2D"])
legacy_pooling3d_support = accept(CLASSES["MaxPooling3D"])
legacy_prelu_support = accept(CLASSES["PReLU"])
legacy_recurrent_support = accept(CLASSES["LSTM"])
legacy_separable_conv2d_support = accept(CLASSES["SeparableConv2D"])
legacy_spatialdropout1d_support = accept(CLASSES["SpatialDropout1D"])
legacy_spatialdropoutNd_support = accept(CLASSES["SpatialDropout2D"])
legacy_upsampling1d_support = accept(CLASSES["UpSampling1D"])
legacy_upsampling2d_support = accept(CLASSES["UpSampling2D"])
legacy_upsampling3d_support = accept(CLASSES["UpSampling3D"])
legacy_zeropadding2d_support = accept(CLASSES["ZeroPadding2D"])
legacy_zeropadding3d_support = accept(CLASSES["ZeroPadding3D"])


def legacy_get_updates_support(func):
    """Let an optimizer's `get_updates(loss, params)` be called as `get_updates(params, constraints, loss)` too."""

    @functools.wraps(func)
    def wrapper(self, *args, **kwargs):
        if len(args) + len(kwargs) == 3:
            given = dict(zip(("params", "constraints", "loss"), args, strict=False), **kwargs)
            return func(self, given["loss"], given["params"])
        return func(self, *args, **kwargs)

    return wrapper


def legacy_add_weight_support(func):
    """Let a layer's `add_weight(name, shape)` be called as `add_weight(shape, name)` too."""

    @functools.wraps(func)
    def wrapper(self, *args, **kwargs):
        if args and isinstance(args[0], list | tuple):
            name = args[1] if len(args) > 1 else kwargs.pop("name", None)
            args = (name, args[0], *args[2:])
        return func(self, *args, **kwargs)

    return wrapper


def generate_legacy_interface(
    allowed_positional_args=None,
    conversions=None,
    preprocessor=None,
    value_conversions=None,
    object_type="class",
):
    """Return a decorator for other names than those of the table.

    Args:
        allowed_positional_args: not needed; any may be given by place.
        conversions: pairs (old name, new name).
        preprocessor: `preprocessor(args, kwargs) -> (args, kwargs, converted)`, run first; `args` begin with `self`.
        value_conversions: `{old name: {old value: new value}}`.
        object_type: not needed.
    """
    pairs, values = dict(conversions or []), value_conversions or {}
    rules = Renames(pairs, {pairs.get(old, old): table for old, table in values.items()})

    def decorate(func):
        accepting = accept(rules)(func)
        if preprocessor is None:
            return accepting

        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            args, kwargs, _ = preprocessor(args, kwargs)
            return accepting(*args, **kwargs)

        return wrapper

    return decorate
