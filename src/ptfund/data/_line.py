"""A line where the truth is known."""

from typing import NamedTuple

import torch
from jaxtyping import Float32
from torch import Tensor

from ptfund._guards import must


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
