"""The models that go back and forth: every layer class at least once, every optimizer with state.

They are built by whichever library is given, from Keras 2.2.4 (on Python 3.6) to Keras 3. `lacks` names the classes
that the original in question does not have, and "defaults" where the file does not tell arguments.
"""

# Said out loud, since the versions have different defaults.
GATES = {"recurrent_activation": "sigmoid"}
GRU = dict(GATES, reset_after=False)


def several(x, lacks, **makers):
    """The outputs of layers, by class name; what comes after two underscores tells two of a class apart."""
    return [make()(x) for key, make in makers.items() if key.split("__")[0] not in lacks]


# ------------------------------------------------------------------ layers
def simple(keras, lacks):
    """Layers over vectors."""
    L = keras.layers
    x = L.Input((4,))
    outputs = several(
        x,
        lacks,
        Activation=lambda: L.Activation("tanh"),
        ActivityRegularization=lambda: L.ActivityRegularization(0.1, 0.2),
        AlphaDropout=lambda: L.AlphaDropout(0.3),
        BatchNormalization=lambda: L.BatchNormalization(momentum=0.9, epsilon=0.01),
        Dense=lambda: L.Dense(3, activation="relu", kernel_regularizer="l2"),
        Dense__plain=lambda: L.Dense(3, use_bias=False, kernel_initializer="he_normal"),
        Dropout=lambda: L.Dropout(0.5),
        ELU=lambda: L.ELU(0.5),
        GaussianDropout=lambda: L.GaussianDropout(0.3),
        GaussianNoise=lambda: L.GaussianNoise(0.3),
        Highway=lambda: L.Highway(activation="tanh"),
        LeakyReLU=lambda: L.LeakyReLU(0.2),
        MaxoutDense=lambda: L.MaxoutDense(3, nb_feature=2),
        PReLU=lambda: L.PReLU(),
        ReLU=lambda: L.ReLU(2.0, 0.1, 0.2),
        RepeatVector=lambda: L.RepeatVector(3),
        Reshape=lambda: L.Reshape((2, 2)),
        Softmax=lambda: L.Softmax(),
        ThresholdedReLU=lambda: L.ThresholdedReLU(0.5),
    )
    return keras.models.Model(x, outputs)


def merges(keras, lacks):
    """Layers of several tensors."""
    L = keras.layers
    a, b = L.Input((3, 4)), L.Input((3, 4))
    layers = [L.Add(), L.Subtract(), L.Multiply(), L.Average(), L.Maximum(), L.Minimum()]
    layers += [L.Concatenate(), L.Concatenate(axis=1), L.Dot(2), L.Dot(2, normalize=True)]
    return keras.models.Model([a, b], [layer([a, b]) for layer in layers])


def images(keras, lacks):
    """Layers over images."""
    L = keras.layers
    x = L.Input((8, 7, 2))
    outputs = several(
        x,
        lacks,
        AveragePooling2D=lambda: L.AveragePooling2D((2, 3), strides=(1, 2), padding="same"),
        BatchNormalization=lambda: L.BatchNormalization(axis=2, scale=False),
        Conv2D=lambda: L.Conv2D(3, (3, 2), activation="relu"),
        Conv2D__strided=lambda: L.Conv2D(3, 3, strides=2, padding="same"),
        Conv2D__dilated=lambda: L.Conv2D(3, 2, dilation_rate=2, use_bias=False),
        Conv2DTranspose=lambda: L.Conv2DTranspose(3, 3, strides=2, padding="same"),
        Cropping2D=lambda: L.Cropping2D(((1, 1), (2, 1))),
        DepthwiseConv2D=lambda: L.DepthwiseConv2D(2, depth_multiplier=2),
        Flatten=lambda: L.Flatten(),
        GlobalAveragePooling2D=lambda: L.GlobalAveragePooling2D(),
        GlobalMaxPooling2D=lambda: L.GlobalMaxPooling2D(),
        LocallyConnected2D=lambda: L.LocallyConnected2D(2, (3, 2)),
        MaxPooling2D=lambda: L.MaxPooling2D(2),
        Permute=lambda: L.Permute((3, 1, 2)),
        SeparableConv2D=lambda: L.SeparableConv2D(3, (3, 2), depth_multiplier=2),
        SpatialDropout2D=lambda: L.SpatialDropout2D(0.3),
        UpSampling2D=lambda: L.UpSampling2D((2, 3)),
        ZeroPadding2D=lambda: L.ZeroPadding2D((1, 2)),
    )
    return keras.models.Model(x, outputs)


def volumes(keras, lacks):
    """Layers over volumes."""
    L = keras.layers
    x = L.Input((4, 5, 6, 2))
    outputs = several(
        x,
        lacks,
        AveragePooling3D=lambda: L.AveragePooling3D(2),
        Conv3D=lambda: L.Conv3D(3, (2, 3, 2)),
        Conv3DTranspose=lambda: L.Conv3DTranspose(2, 2, strides=(2, 2, 2)),
        Cropping3D=lambda: L.Cropping3D(),
        GlobalAveragePooling3D=lambda: L.GlobalAveragePooling3D(),
        GlobalMaxPooling3D=lambda: L.GlobalMaxPooling3D(),
        MaxPooling3D=lambda: L.MaxPooling3D(2),
        SpatialDropout3D=lambda: L.SpatialDropout3D(0.3),
        UpSampling3D=lambda: L.UpSampling3D(2),
        ZeroPadding3D=lambda: L.ZeroPadding3D(),
    )
    return keras.models.Model(x, outputs)


def sequences(keras, lacks):
    """Layers over sequences."""
    L = keras.layers
    x = L.Input((6, 4))
    outputs = several(
        x,
        lacks,
        AveragePooling1D=lambda: L.AveragePooling1D(2, strides=1),
        Conv1D=lambda: L.Conv1D(3, 3, strides=2),
        Conv1D__causal=lambda: L.Conv1D(3, 2, padding="causal", dilation_rate=2),
        Cropping1D=lambda: L.Cropping1D((1, 2)),
        GlobalAveragePooling1D=lambda: L.GlobalAveragePooling1D(),
        GlobalMaxPooling1D=lambda: L.GlobalMaxPooling1D(),
        LocallyConnected1D=lambda: L.LocallyConnected1D(3, 2),
        MaxPooling1D=lambda: L.MaxPooling1D(2),
        SeparableConv1D=lambda: L.SeparableConv1D(3, 2),
        SpatialDropout1D=lambda: L.SpatialDropout1D(0.3),
        UpSampling1D=lambda: L.UpSampling1D(2),
        ZeroPadding1D=lambda: L.ZeroPadding1D(1),
    )
    return keras.models.Model(x, outputs)


def recurrent(keras, lacks):
    """Recurrent layers, cells and wrappers."""
    L = keras.layers
    x = L.Input((5, 4))
    cells = [L.LSTMCell(3, **GATES), L.GRUCell(2, **GRU), L.SimpleRNNCell(2)]
    outputs = [
        L.SimpleRNN(3, go_backwards=True)(x),
        L.LSTM(3, return_sequences=True, **GATES)(x),
        L.LSTM(3, unit_forget_bias=False, **GATES)(L.Masking()(x)),
        L.GRU(3, **GRU)(x),
        L.GRU(3, reset_after=True, **GATES)(x),
        L.RNN(cells, return_sequences=True)(x),
        L.RNN(L.LSTMCell(2, **GATES))(x),
        L.Bidirectional(L.LSTM(2, return_sequences=True, **GATES))(x),
        L.Bidirectional(L.GRU(2, **GRU), merge_mode="sum")(x),
        L.TimeDistributed(L.Dense(3))(x),
    ]
    if "defaults" not in lacks:
        # Of these, the versions have had several.
        outputs += [L.LSTM(3)(x), L.GRU(3)(x)]
    return keras.models.Model(x, outputs)


def films(keras, lacks):
    """Layers over sequences of images."""
    L = keras.layers
    x = L.Input((3, 5, 6, 2))
    convolution = L.TimeDistributed(L.Conv2D(2, (2, 3)))
    return keras.models.Model(
        x, [L.ConvLSTM2D(2, 3, return_sequences=True, **GATES)(x), convolution(x)]
    )


def long_names(keras, lacks):
    """Names of layers, and of a nested model's weights, too long together for one attribute of HDF5."""
    L = keras.layers

    def fan(name):
        x = L.Input((2,))
        layers = [L.Dense(1, name=f"{name}_{i}_{'n' * 2000}") for i in range(40)]
        return keras.models.Model(x, L.Concatenate()([layer(x) for layer in layers]), name=name)

    outer = fan("outer")
    return keras.models.Model(outer.input, fan("inner")(L.Dense(2, name="to_two")(outer.output)))


def samples(keras, lacks):
    """Normalization of samples."""
    L = keras.layers
    x = L.Input((4, 6))
    outputs = several(
        x,
        lacks,
        EinsumDense=lambda: L.EinsumDense("abc,cd->abd", (4, 5), "relu", bias_axes="d"),
        GroupNormalization=lambda: L.GroupNormalization(3),
        GroupNormalization__first=lambda: L.GroupNormalization(2, axis=1, center=False),
        Identity=lambda: L.Identity(),
        LayerNormalization=lambda: L.LayerNormalization(),
        LayerNormalization__axes=lambda: L.LayerNormalization(axis=[1, 2], epsilon=0.1),
        RMSNormalization=lambda: L.RMSNormalization(),
        SpectralNormalization=lambda: L.SpectralNormalization(L.Dense(3)),
        UnitNormalization=lambda: L.UnitNormalization(),
    )
    return keras.models.Model(x, outputs)


def attention(keras, lacks):
    """Attention, and embeddings that go both ways."""
    L = keras.layers
    x, y = L.Input((4, 6)), L.Input((5, 6))
    outputs = [
        L.MultiHeadAttention(2, 3)(x, y),
        L.MultiHeadAttention(2, 3, value_dim=3, output_shape=5, use_bias=False)(x, x),
        L.MultiHeadAttention(2, 3, attention_axes=(1,))(x, y, use_causal_mask=True),
        L.Attention(use_scale=True)([x, y]),
        L.Attention(score_mode="concat")([x, y, y]),
        L.AdditiveAttention()([x, y]),
    ]
    if "GroupQueryAttention" not in lacks:
        gated = L.MultiHeadAttention(2, 3, use_gate=True, sliding_window=2)
        table = L.ReversibleEmbedding(7, 6, tie_weights=False)
        outputs += [
            gated(x, value=y, key=y),
            L.GroupQueryAttention(3, 4, 2)(x, y),
            table(x, reverse=True),
        ]
    return keras.models.Model([x, y], outputs)


def lengths(keras, lacks):
    """Kin of convolutions and of pooling along one axis."""
    L = keras.layers
    x = L.Input((6, 4))
    outputs = several(
        x,
        lacks,
        AdaptiveAveragePooling1D=lambda: L.AdaptiveAveragePooling1D(4),
        AdaptiveMaxPooling1D=lambda: L.AdaptiveMaxPooling1D(4),
        Conv1DTranspose=lambda: L.Conv1DTranspose(2, 3, strides=2),
        DepthwiseConv1D=lambda: L.DepthwiseConv1D(3, depth_multiplier=2),
    )
    return keras.models.Model(x, outputs)


def volume_films(keras, lacks):
    """Layers over sequences of rows and of volumes, and pooling of these."""
    L = keras.layers
    x, y = L.Input((3, 6, 2)), L.Input((3, 4, 3, 3, 2))
    outputs = [
        L.ConvLSTM1D(2, 3, return_sequences=True, **GATES)(x),
        L.ConvLSTM3D(2, 2, **GATES)(y),
    ]
    outputs += several(
        x,
        lacks,
        AdaptiveAveragePooling2D=lambda: L.AdaptiveAveragePooling2D((2, 4)),
        AdaptiveMaxPooling2D=lambda: L.AdaptiveMaxPooling2D(2),
    )
    volume = L.TimeDistributed(L.Conv3D(2, 1))(y)
    volume = L.Reshape((12, 3, 3, 2))(volume)
    outputs += several(
        volume,
        lacks,
        AdaptiveAveragePooling3D=lambda: L.AdaptiveAveragePooling3D((5, 2, 1)),
        AdaptiveMaxPooling3D=lambda: L.AdaptiveMaxPooling3D(2),
    )
    return keras.models.Model([x, y], outputs)


def preprocessed(keras, lacks):
    """Numbers, categories and images, prepared for a model."""
    L = keras.layers
    a, image = L.Input((4,)), L.Input((8, 7, 3))
    mean, variance = [0.1, 0.2, 0.3, 0.4], [1.0, 2.0, 3.0, 4.0]
    outputs = several(
        a,
        lacks,
        Rescaling=lambda: L.Rescaling(0.5, offset=1.0),
        Normalization=lambda: L.Normalization(),
        Normalization__given=lambda: L.Normalization(mean=mean, variance=variance),
        Normalization__one=lambda: L.Normalization(axis=None),
        Discretization=lambda: L.Discretization([-1.0, 0.0, 0.5], output_mode="count"),
    )
    outputs += several(
        image,
        lacks,
        Resizing=lambda: L.Resizing(5, 9),
        Resizing__cut=lambda: L.Resizing(4, 3, crop_to_aspect_ratio=True),
        CenterCrop=lambda: L.CenterCrop(4, 3),
        RandomBrightness=lambda: L.RandomBrightness(0.2),
        RandomContrast=lambda: L.RandomContrast(0.2),
        RandomFlip=lambda: L.RandomFlip("horizontal"),
        RandomRotation=lambda: L.RandomRotation(0.1, fill_mode="nearest"),
        RandomTranslation=lambda: L.RandomTranslation(0.1, (-0.1, 0.2)),
        RandomZoom=lambda: L.RandomZoom(0.1),
    )
    if "IntegerLookup" not in lacks:
        bins = L.Discretization([-1.0, 0.0, 0.5])(a)
        lookup = L.IntegerLookup(vocabulary=[2, 3], output_mode="multi_hot")
        outputs += [L.CategoryEncoding(4, output_mode="count")(bins), lookup(bins)]
    return keras.models.Model([a, image], outputs)


# ------------------------------------------------------------------ graphs, trained
def compiled(keras, model, optimizer=None):
    """The model, compiled."""
    model.compile(optimizer or keras.optimizers.Adam(0.02), "mse", metrics=["mae"])
    return model


def nested(keras, lacks):
    """Two inputs, a shared layer, a nested model that is called twice, a frozen layer."""
    L = keras.layers
    layers = [L.Dense(3, input_shape=(4,)), L.BatchNormalization(), L.Dense(2)]
    inner = keras.models.Sequential(layers, name="inner")
    shared, frozen = L.Dense(4, name="shared"), L.Dense(4, trainable=False, name="frozen")
    a, b = L.Input((4,), name="a"), L.Input((4,), name="b")
    total = L.Add()([inner(shared(a)), inner(frozen(shared(b)))])
    return compiled(keras, keras.models.Model([a, b], total))


def text(keras, lacks):
    """Ids, embedded and masked."""
    L = keras.layers
    layers = [L.Embedding(7, 3, mask_zero=True), L.GRU(3, **GRU), L.Dense(2)]
    x = L.Input((5,), dtype="int32")
    y = x
    for layer in layers:
        y = layer(y)
    return compiled(keras, keras.models.Model(x, y))


def stack(keras, lacks):
    """A plain stack."""
    L = keras.layers
    layers = [L.Conv2D(3, 3, activation="relu", input_shape=(6, 6, 1)), L.MaxPooling2D(2)]
    model = keras.models.Sequential([*layers, L.Flatten(), L.Dense(2)])
    return compiled(keras, model, keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True))


def trained(make):
    """A case that trains a small model with an optimizer."""

    def build(keras, lacks):
        L = keras.layers
        model = keras.models.Sequential([L.LSTM(3, input_shape=(4, 3), **GATES), L.Dense(2)])
        return compiled(keras, model, make(keras.optimizers))

    return build


OPTIMIZERS = {
    "adadelta": lambda rules: rules.Adadelta(0.5),
    "adagrad": lambda rules: rules.Adagrad(0.05),
    "adam": lambda rules: rules.Adam(0.02, amsgrad=True),
    "adafactor": lambda rules: rules.Adafactor(0.05),
    "adamax": lambda rules: rules.Adamax(0.02),
    "adamw": lambda rules: rules.AdamW(0.02, weight_decay=0.1),
    "averaged": lambda rules: rules.SGD(
        0.1, 0.9, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2
    ),
    "ftrl": lambda rules: rules.Ftrl(0.1, l1_regularization_strength=0.01),
    "gathered": lambda rules: rules.Adam(0.02, gradient_accumulation_steps=3, use_ema=True),
    "lamb": lambda rules: rules.Lamb(0.02),
    "lion": lambda rules: rules.Lion(0.01, weight_decay=0.1),
    "muon": lambda rules: rules.Muon(0.02),
    "nadam": lambda rules: rules.Nadam(0.02),
    "propelled": lambda rules: rules.RMSprop(0.01, momentum=0.8, centered=True, epsilon=1e-4),
    "rmsprop": lambda rules: rules.RMSprop(0.01),
    "scaled": lambda rules: rules.LossScaleOptimizer(rules.Adam(0.02)),
    "sgd": lambda rules: rules.SGD(0.1),
}

CASES = {
    case.__name__: case
    for case in (
        simple,
        merges,
        images,
        volumes,
        sequences,
        recurrent,
        films,
        long_names,
        samples,
        attention,
        lengths,
        volume_films,
        preprocessed,
        nested,
        text,
        stack,
    )
}
CASES.update({name: trained(make) for name, make in OPTIMIZERS.items()})
