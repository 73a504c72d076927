"""Training: data, steps and loops behind `fit`, `evaluate` and `predict`."""
