"""Figures of curves."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Real
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from torch import Tensor

from ptfund._guards import must
from ptfund.plotting._style import CURVES, WIDTH, check_curves, draw_legend, label_axes

MARKED = 40  # points of a curve that can have a marker each


def plot_curves(
    x: Real[Tensor, " points"],
    curves: Mapping[str, Real[Tensor, " points"]],
    xlabel: str,
    ylabel: str,
    *,
    log: str = "",
) -> Figure:
    """Return up to three curves over the same x, told apart by colour, line and marker.

    Logarithmic axes leave out what is not positive. Their powers of ten are written in full,
    as `0.001`, or all as `1e-05` where one of them would be long. Many points share a few
    markers.

    Args:
        x: Where the points of all curves stand, of shape `(points,)`. Of a dtype without
            decimals, such as numbers of layers, only whole numbers are labelled.
        curves: The heights of each curve, of shape `(points,)`, by its name.
        xlabel: What x is.
        ylabel: What the heights are.
        log: Which axes are logarithmic: `""`, `"x"`, `"y"` or `"xy"`.

    Returns:
        A figure with one pair of axes and a legend.

    Raises:
        ValueError: If there is no curve, there are more than three, one has not as many
            points as `x`, or `log` names anything but axes.

    Examples:
        >>> import torch
        >>> x = torch.linspace(0, 1, 5)
        >>> figure = plot_curves(x, {"flat": 0 * x, "steep": 9 * x}, "x", "height")
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['flat', 'steep']
    """
    if not 1 <= len(curves) <= len(CURVES):
        raise must("curves", f"be 1 to {len(CURVES)}", len(curves))
    check_curves(x, curves)
    if log not in {"", "x", "y", "xy"}:
        raise must("log", "be '', 'x', 'y' or 'xy'", log)
    figure, axes = plt.subplots(figsize=(WIDTH, 0.7 * WIDTH), layout="constrained")
    for (name, heights), (colour, line, marker) in zip(curves.items(), CURVES, strict=False):
        axes.plot(
            x.numpy(force=True),
            heights.numpy(force=True),
            color=colour,
            linestyle=line,
            marker=marker,
            markersize=4,
            markevery=None if len(x) <= MARKED else 0.1,
            label=name,
        )
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if name in log:
            axes.set(**{f"{name}scale": "log"})
            axis.set_major_locator(LogLocator(numticks=5 if name == "x" else 8))
            low, high = axis.get_view_interval()
            write = ("{:g}" if low >= 1e-4 and high < 1e6 else "{:.0e}").format
            axis.set_major_formatter(FuncFormatter(lambda value, _, write=write: write(value)))
            axis.set_minor_locator(NullLocator())
    if "x" not in log and not x.is_floating_point():
        axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
    label_axes(axes, xlabel, ylabel)
    draw_legend(figure)
    return figure
