"""The data that the chapters learn from, as tensors."""

from typing import NamedTuple

import torch
from jaxtyping import Float32, Int64, UInt8
from sklearn import datasets
from torch import Tensor

from ptfund._guards import must

__all__ = ["Digits", "Line", "load_digits", "make_line"]


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


class Line(NamedTuple):
    """Points beside a straight line.

    Being a tuple, it can be taken apart: `x, y = make_line(100, generator)`.
    """

    x: Float32[Tensor, " points"]
    """Where each point stands, of shape `(points,)`."""

    y: Float32[Tensor, " points"]
    """How high it stands there, of shape `(points,)`."""


def make_line(
    points: int,
    generator: torch.Generator,
    *,
    slope: float = 3.0,
    intercept: float = 1.0,
    noise: float = 0.5,
) -> Line:
    """Return points on the line y = slope · x + intercept, each moved up or down by chance.

    Where the truth must be known, data have to be made: whatever is fitted to these
    points can be compared with the line that they come from.

    Args:
        points: How many points to make, at least one.
        generator: Where the random numbers come from; it must be on the CPU.
        slope: How fast the line rises.
        intercept: Its height at x = 0.
        noise: The standard deviation of the moves, which are normally distributed;
            with 0 all points lie on the line.

    Returns:
        Both `x`, uniform between -3 and 3, and `y` have the shape `(points,)` and
        the dtype `float32`, on the CPU. All of `x` is drawn before the moves, so that the
        same seed gives the same `x` whatever the other arguments.

    Raises:
        ValueError: If `points` is less than 1 or `noise` is negative.

    Examples:
        >>> x, y = make_line(3, torch.Generator().manual_seed(0), noise=0.0)
        >>> torch.testing.assert_close(y, 3 * x + 1)
        >>> x.shape, y.shape
        (torch.Size([3]), torch.Size([3]))
    """
    if points < 1:
        raise must("points", "be at least 1", points)
    if noise < 0:
        raise must("noise", "be at least 0", noise)
    x = 6 * torch.rand(points, generator=generator, dtype=torch.float32) - 3
    moves = noise * torch.randn(points, generator=generator, dtype=torch.float32)
    return Line(x, slope * x + intercept + moves)
