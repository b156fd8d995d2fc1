"""Figures of a loss that depends on two parameters."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from ptfund._guards import must
from ptfund.plotting._style import CURVES, NUMBERS, WIDTH, draw_legend, label_axes


def plot_surface(
    sides: Mapping[str, Float[Tensor, " _"]],
    heights: Float[Tensor, "rows columns"],
    paths: Mapping[str, Float[Tensor, "_ 2"]],
    *,
    levels: Sequence[float | int],
) -> Figure:
    """Return a surface as a map with contour lines, and up to three paths across it.

    Each contour line carries its height. A cross marks the lowest place of the grid. Paths
    differ in colour, line and marker; what leaves the map is cut off at its edge.

    Args:
        sides: By the name of each of the two parameters, where the columns and then where
            the rows of the grid stand, rising: of shape `(columns,)` and `(rows,)`.
        heights: The height at each place, of shape `(rows, columns)`.
        paths: By its name, the places through which each path goes, of shape
            `(places, 2)`.
        levels: The heights of the contour lines, rising.

    Returns:
        A figure with one pair of axes and a legend.

    Raises:
        ValueError: If there are not two sides, one has not at least two places, the
            heights do not fit them, there is no path or more than three, one is of another
            shape, or `levels` do not rise.

    Examples:
        >>> import torch
        >>> x = torch.linspace(-1, 1, 21)
        >>> path = torch.tensor([[1.0, 1.0], [0.5, 0.5]])
        >>> figure = plot_surface(
        ...     {"w": x, "b": x}, x**2 + x[:, None] ** 2, {"steps": path}, levels=[0.5, 1]
        ... )
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['steps', 'lowest place']
    """
    shapes = [tuple(side.shape) for side in sides.values()]
    if len(shapes) != 2 or any(len(shape) != 1 or shape[0] < 2 for shape in shapes):
        raise must("sides", "be two, with at least two places each", shapes)
    (xlabel, x), (ylabel, y) = sides.items()
    if heights.shape != (len(y), len(x)):
        raise must("heights", f"have the shape {(len(y), len(x))}", tuple(heights.shape))
    if not 1 <= len(paths) <= len(CURVES):
        raise must("paths", f"be 1 to {len(CURVES)}", len(paths))
    for name, path in paths.items():
        if path.ndim != 2 or path.shape[1] != 2:
            raise must(f"the path {name!r}", "have the shape (places, 2)", tuple(path.shape))
    if not levels or list(levels) != sorted(set(levels)):
        raise must("levels", "be at least one, and rise", list(levels))
    across, up, surface = (tensor.numpy(force=True) for tensor in (x, y, heights))
    figure, axes = plt.subplots(figsize=(WIDTH, 0.95 * WIDTH), layout="constrained")
    lines = axes.contour(across, up, surface, levels=levels, colors="black", linewidths=0.6)
    # Labels stand high up on their lines, away from the middle, which is where paths lead.
    highest = up[0] + 0.9 * (up[-1] - up[0])
    places = [np.asarray(line.vertices) for line in lines.get_paths() if len(line)]
    tops = [line[np.where(line[:, 1] > highest, -np.inf, line[:, 1]).argmax()] for line in places]
    axes.clabel(lines, fmt="%g", fontsize=NUMBERS, manual=tops)
    for (name, path), (colour, line, marker) in zip(paths.items(), CURVES, strict=False):
        axes.plot(
            *path.numpy(force=True).T,
            color=colour,
            linestyle=line,
            marker=marker,
            markersize=5,
            label=name,
        )
    row, column = divmod(int(surface.argmin()), surface.shape[1])
    axes.plot(across[column], up[row], "+", color="black", markersize=14, label="lowest place")
    axes.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))
    label_axes(axes, xlabel, ylabel)
    draw_legend(figure)
    return figure
