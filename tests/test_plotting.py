"""The figures: what they show, and whether it can be read."""

import gzip
import io
import math
from collections.abc import Iterator
from itertools import pairwise, product

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from ptfund.data import load_digits
from ptfund.plotting import (
    _style,
    plot_broadcast,
    plot_curves,
    plot_graph,
    plot_images,
    plot_pixels,
    plot_saliency,
)

WHITE_PAGE, DARK_PAGE = "#ffffff", "#1e2129"
SHAPES = st.lists(st.integers(1, 4), max_size=3).map(tuple)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def contrast(one: object, other: object) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour: object) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
        return float(np.dot((0.2126, 0.7152, 0.0722), linear))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def rgb(colour: object) -> tuple[float, float, float]:
    """Return red, green and blue from 0 to 1."""
    return to_rgb(colour)  # type: ignore[arg-type]


def shown_pixels(axes: Axes) -> np.ndarray:
    """Return the numbers that the image in these axes was given."""
    return np.asarray(axes.images[0].get_array())


def shade(axes: Axes, value: float) -> tuple[float, ...]:
    """Return the colour that an image of these axes gives to a value."""
    drawn = axes.images[0]
    return tuple(drawn.cmap(drawn.norm(np.asarray(value)))[:3])


def cells(axes: Axes) -> dict[tuple[float, float], tuple[str, Rectangle]]:
    """Return the number and the box at each place (left, top) of a diagram."""
    boxes = {(box.get_x(), box.get_y()): box for box in axes.patches if isinstance(box, Rectangle)}
    numbers = {(x - 0.5, y - 0.5): text.get_text() for text in axes.texts for x, y in [xy(text)]}
    assert boxes.keys() == numbers.keys()
    return {place: (numbers[place], boxes[place]) for place in boxes}


def xy(text: Text) -> tuple[float, float]:
    """Return where a text stands."""
    x, y = text.get_position()
    return float(x), float(y)


def is_filled(box: Rectangle) -> bool:
    """Return whether the box hides what is behind it."""
    return to_rgba(box.get_facecolor())[3] > 0


def place(index: tuple[int, ...], shape: tuple[int, ...]) -> tuple[float, float]:
    """Return where an element of the result is to be drawn."""
    sheet, row, column = (0,) * (3 - len(index)) + index
    height = shape[-2] if len(shape) > 1 else 1
    return float(column), sheet * (height + 0.5) + row


def sheet_of_figures() -> list[Figure]:
    """Return a figure of each kind, the diagram as large as it can be."""
    images, _ = load_digits()
    titles = [str(digit) for digit in range(10)]
    return [
        plot_images(images[:10].float(), titles),
        plot_pixels(images[0]),
        plot_broadcast((4, 4, 4), (4, 4, 4)),
        curves(),
        plot_saliency(images[0], images[0] - images[1].float()),
        plot_graph(DIAMOND, DIAMOND_EDGES),
    ]


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


def curves() -> Figure:
    """Return as many curves as can be told apart, on logarithmic axes."""
    x = 10.0 ** -torch.arange(31, dtype=torch.float64)
    return plot_curves(x, {"one": x, "two": x**0.5, "three": 1 / x}, "x", "height", log="xy")


def test_images_show_their_pixels_under_their_titles_in_order() -> None:
    """Each pair of axes holds one image, unchanged, and its title."""
    images = torch.arange(24.0).reshape(3, 2, 4)
    figure = plot_images(images, ["a", "b", "c"], columns=2)
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c"]
    for axes, image in zip(figure.axes, images, strict=True):
        np.testing.assert_array_equal(shown_pixels(axes), image.numpy())


def test_images_share_one_scale() -> None:
    """A pale image stays pale beside a dark one."""
    figure = plot_images(torch.tensor([[[0, 1]], [[2, 9]]]), ["pale", "dark"])
    assert [axes.images[0].get_clim() for axes in figure.axes] == [(0, 9), (0, 9)]


def test_more_ink_is_darker() -> None:
    """The largest value is black, as ink is."""
    axes = plot_images(torch.tensor([[[0, 16]]]), ["ink"]).axes[0]
    assert shade(axes, 0) == (1, 1, 1)
    assert shade(axes, 16) == (0, 0, 0)


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(10, 5, 2), (6, 3, 2), (7, 3, 3), (1, 5, 1)]
)
def test_images_fill_rows_of_the_given_length(count: int, columns: int, rows: int) -> None:
    """The grid has as many rows as are needed, and no empty axes."""
    figure = plot_images(torch.rand(count, 2, 2), ["x"] * count, columns=columns)
    places = [axes.get_subplotspec() for axes in figure.axes]
    assert [place.num1 for place in places if place] == list(range(count))
    grid = places[0].get_gridspec() if places[0] else None
    assert grid is not None
    assert (grid.nrows, grid.ncols) == (rows, columns)


def test_images_that_require_gradients_can_be_drawn() -> None:
    """Weights and gradients are images, too."""
    weights = torch.rand(1, 2, 2, requires_grad=True)
    np.testing.assert_array_equal(
        shown_pixels(plot_images(weights, ["w"]).axes[0]), weights[0].detach().numpy()
    )


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(8, 8), (1, 1, 8, 8), (0, 8, 8), (2, 0, 8)])
def test_images_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    """The message says which shape is needed and which came."""
    with pytest.raises(ValueError, match=r"images must have the shape \(count, .*, got \(.*8\)$"):
        plot_images(torch.zeros(shape), ["x"])


@pytest.mark.parametrize("titles", [[], ["one"], ["one", "two", "three"]])
def test_each_image_needs_its_title(titles: list[str]) -> None:
    """A title too few or too many is an error, not a shift."""
    with pytest.raises(ValueError, match=f"titles must be 2, one an image, got {len(titles)}"):
        plot_images(torch.zeros(2, 3, 3), titles)


@pytest.mark.parametrize("columns", [0, -1])
def test_images_need_a_column(columns: int) -> None:
    """No grid has fewer than one column."""
    with pytest.raises(ValueError, match=f"columns must be at least 1, got {columns}"):
        plot_images(torch.zeros(1, 3, 3), ["x"], columns=columns)


def test_pixels_carry_their_values_at_their_places() -> None:
    """Row i, column j shows image[i, j]."""
    image = torch.tensor([[0, 1, 2], [10, 11, 16]])
    axes = plot_pixels(image).axes[0]
    found = {xy(text): text.get_text() for text in axes.texts}
    assert found == {(j, i): str(image[i, j].item()) for i, j in product(range(2), range(3))}
    np.testing.assert_array_equal(shown_pixels(axes), image.numpy())


def test_pixels_number_rows_and_columns() -> None:
    """The reader can look up image[row, column] in the figure."""
    axes = plot_pixels(torch.zeros(2, 3)).axes[0]
    assert (axes.get_ylabel(), list(axes.get_yticks())) == ("row", [0, 1])
    assert (axes.get_xlabel(), list(axes.get_xticks())) == ("column", [0, 1, 2])
    assert axes.yaxis_inverted()


def test_values_can_be_read_on_every_grey() -> None:
    """Every number has a contrast of 4.5 to its pixel, whatever the value."""
    axes = plot_pixels(torch.arange(256).reshape(16, 16)).axes[0]
    for text in axes.texts:
        grey = shade(axes, float(text.get_text()))
        assert contrast(text.get_color(), grey) >= 4.5, text.get_text()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(8,), (1, 8, 8), (0, 8)])
def test_pixels_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    """The message says which shape is needed."""
    with pytest.raises(ValueError, match=r"image must have the shape \(height, width\), got \("):
        plot_pixels(torch.zeros(shape))


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


def test_curves_show_their_points_under_their_names() -> None:
    """Each line has the x of all and its own heights; the axes say what they are."""
    x = torch.tensor([1.0, 2.0, 4.0])
    axes = plot_curves(x, {"a": x + 1, "b": -x}, "time", "place").axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time", "place")
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "linear")
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
    for line, heights in zip(axes.lines, (x + 1, -x), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), x.numpy())
        np.testing.assert_array_equal(line.get_ydata(), heights.numpy())


def test_curves_differ_in_more_than_colour() -> None:
    """Line and marker alone tell them apart, and every colour stands out on both pages."""
    lines = curves().axes[0].lines
    assert len({line.get_linestyle() for line in lines}) == len(lines) == 3
    assert len({line.get_marker() for line in lines}) == len(lines)
    for line in lines:
        colour = line.get_color()
        follows_the_page = rgb(colour) == (0, 0, 0)
        assert follows_the_page or contrast(colour, WHITE_PAGE) >= 3
        assert follows_the_page or contrast(colour, DARK_PAGE) >= 3


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
    """Powers of ten are labelled as Python prints them, without raised digits."""
    x = torch.tensor([1.0, 10.0, 100.0])
    figure = plot_curves(x, {"a": x}, "x", "y", log=log)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == scales
    labels = {text.get_text() for text in axes.get_xticklabels()}
    assert ("1e+01" in labels) == ("x" in log)
    assert list(axes.xaxis.get_minorticklocs()) == []
    assert not any("$" in label for label in labels)


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


def test_saliency_shows_image_and_signed_gradient() -> None:
    """Values stand at their places with their signs; what rounds to 0 is left out."""
    image = torch.tensor([[0, 8, 16], [4, 4, 4]])
    gradient = torch.tensor([[-20.4, 0.4, 0.0], [1.0, -0.6, 9.9]], requires_grad=True)
    left, right = plot_saliency(image, gradient).axes
    np.testing.assert_array_equal(shown_pixels(left), image.numpy())
    np.testing.assert_array_equal(shown_pixels(right), gradient.detach().numpy())
    minus = "\N{MINUS SIGN}"
    assert {xy(text): text.get_text() for text in right.texts} == {
        (0, 0): f"{minus}20",
        (0, 1): "+1",
        (1, 1): f"{minus}1",
        (2, 1): "+10",
    }


def test_saliency_is_white_at_0_and_its_values_can_be_read() -> None:
    """The scale is symmetric, and every number has a contrast of 4.5 to its pixel."""
    gradient = torch.arange(-32.0, 32.0).reshape(8, 8)
    right = plot_saliency(torch.ones(8, 8), gradient).axes[1]
    assert right.images[0].get_clim() == (-32, 32)
    assert shade(right, 0) == pytest.approx((1, 1, 1), abs=0.01)
    assert shade(right, 32) == pytest.approx(rgb(_style.BLUE))
    assert shade(right, -32) == pytest.approx(rgb(_style.ORANGE))
    for text in right.texts:
        x, y = xy(text)
        assert contrast(text.get_color(), shade(right, float(gradient[int(y), int(x)]))) >= 4.5


def test_saliency_of_no_gradient_is_blank() -> None:
    """A gradient of zeros divides by nothing."""
    assert plot_saliency(torch.ones(2, 2), torch.zeros(2, 2)).axes[1].texts[:] == []


@pytest.mark.usefixtures("unchecked")
def test_saliency_of_other_shapes_is_refused() -> None:
    """Image and gradient are one size, and two-dimensional."""
    with pytest.raises(ValueError, match=r"image must have the shape \(height, width\), got"):
        plot_saliency(torch.zeros(8), torch.zeros(8))
    with pytest.raises(ValueError, match=r"gradient must have the shape \(2, 3\), got \(3, 2\)"):
        plot_saliency(torch.zeros(2, 3), torch.zeros(3, 2))


Point = tuple[float, float]


def boxes(axes: Axes) -> dict[str, Rectangle]:
    """Return the box of each text of a graph."""
    found = {}
    for text in axes.texts:
        if text.get_text():
            (box,) = (
                patch
                for patch in axes.patches
                if isinstance(patch, Rectangle) and patch.get_bbox().contains(*xy(text))
            )
            found[text.get_text()] = box
    assert len(found) == len(axes.patches)
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
    size = draw(st.integers(1, 7))
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
    for text, box in zip([t for t in axes.texts if t.get_text()], axes.patches, strict=True):
        inner, outer = text.get_window_extent(), box.get_window_extent()
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
    with pytest.raises(ValueError, match=r"graph must be at most 6\.0 inches wide, got"):
        plot_graph(dict.fromkeys(range(9), "AccumulateGrad"), [])


@pytest.mark.parametrize("colour", [_style.BLUE, _style.ORANGE])
def test_colours_stand_out_on_both_pages_and_carry_text(colour: str) -> None:
    """Three to one against each page, four and a half to one under the numbers."""
    assert contrast(colour, WHITE_PAGE) >= 3
    assert contrast(colour, DARK_PAGE) >= 3
    assert contrast(colour, _style.DARK) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    """The oracle itself: white on black is 21, #777 on white 4.48."""
    assert contrast("#fff", "#000") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.005)


def test_text_is_large_enough() -> None:
    """At the width of a page no letter is smaller than 10 points."""
    for figure in sheet_of_figures():
        assert figure.get_figwidth() <= 6
        figure.draw_without_rendering()
        texts = [text for text in figure.findobj(Text) if text.get_text()]
        assert texts
        assert all(float(text.get_fontsize()) >= 10 for text in texts)


def test_text_outside_pixels_is_black_so_that_the_page_can_recolour_it() -> None:
    """Titles, labels and unfilled boxes follow the page's colour of text."""
    for figure in sheet_of_figures():
        for axes in figure.axes:
            follows = [
                axes.title,
                axes.xaxis.label,
                *axes.get_xticklabels(),
                *axes.get_yticklabels(),
            ]
            assert {rgb(text.get_color()) for text in follows} == {(0, 0, 0)}
    for axes in plot_broadcast((3, 1), (4,)).axes:
        for text, box in cells(axes).values():
            number = next(t for t in axes.texts if t.get_text() == text and inside(t, box))
            colour = rgb(number.get_color())
            assert colour == (rgb(_style.DARK) if is_filled(box) else (0, 0, 0))


def inside(text: Text, box: Rectangle) -> bool:
    """Return whether a text is the number of this box."""
    x, y = xy(text)
    return (x - 0.5, y - 0.5) == (box.get_x(), box.get_y())


@pytest.mark.parametrize("index", range(6))
def test_figures_are_light(index: int) -> None:
    """Each stays under 15 KB as compressed SVG."""
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        sheet_of_figures()[index].savefig(buffer, format="svg")
    assert len(gzip.compress(buffer.getvalue())) <= 15_000
