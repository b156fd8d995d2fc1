"""Small panels: curves with one x, and histograms on one scale."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.patches import StepPatch
from torch import Tensor

from ptfund.plotting import plot_histograms, plot_panels
from tests.plotting.looking import DARK_PAGE, WHITE_PAGE, contrast

X = torch.tensor([-1.0, 0.0, 2.0])


def test_panels_show_their_curves_under_their_titles() -> None:
    """Each line has the x of all and its own heights, and its name in the one legend."""
    panels = {
        "first": {"value": X, "slope": X + 1},
        "second": {"value": -X, "slope": X**2},
        "third": {"value": 3 * X, "slope": -(X**2)},
    }
    figure = plot_panels(X.clone().requires_grad_(), panels, "place", "height")
    assert [axes.get_title() for axes in figure.axes] == ["first", "second", "third"]
    assert (figure.get_supxlabel(), figure.get_supylabel()) == ("place", "height")
    for axes, curves in zip(figure.axes, panels.values(), strict=True):
        for line, heights in zip(axes.lines, curves.values(), strict=True):
            np.testing.assert_array_equal(line.get_xdata(), X.numpy())
            np.testing.assert_array_equal(line.get_ydata(), heights.numpy())
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["value", "slope"]


def test_panels_share_their_scales() -> None:
    """What is steeper looks steeper."""
    first, second = plot_panels(X, {"a": {"y": X}, "b": {"y": 9 * X}}, "x", "y").axes
    assert first.get_ylim() == second.get_ylim()
    assert first.get_xlim() == second.get_xlim()


def test_curves_may_leave_their_panels() -> None:
    """Where all panels end, no curve is bent."""
    high = {"a": {"y": X}, "b": {"y": 900 * X}}
    figure = plot_panels(X, high, "x", "y", ylim=(-1, 4))
    assert {axes.get_ylim() for axes in figure.axes} == {(-1, 4)}
    np.testing.assert_array_equal(figure.axes[1].lines[0].get_ydata(), 900 * X.numpy())


def test_the_two_curves_of_a_panel_differ_in_more_than_colour() -> None:
    """The dashes alone tell them apart."""
    lines = plot_panels(X, {"a": {"value": X, "slope": -X}}, "x", "y").axes[0].lines
    assert [line.get_linestyle() for line in lines] == ["-", "--"]
    for line in lines:
        assert contrast(line.get_color(), WHITE_PAGE) >= 3
        assert contrast(line.get_color(), DARK_PAGE) >= 3


def test_panels_stand_in_rows_of_two_and_histograms_of_three() -> None:
    """In the order of reading; an empty place stays empty."""
    for columns, figure in (
        (2, plot_panels(X, {name: {"y": X} for name in "abcde"}, "x", "y")),
        (3, plot_histograms(dict.fromkeys("abcde", X), "x", limit=1.0)),
    ):
        figure.draw_without_rendering()
        places = [axes.get_position() for axes in figure.axes]
        assert len(places) == 5
        assert len({round(place.x0, 3) for place in places}) == columns
        assert len({round(place.y0, 3) for place in places}) == -(-5 // columns)
        order = [(-round(place.y0, 3), place.x0) for place in places]
        assert order == sorted(order)


def test_the_lowest_panel_of_each_column_has_numbers() -> None:
    """Also the one above an empty place."""
    figure = plot_panels(X, {name: {"y": X} for name in "abc"}, "x", "y")
    figure.draw_without_rendering()
    numbered = [
        any(label.get_visible() and label.get_text() for label in axes.get_xticklabels())
        for axes in figure.axes
    ]
    assert numbered == [False, True, True]


def test_a_single_panel_is_enough() -> None:
    """A frame on the right or above would say nothing."""
    (axes,) = plot_panels(X, {"a": {"y": X}}, "x", "y").axes
    hidden = [side for side, spine in axes.spines.items() if not spine.get_visible()]
    assert sorted(hidden) == ["right", "top"]


@pytest.mark.usefixtures("unchecked")
def test_panels_that_do_not_fit_are_refused() -> None:
    """None, empty, too full, or of other curves or lengths."""
    with pytest.raises(ValueError, match="panels must not be empty"):
        plot_panels(X, {}, "x", "y")
    with pytest.raises(ValueError, match="panel 'a' must have 1 to 2 curves, got 0"):
        plot_panels(X, {"a": {}}, "x", "y")
    with pytest.raises(ValueError, match="panel 'a' must have 1 to 2 curves, got 3"):
        plot_panels(X, {"a": dict.fromkeys("xyz", X)}, "x", "y")
    with pytest.raises(ValueError, match=r"panel 'b' must have the curves \['y'\], got \['z'\]"):
        plot_panels(X, {"a": {"y": X}, "b": {"z": X}}, "x", "y")
    for bad in (torch.zeros(4), torch.zeros(3, 1)):
        with pytest.raises(ValueError, match="x and the curve 'y' must have the same shape"):
            plot_panels(X, {"a": {"y": bad}}, "x", "y")
    with pytest.raises(ValueError, match="x and the curve 'y' must have the same shape"):
        plot_panels(torch.zeros(3, 1), {"a": {"y": torch.zeros(3, 1)}}, "x", "y")


def bars(values: Tensor, limit: float) -> tuple[np.ndarray, np.ndarray, StepPatch]:
    """Return heights, edges and drawing of one histogram."""
    (axes,) = plot_histograms({"only": values}, "value", limit=limit).axes
    (patch,) = (patch for patch in axes.patches if isinstance(patch, StepPatch))
    heights, edges, _ = patch.get_data()
    return np.asarray(heights), np.asarray(edges), patch


def test_bars_count_the_numbers_between_the_limits() -> None:
    """As NumPy counts them, as shares of the highest bar; a graph is no obstacle."""
    values = torch.randn(40, 50, generator=torch.Generator().manual_seed(0), requires_grad=True)
    heights, edges, patch = bars(values, limit=1.5)
    counts, expected = np.histogram(values.numpy(force=True), np.linspace(-1.5, 1.5, len(edges)))
    np.testing.assert_allclose(edges, expected, atol=1e-12)
    np.testing.assert_allclose(heights, counts / counts.max())
    assert patch.get_fill()
    assert contrast(to_rgb(patch.get_facecolor()), WHITE_PAGE) >= 3


def test_zero_has_a_bar_of_its_own() -> None:
    """An odd number of bars puts one in the middle, so that signs are not favoured."""
    heights, edges, _ = bars(torch.zeros(5), limit=2.0)
    (middle,) = np.flatnonzero(heights)
    assert edges[middle] == pytest.approx(-edges[middle + 1])


def test_histograms_share_the_scale_across_and_not_upwards() -> None:
    """A narrow one is narrow, and each fills its panel."""
    figure = plot_histograms(
        {"wide": torch.linspace(-1, 1, 99), "narrow": torch.zeros(99)}, "value", limit=1.0
    )
    assert {axes.get_xlim() for axes in figure.axes} == {(-1, 1)}
    assert [axes.get_title() for axes in figure.axes] == ["wide", "narrow"]
    assert figure.get_supxlabel() == "value"
    for axes in figure.axes:
        assert max(patch.get_data().values.max() for patch in axes.patches) == 1  # type: ignore[attr-defined]
        assert list(axes.get_yticks()) == []
        assert not axes.spines["left"].get_visible()


@pytest.mark.usefixtures("unchecked")
def test_histograms_that_cannot_be_drawn_are_refused() -> None:
    """No panel, no numbers, no finite ones, no room."""
    with pytest.raises(ValueError, match="panels must not be empty"):
        plot_histograms({}, "x", limit=1.0)
    for nothing in (torch.tensor([5.0]), torch.zeros(0)):
        with pytest.raises(
            ValueError, match=r"panel 'a' must have numbers from -1\.0 to 1\.0, got"
        ):
            plot_histograms({"a": nothing}, "x", limit=1.0)
    with pytest.raises(ValueError, match="panel 'a' must have finite numbers, got"):
        plot_histograms({"a": torch.tensor([0.0, torch.nan])}, "x", limit=1.0)
    with pytest.raises(ValueError, match="limit must be positive, got 0"):
        plot_histograms({"a": torch.zeros(1)}, "x", limit=0)
