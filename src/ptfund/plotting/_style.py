"""What all figures share: width, colours, and images drawn pixel by pixel."""

from jaxtyping import Real
from matplotlib.axes import Axes
from numpy import ndarray

WIDTH = 6.0  # inches: the column of text on a page

# Both stand out from a white and from a dark page, and carry dark text.
BLUE, ORANGE = "#4f94d4", "#e0762f"
# On the grey where they are equally hard to read both still reach 4.5 : 1. Black itself
# would follow the page.
DARK, LIGHT = "#010101", "#fff"


def draw_pixels(axes: Axes, pixels: Real[ndarray, "height width"], low: float, high: float) -> None:
    """Draw an image without axes, from white at `low` to black at `high`."""
    # "none" embeds the few pixels as they are; the browser enlarges them without blur.
    axes.imshow(pixels, cmap="gray_r", vmin=low, vmax=high, interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
