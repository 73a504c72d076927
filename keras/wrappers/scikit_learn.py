"""Models as estimators of scikit-learn: for its pipelines, cross-validation and searches."""

import numpy as np

from keras.models import Model
from keras.utils.generic import has_arg
from keras.utils.numerical import to_categorical

# The methods of a model that take what is not an argument of the building function.
_METHODS = (Model.fit, Model.predict, Model.evaluate)

_ACCURACIES = (
    "acc",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
)


class BaseWrapper:
    """Base of the estimators.

    Args:
        build_fn: a function, or an object with `__call__`, that returns a compiled model; None in a subclass with a
            `__call__` of its own.
        **sk_params: arguments of `build_fn`, and of the model's `fit`, `predict` and `evaluate`, such as `epochs` and
            `batch_size`. scikit-learn's searches try values of them.

    Attributes:
        model: the model, after `fit`.

    Raises:
        ValueError: for a parameter that none of these takes.
    """

    def __init__(self, build_fn=None, **sk_params):
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    # ------------------------------------------------------------------ parameters
    def _building_function(self):
        if self.build_fn is not None:
            return self.build_fn
        if not callable(self):
            raise ValueError(
                f"{type(self).__name__} has nothing to build a model with: give build_fn, or write a __call__."
            )
        return self

    def check_params(self, params):
        """Check the names of parameters.

        Args:
            params: `{name: value}`.

        Raises:
            ValueError: naming the first one that nothing takes.
        """
        takers = (*_METHODS, self._building_function())
        for name in params:
            if name != "nb_epoch" and not any(has_arg(function, name) for function in takers):
                raise ValueError(
                    f"{name!r} is no parameter of {type(self).__name__}: neither build_fn nor the model's fit, predict "
                    "or evaluate takes it. Make it an argument of build_fn."
                )

    def get_params(self, **params):
        """Return the parameters, `build_fn` among them.

        Args:
            **params: `deep` has no effect.
        """
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params):
        """Set parameters.

        Args:
            **params: their new values.

        Returns:
            The estimator.

        Raises:
            ValueError: for a parameter that nothing takes.
        """
        params = dict(params)
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.check_params(params)
        self.sk_params.update(params)
        return self

    def filter_sk_params(self, fn, override=None):
        """Return those of the parameters that a function takes.

        Args:
            fn: the function.
            override: `{name: value}` of more arguments, which come before the parameters.
        """
        return {
            **{name: value for name, value in self.sk_params.items() if has_arg(fn, name)},
            **(override or {}),
        }

    # ------------------------------------------------------------------ what scikit-learn asks
    _estimator_type = None

    def __sklearn_tags__(self):
        from sklearn.utils import ClassifierTags, RegressorTags, Tags, TargetTags

        kind = self._estimator_type
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
        )

    def __sklearn_is_fitted__(self):
        return hasattr(self, "model")

    def __repr__(self):
        params = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({params})"

    # ------------------------------------------------------------------ training
    def fit(self, x, y, **kwargs):
        """Build a new model and train it.

        Args:
            x: an array (samples, ...).
            y: the targets.
            **kwargs: further arguments of the model's `fit`.

        Returns:
            The `History` of the training.
        """
        build = self._building_function()
        # An object's arguments are those of its __call__, without self.
        self.model = build(**self.filter_sk_params(build))
        arguments = {**self.filter_sk_params(Model.fit), **kwargs}
        return self.model.fit(x, self._targets(y), **arguments)

    def _targets(self, y):
        """Return class numbers as the model's loss needs them."""
        needs_vectors = _name_of(self.model.loss) == "categorical_crossentropy"
        return to_categorical(y) if needs_vectors and np.ndim(y) != 2 else y

    def _fitted_model(self):
        if not hasattr(self, "model"):
            raise ValueError(f"This {type(self).__name__} has no model yet: call fit first.")
        return self.model

    def _outputs(self, x, kwargs):
        return self._fitted_model().predict(x, **self.filter_sk_params(Model.predict, kwargs))


class KerasClassifier(BaseWrapper):
    """A model that tells classes, as an estimator of scikit-learn.

    Args:
        build_fn, **sk_params: as for `BaseWrapper`.

    Attributes:
        classes_: the classes, sorted, after `fit`.
        n_classes_: their number.

    Examples:
        >>> from keras.layers import Dense
        >>> from keras.models import Sequential
        >>> def build(units=8):
        ...     model = Sequential(
        ...         [Dense(units, activation="relu", input_dim=1), Dense(2, activation="softmax")]
        ...     )
        ...     model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        ...     return model
        >>> classifier = KerasClassifier(build, units=4, epochs=1, verbose=0)
        >>> x, y = np.arange(6.0)[:, None], np.array(["low"] * 3 + ["high"] * 3)
        >>> _ = classifier.fit(x, y)
        >>> classifier.classes_.tolist(), classifier.predict_proba(x).shape
        (['high', 'low'], (6, 2))
    """

    _estimator_type = "classifier"

    def fit(self, x, y, sample_weight=None, **kwargs):
        """Build a new model and train it.

        Args:
            x: an array (samples, ...).
            y: the class of each sample, of any type, or one-hot vectors (samples, classes).
            sample_weight: a weight for each sample, or None.
            **kwargs: further arguments of the model's `fit`.

        Returns:
            The `History` of the training.
        """
        y = np.array(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or y.shape[1:] == (1,):
            self.classes_, y = np.unique(y.reshape(-1), return_inverse=True)
        else:
            raise ValueError(
                f"y should be classes (samples,) or one-hot vectors (samples, classes), got shape {y.shape}."
            )
        self.n_classes_ = len(self.classes_)
        if sample_weight is not None:
            kwargs["sample_weight"] = sample_weight
        return super().fit(x, y, **kwargs)

    def predict(self, x, **kwargs):
        """Return the most probable class of each sample.

        Args:
            x: an array (samples, ...).
            **kwargs: further arguments of the model's `predict`.
        """
        return self.classes_[self.predict_proba(x, **kwargs).argmax(axis=-1)]

    def predict_proba(self, x, **kwargs):
        """Return the probabilities of the classes, an array (samples, classes).

        Args:
            x: an array (samples, ...).
            **kwargs: further arguments of the model's `predict`.
        """
        outputs = self._outputs(x, kwargs)
        # A single unit gives the probability of the second class.
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def score(self, x, y, **kwargs):
        """Return the accuracy on test data.

        Args:
            x: an array (samples, ...).
            y: the class of each sample.
            **kwargs: further arguments of the model's `evaluate`.

        Raises:
            ValueError: if the model was not compiled with the accuracy as a metric.
        """
        model = self._fitted_model()
        y = np.array(y)
        if y.ndim == 1:
            y = np.searchsorted(self.classes_, y)
        arguments = self.filter_sk_params(Model.evaluate, kwargs)
        results = model.evaluate(x, self._targets(y), **{"verbose": 0, **arguments})
        for name, value in zip(model.metrics_names, np.ravel(results)):
            if name in _ACCURACIES:
                return float(value)
        raise ValueError(
            "The score of a classifier is its accuracy, which this model does not measure: compile it with "
            f"metrics=['accuracy']. It measures {model.metrics_names}."
        )


class KerasRegressor(BaseWrapper):
    """A model that tells numbers, as an estimator of scikit-learn.

    Args:
        build_fn, **sk_params: as for `BaseWrapper`.
    """

    _estimator_type = "regressor"

    def predict(self, x, **kwargs):
        """Return the number for each sample, (samples,), or the numbers, (samples, outputs).

        Args:
            x: an array (samples, ...).
            **kwargs: further arguments of the model's `predict`.
        """
        outputs = self._outputs(x, kwargs)
        return outputs[:, 0] if outputs.shape[1:] == (1,) else outputs

    def score(self, x, y, **kwargs):
        """Return the negative loss on test data, which is higher for better models.

        Args:
            x: an array (samples, ...).
            y: the targets.
            **kwargs: further arguments of the model's `evaluate`.
        """
        arguments = self.filter_sk_params(Model.evaluate, kwargs)
        results = self._fitted_model().evaluate(x, y, **{"verbose": 0, **arguments})
        return -float(np.ravel(results)[0])


def _name_of(loss):
    return loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
