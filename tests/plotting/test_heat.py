"""A matrix as coloured cells with its numbers."""

from itertools import product

import numpy as np
import pytest
import torch

from ptfund.plotting import _style, plot_heat_map
from tests.plotting.looking import contrast, rgb, shade, shown_pixels, xy

COUNTS = torch.tensor([[7, 0, 2], [1, 9, 0]])


def test_a_heat_map_has_each_number_in_its_cell() -> None:
    """Row i from the top, column j from the left shows values[i, j]."""
    axes = plot_heat_map(COUNTS, ["a", "b"], ["c", "d", "e"], "x", "y").axes[0]
    np.testing.assert_array_equal(shown_pixels(axes), COUNTS.numpy())
    found = {xy(text): text.get_text() for text in axes.texts}
    assert found == {(j, i): str(COUNTS[i, j].item()) for i, j in product(range(2), range(3))}
    assert axes.yaxis_inverted()
    assert {text.get_horizontalalignment() for text in axes.texts} == {"center"}
    assert {text.get_verticalalignment() for text in axes.texts} == {"center"}


def test_a_heat_map_says_what_its_rows_and_columns_are() -> None:
    """Each name stands at its row or column, without a tick, and the axes have their labels."""
    axes = plot_heat_map(COUNTS, ["a", "b"], ["c", "d", "e"], "guess", "truth").axes[0]
    rows = dict(zip(axes.get_yticks(), axes.get_yticklabels(), strict=True))
    columns = dict(zip(axes.get_xticks(), axes.get_xticklabels(), strict=True))
    assert {at: text.get_text() for at, text in rows.items()} == {0: "a", 1: "b"}
    assert {at: text.get_text() for at, text in columns.items()} == {0: "c", 1: "d", 2: "e"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("guess", "truth")
    ticks = [*axes.xaxis.get_major_ticks(), *axes.yaxis.get_major_ticks()]
    assert {tick.tick1line.get_markersize() for tick in ticks} == {0}


def test_the_caller_says_how_numbers_are_written() -> None:
    """As per cent, or not at all."""
    shares = torch.tensor([[0.0, 0.254]])

    def write(share: float) -> str:
        return f"{share:.0%}" if share else ""

    axes = plot_heat_map(shares, ["a"], ["b", "c"], "x", "y", write=write).axes[0]
    assert [text.get_text() for text in axes.texts] == ["", "25%"]


def test_larger_numbers_are_bluer_and_all_can_be_read() -> None:
    """From white to blue, with a contrast of 4.5 under each number, inside a frame."""
    values = torch.linspace(-1, 1, 24).reshape(4, 6).requires_grad_()
    axes = plot_heat_map(values, list("abcd"), list("efghij"), "x", "y").axes[0]
    assert shade(axes, -1) == (1, 1, 1)
    assert shade(axes, 1) == pytest.approx(rgb(_style.BLUE))
    for text, value in zip(axes.texts, values.flatten().tolist(), strict=True):
        assert contrast(text.get_color(), shade(axes, value)) >= 4.5
    assert all(spine.get_visible() for spine in axes.spines.values())


def test_a_heat_map_grows_with_its_rows() -> None:
    """Rows are as high in a tall matrix as in a flat one, and fill the axes."""
    heights = []
    for count in (2, 10):
        figure = plot_heat_map(torch.zeros(count, 2), ["a"] * count, ["b", "c"], "x", "y")
        assert figure.axes[0].get_aspect() == "auto"
        heights.append(figure.get_figheight())
    assert 0.3 <= (heights[1] - heights[0]) / 8 <= 0.5


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(3,), (1, 2, 3), (0, 3), (3, 0)])
def test_values_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    """The message says which shape is needed."""
    with pytest.raises(ValueError, match=r"values must have the shape \(rows, columns\), got \("):
        plot_heat_map(torch.zeros(shape), ["a"] * 3, ["b"] * 3, "x", "y")


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_values_that_are_not_finite_are_refused(bad: float) -> None:
    """The message says where."""
    values = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, bad]])
    with pytest.raises(ValueError, match=f"values must be finite at row 1, column 2, got {bad}"):
        plot_heat_map(values, ["a", "b"], ["c", "d", "e"], "x", "y")


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        (["a"], ["c", "d", "e"], "rows must be 2 names, got 1"),
        (["a", "b"], ["c", "d", "e", "f"], "columns must be 3 names, got 4"),
    ],
)
def test_each_row_and_column_needs_its_name(
    rows: list[str], columns: list[str], message: str
) -> None:
    """A name too few or too many is an error, not a shift."""
    with pytest.raises(ValueError, match=message):
        plot_heat_map(COUNTS, rows, columns, "x", "y")
