"""PyTorch fundamentals: the small package that the chapters build and import."""

__version__ = "0.1.0"
