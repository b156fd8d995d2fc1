"""What figures share: sizes, colours, labels, legends, and images drawn pixel by pixel."""

from collections.abc import Mapping

from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray
from torch import Tensor

from ptfund._guards import must

# A wide screen shows figures as they are, a phone shrinks them to its width: this narrow, a point
# is still about a pixel there. WIDTH is in inches, the size of numbers and of words in points.
WIDTH = 4.6
NUMBERS, WORDS = 10, 11

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
    axes.tick_params(labelsize=NUMBERS)
    axes.set_xlabel(xlabel, fontsize=WORDS)
    axes.set_ylabel(ylabel, fontsize=WORDS)
    axes.spines[["top", "right"]].set_visible(False)


def draw_legend(figure: Figure) -> None:
    """Say what is what above the axes, where nothing is drawn, in as few rows as fit."""
    handles, names = figure.axes[0].get_legend_handles_labels()
    for columns in range(len(names), 0, -1):
        legend = figure.legend(
            handles,
            names,
            loc="outside upper left",
            ncols=columns,
            columnspacing=1.5,
            fontsize=WORDS,
            frameon=False,
        )
        if columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            break
        legend.remove()


def draw_pixels(axes: Axes, pixels: Real[ndarray, "height width"], low: float, high: float) -> None:
    """Draw an image in a thin frame, from white at `low` to black at `high`."""
    # "none" embeds the few pixels as they are; the browser enlarges them without blur.
    axes.imshow(pixels, cmap="gray_r", vmin=low, vmax=high, interpolation="none")
    axes.set(xticks=[], yticks=[])
    # A white pixel on a white page has no other edge.
    axes.spines[:].set_linewidth(0.5)
