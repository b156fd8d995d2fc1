"""The data that the chapters learn from, as tensors."""

from typing import NamedTuple

import torch
from jaxtyping import Int64, UInt8
from sklearn import datasets
from torch import Tensor

__all__ = ["Digits", "load_digits"]


class Digits(NamedTuple):
    """Images of handwritten digits, and which digit each of them shows.

    Being a tuple, it can be taken apart: `images, labels = load_digits()`.
    """

    images: UInt8[Tensor, "images 8 8"]
    """How much ink each pixel holds, from 0 (none) to 16, of shape `(images, 8, 8)`: one
    image after the other, its rows from top to bottom."""

    labels: Int64[Tensor, " images"]
    """The digit that each image shows, from 0 to 9, of shape `(images,)`."""


def load_digits() -> Digits:
    """Return 1,797 images of handwritten digits with their labels.

    They come with scikit-learn, so that nothing is downloaded, and stand in the order
    of the original file.

    Returns:
        Images of shape `(1797, 8, 8)` and dtype `uint8`, labels of shape `(1797,)` and
        dtype `int64`, both on the CPU. Each call gives new tensors, which may be changed.

    Examples:
        >>> images, labels = load_digits()
        >>> images[0, 2]
        tensor([ 0,  3, 15,  2,  0, 11,  8,  0], dtype=torch.uint8)
        >>> labels[:3]
        tensor([0, 1, 2])

    References:
        Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
        Learning Repository, 1998: the file `optdigits.tes`.
    """
    digits = datasets.load_digits()
    return Digits(
        images=torch.tensor(digits.images, dtype=torch.uint8),
        labels=torch.tensor(digits.target, dtype=torch.int64),
    )
