"""One suite for every backend, run on the one in use: `KERAS_BACKEND=name python -m pytest tests/conformance`."""
