"""The networks of the workloads, built by whichever `keras` is importable; `keras` is imported inside the functions."""


def compiled(model, loss="sparse_categorical_crossentropy"):
    model.compile(optimizer="adam", loss=loss)
    return model


def sequential(shape, *layers, dtype="float32"):
    import keras

    return keras.models.Sequential([keras.Input(shape=shape, dtype=dtype), *layers])


def dense_stack(*sizes):
    """Sizes are input, hidden..., classes."""
    from keras.layers import Dense

    hidden = [Dense(units, activation="relu") for units in sizes[1:-1]]
    return compiled(sequential(sizes[:1], *hidden, Dense(sizes[-1], activation="softmax")))


def small_cnn():
    """Two convolutions on 28x28 pixels, 1.2 M weights."""
    from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D

    layers = [
        Conv2D(32, 3, activation="relu"),
        Conv2D(64, 3, activation="relu"),
        MaxPooling2D(),
        Flatten(),
        Dense(128, activation="relu"),
        Dense(10, activation="softmax"),
    ]
    return compiled(sequential((28, 28, 1), *layers))


def text_classifier(*recurrent):
    """Recurrent layers over 80 of 20,000 words, embedded in 128 numbers each."""
    from keras.layers import Dense, Embedding

    layers = [Embedding(20000, 128), *recurrent, Dense(1, activation="sigmoid")]
    return compiled(sequential((80,), *layers, dtype="int32"), "binary_crossentropy")


def lstm():
    from keras.layers import LSTM

    # The libraries' defaults differ in the gates' activation.
    return text_classifier(LSTM(128, recurrent_activation="sigmoid"))


def gru():
    from keras.layers import GRU

    return text_classifier(GRU(128, recurrent_activation="sigmoid", reset_after=True))


def bidirectional_lstm():
    from keras.layers import LSTM, Bidirectional

    return text_classifier(Bidirectional(LSTM(128, recurrent_activation="sigmoid")))


def convolve(x, filters, size, strides=1, activation="relu", layer="Conv2D", **options):
    """A convolution without bias, batch normalization and an activation."""
    from keras import layers

    given = {"depth_multiplier": 1} if layer == "DepthwiseConv2D" else {"filters": filters}
    given |= {"kernel_size": size, "strides": strides, "padding": "same", "use_bias": False}
    x = layers.BatchNormalization()(getattr(layers, layer)(**given, **options)(x))
    return layers.Activation(activation)(x) if activation else x


def resnet20():
    """Three stages of three residual blocks on 32x32 pixels (He et al., 2015)."""
    import keras
    from keras import layers

    image = keras.Input(shape=(32, 32, 3))
    x = convolve(image, 16, 3)
    for filters in (16, 32, 64):
        for block in range(3):
            strides = 2 if block == 0 and filters > 16 else 1
            short = convolve(x, filters, 1, strides, None) if strides == 2 else x
            y = convolve(convolve(x, filters, 3, strides), filters, 3, activation=None)
            x = layers.Activation("relu")(layers.Add()([y, short]))
    return classifier(image, x, 10)


def depthwise_stack():
    """Six blocks of a depthwise and a pointwise convolution on 64x64 pixels, as in MobileNet."""
    import keras

    image = keras.Input(shape=(64, 64, 3))
    x = convolve(image, 32, 3, 2)
    for filters, strides in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)):
        x = convolve(x, None, 3, strides, layer="DepthwiseConv2D")
        x = convolve(x, filters, 1)
    return classifier(image, x, 10)


def classifier(image, features, classes):
    """The mean of the features over the picture, and a layer of classes."""
    import keras
    from keras import layers

    x = layers.GlobalAveragePooling2D()(features)
    x = layers.Dense(classes, activation="softmax")(x)
    return compiled(keras.models.Model(inputs=image, outputs=x))


def transformer(length=128, width=128, heads=4, blocks=2):
    """Two encoder blocks (Vaswani et al., 2017), attention and normalization being layers of the user's own."""
    import keras
    from keras import layers

    normalization, attention = own_layers()
    words = keras.Input(shape=(length,), dtype="int32")
    x = layers.Embedding(5000, width)(words)
    for _ in range(blocks):
        x = normalization()(layers.Add()([x, attention(heads)(x)]))
        y = layers.Dense(width)(layers.Dense(4 * width, activation="relu")(x))
        x = normalization()(layers.Add()([x, y]))
    x = layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(x))
    return compiled(keras.models.Model(inputs=words, outputs=x))


def own_layers():
    """The classes of layer normalization and self-attention, written with `keras.ops`."""
    import keras
    from keras import layers, ops

    class Normalization(layers.Layer):
        def build(self, input_shape):
            shape = (input_shape[-1],)
            self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")
            self.shift = self.add_weight(name="shift", shape=shape, initializer="zeros")
            super().build(input_shape)

        def call(self, x):
            centred = x - ops.mean(x, axis=-1, keepdims=True)
            variance = ops.mean(ops.square(centred), axis=-1, keepdims=True)
            return centred * ops.rsqrt(variance + 1e-6) * self.scale + self.shift

    class Attention(layers.Layer):
        def __init__(self, heads, **kwargs):
            super().__init__(**kwargs)
            self.heads = heads

        def build(self, input_shape):
            width = input_shape[-1]
            glorot = keras.initializers.get("glorot_uniform")
            self.projections = self.add_weight(
                name="projections", shape=(width, 3 * width), initializer=glorot
            )
            self.output_kernel = self.add_weight(
                name="output_kernel", shape=(width, width), initializer=glorot
            )
            super().build(input_shape)

        def call(self, x):
            time, width = x.shape[1:]
            size = width // self.heads
            parts = ops.reshape(ops.matmul(x, self.projections), (-1, time, 3, self.heads, size))
            query, key, value = (ops.transpose(parts[:, :, i], (0, 2, 1, 3)) for i in range(3))
            scores = ops.matmul(query * size**-0.5, ops.transpose(key, (0, 1, 3, 2)))
            mixed = ops.matmul(ops.softmax(scores, axis=-1), value)
            mixed = ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (-1, time, width))
            return ops.matmul(mixed, self.output_kernel)

    return Normalization, Attention


def residual_network():
    """The 50-layer residual network's convolutions: 3, 4, 6 and 3 bottlenecks of three each."""
    import keras
    from keras import layers

    def bottleneck(x, filters, strides, widen):
        short = convolve(x, 4 * filters, 1, strides, None) if widen else x
        y = convolve(convolve(x, filters, 1, strides), filters, 3)
        y = convolve(y, 4 * filters, 1, activation=None)
        return layers.Activation("relu")(layers.Add()([y, short]))

    image = keras.Input(shape=(224, 224, 3))
    x = layers.MaxPooling2D(3, strides=2)(convolve(image, 64, 7, 2))
    for filters, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            strides = 2 if block == 0 and filters > 64 else 1
            x = bottleneck(x, filters, strides, widen=block == 0)
    return classifier(image, x, 1000)
