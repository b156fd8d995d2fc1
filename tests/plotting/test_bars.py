"""Bars: what they show, and how they differ."""

import pytest
import torch
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ptfund.plotting import plot_bars
from tests.plotting.looking import DARK_PAGE, WHITE_PAGE, contrast


def two() -> Figure:
    """Return two series of three bars."""
    series = {"plain": torch.tensor([1, 20, 3]), "shared": torch.tensor([4.5, 0.0, 6.0])}
    return plot_bars(["a", "b", "c"], series, "class", "images")


def rectangles(figure: Figure) -> list[list[Rectangle]]:
    """Return the bars of each series."""
    series = [drawn for drawn in figure.axes[0].containers if isinstance(drawn, BarContainer)]
    return [drawn.patches for drawn in series]


def test_each_bar_begins_at_0_and_has_its_length() -> None:
    """In the order of the names from the top, both series beside the same name."""
    figure = two()
    axes = figure.axes[0]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("class", "images")
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b", "c"]
    assert axes.yaxis_inverted()
    plain, shared = rectangles(figure)
    assert [bar.get_x() for bar in plain + shared] == [0] * 6
    assert [bar.get_width() for bar in plain] == [1, 20, 3]
    assert [bar.get_width() for bar in shared] == [4.5, 0, 6]
    for place, upper, lower in zip(axes.get_yticks(), plain, shared, strict=True):
        assert upper.get_y() + upper.get_height() == pytest.approx(place)
        assert lower.get_y() == pytest.approx(place)


def test_a_single_series_lies_beside_its_names_without_a_legend() -> None:
    """The middle of a bar is the place of its name."""
    figure = plot_bars(["a", "b"], {"only": torch.tensor([1, 2])}, "class", "images")
    (only,) = rectangles(figure)
    assert [bar.get_y() + bar.get_height() / 2 for bar in only] == pytest.approx([0, 1])
    assert figure.legends == []


def test_bars_carry_their_lengths() -> None:
    """A reader need not measure."""
    assert [text.get_text() for text in two().axes[0].texts] == ["1", "20", "3", "4.5", "0", "6"]


def test_series_differ_in_more_than_colour() -> None:
    """The pattern tells them apart, each colour stands out, and the legend names them."""
    figure = two()
    plain, shared = rectangles(figure)
    assert plain[0].get_hatch() != shared[0].get_hatch()
    for bar in (plain[0], shared[0]):
        for page in (WHITE_PAGE, DARK_PAGE):
            assert contrast(bar.get_facecolor()[:3], page) >= 3
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["plain", "shared"]


@pytest.mark.usefixtures("unchecked")
def test_bars_that_do_not_fit_are_refused() -> None:
    """No series, too many, too few lengths, none at all, below 0, or not finite."""
    one = torch.ones(2)
    with pytest.raises(ValueError, match="bars must be 1 to 2 series, got 0"):
        plot_bars(["a", "b"], {}, "x", "y")
    with pytest.raises(ValueError, match="bars must be 1 to 2 series, got 3"):
        plot_bars(["a", "b"], dict.fromkeys("rst", one), "x", "y")
    with pytest.raises(ValueError, match=r"'s' must have 2 lengths, at least one, got \(3,\)"):
        plot_bars(["a", "b"], {"r": one, "s": torch.ones(3)}, "x", "y")
    with pytest.raises(ValueError, match=r"'s' must have 2 lengths, at least one, got \(2, 1\)"):
        plot_bars(["a", "b"], {"s": one[:, None]}, "x", "y")
    with pytest.raises(ValueError, match=r"'s' must have 0 lengths, at least one, got \(0,\)"):
        plot_bars([], {"s": one[:0]}, "x", "y")
    for bad in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="'s' must be finite and at least 0, got"):
            plot_bars(["a", "b"], {"s": torch.tensor([1.0, bad])}, "x", "y")
