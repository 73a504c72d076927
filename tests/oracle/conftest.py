"""The script that needs Keras 2.2.4 is no test."""

collect_ignore = ["generate.py"]
