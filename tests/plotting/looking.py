"""Curves to look at, and what can be read off a figure."""

import re
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from ptfund.plotting import plot_curves

STYLE = Path(__file__).parents[2] / "docs" / "assets" / "stylesheets" / "colours.css"
(DARK_PAGE,) = re.findall(r"--md-default-bg-color: (#\w+);", STYLE.read_text(encoding="utf-8"))
WHITE_PAGE = "#ffffff"  # the theme's own


def curves() -> Figure:
    """Return as many curves as can be told apart, on logarithmic axes."""
    x = 10.0 ** -torch.arange(31, dtype=torch.float64)
    return plot_curves(x, {"one": x, "two": x**0.5, "three": 1 / x}, "x", "height", log="xy")


def contrast(one: object, other: object) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour: object) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
        return float(np.dot((0.2126, 0.7152, 0.0722), linear))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def stands_out(colour: object) -> bool:
    """Return whether a colour follows the page, or is three to one against either page."""
    return rgb(colour) == (0, 0, 0) or all(
        contrast(colour, page) >= 3 for page in (WHITE_PAGE, DARK_PAGE)
    )


def rgb(colour: object) -> tuple[float, float, float]:
    """Return red, green and blue from 0 to 1."""
    return to_rgb(colour)  # type: ignore[arg-type]


def shown_pixels(axes: Axes) -> np.ndarray:
    """Return the numbers that the image in these axes was given."""
    return np.asarray(axes.images[0].get_array())


def shade(axes: Axes, value: float) -> tuple[float, ...]:
    """Return the colour that an image of these axes gives to a value."""
    drawn = axes.images[0]
    return tuple(drawn.cmap(drawn.norm(np.asarray(value)))[:3])


def drawn_texts(figure: Figure) -> list[Text]:
    """Return the texts that are to be seen; Matplotlib holds numbers beyond the axes ready, too."""
    figure.draw_without_rendering()
    unseen = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not axes.axison or not low <= tick.get_loc() <= high:
                    unseen |= {tick.label1, tick.label2}
    texts = {text for text in figure.findobj(Text) if isinstance(text, Text)} - unseen
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def xy(text: Text) -> tuple[float, float]:
    """Return where a text stands."""
    x, y = text.get_position()
    return float(x), float(y)


def is_filled(box: Rectangle) -> bool:
    """Return whether the box hides what is behind it."""
    return to_rgba(box.get_facecolor())[3] > 0
