"""Tells whether the numbers of a Chinese virtual operator really work, and whose fault it is if not."""

__version__ = "0.1.0"
