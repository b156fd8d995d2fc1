"""Effects: where each stands, and how its kind is told."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from ptfund.plotting import plot_effects
from tests.plotting.looking import stands_out

EFFECTS = {
    "confirmed": {"one": (12.0, 3.0), "two": (0.5, 0.25)},
    "reversed": {"three": (-2.0, 1.0)},
    "not visible": {"four": (0.0, 0.5)},
}


def drawn(figure: Figure) -> list[ErrorbarContainer]:
    """Return the marks of each kind."""
    return [c for c in figure.axes[0].containers if isinstance(c, ErrorbarContainer)]


def test_each_effect_stands_in_its_row_with_its_interval() -> None:
    """In the order of the kinds, from top to bottom."""
    figure = plot_effects(EFFECTS, "points")
    axes = figure.axes[0]
    assert axes.get_xlabel() == "points"
    labels = [text.get_text() for text in axes.get_yticklabels()]
    names = dict(zip(labels, axes.get_yticks(), strict=True))
    assert list(names) == ["one", "two", "three", "four"]
    bottom, top = axes.get_ylim()
    assert bottom > names["four"] > names["one"] > top
    for rows, marks in zip(EFFECTS.values(), drawn(figure), strict=True):
        line, _, (bars,) = marks.lines
        assert line is not None
        assert isinstance(bars, LineCollection)
        for (name, (mean, half)), x, y, bar in zip(
            rows.items(), *np.asarray(line.get_data()), bars.get_segments(), strict=True
        ):
            assert (x, y) == (mean, names[name])
            np.testing.assert_allclose(bar[:, 0], [mean - half, mean + half])
            np.testing.assert_allclose(bar[:, 1], names[name])


def test_kinds_differ_in_more_than_colour() -> None:
    """Each has a marker of its own, stands out on both pages, and is in the legend."""
    figure = plot_effects(EFFECTS, "points")
    lines = [marks.lines[0] for marks in drawn(figure)]
    assert len({line.get_marker() for line in lines if line}) == 3
    assert [line.get_fillstyle() for line in lines if line] == ["full", "full", "none"]
    assert all(stands_out(line.get_color()) for line in lines if line)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(EFFECTS)


def test_small_and_large_effects_can_be_seen_beside_each_other() -> None:
    """The axis is even between -1 and 1, and a factor of ten takes the same room beyond."""
    axes = plot_effects({"confirmed": {"one": (90.0, 5.0), "two": (-90.0, 5.0)}}, "points").axes[0]

    def place(x: float) -> float:
        return float(axes.transData.transform((x, 0))[0])

    assert place(0.5) - place(0) == pytest.approx(place(1) - place(0.5))
    assert place(100) - place(10) == pytest.approx(place(10) - place(1), rel=0.15)
    assert place(1) - place(0) > 0.4 * (place(10) - place(1))
    assert place(0) - place(-10) == pytest.approx(place(10) - place(0))
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    texts = [text.get_text() for text in axes.get_xticklabels()]
    assert texts == ["−100", "−10", "−1", "0", "1", "10", "100"]  # noqa: RUF001


def test_a_line_stands_at_0() -> None:
    """From the bottom to the top, in the colour of the page's text."""
    line = plot_effects(EFFECTS, "points").axes[0].lines[0]
    assert np.asarray(line.get_xdata()).tolist() == [0, 0]
    assert np.asarray(line.get_ydata()).tolist() == [0, 1]
    assert line.get_color() == "black"


def test_more_rows_make_a_higher_figure() -> None:
    """Names never touch."""
    rows = {f"row {number}": (1.0, 0.5) for number in range(30)}
    figure = plot_effects({"confirmed": rows}, "points")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].get_yticklabels()]
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(boxes))


def test_effects_that_cannot_be_drawn_are_refused() -> None:
    """No kind, too many, an empty one, a row in two kinds, and numbers out of range."""
    one = {"a": (1.0, 0.5)}
    with pytest.raises(ValueError, match="effects must be of 1 to 3 kinds, got 0"):
        plot_effects({}, "x")
    with pytest.raises(ValueError, match="effects must be of 1 to 3 kinds, got 4"):
        plot_effects({kind: {kind: (1.0, 0.5)} for kind in "rstu"}, "x")
    with pytest.raises(ValueError, match="the kind 's' must have an effect"):
        plot_effects({"r": one, "s": {}}, "x")
    with pytest.raises(ValueError, match=r"names must stand in one kind each, got \['a', 'a'\]"):
        plot_effects({"r": one, "s": one}, "x")
    for bad in ((float("nan"), 1.0), (1.0, float("inf")), (1.0, -0.1)):
        with pytest.raises(ValueError, match="a must be a mean and half a length, both finite"):
            plot_effects({"r": {"a": bad}}, "x")
