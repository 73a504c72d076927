"""Saving and loading: one canonical description, the dialects it is written in, the files that hold it."""
