"""The figures of the chapters: each function returns one, `show` puts it on the page."""

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise, product
from typing import TypeVar

import matplotlib.pyplot as plt
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy import ndarray
from torch import Tensor

from ptfund._guards import must

__all__ = [
    "plot_broadcast",
    "plot_curves",
    "plot_graph",
    "plot_images",
    "plot_pixels",
    "plot_saliency",
]

WIDTH = 6.0  # inches: the column of text on a page

# Both stand out from a white and from a dark page, and carry dark text.
BLUE, ORANGE = "#4f94d4", "#e0762f"
# On the grey where they are equally hard to read both still reach 4.5 : 1. Black itself
# would follow the page.
DARK, LIGHT = "#010101", "#fff"

LARGEST = 4  # the longest side of a broadcasting diagram whose numbers stay legible

Node = TypeVar("Node", bound=Hashable)

# Curves differ in their line and their marker, so that the colour need not be seen.
CURVES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), ("black", ":", "^"))


def plot_images(
    images: Real[Tensor, "count height width"], titles: Sequence[str], *, columns: int = 5
) -> Figure:
    """Return images side by side, each under its title.

    All share one scale from white (the smallest value among them) to black (the
    largest), so that they can be compared.

    Args:
        images: At least one image, of shape `(count, height, width)`.
        titles: One short text an image.
        columns: How many images stand in a row.

    Returns:
        A figure with one pair of axes an image, in order.

    Raises:
        ValueError: If there is no image, a title is missing or left over, or `columns`
            is not positive.

    Examples:
        >>> import torch
        >>> figure = plot_images(torch.eye(3).expand(2, 3, 3), ["one", "two"])
        >>> [axes.get_title() for axes in figure.axes]
        ['one', 'two']
    """
    if images.ndim != 3 or not images.numel():
        raise must("images", "have the shape (count, height, width)", tuple(images.shape))
    if len(titles) != len(images):
        raise must("titles", f"be {len(images)}, one an image", len(titles))
    if columns < 1:
        raise must("columns", "be at least 1", columns)
    rows = -(-len(images) // columns)
    side = WIDTH / columns
    figure, grid = plt.subplots(
        rows, columns, figsize=(WIDTH, rows * (side + 0.2)), layout="constrained", squeeze=False
    )
    pixels = images.numpy(force=True)
    low, high = float(pixels.min()), float(pixels.max())
    for axes, image, title in zip(grid.flat, pixels, titles, strict=False):
        _draw_pixels(axes, image, low, high)
        axes.set_title(title, fontsize=13)
    for axes in grid.flat[len(images) :]:
        axes.remove()
    return figure


def plot_pixels(image: Real[Tensor, "height width"]) -> Figure:
    """Return one image with the value of each pixel written into it.

    Rows and columns are numbered, so that `image[row, column]` can be looked up.

    Args:
        image: A small image, of shape `(height, width)`.

    Returns:
        A figure with one pair of axes.

    Raises:
        ValueError: If `image` does not have two dimensions, or is empty.

    Examples:
        >>> import torch
        >>> figure = plot_pixels(torch.tensor([[0, 16], [8, 4]]))
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['0', '16', '8', '4']
    """
    if image.ndim != 2 or not image.numel():
        raise must("image", "have the shape (height, width)", tuple(image.shape))
    height, width = image.shape
    side = 0.6 * WIDTH
    figure, axes = plt.subplots(figsize=(side, side * height / width + 0.2), layout="constrained")
    pixels = image.numpy(force=True)
    low, high = float(pixels.min()), float(pixels.max())
    _draw_pixels(axes, pixels, low, high)
    for row, column in product(range(height), range(width)):
        value = pixels[row, column]
        shade = LIGHT if value > low + 0.54 * (high - low) else DARK
        axes.text(column, row, f"{value:g}", color=shade, ha="center", va="center", fontsize=11)
    axes.set_xticks(range(width))
    axes.set_yticks(range(height))
    axes.tick_params(length=0, labelsize=10, labeltop=True, labelbottom=False)
    axes.set_xlabel("column", fontsize=11)
    axes.xaxis.set_label_position("top")
    axes.set_ylabel("row", fontsize=11)
    return figure


def plot_broadcast(a: Sequence[int], b: Sequence[int]) -> Figure:
    """Return a diagram of how two shapes broadcast in a sum.

    Both operands are drawn stretched to the shape of the result. The elements that they
    really hold are filled, what broadcasting reads again is dashed and empty. `a` holds
    10, 20, 30, …, and `b` 1, 2, 3, …, so that each sum tells which two elements met.
    Three dimensions are drawn as sheets, one under the other.

    Args:
        a: A shape of up to three sizes, each from 1 to 4; `()` is one number.
        b: Another one.

    Returns:
        A figure with three axes: `a`, `b` and `a + b`.

    Raises:
        ValueError: If a shape cannot be drawn, or the two do not broadcast.

    Examples:
        >>> figure = plot_broadcast((3, 1), (4,))
        >>> [axes.get_title() for axes in figure.axes]
        ['a: (3, 1)', 'b: (4,)', 'a + b: (3, 4)']
    """
    for name, shape in (("a", a), ("b", b)):
        if len(shape) > 3 or any(not 1 <= size <= LARGEST for size in shape):
            raise must(name, f"have up to three sizes from 1 to {LARGEST}", tuple(shape))
    short, long = sorted((tuple(a), tuple(b)), key=len)
    pairs = list(zip((1,) * (len(long) - len(short)) + short, long, strict=True))
    if any(left != right and 1 not in (left, right) for left, right in pairs):
        raise must(
            "a and b",
            "agree in each size, or have a 1 there, aligned at the last one",
            (tuple(a), tuple(b)),
        )
    result = tuple(max(pair) for pair in pairs)

    depth, height, width = (1,) * (3 - len(result)) + result
    lines = depth * height + 0.5 * (depth - 1)
    scale = WIDTH / 3 / (LARGEST + 0.5)
    figure, panels = plt.subplots(1, 3, figsize=(WIDTH, lines * scale + 0.5), layout="constrained")
    titles = f"a: {tuple(a)}", f"b: {tuple(b)}", f"a + b: {result}"
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title, fontsize=13)
        axes.set(xlim=(-0.1, width + 0.1), ylim=(lines + 0.1, -0.1), aspect="equal", anchor="N")
        axes.set_axis_off()
    for index in product(range(depth), range(height), range(width)):
        first, first_is_held = _element(index, a)
        second, second_is_held = _element(index, b)
        _draw_cell(panels[0], index, height, 10 * first, BLUE if first_is_held else None)
        _draw_cell(panels[1], index, height, second, ORANGE if second_is_held else None)
        _draw_cell(panels[2], index, height, 10 * first + second, "none")
    return figure


def plot_curves(
    x: Real[Tensor, " points"],
    curves: Mapping[str, Real[Tensor, " points"]],
    xlabel: str,
    ylabel: str,
    *,
    log: str = "",
) -> Figure:
    """Return up to three curves over the same x, told apart by colour, line and marker.

    Logarithmic axes leave out what is not positive, and label powers of ten as Python
    prints them: `1e-05`.

    Args:
        x: Where the points of all curves stand, of shape `(points,)`.
        curves: The heights of each curve, of shape `(points,)`, by its name.
        xlabel: What x is.
        ylabel: What the heights are.
        log: Which axes are logarithmic: `""`, `"x"`, `"y"` or `"xy"`.

    Returns:
        A figure with one pair of axes and a legend.

    Raises:
        ValueError: If there is no curve, there are more than three, one has not as many
            points as `x`, or `log` names anything but axes.

    Examples:
        >>> import torch
        >>> x = torch.linspace(0, 1, 5)
        >>> figure = plot_curves(x, {"flat": 0 * x, "steep": 9 * x}, "x", "height")
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['flat', 'steep']
    """
    if not 1 <= len(curves) <= len(CURVES):
        raise must("curves", f"be 1 to {len(CURVES)}", len(curves))
    for name, heights in curves.items():
        if x.ndim != 1 or heights.shape != x.shape:
            shapes = (tuple(x.shape), tuple(heights.shape))
            raise must(f"x and the curve {name!r}", "have the same shape (points,)", shapes)
    if log not in {"", "x", "y", "xy"}:
        raise must("log", "be '', 'x', 'y' or 'xy'", log)
    figure, axes = plt.subplots(figsize=(WIDTH, 0.6 * WIDTH), layout="constrained")
    for (name, heights), (colour, line, marker) in zip(curves.items(), CURVES, strict=False):
        axes.plot(
            x.numpy(force=True),
            heights.numpy(force=True),
            color=colour,
            linestyle=line,
            marker=marker,
            markersize=4,
            label=name,
        )
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if name in log:
            axes.set(**{f"{name}scale": "log"})
            axis.set_major_locator(LogLocator(numticks=8))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0e}"))
            axis.set_minor_locator(NullLocator())
    axes.tick_params(labelsize=10)
    axes.set_xlabel(xlabel, fontsize=11)
    axes.set_ylabel(ylabel, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=11, frameon=False)
    return figure


def plot_saliency(
    image: Real[Tensor, "height width"], gradient: Float[Tensor, "height width"]
) -> Figure:
    """Return an image beside the gradient of a score with respect to its pixels.

    In each pixel of the gradient stands its value, rounded, with its sign; 0 is left
    out. What would raise the score is also blue, what would lower it orange, the
    strongest of all in full colour.

    Args:
        image: A small image, of shape `(height, width)`.
        gradient: One number a pixel, of the same shape.

    Returns:
        A figure with two axes: the image, and the gradient.

    Raises:
        ValueError: If the shapes differ, do not have two dimensions, or are empty.

    Examples:
        >>> import torch
        >>> figure = plot_saliency(torch.tensor([[0, 16]]), torch.tensor([[0.1, 2.4]]))
        >>> [text.get_text() for text in figure.axes[1].texts]
        ['+2']
    """
    if image.ndim != 2 or not image.numel():
        raise must("image", "have the shape (height, width)", tuple(image.shape))
    if gradient.shape != image.shape:
        raise must("gradient", f"have the shape {tuple(image.shape)}", tuple(gradient.shape))
    height, width = image.shape
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(WIDTH, WIDTH / 2 * height / width + 0.3), layout="constrained"
    )
    pixels, slopes = image.numpy(force=True), gradient.numpy(force=True)
    _draw_pixels(left, pixels, float(pixels.min()), float(pixels.max()))
    left.set_title("image", fontsize=13)
    strongest = max(float(abs(slopes).max()), 1e-12)
    signs = LinearSegmentedColormap.from_list("signs", [ORANGE, "white", BLUE])
    right.imshow(slopes, cmap=signs, vmin=-strongest, vmax=strongest, interpolation="none")
    right.set(xticks=[], yticks=[])
    right.spines[:].set_visible(False)
    right.set_title("gradient of the score", fontsize=13)
    for row, column in product(range(height), range(width)):
        value = round(float(slopes[row, column]))
        if value:
            text = f"{value:+}".replace("-", "\N{MINUS SIGN}")
            right.text(column, row, text, color=DARK, ha="center", va="center", fontsize=10)
    return figure


def plot_graph(nodes: Mapping[Node, str], edges: Sequence[tuple[Node, Node]]) -> Figure:
    """Return a drawing of a computed graph, the result on top, its leaves filled.

    An arrow leads from each node down to what it was computed from: the way that
    `backward` takes. Every node stands below all that it is an input of.

    Args:
        nodes: The text of each node, by any key; it may have several lines.
        edges: Pairs of keys: a node, and one of its inputs. A pair that stands twice is
            drawn once.

    Returns:
        A figure with one pair of axes, as wide and as high as the graph needs.

    Raises:
        ValueError: If there is no node, an edge names a node that does not exist, the
            edges lead in a circle, or the graph is wider than a page.

    Examples:
        >>> figure = plot_graph({1: "product", 2: "x"}, [(1, 2)])
        >>> [text.get_text() for text in figure.axes[0].texts if text.get_text()]
        ['product', 'x']
    """
    if not nodes:
        raise must("nodes", "not be empty", dict(nodes))
    edges = list(dict.fromkeys(edges))
    for edge in edges:
        if not set(edge) <= set(nodes):
            raise must("edges", f"name nodes out of {list(nodes)}", edge)
    rows = _rows(nodes, edges)

    # A long edge passes each row between its ends through a place of its own.
    places: list[list[Hashable]] = [[] for _ in range(max(rows.values()) + 1)]
    for node, row in rows.items():
        places[row].append(node)
    paths = []
    for start, end in edges:
        between = range(rows[start] + 1, rows[end])
        path: list[Hashable] = [start, *((start, end, row) for row in between), end]
        for row, stop in zip(between, path[1:-1], strict=True):
            places[row].append(stop)
        paths.append(path)

    size: dict[Hashable, tuple[float, float]] = {node: _size(text) for node, text in nodes.items()}
    x = _across(places, paths, {node: width for node, (width, _) in size.items()})
    height = max(height for _, height in size.values())
    y = {
        stop: row * (height + 0.4) + height / 2 + 0.05
        for row in range(len(places))
        for stop in places[row]
    }
    left = min(place - size.get(stop, (0, 0))[0] / 2 for stop, place in x.items())
    right = max(place + size.get(stop, (0, 0))[0] / 2 for stop, place in x.items())
    if right - left > WIDTH - 0.1:
        raise must("graph", f"be at most {WIDTH} inches wide", round(right - left, 1))

    figure = plt.figure(figsize=(right - left + 0.1, max(y.values()) + height / 2 + 0.05))
    axes = figure.add_axes((0, 0, 1, 1), frame_on=False, xticks=[], yticks=[])
    axes.set(xlim=(left - 0.05, right + 0.05), ylim=(max(y.values()) + height / 2 + 0.05, 0))
    leaves = set(nodes) - {start for start, _ in edges}
    for node, text in nodes.items():
        width, _ = size[node]
        filled = node in leaves
        axes.add_patch(
            Rectangle(
                (x[node] - width / 2, y[node] - height / 2),
                width,
                height,
                facecolor=BLUE if filled else "none",
                edgecolor="black",
                linewidth=0.8,
            )
        )
        axes.text(
            x[node],
            y[node],
            text,
            color=DARK if filled else "black",
            ha="center",
            va="center",
            fontsize=11,
        )
    for path in paths:
        # Straight down through a row, slanting only in the gap between two rows.
        sides = [(x[stop], y[stop] + side) for stop in path for side in (-height / 2, height / 2)]
        stops = sides[1:-1]
        axes.plot(*zip(*stops[:-1], strict=True), color="black", linewidth=0.8)
        axes.annotate(
            "",
            stops[-1],
            stops[-2],
            arrowprops={
                "arrowstyle": "-|>",
                "color": "black",
                "linewidth": 0.8,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
    return figure


def _rows(nodes: Mapping[Node, str], edges: Sequence[tuple[Node, Node]]) -> dict[Node, int]:
    """Return how many steps the longest way from the top to each node has."""
    rows = dict.fromkeys(nodes, 0)
    for _ in nodes:
        late = [(start, end) for start, end in edges if rows[end] <= rows[start]]
        if not late:
            return rows
        for start, end in late:
            rows[end] = max(rows[end], rows[start] + 1)
    raise must("edges", "not lead in a circle", list(edges))


def _size(text: str) -> tuple[float, float]:
    """Return the width and height in inches of a box round a text of 11 points."""
    lines = text.split("\n")
    return 0.095 * max(len(line) for line in lines) + 0.2, 0.19 * len(lines) + 0.14


def _across(
    places: Sequence[Sequence[Hashable]],
    paths: Sequence[Sequence[Hashable]],
    widths: Mapping[Hashable, float],
) -> dict[Hashable, float]:
    """Return how far right in inches each place stands: below the middle of its parents."""
    parents: dict[Hashable, list[Hashable]] = {}
    for path in paths:
        for parent, child in pairwise(path):
            parents.setdefault(child, []).append(parent)
    x: dict[Hashable, float] = {}
    for row in places:
        wanted = {
            place: sum(x[parent] for parent in parents[place]) / len(parents[place])
            if place in parents
            else 0.0
            for place in row
        }
        end = float("-inf")
        for place in sorted(row, key=lambda place: wanted[place]):
            half = widths.get(place, 0.0) / 2
            x[place] = max(wanted[place], end + half)
            end = x[place] + half + 0.15
        shift = sum(x[place] - wanted[place] for place in row) / len(row)
        for place in row:
            x[place] -= shift
    return x


def _element(index: tuple[int, int, int], shape: Sequence[int]) -> tuple[int, bool]:
    """Return which element (from 1) broadcasting reads, and whether it stands right there."""
    padded = (1,) * (3 - len(shape)) + tuple(shape)
    number = 0
    for position, size in zip(index, padded, strict=True):
        number = number * size + min(position, size - 1)
    return number + 1, all(position < size for position, size in zip(index, padded, strict=True))


def _draw_cell(
    axes: Axes, index: tuple[int, int, int], height: int, value: int, fill: str | None
) -> None:
    """Draw one element; without a fill it is dashed."""
    sheet, row, column = index
    top = sheet * (height + 0.5) + row
    axes.add_patch(
        Rectangle(
            (column, top),
            1,
            1,
            facecolor=fill or "none",
            edgecolor="black",
            linestyle="solid" if fill else (0, (3, 3)),
            linewidth=0.8,
        )
    )
    shade = DARK if fill not in {None, "none"} else "black"
    axes.text(
        column + 0.5, top + 0.5, str(value), color=shade, ha="center", va="center", fontsize=13
    )


def _draw_pixels(
    axes: Axes, pixels: Real[ndarray, "height width"], low: float, high: float
) -> None:
    # "none" embeds the few pixels as they are; the browser enlarges them without blur.
    axes.imshow(pixels, cmap="gray_r", vmin=low, vmax=high, interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
