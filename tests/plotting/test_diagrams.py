"""Diagrams of broadcasting and of computed graphs."""

import math
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from ptfund.plotting import (
    _style,
    plot_broadcast,
    plot_graph,
)
from tests.plotting.looking import is_filled, rgb, xy

SHAPES = st.lists(st.integers(1, 4), max_size=3).map(tuple)


def cells(axes: Axes) -> dict[tuple[float, float], tuple[str, Rectangle]]:
    """Return the number and the box at each place (left, top) of a diagram."""
    boxes = {(box.get_x(), box.get_y()): box for box in axes.patches if isinstance(box, Rectangle)}
    numbers = {(x - 0.5, y - 0.5): text.get_text() for text in axes.texts for x, y in [xy(text)]}
    assert boxes.keys() == numbers.keys()
    return {place: (numbers[place], boxes[place]) for place in boxes}


def place(index: tuple[int, ...], shape: tuple[int, ...]) -> tuple[float, float]:
    """Return where an element of the result is to be drawn."""
    sheet, row, column = (0,) * (3 - len(index)) + index
    height = shape[-2] if len(shape) > 1 else 1
    return float(column), sheet * (height + 0.5) + row


# A long edge, from "top" to "leaf", passes two rows.
DIAMOND = {"top": "top", "left": "left\nwing", "right": "right", "low": "low", "leaf": "leaf"}
DIAMOND_EDGES = [
    ("top", "left"),
    ("top", "right"),
    ("left", "low"),
    ("right", "low"),
    ("low", "leaf"),
    ("top", "leaf"),
]


@settings(deadline=None, max_examples=30)
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=1, max_side=4))
def test_diagram_agrees_with_numpy(drawn: object) -> None:
    """Numbers, filled boxes and dashed boxes are those that NumPy's broadcasting gives."""
    a, b = drawn.input_shapes  # type: ignore[attr-defined]
    shape = np.broadcast_shapes(a, b)
    first = 10 * np.arange(1, math.prod(a) + 1).reshape(a)
    second = np.arange(1, math.prod(b) + 1).reshape(b)
    figure = plot_broadcast(a, b)
    panels = [cells(axes) for axes in figure.axes]
    wanted = [np.broadcast_to(first, shape), np.broadcast_to(second, shape), first + second]
    for panel, values in zip(panels, wanted, strict=True):
        numbers = {where: text for where, (text, _) in panel.items()}
        assert numbers == {place(i, shape): str(values[i]) for i in np.ndindex(shape)}
    for panel, held in zip(panels, (a, b, shape), strict=True):
        solid = {where for where, (_, box) in panel.items() if box.get_linestyle() == "solid"}
        assert solid == {
            place(i, shape) for i in np.ndindex((1,) * (len(shape) - len(held)) + held)
        }
    for panel in panels[:2]:
        for _, box in panel.values():
            assert is_filled(box) == (box.get_linestyle() == "solid")
    plt.close(figure)


@settings(deadline=None, max_examples=30)
@given(SHAPES, SHAPES)
def test_diagram_refuses_exactly_what_numpy_refuses(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Shapes that do not broadcast give an error that names both."""
    try:
        shape = np.broadcast_shapes(a, b)
    except ValueError:
        with pytest.raises(
            ValueError, match=r"a and b must agree in each size, or have a 1"
        ) as info:
            plot_broadcast(a, b)
        assert str(info.value).endswith(f"got {(a, b)}")
    else:
        figure = plot_broadcast(a, b)
        titles = [axes.get_title() for axes in figure.axes]
        assert titles == [f"a: {a}", f"b: {b}", f"a + b: {shape}"]
        plt.close(figure)


@pytest.mark.parametrize("shape", [(5,), (0,), (2, -1), (1, 1, 1, 1)])
def test_diagram_refuses_shapes_that_it_cannot_draw(shape: tuple[int, ...]) -> None:
    """The error names the operand at fault."""
    with pytest.raises(ValueError, match="a must have up to three sizes from 1 to 4, got"):
        plot_broadcast(shape, (1,))
    with pytest.raises(ValueError, match="b must have up to three sizes from 1 to 4, got"):
        plot_broadcast((1,), shape)


def test_numbers_of_a_diagram_can_be_read() -> None:
    """Those in unfilled boxes follow the page, those in filled ones are dark."""
    for axes in plot_broadcast((3, 1), (4,)).axes:
        for text, box in cells(axes).values():
            number = next(t for t in axes.texts if t.get_text() == text and inside(t, box))
            colour = rgb(number.get_color())
            assert colour == (rgb(_style.DARK) if is_filled(box) else (0, 0, 0))


def inside(text: Text, box: Rectangle) -> bool:
    """Return whether a text is the number of this box."""
    x, y = xy(text)
    return (x - 0.5, y - 0.5) == (box.get_x(), box.get_y())


Point = tuple[float, float]


def boxes(axes: Axes) -> dict[str, Rectangle]:
    """Return the box of each text of a graph."""
    found = {}
    lines = [text for text in axes.texts if text.get_text()]
    for box in axes.patches:
        assert isinstance(box, Rectangle)
        inside = [text for text in lines if box.get_bbox().contains(*xy(text))]
        middle = box.get_x() + box.get_width() / 2
        assert [xy(text)[0] for text in inside] == pytest.approx([middle] * len(inside))
        assert {text.get_horizontalalignment() for text in inside} == {"center"}
        inside.sort(key=lambda text: xy(text)[1])
        found["\n".join(text.get_text() for text in inside)] = box
    assert sum(len(name.split("\n")) for name in found) == len(lines)
    return found


def arrows(axes: Axes) -> list[list[Point]]:
    """Return the way of each arrow, through all its stops to its tip."""
    heads = [text for text in axes.texts if isinstance(text, Annotation)]
    ways = []
    for line, head in zip(axes.lines, heads, strict=True):
        stops = [(float(x), float(y)) for x, y in np.asarray(line.get_xydata())]
        assert head.xyann == stops[-1]
        ways.append([*stops, (float(head.xy[0]), float(head.xy[1]))])
    return ways


def ends(way: list[Point], found: dict[str, Rectangle]) -> tuple[str, str]:
    """Return the texts of the boxes that an arrow leaves and reaches, at their middle."""
    (start,) = (
        name
        for name, box in found.items()
        if way[0] == pytest.approx((box.get_x() + box.get_width() / 2, box.get_bbox().y1))
    )
    (end,) = (
        name
        for name, box in found.items()
        if way[-1] == pytest.approx((box.get_x() + box.get_width() / 2, box.get_bbox().y0))
    )
    return start, end


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[int, str], list[tuple[int, int]]]:
    """Draw a graph in which every edge leads from a smaller to a larger number."""
    size = draw(st.integers(1, 6))
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=10)) if pairs else []
    return {i: 4 * chr(65 + i) for i in range(size)}, edges


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_graph_has_its_nodes_and_edges_and_nothing_overlaps(
    graph: tuple[dict[int, str], list[tuple[int, int]]],
) -> None:
    """Arrows lead down from box to box, through no other box; leaves alone are filled."""
    nodes, edges = graph
    figure = plot_graph(nodes, edges)
    axes = figure.axes[0]
    found = boxes(axes)
    assert set(found) == set(nodes.values())
    drawn = {ends(way, found) for way in arrows(axes)}
    assert len(arrows(axes)) == len(set(edges))
    assert drawn == {(nodes[start], nodes[end]) for start, end in edges}
    for way in arrows(axes):
        assert all(upper[1] < lower[1] for upper, lower in pairwise(way))
        for name, box in found.items():
            if name not in ends(way, found):
                assert not any(crosses(piece, box) for piece in pairwise(way))
    for one, other in product(found.values(), repeat=2):
        assert one is other or not one.get_bbox().overlaps(other.get_bbox())
    inner = {nodes[start] for start, _ in edges}
    assert {name for name, box in found.items() if is_filled(box)} == set(found) - inner
    plt.close(figure)


def crosses(piece: tuple[Point, Point], box: Rectangle) -> bool:
    """Return whether a straight line runs through the inside of a box."""
    (x0, y0), (x1, y1) = piece
    return any(
        box.get_x() < x0 + t * (x1 - x0) < box.get_x() + box.get_width()
        and box.get_y() < y0 + t * (y1 - y0) < box.get_y() + box.get_height()
        for t in np.linspace(0, 1, 101)
    )


def test_graph_joins_neighbours_by_one_straight_arrow() -> None:
    """No row is left empty."""
    axes = plot_graph({1: "a", 2: "b", 3: "c"}, [(1, 2), (2, 3)]).axes[0]
    assert [len(way) for way in arrows(axes)] == [2, 2]


def test_graph_lies_within_its_figure() -> None:
    """No box and no bend of an arrow is cut off, and an inch is an inch."""
    figure = plot_graph(DIAMOND, DIAMOND_EDGES)
    axes = figure.axes[0]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert (right - left, bottom - top) == pytest.approx(tuple(figure.get_size_inches()))
    points = [point for way in arrows(axes) for point in way]
    for box in boxes(axes).values():
        points += [tuple(corner) for corner in box.get_bbox().corners()]
    assert all(left <= x <= right and top <= y <= bottom for x, y in points)


def test_graph_texts_fit_into_their_boxes() -> None:
    """The longest line of every node lies inside its box, in Matplotlib's wide font."""
    figure = plot_graph({1: "AccumulateGrad w", 2: "MulBackward0\nm", 3: "x"}, [(1, 2), (2, 3)])
    figure.draw_without_rendering()
    axes = figure.axes[0]
    lines = [text for text in axes.texts if text.get_text()]
    assert [line.get_text() for line in lines] == ["AccumulateGrad w", "MulBackward0", "m", "x"]
    for line in lines:
        inner = line.get_window_extent()
        (outer,) = (
            box.get_window_extent()
            for box in axes.patches
            if box.get_window_extent().overlaps(inner)
        )
        assert outer.x0 < inner.x0 < inner.x1 < outer.x1
        assert outer.y0 < inner.y0 < inner.y1 < outer.y1


def test_graph_colours_follow_the_page_or_can_be_read_on_the_leaf() -> None:
    """Text and lines are black, text on a filled box is dark for good."""
    axes = plot_graph(DIAMOND, DIAMOND_EDGES).axes[0]
    for text in axes.texts:
        if text.get_text():
            filled = text.get_text() == "leaf"
            assert rgb(text.get_color()) == (rgb(_style.DARK) if filled else (0, 0, 0))
        else:
            arrow = text.arrow_patch  # type: ignore[attr-defined]
            assert rgb(arrow.get_edgecolor()[:3]) == (0, 0, 0)
    assert {rgb(line.get_color()) for line in axes.lines} == {(0, 0, 0)}
    assert all(rgb(box.get_edgecolor()[:3]) == (0, 0, 0) for box in axes.patches)


def test_graphs_that_cannot_be_drawn_are_refused() -> None:
    """Nothing, unknown ends, circles, and what is wider than a page."""
    with pytest.raises(ValueError, match="nodes must not be empty"):
        plot_graph({}, [])
    with pytest.raises(ValueError, match=r"edges must name nodes out of \[1\], got \(1, 2\)"):
        plot_graph({1: "a"}, [(1, 2)])
    with pytest.raises(ValueError, match="edges must not lead in a circle"):
        plot_graph({1: "a", 2: "b", 3: "c"}, [(1, 2), (2, 3), (3, 2)])
    with pytest.raises(ValueError, match="edges must not lead in a circle"):
        plot_graph({1: "a"}, [(1, 1)])
    with pytest.raises(ValueError, match=r"graph must be at most 4\.6 inches wide, got"):
        plot_graph(dict.fromkeys(range(9), "AccumulateGrad"), [])
