"""Figures of images: many side by side, one with its values, one above its gradient."""

from collections.abc import Sequence
from itertools import product

import matplotlib.pyplot as plt
from jaxtyping import Float, Real
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from torch import Tensor

from ptfund._guards import must
from ptfund.plotting._style import (
    BLUE,
    DARK,
    LIGHT,
    NUMBERS,
    ORANGE,
    WIDTH,
    WORDS,
    draw_pixels,
)


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
        rows, columns, figsize=(WIDTH, rows * (side + 0.15)), layout="constrained", squeeze=False
    )
    pixels = images.numpy(force=True)
    low, high = float(pixels.min()), float(pixels.max())
    for axes, image, title in zip(grid.flat, pixels, titles, strict=False):
        draw_pixels(axes, image, low, high)
        axes.set_title(title, fontsize=WORDS)
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
    side = 0.8 * WIDTH
    figure, axes = plt.subplots(figsize=(side, side * height / width + 0.2), layout="constrained")
    pixels = image.numpy(force=True)
    low, high = float(pixels.min()), float(pixels.max())
    draw_pixels(axes, pixels, low, high)
    for row, column in product(range(height), range(width)):
        value = pixels[row, column]
        shade = LIGHT if value > low + 0.54 * (high - low) else DARK
        axes.text(column, row, f"{value:g}", color=shade, ha="center", va="center", fontsize=WORDS)
    axes.set_xticks(range(width))
    axes.set_yticks(range(height))
    axes.tick_params(length=0, labelsize=NUMBERS, labeltop=True, labelbottom=False)
    axes.set_xlabel("column", fontsize=WORDS, labelpad=7)
    axes.xaxis.set_label_position("top")
    axes.set_ylabel("row", fontsize=WORDS)
    return figure


def plot_saliency(
    image: Real[Tensor, "height width"], gradient: Float[Tensor, "height width"]
) -> Figure:
    """Return an image above the gradient of a score with respect to its pixels.

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
    side = 0.6 * WIDTH  # beside each other the pixels would be too small for their numbers
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(side, 2 * (side * height / width + 0.25)), layout="constrained"
    )
    pixels, slopes = image.numpy(force=True), gradient.numpy(force=True)
    draw_pixels(above, pixels, float(pixels.min()), float(pixels.max()))
    above.set_title("image", fontsize=WORDS)
    strongest = max(float(abs(slopes).max()), 1e-12)
    signs = LinearSegmentedColormap.from_list("signs", [ORANGE, "white", BLUE])
    below.imshow(slopes, cmap=signs, vmin=-strongest, vmax=strongest, interpolation="none")
    below.set(xticks=[], yticks=[])
    below.spines[:].set_linewidth(0.5)
    below.set_title("gradient", fontsize=WORDS)
    for row, column in product(range(height), range(width)):
        value = round(float(slopes[row, column]))
        if value:
            text = f"{value:+}".replace("-", "\N{MINUS SIGN}")
            below.text(column, row, text, color=DARK, ha="center", va="center", fontsize=NUMBERS)
    return figure
