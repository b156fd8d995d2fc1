"""Figures of measured effects."""

from collections.abc import Mapping
from math import isfinite

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from ptfund._guards import must
from ptfund.plotting._style import BLUE, ORANGE, WIDTH, draw_legend, label_axes

# Kinds differ in their marker and whether it is filled, so that the colour need not be seen.
KINDS = (("o", BLUE, "full"), ("s", ORANGE, "full"), ("D", "black", "none"))


def plot_effects(effects: Mapping[str, Mapping[str, tuple[float, float]]], xlabel: str) -> Figure:
    """Return one row an effect: its mean, and an interval around it.

    The axis is even between -1 and 1, and goes in powers of ten beyond, so that small and
    large effects can be seen beside each other. A line stands at 0.

    Args:
        effects: Up to three kinds of effects, by the name of the kind. Each holds, by the
            name of its row, the mean of an effect and half the length of its interval.
            Rows follow one another from top to bottom; kinds differ in marker and colour.
        xlabel: What is measured, and in which unit.

    Returns:
        A figure with one pair of axes and a legend.

    Raises:
        ValueError: If there is no kind, there are more than three, or one has no effect; if
            a row stands in two kinds; if a number is not finite, or half a length is below
            0.

    Examples:
        >>> figure = plot_effects(
        ...     {"confirmed": {"clipped": (88.0, 0.5)}, "not visible": {"shuffled": (0.2, 0.2)}},
        ...     "points",
        ... )
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['clipped', 'shuffled']
    """
    if not 1 <= len(effects) <= len(KINDS):
        raise must("effects", f"be of 1 to {len(KINDS)} kinds", len(effects))
    names = [name for rows in effects.values() for name in rows]
    if len(set(names)) < len(names):
        raise must("names", "stand in one kind each", names)
    for kind, rows in effects.items():
        if not rows:
            raise must(f"the kind {kind!r}", "have an effect", rows)
        for name, (mean, half) in rows.items():
            if not (isfinite(mean) and isfinite(half) and half >= 0):
                raise must(name, "be a mean and half a length, both finite", (mean, half))
    figure, axes = plt.subplots(figsize=(WIDTH, 1.1 + 0.24 * len(names)), layout="constrained")
    axes.axvline(0, color="black", linewidth=0.8)
    for (kind, rows), (marker, colour, fill) in zip(effects.items(), KINDS, strict=False):
        axes.errorbar(
            [mean for mean, _ in rows.values()],
            [names.index(name) for name in rows],
            xerr=[half for _, half in rows.values()],
            fmt=marker,
            color=colour,
            fillstyle=fill,
            markersize=6,
            capsize=3,
            label=kind,
        )
    axes.set_xscale("symlog", linthresh=1, linscale=0.6)
    axes.xaxis.set_major_locator(FixedLocator([-100, -10, -1, 0, 1, 10, 100]))
    axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))  # noqa: RUF001
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    label_axes(axes, xlabel, "")
    axes.tick_params(axis="y", length=0)
    draw_legend(figure)
    return figure
