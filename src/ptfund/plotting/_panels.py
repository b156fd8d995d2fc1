"""Figures of several small panels: curves with one x, and histograms with one scale."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from ptfund._guards import must
from ptfund.plotting._style import BLUE, CURVES, NUMBERS, WIDTH, WORDS, check_curves, draw_legend

LINES = CURVES[:2]  # told apart without their markers, too
BINS = 41


def plot_panels(
    x: Real[Tensor, " points"],
    panels: Mapping[str, Mapping[str, Real[Tensor, " points"]]],
    xlabel: str,
    ylabel: str,
    *,
    ylim: tuple[float | int, float | int] | None = None,
) -> Figure:
    """Return small panels with one or two curves each, two in a row, all on the same scales.

    Args:
        x: Where the points of all curves stand, of shape `(points,)`.
        panels: The curves of each panel by its title: heights of shape `(points,)` by the
            name of the curve. All panels have curves of the same names.
        xlabel: What x is.
        ylabel: What the heights are.
        ylim: Where all panels end below and above, if curves may leave them there.

    Returns:
        A figure with one pair of axes a panel, and a legend above them.

    Raises:
        ValueError: If there is no panel, a panel has not one or two curves, or other ones
            than the first, or a curve has not as many points as `x`.

    Examples:
        >>> import torch
        >>> x = torch.linspace(-1, 1, 3)
        >>> panels = {"line": {"value": x}, "square": {"value": x**2}}
        >>> figure = plot_panels(x, panels, "x", "y")
        >>> [axes.get_title() for axes in figure.axes]
        ['line', 'square']
    """
    names = list(next(iter(panels.values()), {}))
    for title, curves in panels.items():
        if not 1 <= len(curves) <= len(LINES):
            raise must(f"panel {title!r}", f"have 1 to {len(LINES)} curves", len(curves))
        if list(curves) != names:
            raise must(f"panel {title!r}", f"have the curves {names}", list(curves))
        check_curves(x, curves)
    figure, grid = _grid(panels, xlabel, 2, height=1.6, sharey=True)
    for axes, curves in zip(grid, panels.values(), strict=True):
        for (name, heights), (colour, line, _) in zip(curves.items(), LINES, strict=False):
            axes.plot(
                x.numpy(force=True),
                heights.numpy(force=True),
                color=colour,
                linestyle=line,
                label=name,
            )
    grid[0].set_ylim(ylim)
    figure.supylabel(ylabel, fontsize=WORDS)
    draw_legend(figure)
    return figure


def plot_histograms(
    values: Mapping[str, Float[Tensor, "..."]],
    xlabel: str,
    *,
    limit: float,
) -> Figure:
    """Return small histograms on one scale, from -limit to limit, each as high as its panel.

    Three stand in a row. What lies outside is left out. The heights of two panels cannot be
    compared, their widths can.

    Args:
        values: The numbers of each panel by its title; their shape does not matter.
        xlabel: What the numbers are.
        limit: Where the scale ends on both sides.

    Returns:
        A figure with one pair of axes a panel.

    Raises:
        ValueError: If there is no panel, one has no number between the limits or one
            that is not finite, or `limit` is not positive.

    Examples:
        >>> import torch
        >>> figure = plot_histograms({"narrow": torch.zeros(9)}, "value", limit=1.0)
        >>> figure.axes[0].get_title()
        'narrow'
    """
    if not limit > 0:
        raise must("limit", "be positive", limit)
    edges = np.linspace(-limit, limit, BINS + 1)
    heights = []
    for title, numbers in values.items():
        if not numbers.isfinite().all():
            raise must(f"panel {title!r}", "have finite numbers", "others")
        counts, _ = np.histogram(numbers.numpy(force=True), edges)
        if not counts.any():
            raise must(f"panel {title!r}", f"have numbers from {-limit} to {limit}", "none")
        heights.append(counts / counts.max())
    figure, grid = _grid(values, xlabel, 3, height=1.4, sharey=False)
    for axes, shares in zip(grid, heights, strict=True):
        axes.stairs(shares, edges, fill=True, color=BLUE)
        axes.set(xlim=(-limit, limit), yticks=[])
        axes.spines["left"].set_visible(False)
    return figure


def _grid(
    panels: Mapping[str, object], xlabel: str, columns: int, *, height: float, sharey: bool
) -> tuple[Figure, list[Axes]]:
    """Return a figure of empty panels under their titles."""
    if not panels:
        raise must("panels", "not be empty", dict(panels))
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(
        rows,
        columns,
        figsize=(WIDTH, rows * height + 0.5),
        layout="constrained",
        sharex=True,
        sharey=sharey,
        squeeze=False,
    )
    used = list(grid.flat[: len(panels)])
    for axes, title in zip(used, panels, strict=True):
        axes.set_title(title, fontsize=WORDS)
        axes.tick_params(labelsize=NUMBERS)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in grid.flat[len(panels) :]:
        axes.remove()
    # The lowest panel of each column has the numbers, also above an empty place.
    for axes in used[-columns:]:
        axes.tick_params(labelbottom=True)
    figure.supxlabel(xlabel, fontsize=WORDS)
    return figure, used
