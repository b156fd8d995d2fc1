"""Figures of bars."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from jaxtyping import Real
from matplotlib.figure import Figure
from torch import Tensor

from ptfund._guards import must
from ptfund.plotting._style import BLUE, ORANGE, WIDTH, label_axes

# Bars differ in their pattern, so that the colour need not be seen.
BARS = ((BLUE, ""), (ORANGE, "///"))


def plot_bars(
    names: Sequence[str], bars: Mapping[str, Real[Tensor, " names"]], xlabel: str, ylabel: str
) -> Figure:
    """Return one bar a name, or two side by side, each with its height written above.

    All bars begin at 0, so that their areas can be compared.

    Args:
        names: What the bars stand for.
        bars: One or two series of heights, of shape `(names,)`, none below 0, by their
            names. A legend tells two apart; they differ in colour and pattern.
        xlabel: What the names are.
        ylabel: What the heights are.

    Returns:
        A figure with one pair of axes.

    Raises:
        ValueError: If there is no series, there are more than two, or one has not as many
            heights as there are names, or one below 0 or none that is finite.

    Examples:
        >>> import torch
        >>> figure = plot_bars(["a", "b"], {"seen": torch.tensor([3, 1])}, "class", "images")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['3', '1']
    """
    if not 1 <= len(bars) <= len(BARS):
        raise must("bars", f"be 1 to {len(BARS)} series", len(bars))
    for series, heights in bars.items():
        if not names or heights.shape != (len(names),):
            shape = tuple(heights.shape)
            raise must(f"the series {series!r}", f"have {len(names)} heights, at least one", shape)
        if not (heights.isfinite() & (heights >= 0)).all():
            raise must(f"the series {series!r}", "be finite and at least 0", heights.tolist())
    figure, axes = plt.subplots(figsize=(WIDTH, 0.45 * WIDTH), layout="constrained")
    width = 0.84 / len(bars)
    for number, (series, heights) in enumerate(bars.items()):
        colour, pattern = BARS[number]
        shift = (number - (len(bars) - 1) / 2) * width
        drawn = axes.bar(
            [place + shift for place in range(len(names))],
            heights.numpy(force=True),
            width=width,
            color=colour,
            hatch=pattern,
            edgecolor="black",
            label=series,
        )
        axes.bar_label(drawn, fmt="%g", fontsize=10, padding=2)
    axes.set_xticks(range(len(names)), names)
    label_axes(axes, xlabel, ylabel)
    axes.tick_params(axis="x", length=0)
    axes.margins(x=0.01, y=0.1)
    if len(bars) > 1:
        # Above the axes, where no bar can reach.
        figure.legend(loc="outside upper right", ncols=2, fontsize=11, frameon=False)
    return figure
