"""The version, by date. The packaging reads it from here too."""

__version__ = "2026.11.0"
