"""Figures of a matrix: a cell for each number."""

from collections.abc import Callable, Sequence
from itertools import product

import matplotlib.pyplot as plt
from jaxtyping import Real
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from torch import Tensor

from ptfund._guards import check_finite, must
from ptfund.plotting._style import BLUE, DARK, WIDTH, WORDS, label_axes

ROW = 0.36  # inches


def plot_heat_map(  # noqa: PLR0913 - a matrix, and a name and a label for each side
    values: Real[Tensor, "rows columns"],
    rows: Sequence[str],
    columns: Sequence[str],
    xlabel: str,
    ylabel: str,
    *,
    write: Callable[[float], str] = "{:g}".format,
) -> Figure:
    """Return a matrix as cells, with its number written in each, the larger the bluer.

    White is the smallest number of the matrix, full blue the largest.

    Args:
        values: Finite numbers, of shape `(rows, columns)`.
        rows: The name of each row, from the top.
        columns: The name of each column, from the left.
        xlabel: What the columns are.
        ylabel: What the rows are.
        write: What stands in the cell of a number, such as `"{:.0%}".format`. It may be
            nothing.

    Returns:
        A figure with one pair of axes.

    Raises:
        ValueError: If `values` has another shape, is empty or not finite, or a name is
            missing or left over.

    Examples:
        >>> import torch
        >>> figure = plot_heat_map(torch.eye(2), ["a", "b"], ["c", "d"], "x", "y")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['1', '0', '0', '1']
    """
    if values.ndim != 2 or not values.numel():
        raise must("values", "have the shape (rows, columns)", tuple(values.shape))
    check_finite("values", values)
    for name, names, size in zip(("rows", "columns"), (rows, columns), values.shape, strict=True):
        if len(names) != size:
            raise must(name, f"be {size} names", len(names))
    figure, axes = plt.subplots(figsize=(WIDTH, ROW * len(rows) + 0.7), layout="constrained")
    shades = LinearSegmentedColormap.from_list("shades", ["white", BLUE])
    axes.imshow(values.numpy(force=True), cmap=shades, interpolation="none", aspect="auto")
    for row, column in product(range(len(rows)), range(len(columns))):
        text = write(values[row, column].item())
        axes.text(column, row, text, color=DARK, ha="center", va="center", fontsize=WORDS)
    label_axes(axes, xlabel, ylabel)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    # A white cell on a white page has no other edge.
    axes.spines[:].set_visible(True)
    return figure
