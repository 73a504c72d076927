"""The names of Keras 3: where its classes live, and which arguments are called or mean something else there."""

# The classes of Keras 3.15 by package. Those of them that this library has are written as Keras 3's own.
PACKAGES = {
    "keras.layers": """
        Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D
        AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add
        AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D
        AveragePooling2D AveragePooling3D BatchNormalization Bidirectional CategoryEncoding CenterCrop
        Concatenate ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D
        Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D
        Cropping3D CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense
        Embedding Equalization Flatten FlaxLayer GRU GRUCell GaussianDropout GaussianNoise
        GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
        GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention HashedCrossing Hashing
        Identity InputLayer IntegerLookup JaxLayer LSTM LSTMCell Lambda LayerNormalization LeakyReLU Masking
        MaxNumBoundingBoxes MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram Minimum MixUp
        MultiHeadAttention Multiply Normalization PReLU Permute Pipeline RMSNormalization RNN RandAugment
        RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
        RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue
        RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness
        RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing
        ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax
        Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization
        StackedRNNCells StringLookup Subtract TFSMLayer TextVectorization TimeDistributed TorchModuleWrapper
        UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
        """,
    "keras.initializers": """
        Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones
        Orthogonal RandomNormal RandomUniform STFT TruncatedNormal VarianceScaling Zeros
        """,
    "keras.regularizers": """
        L1 L1L2 L2 OrthogonalRegularizer
        """,
    "keras.constraints": """
        MaxNorm MinMaxNorm NonNeg UnitNorm
        """,
    "keras.optimizers": """
        Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer MultiOptimizer Muon
        Nadam RMSprop SGD ScheduleFreeAdamW
        """,
    "keras.optimizers.schedules": """
        CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay
        PolynomialDecay
        """,
    "keras.losses": """
        BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy
        CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber
        KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError
        MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky
        """,
    "keras.metrics": """
        AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy CategoricalCrossentropy
        CategoricalHinge ConcordanceCorrelation CosineSimilarity F1Score FBetaScore FalseNegatives
        FalsePositives Hinge IoU KLDivergence LogCoshError Mean MeanAbsoluteError
        MeanAbsolutePercentageError MeanIoU MeanMetricWrapper MeanSquaredError MeanSquaredLogarithmicError
        OneHotIoU OneHotMeanIoU PearsonCorrelation Poisson Precision PrecisionAtRecall R2Score Recall
        RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity SparseCategoricalAccuracy
        SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SpecificityAtSensitivity SquaredHinge
        Sum TopKCategoricalAccuracy TrueNegatives TruePositives
        """,
}
PACKAGES = {package: frozenset(names.split()) for package, names in PACKAGES.items()}

# Class names there: class names here.
CLASSES = {
    "Functional": "Model",
    "GroupedQueryAttention": "GroupQueryAttention",
    "IdentityInitializer": "Identity",
    "OrthogonalInitializer": "Orthogonal",
}

# Arguments: {class: {name there: name here}}; "optimizer" stands for all optimizers.
ARGUMENTS = {
    "InputLayer": {"batch_shape": "batch_input_shape"},
    "LeakyReLU": {"negative_slope": "alpha"},
    "optimizer": {
        "learning_rate": "lr",
        "global_clipnorm": "clipnorm",
        "clipnorm": "clipnorm_each",
    },
}

# Values with which an argument of Keras 3 that is unknown here says nothing; ANY stands for all values.
ANY = object()
_RECURRENT = {"seed": ANY, "use_cudnn": ANY, "zero_output_for_mask": (False, None)}
_CONV_LSTM = {"use_cudnn": ANY, "zero_output_for_mask": (False, None)}
_CONV = {"groups": (1, None)}
_KEEPS = {"keepdims": (False, None)}
_VARIANCE = {"input_axes": ANY, "output_axes": ANY}
_NOISE = {"seed": ANY}
_LORA = {"lora_rank": (None,), "lora_alpha": ANY}
NEUTRAL = {
    "BatchNormalization": {
        "synchronized": ANY,
        "renorm": (False, None),
        "renorm_clipping": ANY,
        "renorm_momentum": ANY,
    },
    "Conv1D": _CONV,
    "Conv2D": _CONV,
    "Conv3D": _CONV,
    "Conv3DTranspose": {"dilation_rate": ([1, 1, 1], 1, None)},
    "ConvLSTM1D": _CONV_LSTM,
    "ConvLSTM2D": {**_RECURRENT, "return_state": (False, None)},
    "ConvLSTM3D": _CONV_LSTM,
    "Dense": _LORA,
    "EinsumDense": {**_LORA, "gptq_unpacked_column_size": ANY},
    "Embedding": {**_LORA, "input_length": (None,)},
    "GRU": _RECURRENT,
    "GRUCell": _NOISE,
    "GaussianDropout": _NOISE,
    "GaussianNoise": _NOISE,
    "GlorotNormal": _VARIANCE,
    "GlorotUniform": _VARIANCE,
    "GlobalAveragePooling1D": _KEEPS,
    "GlobalAveragePooling2D": _KEEPS,
    "GlobalAveragePooling3D": _KEEPS,
    "GlobalMaxPooling1D": _KEEPS,
    "GlobalMaxPooling2D": _KEEPS,
    "GlobalMaxPooling3D": _KEEPS,
    "HeNormal": _VARIANCE,
    "HeUniform": _VARIANCE,
    "InputLayer": {"ragged": (False, None), "optional": (False, None), "sparse": (False, None)},
    "LSTM": _RECURRENT,
    "LSTMCell": _NOISE,
    "LecunNormal": _VARIANCE,
    "LecunUniform": _VARIANCE,
    "RNN": _RECURRENT,
    "ReversibleEmbedding": _LORA,
    "SimpleRNN": _RECURRENT,
    "SimpleRNNCell": _NOISE,
    "SpatialDropout1D": _NOISE,
    "SpatialDropout2D": _NOISE,
    "SpatialDropout3D": _NOISE,
    "VarianceScaling": _VARIANCE,
    "ZeroPadding1D": {"data_format": ("channels_last", None)},
    # Losses and metrics.
    "AUC": {
        "multi_label": (False,),
        "num_labels": (None,),
        "label_weights": (None,),
        "from_logits": (False,),
    },
    "BinaryCrossentropy": {"axis": (-1,)},
    "CategoricalCrossentropy": {"axis": (-1,)},
    "MeanIoU": {
        "ignore_class": (None,),
        "sparse_y_true": (True,),
        "sparse_y_pred": (True,),
        "axis": (-1,),
    },
    "SparseCategoricalCrossentropy": {"ignore_class": (None,), "axis": (-1,)},
    "SparseTopKCategoricalAccuracy": {"from_sorted_ids": (False,)},
    # Optimizers.
    "RMSprop": {"momentum": (0, 0.0), "centered": (False,)},
    # What it has by default says something there.
    "AdamW": {"weight_decay": ()},
    "Muon": {"weight_decay": (), "exclude_layers": ([], None)},
    "optimizer": {
        "weight_decay": (None, 0, 0.0, False),
        "clipnorm": (None,),
        "use_ema": (False,),
        "ema_overwrite_frequency": (None,),
        # Gradients are divided by it again.
        "loss_scale_factor": ANY,
        "gradient_accumulation_steps": (None, 1),
        "jit_compile": ANY,
        "is_legacy_optimizer": ANY,
    },
    "any": {"quantization_config": (None,), "activity_regularizer": (None,)},
}

# Layers that take training=True for granted where a call does not say.
TRAINING_BY_DEFAULT = frozenset(
    """
    AugMix AutoContrast CenterCrop ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization
    MaxNumBoundingBoxes MixUp Pipeline RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter
    RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale
    RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness
    RandomShear RandomTranslation RandomZoom Resizing Solarization
    """.split()
)

# Arguments above which the layers here take with other values too.
SUPPORTED = frozenset(
    """
    activity_regularizer centered clipnorm ema_overwrite_frequency exclude_layers
    gradient_accumulation_steps groups momentum use_ema weight_decay
    zero_output_for_mask
    """.split()
)

# Arguments of this library that Keras 3 does not know, and that change no result.
IDLE = frozenset({"implementation", "input_length", "reverse_state_order"})

# What names of this library's own stand for something that Keras 3 has no name for.
DECAY = "classic_decay"
HARD_SIGMOID = "classic_hard_sigmoid"

# Interpolations here: what they are there. It has none between the pixels' corners, and refuses that name.
INTERPOLATIONS = {"bilinear": "bilinear_corners", "bilinear_half_pixel": "bilinear"}

# Names of losses and metrics here that are others there.
FUNCTIONS = {
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "CosineProximity": "CosineSimilarity",
}
