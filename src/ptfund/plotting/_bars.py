"""Figures of bars."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from jaxtyping import Real
from matplotlib.figure import Figure
from torch import Tensor

from ptfund._guards import must
from ptfund.plotting._style import BLUE, NUMBERS, ORANGE, WIDTH, draw_legend, label_axes

# Bars differ in their pattern, so that the colour need not be seen.
BARS = ((BLUE, ""), (ORANGE, "///"))


def plot_bars(
    names: Sequence[str], bars: Mapping[str, Real[Tensor, " names"]], ylabel: str, xlabel: str
) -> Figure:
    """Return one bar a name, or two, one under the other, with its length written at its end.

    Bars lie, so that names and numbers have room on a narrow page, and follow one another from
    top to bottom. All begin at 0, so that their areas can be compared.

    Args:
        names: What the bars stand for.
        bars: One or two series of lengths, of shape `(names,)`, none below 0, by their
            names. A legend tells two apart; they differ in colour and pattern.
        ylabel: What the names are.
        xlabel: What the lengths are.

    Returns:
        A figure with one pair of axes.

    Raises:
        ValueError: If there is no series, there are more than two, or one has not as many
            lengths as there are names, or one below 0 or none that is finite.

    Examples:
        >>> import torch
        >>> figure = plot_bars(["a", "b"], {"seen": torch.tensor([3, 1])}, "class", "images")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['3', '1']
    """
    if not 1 <= len(bars) <= len(BARS):
        raise must("bars", f"be 1 to {len(BARS)} series", len(bars))
    for series, lengths in bars.items():
        if not names or lengths.shape != (len(names),):
            shape = tuple(lengths.shape)
            raise must(f"the series {series!r}", f"have {len(names)} lengths, at least one", shape)
        if not (lengths.isfinite() & (lengths >= 0)).all():
            raise must(f"the series {series!r}", "be finite and at least 0", lengths.tolist())
    row = 0.09 + 0.17 * len(bars)  # inches: a bar is as high as its number
    figure, axes = plt.subplots(figsize=(WIDTH, 0.8 + row * len(names)), layout="constrained")
    height = 0.84 / len(bars)
    for number, (series, lengths) in enumerate(bars.items()):
        colour, pattern = BARS[number]
        shift = (number - (len(bars) - 1) / 2) * height
        drawn = axes.barh(
            [place + shift for place in range(len(names))],
            lengths.numpy(force=True),
            height=height,
            color=colour,
            hatch=pattern,
            edgecolor="black",
            label=series,
        )
        axes.bar_label(drawn, fmt="%g", fontsize=NUMBERS, padding=3)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    label_axes(axes, xlabel, ylabel)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.1, y=0.01)
    if len(bars) > 1:
        draw_legend(figure)
    return figure
