"""What figures share: width, colours, labels of axes, and images drawn pixel by pixel."""

from collections.abc import Mapping

from jaxtyping import Real
from matplotlib.axes import Axes
from numpy import ndarray
from torch import Tensor

from ptfund._guards import must

WIDTH = 6.0  # inches: the column of text on a page

# Both stand out from a white and from a dark page, and carry dark text.
BLUE, ORANGE = "#4f94d4", "#e0762f"
# On the grey where they are equally hard to read both still reach 4.5 : 1. Black itself
# would follow the page.
DARK, LIGHT = "#010101", "#fff"
# Curves differ in their line and their marker, so that the colour need not be seen.
CURVES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), ("black", ":", "^"))


def check_curves(x: Real[Tensor, "..."], curves: Mapping[str, Real[Tensor, "..."]]) -> None:
    """Raise an error unless each curve has one height for each point of `x`."""
    for name, heights in curves.items():
        if x.ndim != 1 or heights.shape != x.shape:
            shapes = (tuple(x.shape), tuple(heights.shape))
            raise must(f"x and the curve {name!r}", "have the same shape (points,)", shapes)


def label_axes(axes: Axes, xlabel: str, ylabel: str) -> None:
    """Say what the axes are, and leave out the frame on the other sides."""
    axes.tick_params(labelsize=10)
    axes.set_xlabel(xlabel, fontsize=11)
    axes.set_ylabel(ylabel, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)


def draw_pixels(axes: Axes, pixels: Real[ndarray, "height width"], low: float, high: float) -> None:
    """Draw an image without axes, from white at `low` to black at `high`."""
    # "none" embeds the few pixels as they are; the browser enlarges them without blur.
    axes.imshow(pixels, cmap="gray_r", vmin=low, vmax=high, interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
