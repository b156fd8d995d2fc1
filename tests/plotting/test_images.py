"""Images, with their values and with gradients."""

from itertools import product

import numpy as np
import pytest
import torch

from ptfund.plotting import (
    _style,
    plot_images,
    plot_pixels,
    plot_saliency,
)
from tests.plotting.looking import contrast, rgb, shade, shown_pixels, xy


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


def test_white_images_have_an_edge_on_a_white_page() -> None:
    """A thin frame in the colour of the page's text."""
    white = torch.zeros(2, 2)
    figures = plot_images(white[None], ["x"]), plot_pixels(white), plot_saliency(white, white)
    for axes in (axes for figure in figures for axes in figure.axes):
        for spine in axes.spines.values():
            assert spine.get_visible()
            assert 0 < spine.get_linewidth() <= 0.8
            assert rgb(spine.get_edgecolor()[:3]) == (0, 0, 0)


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


def test_saliency_shows_image_and_signed_gradient() -> None:
    """Values stand at their places with their signs; what rounds to 0 is left out."""
    image = torch.tensor([[0, 8, 16], [4, 4, 4]])
    gradient = torch.tensor([[-20.4, 0.4, 0.0], [1.0, -0.6, 9.9]], requires_grad=True)
    above, below = plot_saliency(image, gradient).axes
    np.testing.assert_array_equal(shown_pixels(above), image.numpy())
    np.testing.assert_array_equal(shown_pixels(below), gradient.detach().numpy())
    minus = "\N{MINUS SIGN}"
    assert {xy(text): text.get_text() for text in below.texts} == {
        (0, 0): f"{minus}20",
        (0, 1): "+1",
        (1, 1): f"{minus}1",
        (2, 1): "+10",
    }


def test_saliency_is_white_at_0_and_its_values_can_be_read() -> None:
    """The scale is symmetric, and every number has a contrast of 4.5 to its pixel."""
    gradient = torch.arange(-32.0, 32.0).reshape(8, 8)
    below = plot_saliency(torch.ones(8, 8), gradient).axes[1]
    assert below.images[0].get_clim() == (-32, 32)
    assert shade(below, 0) == pytest.approx((1, 1, 1), abs=0.01)
    assert shade(below, 32) == pytest.approx(rgb(_style.BLUE))
    assert shade(below, -32) == pytest.approx(rgb(_style.ORANGE))
    for text in below.texts:
        x, y = xy(text)
        assert contrast(text.get_color(), shade(below, float(gradient[int(y), int(x)]))) >= 4.5


def test_saliency_of_one_sign_is_white_at_0() -> None:
    """A gradient that is nowhere negative has the same scale as its opposite."""
    gradient = torch.tensor([[0.0, 2.0], [4.0, 8.0]])
    for sign in (1, -1):
        below = plot_saliency(torch.ones(2, 2), sign * gradient).axes[1]
        assert below.images[0].get_clim() == (-8, 8)
        assert shade(below, 0) == pytest.approx((1, 1, 1), abs=0.01)


def test_saliency_of_no_gradient_is_blank() -> None:
    """A gradient of zeros divides by nothing."""
    assert plot_saliency(torch.ones(2, 2), torch.zeros(2, 2)).axes[1].texts[:] == []


def test_saliency_shows_the_image_above_the_gradient() -> None:
    """Pixels stand under pixels."""
    figure = plot_saliency(torch.ones(8, 8), torch.ones(8, 8))
    figure.draw_without_rendering()
    above, below = (axes.get_window_extent() for axes in figure.axes)
    assert above.y0 > below.y1
    assert (above.x0, above.x1) == pytest.approx((below.x0, below.x1))


@pytest.mark.usefixtures("unchecked")
def test_saliency_of_other_shapes_is_refused() -> None:
    """Image and gradient are one size, and two-dimensional."""
    with pytest.raises(ValueError, match=r"image must have the shape \(height, width\), got"):
        plot_saliency(torch.zeros(8), torch.zeros(8))
    with pytest.raises(ValueError, match=r"gradient must have the shape \(2, 3\), got \(3, 2\)"):
        plot_saliency(torch.zeros(2, 3), torch.zeros(3, 2))
