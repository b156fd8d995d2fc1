"""The figures of the chapters: each function returns one, `show` puts it on the page."""

from collections.abc import Sequence
from itertools import product

import matplotlib.pyplot as plt
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray
from torch import Tensor

from ptfund._guards import must

__all__ = ["plot_broadcast", "plot_images", "plot_pixels"]

WIDTH = 6.0  # inches: the column of text on a page

# Both stand out from a white and from a dark page, and carry dark text.
BLUE, ORANGE = "#4f94d4", "#e0762f"
# On the grey where they are equally hard to read both still reach 4.5 : 1. Black itself
# would follow the page.
DARK, LIGHT = "#010101", "#fff"

LARGEST = 4  # the longest side of a broadcasting diagram whose numbers stay legible


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
