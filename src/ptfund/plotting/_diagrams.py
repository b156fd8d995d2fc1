"""Diagrams: how shapes broadcast, and what a result was computed from."""

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise, product
from typing import TypeVar

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ptfund._guards import must
from ptfund.plotting._style import BLUE, DARK, ORANGE, WIDTH, WORDS

LARGEST = 4  # the longest side of a broadcasting diagram whose numbers stay legible
LINE = 0.19  # inches

Node = TypeVar("Node", bound=Hashable)


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
    figure, panels = plt.subplots(1, 3, figsize=(WIDTH, lines * scale + 0.35), layout="constrained")
    titles = f"a: {tuple(a)}", f"b: {tuple(b)}", f"a + b: {result}"
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title, fontsize=WORDS)
        axes.set(xlim=(-0.1, width + 0.1), ylim=(lines + 0.1, -0.1), aspect="equal", anchor="N")
        axes.set_axis_off()
    for index in product(range(depth), range(height), range(width)):
        first, first_is_held = _element(index, a)
        second, second_is_held = _element(index, b)
        _draw_cell(panels[0], index, height, 10 * first, BLUE if first_is_held else None)
        _draw_cell(panels[1], index, height, second, ORANGE if second_is_held else None)
        _draw_cell(panels[2], index, height, 10 * first + second, "none")
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
        _draw_node(axes, (x[node], y[node]), (size[node][0], height), text, filled=node in leaves)
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
    """Return the width and height in inches of a box round a text."""
    lines = text.split("\n")
    return 0.095 * max(len(line) for line in lines) + 0.2, LINE * len(lines) + 0.14


def _draw_node(
    axes: Axes, centre: tuple[float, float], size: tuple[float, float], text: str, *, filled: bool
) -> None:
    """Draw a box with its text."""
    (x, y), (width, height) = centre, size
    axes.add_patch(
        Rectangle(
            (x - width / 2, y - height / 2),
            width,
            height,
            facecolor=BLUE if filled else "none",
            edgecolor="black",
            linewidth=0.8,
        )
    )
    # Each line by itself: together they would be centred for Matplotlib's own font alone.
    lines = text.split("\n")
    for number, line in enumerate(lines):
        axes.text(
            x,
            y + LINE * (number - (len(lines) - 1) / 2),
            line,
            color=DARK if filled else "black",
            ha="center",
            va="center",
            fontsize=WORDS,
        )


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
        column + 0.5, top + 0.5, str(value), color=shade, ha="center", va="center", fontsize=WORDS
    )
