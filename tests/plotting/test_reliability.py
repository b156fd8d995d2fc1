"""The reliability diagram shows what it was given."""

import math

import pytest
import torch
from matplotlib.collections import LineCollection
from torch import Tensor

from ptfund.plotting import plot_reliability
from tests.plotting.looking import stands_out

CONFIDENCE = torch.tensor([0.25, math.nan, 0.75], dtype=torch.float64)
ACCURACY = torch.tensor([0.5, math.nan, 0.625], dtype=torch.float64)
INTERVALS = torch.tensor([[0.25, 0.875], [0.0, 1.0], [0.5, 0.75]], dtype=torch.float64)


def test_points_and_bars_stand_where_they_were_measured() -> None:
    """Without the empty bin, beside a diagonal from corner to corner."""
    (axes,) = plot_reliability(CONFIDENCE, ACCURACY, INTERVALS).axes
    diagonal, points = axes.lines[:2]
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]  # type: ignore[union-attr]
    assert points.get_xydata().tolist() == [[0.25, 0.5], [0.75, 0.625]]  # type: ignore[union-attr]
    assert points.get_linestyle() == "None"
    (bars,) = (c for c in axes.collections if isinstance(c, LineCollection))
    ends = [path.vertices.tolist() for path in bars.get_paths()]  # type: ignore[union-attr]
    assert ends == [[[0.25, 0.25], [0.25, 0.875]], [[0.75, 0.5], [0.75, 0.75]]]


def test_all_can_be_told_apart_and_seen() -> None:
    """By line and marker, on both pages, within the axes, with both sides on one scale."""
    figure = plot_reliability(CONFIDENCE, ACCURACY, INTERVALS)
    (axes,) = figure.axes
    assert stands_out(axes.lines[1].get_color())
    assert axes.get_xlim() == axes.get_ylim()
    assert axes.get_xlim()[0] < 0
    assert axes.get_xlim()[1] > 1
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["as it says", "measured"]
    assert axes.get_ylabel() == "share of right predictions"


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("confidence", "accuracy", "intervals"),
    [
        (CONFIDENCE[:2], ACCURACY, INTERVALS),
        (CONFIDENCE, ACCURACY[:2], INTERVALS),
        (CONFIDENCE, ACCURACY, INTERVALS[:2]),
        (CONFIDENCE, ACCURACY, INTERVALS[:, 0]),
        (CONFIDENCE[None], ACCURACY[None], INTERVALS[None]),
    ],
)
def test_shapes_must_fit(confidence: Tensor, accuracy: Tensor, intervals: Tensor) -> None:
    """One number a bin, and two ends."""
    with pytest.raises(ValueError, match=r"the shapes must be \(bins,\), \(bins,\) and \(bins, 2"):
        plot_reliability(confidence, accuracy, intervals)


def test_there_must_be_points() -> None:
    """Nothing but empty bins says nothing."""
    with pytest.raises(ValueError, match="confidence must have a bin that is not empty"):
        plot_reliability(CONFIDENCE * math.nan, ACCURACY, INTERVALS)


@pytest.mark.parametrize("factor", [(1.4, 1.0, 1.0), (1.0, 1.4, 1.0), (1.0, 1.0, 1.4)])
def test_numbers_must_be_shares_in_order(factor: tuple[float, float, float]) -> None:
    """A point outside the axes, or outside its bar, would be drawn wrongly."""
    scaled = (f * t for f, t in zip(factor, (CONFIDENCE, ACCURACY, INTERVALS), strict=True))
    with pytest.raises(ValueError, match=r"point [01] must have 0 <= low <= accuracy <= high <= 1"):
        plot_reliability(*scaled)


@pytest.mark.parametrize(("column", "end"), [(0, 0.6875), (1, 0.5625), (0, -0.25), (1, 1.25)])
def test_a_bar_must_hold_its_point(column: int, end: float) -> None:
    """The lower end lies between 0 and the point, and the upper one between the point and 1."""
    wrong = INTERVALS.clone()
    wrong[2, column] = end
    with pytest.raises(ValueError, match="point 1 must have"):
        plot_reliability(CONFIDENCE, ACCURACY, wrong)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_confidence_is_from_0_to_1(sign: float) -> None:
    """In per cent it would stand far outside."""
    with pytest.raises(ValueError, match="point 0 must have"):
        plot_reliability(sign * 40 * CONFIDENCE, ACCURACY, INTERVALS)
