"""Stored outputs of Keras 2.2.4, replayed: see generate.py for how they were made."""
