"""A surface and the paths across it: what they show, and how they differ."""

from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from torch import Tensor

from ptfund.plotting import plot_surface
from tests.plotting.looking import stands_out, xy

X, Y = torch.linspace(-2, 2, 41), torch.linspace(-1, 3, 21)
HEIGHTS = 4 * (X - 1) ** 2 + Y[:, None] ** 2
PATH = torch.tensor([[-1.0, 2.0], [3.0, 1.0], [1.0, 0.0]])


def surface(**changes: Any) -> Figure:
    """Return a surface that is lowest at (1, 0), with three paths."""
    arguments: dict[str, Any] = {
        "sides": {"slope": X, "height": Y},
        "heights": HEIGHTS,
        "paths": {"a": PATH, "b": -PATH, "c": PATH / 2},
        "levels": [1, 4],
    }
    return plot_surface(**arguments | changes)


def sides(**changes: Tensor) -> dict[str, Any]:
    """Return the argument of that name."""
    return {"sides": {"x": X, "y": Y} | changes}


def contours(axes: Axes) -> ContourSet:
    """Return the contour lines."""
    (found,) = (artist for artist in axes.collections if isinstance(artist, ContourSet))
    return found


def test_contour_lines_run_where_the_surface_has_their_height() -> None:
    """Rows are y and columns x; each line carries its height."""
    axes = surface().axes[0]
    lines = contours(axes)
    assert list(lines.levels) == [1, 4]
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        x, y = np.asarray(path.vertices).T
        np.testing.assert_allclose(4 * (x - 1) ** 2 + y**2, level, atol=0.1)
    assert {text.get_text() for text in axes.texts} == {"1", "4"}


def test_heights_stand_high_up_on_their_lines() -> None:
    """In the middle they would be hidden by the paths; at the edge they would be cut off."""
    axes = surface(levels=[1, 4, 36]).axes[0]
    places = {text.get_text(): xy(text) for text in axes.texts}
    assert places["1"] == pytest.approx((1, 1), abs=0.1)
    assert places["4"] == pytest.approx((1, 2), abs=0.1)
    assert places["36"][1] == pytest.approx(2.6, abs=0.15)


def test_levels_that_the_surface_does_not_reach_are_left_out() -> None:
    """They have no line."""
    assert {text.get_text() for text in surface(levels=[1, 1000]).axes[0].texts} == {"1"}


def test_paths_go_through_their_places_under_their_names() -> None:
    """The axes say what they are, and end with the map."""
    figure = surface()
    axes = figure.axes[0]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "c", "lowest place"]
    for line, places in zip(axes.lines, (PATH, -PATH, PATH / 2), strict=False):
        np.testing.assert_array_equal(line.get_xydata(), places.numpy())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("slope", "height")
    assert (axes.get_xlim(), axes.get_ylim()) == ((-2, 2), (-1, 3))


def test_the_lowest_place_is_marked() -> None:
    """That of the grid, by a cross and no line."""
    cross = surface().axes[0].lines[-1]
    np.testing.assert_allclose(np.asarray(cross.get_xydata()), [[1, 0]], atol=1e-6)
    assert (cross.get_marker(), cross.get_linestyle()) == ("+", "None")


def test_paths_differ_in_more_than_colour() -> None:
    """Line and marker alone tell them apart, and every colour stands out on both pages."""
    lines = surface().axes[0].lines[:3]
    assert len({line.get_linestyle() for line in lines}) == 3
    assert len({line.get_marker() for line in lines}) == 3
    assert all(stands_out(line.get_color()) for line in lines)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (sides(x=X[:1]), r"sides must be two, .* got \[\(1,\), \(21,\)\]"),
        (sides(y=Y[:1]), r"sides must be two, .* got \[\(41,\), \(1,\)\]"),
        (sides(x=X[:, None]), "sides must be two, with at least two places each, got"),
        ({"sides": {"x": X}}, r"sides must be two, .* got \[\(41,\)\]"),
        (sides(z=Y), r"sides must be two, .* got \[\(41,\), \(21,\), \(21,\)\]"),
        ({"heights": HEIGHTS.T}, r"heights must have the shape \(21, 41\), got \(41, 21\)"),
        ({"paths": {}}, "paths must be 1 to 3, got 0"),
        ({"paths": dict.fromkeys("abcd", PATH)}, "paths must be 1 to 3, got 4"),
        ({"paths": {"a": PATH.T}}, r"the path 'a' must have the shape \(places, 2\), got \(2, 3\)"),
        ({"paths": {"a": PATH[0]}}, r"the path 'a' must have the shape \(places, 2\), got \(2,\)"),
        ({"levels": []}, r"levels must be at least one, and rise, got \[\]"),
        ({"levels": [4, 1]}, r"levels must be at least one, and rise, got \[4, 1\]"),
        ({"levels": [1, 1]}, r"levels must be at least one, and rise, got \[1, 1\]"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], message: str) -> None:
    """The message says what was wanted and what came."""
    with pytest.raises(ValueError, match=message):
        surface(**changes)
