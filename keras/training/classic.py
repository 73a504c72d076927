"""The methods that later versions of the API folded into `fit`, `evaluate` and `predict`."""

import warnings

import numpy as np


class ClassicMethods:
    """`fit_generator` and its kin, in terms of the methods that took their place."""

    def predict_proba(self, x, batch_size=None, verbose=0, steps=None):
        """Return the outputs, as `predict` does; warns where they are no probabilities."""
        outputs = self.predict(x, batch_size, verbose, steps)
        if np.min(outputs) < 0 or np.max(outputs) > 1:
            warnings.warn(
                "predict_proba: the model's outputs do not lie in [0, 1] and are no probabilities. "
                "End the model with softmax or sigmoid.",
                stacklevel=2,
            )
        return outputs

    def predict_classes(self, x, batch_size=None, verbose=0, steps=None):
        """Return the most probable class of each sample; for a single output unit, whether it is above 0.5."""
        outputs = self.predict(x, batch_size, verbose, steps)
        return outputs.argmax(axis=-1) if outputs.shape[-1] > 1 else (outputs > 0.5).astype("int32")

    def fit_generator(
        self,
        generator,
        steps_per_epoch=None,
        epochs=1,
        verbose=1,
        callbacks=None,
        validation_data=None,
        validation_steps=None,
        class_weight=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        shuffle=True,
        initial_epoch=0,
    ):
        """Train on batches from a generator or `Sequence`, as `fit` does."""
        return self.fit(
            generator,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def evaluate_generator(
        self,
        generator,
        steps=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
    ):
        """Return the loss and metrics on batches from a generator or `Sequence`, as `evaluate` does."""
        return self.evaluate(
            generator,
            steps=steps,
            verbose=verbose,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def predict_generator(
        self,
        generator,
        steps=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
    ):
        """Return the outputs for batches from a generator or `Sequence`, as `predict` does."""
        return self.predict(
            generator,
            steps=steps,
            verbose=verbose,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )
