"""Figures of curves."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Real
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from torch import Tensor

from ptfund._guards import must
from ptfund.plotting._style import CURVES, WIDTH, check_curves, label_axes


def plot_curves(
    x: Real[Tensor, " points"],
    curves: Mapping[str, Real[Tensor, " points"]],
    xlabel: str,
    ylabel: str,
    *,
    log: str = "",
) -> Figure:
    """Return up to three curves over the same x, told apart by colour, line and marker.

    Logarithmic axes leave out what is not positive, and label powers of ten as Python
    prints them: `1e-05`.

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
    figure, axes = plt.subplots(figsize=(WIDTH, 0.6 * WIDTH), layout="constrained")
    for (name, heights), (colour, line, marker) in zip(curves.items(), CURVES, strict=False):
        axes.plot(
            x.numpy(force=True),
            heights.numpy(force=True),
            color=colour,
            linestyle=line,
            marker=marker,
            markersize=4,
            label=name,
        )
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if name in log:
            axes.set(**{f"{name}scale": "log"})
            axis.set_major_locator(LogLocator(numticks=8))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0e}"))
            axis.set_minor_locator(NullLocator())
    if "x" not in log and not x.is_floating_point():
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    label_axes(axes, xlabel, ylabel)
    axes.legend(fontsize=11, frameon=False)
    return figure
