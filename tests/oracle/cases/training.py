"""What fit, evaluate, predict and the batch methods do with data, weights, masks and metrics."""

import numpy as np

from keras import backend as K
from keras import callbacks, regularizers
from keras import layers as L
from keras.models import Model, Sequential
from keras.optimizers import SGD
from keras.utils import Sequence

from .scenarios import (
    classes,
    history,
    logs,
    one_hot,
    positive,
    short,
    start,
    table,
    together,
    uniform,
    weights,
)

X = uniform("x", 11, 4)
Y = uniform("y", 11, 2)
CLASS = one_hot("class", 11, 3)
SEQUENCES = uniform("sequences", 9, 5, 2)
MASKED = SEQUENCES * (np.arange(5)[None, :, None] < 1 + np.arange(9)[:, None, None] % 5)


def regression(loss="mse", lr=0.1, **kwargs):
    """A compiled model with two real outputs."""
    model = Sequential([L.Dense(5, activation="tanh", input_shape=(4,)), L.Dense(2)])
    start(model).compile(SGD(lr=lr), loss, **kwargs)
    return model


def classifier(loss="categorical_crossentropy", **kwargs):
    """A compiled model with three classes."""
    top = L.Dense(3, activation="softmax")
    model = Sequential([L.Dense(5, activation="relu", input_dim=4), top])
    start(model).compile(SGD(lr=0.5), loss, **kwargs)
    return model


def tagger(masked=True, **kwargs):
    """A compiled model with three classes at each time step."""
    model = Sequential()
    model.add(L.Masking(input_shape=(5, 2)) if masked else L.Dense(2, input_shape=(5, 2)))
    model.add(L.SimpleRNN(4, return_sequences=True))
    model.add(L.Dense(3, activation="softmax"))
    start(model).compile(SGD(lr=0.5), "categorical_crossentropy", **kwargs)
    return model


def two_outputs(**kwargs):
    """A compiled model with a real output `left` and a class output `right`."""
    x = L.Input((4,), name="x")
    hidden = L.Dense(5, activation="tanh")(x)
    left, right = L.Dense(2, name="left"), L.Dense(3, activation="softmax", name="right")
    model = Model(x, [left(hidden), right(hidden)])
    options = dict({"loss": {"left": "mse", "right": "categorical_crossentropy"}}, **kwargs)
    start(model).compile(SGD(lr=0.2), **options)
    return model


def fit(model, x, y, **kwargs):
    """History and weights of a fit without shuffling."""
    options = dict({"batch_size": 4, "epochs": 3, "shuffle": False, "verbose": 0}, **kwargs)
    return together(history(model.fit(x, y, **options)), weights(model))


def evaluated(model, x, y, **kwargs):
    """What evaluate says, by name."""
    return logs("evaluate", model, model.evaluate(x, y, batch_size=4, verbose=0, **kwargs))


def fit_regression():
    model = regression(metrics=["mae"])
    return together(fit(model, X, Y), evaluated(model, X, Y))


def fit_classes():
    model = classifier(metrics=["accuracy", "mse"])
    return together(fit(model, X, CLASS), evaluated(model, X, CLASS))


def fit_validation_split():
    return fit(classifier(metrics=["acc"]), X, CLASS, validation_split=0.25)


def fit_validation_split_small():
    return fit(regression(), X, Y, validation_split=0.1)


def fit_validation_data():
    data = (uniform("vx", 7, 4), one_hot("vy", 7, 3))
    return fit(classifier(metrics=["acc"]), X, CLASS, validation_data=data)


def fit_validation_data_weights():
    data = (uniform("vx", 7, 4), one_hot("vy", 7, 3), positive("vw", 7))
    return fit(classifier(metrics=["acc"]), X, CLASS, validation_data=data)


def fit_initial_epoch():
    return fit(regression(), X, Y, epochs=5, initial_epoch=3)


def fit_default_batch():
    return fit(regression(), X, Y, batch_size=None)


def fit_sample_weight():
    model = classifier(metrics=["acc"], weighted_metrics=["acc", "mse"])
    weight = positive("sw", 11)
    trained = fit(model, X, CLASS, sample_weight=weight)
    return together(trained, evaluated(model, X, CLASS, sample_weight=weight))


def fit_sample_weight_zeros():
    weight = positive("sw", 11) * (np.arange(11) % 3 > 0)
    return fit(regression(metrics=["mae"]), X, Y, sample_weight=weight.astype("float32"))


def fit_sample_weight_validation():
    weight = positive("sw", 11)
    model = regression(weighted_metrics=["mae"])
    return fit(model, X, Y, sample_weight=weight, validation_split=0.3)


def fit_class_weight():
    return fit(classifier(metrics=["acc"]), X, CLASS, class_weight={0: 1.0, 1: 2.0, 2: 0.5})


def fit_class_weight_validation():
    model = classifier(metrics=["acc"])
    return fit(model, X, CLASS, class_weight={0: 1.0, 1: 2.0, 2: 0.5}, validation_split=0.3)


def fit_class_weight_binary():
    model = Sequential([L.Dense(1, activation="sigmoid", input_dim=4)])
    start(model).compile(SGD(lr=0.5), "binary_crossentropy", metrics=["acc"])
    return fit(model, X, classes("binary", 2, 11), class_weight={0: 0.3, 1: 2.0})


def fit_class_and_sample_weight():
    weight = positive("sw", 11)
    return fit(classifier(), X, CLASS, class_weight={0: 1, 1: 2, 2: 0.5}, sample_weight=weight)


def fit_sparse_column():
    model = classifier("sparse_categorical_crossentropy", metrics=["acc"])
    return fit(model, X, CLASS.argmax(-1)[:, None])


def fit_sparse_flat():
    model = classifier("sparse_categorical_crossentropy", metrics=["acc"])
    return fit(model, X, CLASS.argmax(-1))


def fit_sparse_class_weight():
    model = classifier("sparse_categorical_crossentropy", metrics=["acc"])
    return fit(model, X, CLASS.argmax(-1), class_weight={0: 1.0, 1: 2.0, 2: 0.5})


def tags(seed="tags"):
    """Classes at each time step, as rows with one 1."""
    return np.eye(3, dtype="float32")[classes(seed, 3, 9, 5)]


def fit_temporal_weight():
    model = tagger(masked=False, sample_weight_mode="temporal", metrics=["acc"])
    weight = positive("tw", 9, 5)
    trained = fit(model, SEQUENCES, tags(), sample_weight=weight)
    return together(trained, evaluated(model, SEQUENCES, tags(), sample_weight=weight))


def fit_temporal_weight_zeros():
    model = tagger(masked=False, sample_weight_mode="temporal", weighted_metrics=["acc"])
    weight = positive("tw", 9, 5) * (classes("zero", 3, 9, 5) > 0)
    return fit(model, SEQUENCES, tags(), sample_weight=weight.astype("float32"))


def fit_sequences_sample_weight():
    return fit(tagger(masked=False), SEQUENCES, tags(), sample_weight=positive("sw", 9))


def fit_mask():
    model = tagger(metrics=["acc"])
    return together(fit(model, MASKED, tags()), evaluated(model, MASKED, tags()))


def fit_mask_temporal_weight():
    model = tagger(sample_weight_mode="temporal", metrics=["acc"], weighted_metrics=["mse"])
    return fit(model, MASKED, tags(), sample_weight=positive("tw", 9, 5))


def fit_mask_all_ones():
    return fit(tagger(metrics=["acc"]), SEQUENCES, tags())


def fit_mask_last():
    model = Sequential([L.Masking(input_shape=(5, 2)), L.LSTM(3), L.Dense(2)])
    start(model).compile(SGD(lr=0.5), "mse")
    return fit(model, MASKED, uniform("my", 9, 2))


def fit_embedding_mask():
    model = Sequential([L.Embedding(6, 3, mask_zero=True), L.GRU(3), L.Dense(1)])
    model.build((None, 5))
    start(model).compile(SGD(lr=0.5), "mse")
    return fit(model, classes("words", 6, 9, 5), uniform("ey", 9, 1))


BOTH = {"left": Y, "right": CLASS}


def fit_two_outputs():
    model = two_outputs(metrics={"right": "accuracy", "left": ["mae", "mse"]})
    return together(fit(model, {"x": X}, BOTH), evaluated(model, X, [Y, CLASS]))


def fit_two_outputs_metrics_shared():
    model = two_outputs(metrics=["mae"])
    return together(fit(model, X, [Y, CLASS]), evaluated(model, X, BOTH))


def fit_loss_weights_dict():
    model = two_outputs(loss_weights={"left": 0.3, "right": 2.0})
    return together(fit(model, X, BOTH), evaluated(model, X, BOTH))


def fit_loss_weights_list():
    losses = ["mae", "categorical_crossentropy"]
    return fit(two_outputs(loss=losses, loss_weights=[2.0, 0.5]), X, [Y, CLASS])


def fit_one_loss_for_two():
    return fit(two_outputs(loss="mse"), X, [Y, CLASS])


def fit_two_outputs_sample_weight():
    weight = {"left": positive("lw", 11), "right": positive("rw", 11)}
    model = two_outputs(weighted_metrics=["mae"])
    return fit(model, X, BOTH, sample_weight=weight, validation_split=0.3)


def fit_two_outputs_class_weight():
    return fit(two_outputs(), X, BOTH, class_weight={"right": {0: 1.0, 1: 3.0, 2: 0.2}})


def fit_two_inputs():
    a, b = L.Input((4,), name="a"), L.Input((2,), name="b")
    model = Model([a, b], L.Dense(1)(L.concatenate([L.Dense(3)(a), b])))
    start(model).compile(SGD(lr=0.1), "mse")
    target = uniform("two inputs", 11, 1)
    first = fit(model, [X, Y], target, epochs=1)
    second = fit(model, {"b": Y, "a": X}, target, epochs=1)
    return together(first, {"second " + key: value for key, value in second.items()})


def penalized():
    """A compiled model with penalties on weights and on activity."""
    l1, l2 = regularizers.l1(0.02), regularizers.l2(0.05)
    model = Sequential()
    model.add(L.Dense(5, input_dim=4, kernel_regularizer=l2, activity_regularizer=l1))
    model.add(L.Dense(2, bias_regularizer=l1, activity_regularizer=l2))
    start(model).compile(SGD(lr=0.1), "mse", metrics=["mse"])
    return model


def fit_regularizers():
    model = penalized()
    return together(fit(model, X, Y, validation_split=0.3), evaluated(model, X, Y))


def fit_regularizers_sample_weight():
    return fit(penalized(), X, Y, sample_weight=positive("sw", 11))


def fit_own_loss_and_metric():
    def cubic(y_true, y_pred):
        return K.mean(K.pow(K.abs(y_true - y_pred), 3), axis=-1)

    def largest(y_true, y_pred):
        return K.max(K.abs(y_true - y_pred))

    model = regression(loss=cubic, metrics=[largest])
    return together(fit(model, X, Y), evaluated(model, X, Y))


def fit_loss_names(name, target, lr=0.1):
    """A table entry for fit with a loss by its name."""

    def run():
        return fit(regression(name, lr), X, target)

    run.__name__ = "fit_loss_" + name
    return run


def fit_batch_normalization():
    model = Sequential()
    model.add(L.Dense(5, input_dim=4))
    model.add(L.BatchNormalization(momentum=0.7))
    model.add(L.Dense(2))
    start(model, low_is_positive=True).compile(SGD(lr=0.1), "mse")
    trained = fit(model, X, Y, validation_split=0.3)
    return together(trained, {"predict": model.predict(X)})


def evaluate_only():
    model = classifier(metrics=["acc", "categorical_crossentropy"])
    return evaluated(model, X, CLASS, sample_weight=positive("sw", 11))


def predict_batches():
    return {"predict": classifier().predict(X, batch_size=4)}


def predict_on_batch():
    return {"predict": classifier().predict_on_batch(X)}


def batch_methods():
    model = classifier(metrics=["acc"])
    weight = {"sample_weight": positive("sw", 11)}
    return together(
        logs("test", model, model.test_on_batch(X, CLASS)),
        logs("test weighted", model, model.test_on_batch(X, CLASS, **weight)),
        logs("train", model, model.train_on_batch(X, CLASS)),
        logs("train weighted", model, model.train_on_batch(X, CLASS, **weight)),
        logs("train class", model, model.train_on_batch(X, CLASS, class_weight={0: 2, 1: 1, 2: 0})),
        weights(model),
    )


def stateful_training():
    model = Sequential()
    model.add(L.LSTM(3, batch_input_shape=(3, 4, 2), stateful=True))
    model.add(L.Dense(2))
    start(model).compile(SGD(lr=0.1), "mse")
    x, y, result = uniform("stateful", 3, 12, 2), uniform("stateful y", 3, 3, 2), {}
    for part in range(3):
        loss = model.train_on_batch(x[:, 4 * part : 4 * part + 4], y[:, part])
        result[f"loss{part}"] = float(loss)
    result["carried"] = model.predict(x[:, :4], batch_size=3)
    model.reset_states()
    result["reset"] = model.predict(x[:, :4], batch_size=3)
    model.layers[0].reset_states()
    result["reset layer"] = model.predict(x[:, :4], batch_size=3)
    return together(result, weights(model))


def stateful_given_states():
    model = Sequential([L.GRU(3, batch_input_shape=(2, 4, 2), stateful=True)])
    start(model)
    x = uniform("given", 2, 4, 2)
    model.layers[0].reset_states(states=uniform("state", 2, 3))
    return {"predict": model.predict(x, batch_size=2)}


def stateful_fit():
    model = Sequential()
    model.add(L.SimpleRNN(3, batch_input_shape=(3, 5, 2), stateful=True))
    model.add(L.Dense(2))
    start(model).compile(SGD(lr=0.1), "mse")
    return fit(model, SEQUENCES, uniform("my", 9, 2), batch_size=3)


def shared_layers():
    a, b = L.Input((4,)), L.Input((4,))
    encoder = Sequential([L.Dense(3, activation="tanh", input_dim=4), L.Dense(2)])
    joined = L.Subtract()([encoder(a), encoder(b)])
    model = Model([a, b], L.Dense(1, activation="sigmoid")(joined))
    start(model).compile(SGD(lr=0.5), "binary_crossentropy", metrics=["acc"])
    return fit(model, [X, X[::-1]], classes("pairs", 2, 11))


class Batches(Sequence):
    """Batches of four, the last one smaller."""

    def __init__(self, *arrays):
        self.arrays = arrays

    def __len__(self):
        return -(-len(self.arrays[0]) // 4)

    def __getitem__(self, index):
        parts = tuple(array[4 * index : 4 * index + 4] for array in self.arrays)
        return parts if len(parts) > 1 else parts[0]


def fit_generator_sequence():
    model = classifier(metrics=["acc"])
    options = {"epochs": 2, "shuffle": False, "verbose": 0, "workers": 0}
    result = model.fit_generator(Batches(X, CLASS), validation_data=Batches(X, CLASS), **options)
    scores = model.evaluate_generator(Batches(X, CLASS), workers=0)
    guesses = model.predict_generator(Batches(X), workers=0)
    return together(
        history(result), weights(model), logs("evaluate", model, scores), {"predict": guesses}
    )


def fit_generator_weights():
    model = classifier(metrics=["acc"])
    batches = Batches(X, CLASS, positive("sw", 11))
    options = {"epochs": 2, "shuffle": False, "verbose": 0, "workers": 0}
    return together(history(model.fit_generator(batches, **options)), weights(model))


def fit_generator_class_weight():
    model = classifier()
    options = {"epochs": 2, "shuffle": False, "verbose": 0, "workers": 0}
    result = model.fit_generator(Batches(X, CLASS), class_weight={0: 1, 1: 2, 2: 0.5}, **options)
    return together(history(result), weights(model))


def endless():
    """Batches of four, over and over."""
    while True:
        for start_at in (0, 4):
            yield X[start_at : start_at + 4], CLASS[start_at : start_at + 4]


def fit_generator_steps():
    model = classifier(metrics=["acc"])
    options = {"epochs": 2, "verbose": 0, "workers": 0, "validation_steps": 2}
    result = model.fit_generator(endless(), 3, validation_data=endless(), **options)
    return together(history(result), weights(model))


def callback_schedule():
    model = regression()
    plan = callbacks.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch))
    trained = fit(model, X, Y, callbacks=[plan])
    return together(trained, {"lr": float(K.get_value(model.optimizer.lr))})


def callback_plateau():
    model = regression()
    options = {"monitor": "loss", "factor": 0.5, "patience": 1, "min_delta": 0.05}
    trained = fit(model, X, Y, epochs=8, callbacks=[callbacks.ReduceLROnPlateau(**options)])
    return together(trained, {"lr": float(K.get_value(model.optimizer.lr))})


def callback_early_stopping():
    model = regression()
    stop = callbacks.EarlyStopping("val_loss", 0.05, 1, restore_best_weights=True)
    trained = fit(model, X, Y, epochs=20, validation_split=0.3, callbacks=[stop])
    return together(trained, {"stopped": stop.stopped_epoch})


def callback_logs():
    seen = []
    end = callbacks.LambdaCallback(
        on_batch_end=lambda batch, logs: seen.append([batch, logs["size"], logs["loss"]]),
    )
    trained = fit(regression(), X, Y, callbacks=[end])
    return together(trained, {"batches": np.array(seen, "float32")})


def learning_rate_set():
    model = regression()
    first = fit(model, X, Y, epochs=1)
    K.set_value(model.optimizer.lr, 0.01)
    second = fit(model, X, Y, epochs=1)
    return together(first, {"second " + key: value for key, value in second.items()})


def recompiled_keeps_weights():
    model = regression()
    fit(model, X, Y)
    model.compile(SGD(lr=0.1, momentum=0.9), "mae")
    return fit(model, X, Y)


def metric_choice(units, loss, target, metric, *inner):
    """A table entry for the accuracy that a loss and an output shape choose."""

    def run():
        x = L.Input(inner + (units,))
        model = Model(x, L.Activation("sigmoid")(x))
        model.compile("sgd", loss, metrics=[metric])
        guesses = uniform("guesses", 11, *(inner + (units,)))
        values = model.evaluate(guesses, target, batch_size=4, verbose=0)
        return {"names": [short(name) for name in model.metrics_names], "values": values}

    shape = "x".join(str(size) for size in inner + (units,))
    run.__name__ = f"metric_{metric}_{loss}_{shape}"
    return run


BINARY = classes("binary", 2, 11, 1)
MULTI = classes("multi", 2, 11, 3)
STEPS = np.eye(3, dtype="float32")[classes("steps", 3, 11, 5)]

CHOICES = [
    metric_choice(1, "binary_crossentropy", BINARY, "accuracy"),
    metric_choice(1, "mse", BINARY, "accuracy"),
    metric_choice(3, "binary_crossentropy", MULTI, "accuracy"),
    metric_choice(3, "mse", CLASS, "accuracy"),
    metric_choice(3, "categorical_crossentropy", CLASS, "acc"),
    metric_choice(3, "sparse_categorical_crossentropy", CLASS.argmax(-1), "accuracy"),
    metric_choice(3, "categorical_crossentropy", STEPS, "accuracy", 5),
    metric_choice(1, "binary_crossentropy", BINARY, "crossentropy"),
    metric_choice(3, "categorical_crossentropy", CLASS, "crossentropy"),
    metric_choice(3, "sparse_categorical_crossentropy", CLASS.argmax(-1), "crossentropy"),
    metric_choice(3, "binary_crossentropy", MULTI, "ce"),
    metric_choice(3, "mse", CLASS, "categorical_accuracy"),
    metric_choice(3, "mse", CLASS, "cosine_proximity"),
]

LOSS_NAMES = [
    fit_loss_names("mean_absolute_error", Y),
    fit_loss_names("mean_absolute_percentage_error", Y, 1e-5),
    fit_loss_names("mean_squared_logarithmic_error", Y),
    fit_loss_names("squared_hinge", np.sign(Y)),
    fit_loss_names("hinge", np.sign(Y)),
    fit_loss_names("categorical_hinge", (Y > 0).astype("float32")),
    fit_loss_names("logcosh", Y),
    fit_loss_names("cosine_proximity", Y),
]

SCENARIOS = table(
    [
        fit_regression,
        fit_classes,
        fit_validation_split,
        fit_validation_split_small,
        fit_validation_data,
        fit_validation_data_weights,
        fit_initial_epoch,
        fit_default_batch,
        fit_sample_weight,
        fit_sample_weight_zeros,
        fit_sample_weight_validation,
        fit_class_weight,
        fit_class_weight_validation,
        fit_class_weight_binary,
        fit_class_and_sample_weight,
        fit_sparse_column,
        fit_sparse_flat,
        fit_sparse_class_weight,
        fit_temporal_weight,
        fit_temporal_weight_zeros,
        fit_sequences_sample_weight,
        fit_mask,
        fit_mask_temporal_weight,
        fit_mask_all_ones,
        fit_mask_last,
        fit_embedding_mask,
        fit_two_outputs,
        fit_two_outputs_metrics_shared,
        fit_loss_weights_dict,
        fit_loss_weights_list,
        fit_one_loss_for_two,
        fit_two_outputs_sample_weight,
        fit_two_outputs_class_weight,
        fit_two_inputs,
        fit_regularizers,
        fit_regularizers_sample_weight,
        fit_own_loss_and_metric,
        fit_batch_normalization,
        evaluate_only,
        predict_batches,
        predict_on_batch,
        batch_methods,
        stateful_training,
        stateful_given_states,
        stateful_fit,
        shared_layers,
        fit_generator_sequence,
        fit_generator_weights,
        fit_generator_class_weight,
        fit_generator_steps,
        callback_schedule,
        callback_plateau,
        callback_early_stopping,
        callback_logs,
        learning_rate_set,
        recompiled_keeps_weights,
    ]
    + CHOICES
    + LOSS_NAMES
)
