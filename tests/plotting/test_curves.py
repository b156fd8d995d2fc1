"""Curves: what they show, and how they differ."""

import numpy as np
import pytest
import torch

from ptfund.plotting import plot_curves
from tests.plotting.looking import curves, stands_out


def test_curves_show_their_points_under_their_names() -> None:
    """Each line has the x of all and its own heights; the axes say what they are."""
    x = torch.tensor([1.0, 2.0, 4.0])
    figure = plot_curves(x, {"a": x + 1, "b": -x}, "time", "place")
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time", "place")
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "linear")
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
    for line, heights in zip(axes.lines, (x + 1, -x), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), x.numpy())
        np.testing.assert_array_equal(line.get_ydata(), heights.numpy())


def test_curves_differ_in_more_than_colour() -> None:
    """Line and marker alone tell them apart, and every colour stands out on both pages."""
    lines = curves().axes[0].lines
    assert len({line.get_linestyle() for line in lines}) == len(lines) == 3
    assert len({line.get_marker() for line in lines}) == len(lines)
    assert all(stands_out(line.get_color()) for line in lines)


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["SGD", "momentum", "Adam"], 1),
        (["SGD, lr 0.1", "momentum 0.9", "Adam, lr 0.001"], 2),
        (["the first of three long names", "another that is long", "and one more such name"], 3),
    ],
)
def test_the_legend_takes_as_few_rows_as_fit(names: list[str], rows: int) -> None:
    """It stands above the axes, and nothing of it is cut off."""
    x = torch.arange(3)
    figure = plot_curves(x, dict.fromkeys(names, x), "x", "y")
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert len({round(text.get_window_extent().y0) for text in legend.get_texts()}) == rows
    box = legend.get_window_extent()
    assert box.y0 >= figure.axes[0].get_window_extent().y1
    assert box.x1 <= figure.bbox.x1


@pytest.mark.parametrize(
    ("log", "scales"),
    [
        ("", ("linear", "linear")),
        ("x", ("log", "linear")),
        ("y", ("linear", "log")),
        ("xy", ("log", "log")),
    ],
)
def test_axes_are_logarithmic_where_asked(log: str, scales: tuple[str, str]) -> None:
    """There, whole powers of ten alone are labelled, without raised digits."""
    x = torch.tensor([1.0, 10.0, 100.0])
    figure = plot_curves(x, {"a": x}, "x", "y", log=log)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == scales
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        labels = {text.get_text() for text in axis.get_ticklabels()}
        assert ({"1", "10", "100"} <= labels) == (name in log)
        assert ("20" in labels) == (name not in log)
        assert list(axis.get_minorticklocs()) == []


@pytest.mark.parametrize(
    ("ends", "some"),
    [
        ((2e-4, 2e1), {"0.001", "0.1", "10"}),
        ((2e-5, 2e1), {"1e-04", "1e-02", "1e+00"}),
        ((2e1, 2e6), {"1e+02", "1e+04", "1e+06"}),
    ],
)
def test_powers_of_ten_are_written_alike(ends: tuple[float, float], some: set[str]) -> None:
    """In full, or where one would be long, all as Python prints that one."""
    heights = torch.tensor(ends, dtype=torch.float64)
    figure = plot_curves(heights, {"a": heights}, "x", "y", log="y")
    figure.draw_without_rendering()
    low, high = figure.axes[0].get_ylim()
    ticks = figure.axes[0].yaxis.get_major_ticks()
    labels = [tick.label1.get_text() for tick in ticks if low <= tick.get_loc() <= high]
    assert some <= set(labels)
    assert len({"e" in label for label in labels}) == 1


@pytest.mark.parametrize(("points", "all_marked"), [(31, True), (510, False)])
def test_many_points_share_a_few_markers(points: int, all_marked: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Hundreds beside each other would hide how the line is drawn."""
    x = torch.arange(points) + 1
    for line in plot_curves(x, {"a": x, "b": -x}, "x", "y").axes[0].lines:
        assert (line.get_markevery() is None) == all_marked


@pytest.mark.parametrize(("x", "whole"), [([1, 2, 3], True), ([1.0, 2.0, 3.0], False)])
def test_whole_numbers_are_labelled_as_such(x: list[float], whole: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """There is no layer 1.5."""
    figure = plot_curves(torch.tensor(x), {"a": torch.zeros(3)}, "x", "y")
    figure.draw_without_rendering()
    ticks = figure.axes[0].get_xticks()
    assert all(tick == round(tick) for tick in ticks) == whole


@pytest.mark.usefixtures("unchecked")
def test_curves_that_do_not_fit_are_refused() -> None:
    """None, too many, of other lengths, of two dimensions, or on unknown axes."""
    x = torch.zeros(3)
    with pytest.raises(ValueError, match="curves must be 1 to 3, got 0"):
        plot_curves(x, {}, "x", "y")
    with pytest.raises(ValueError, match="curves must be 1 to 3, got 4"):
        plot_curves(x, dict.fromkeys("abcd", x), "x", "y")
    for bad in (torch.zeros(4), torch.zeros(3, 1)):
        with pytest.raises(ValueError, match="x and the curve 'b' must have the same shape"):
            plot_curves(x, {"a": x, "b": bad}, "x", "y")
    with pytest.raises(ValueError, match="x and the curve 'a' must have the same shape"):
        plot_curves(torch.zeros(3, 1), {"a": torch.zeros(3, 1)}, "x", "y")
    with pytest.raises(ValueError, match="log must be '', 'x', 'y' or 'xy', got 'z'"):
        plot_curves(x, {"a": x}, "x", "y", log="z")
