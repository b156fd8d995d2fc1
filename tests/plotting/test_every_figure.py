"""What holds for every figure: legible, recoloured by the page, light."""

import gzip
import io
from collections.abc import Callable
from itertools import combinations

import matplotlib as mpl
import pytest
import torch
from matplotlib.collections import Collection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from torch import Tensor

from ptfund import plotting
from ptfund.data import load_digits
from ptfund.plotting import (
    _style,
    plot_bars,
    plot_broadcast,
    plot_effects,
    plot_graph,
    plot_heat_map,
    plot_histograms,
    plot_images,
    plot_panels,
    plot_pixels,
    plot_reliability,
    plot_saliency,
    plot_surface,
)
from tests.plotting.looking import (
    DARK_PAGE,
    WHITE_PAGE,
    contrast,
    curves,
    drawn_texts,
    rgb,
    stands_out,
)


def images(count: int) -> Tensor:
    """Return the first digits."""
    return load_digits().images[:count].float()


def bars() -> Figure:
    """Return two series for ten names."""
    heights = {"one": torch.arange(10) + 30, "two": 40 - torch.arange(10)}
    return plot_bars([str(digit) for digit in range(10)], heights, "digit", "images")


def heat_map() -> Figure:
    """Return as many cells as a matrix of ten classes has."""
    names = [str(digit) for digit in range(10)]
    counts = 36 * torch.eye(10, dtype=torch.int64) + torch.arange(10) % 3
    return plot_heat_map(counts, names, names, "predicted", "true")


def effects() -> Figure:
    """Return two dozen effects of all kinds."""
    rows = [(f"way {row} against the other", (row - 12.0, 0.1 * row)) for row in range(24)]
    kinds = {"confirmed": rows[:8], "reversed": rows[8:16], "not visible": rows[16:]}
    return plot_effects({kind: dict(some) for kind, some in kinds.items()}, "points")


def surface() -> Figure:
    """Return a surface with as many paths as can be told apart."""
    x, path = torch.linspace(-4, 4, 61), torch.linspace(-3, 3, 20).expand(2, 20).T
    heights = 3 * x**2 + x[:, None] ** 2
    paths = {"one": path, "two": -path, "three": path / 2}
    return plot_surface({"slope w": x, "height b": x}, heights, paths, levels=[1, 3, 9, 27])


# One of each kind, as large as a chapter needs it.
FIGURES: dict[str, Callable[[], Figure]] = {
    "plot_bars": bars,
    "plot_broadcast": lambda: plot_broadcast((4, 4, 4), (4, 4, 4)),
    "plot_curves": curves,
    "plot_effects": effects,
    "plot_graph": lambda: plot_graph({1: "top", 2: "left\nwing", 3: "leaf"}, [(1, 2), (1, 3)]),
    "plot_heat_map": heat_map,
    "plot_histograms": lambda: plot_histograms(
        {f"layer {depth}": images(10) / 16 for depth in range(6)}, "value", limit=1.0
    ),
    "plot_images": lambda: plot_images(images(10), [str(digit) for digit in range(10)]),
    "plot_panels": lambda: plot_panels(
        torch.linspace(-3, 3, 121),
        {
            name: {"value": torch.linspace(-3, 3, 121).sin(), "slope": torch.zeros(121)}
            for name in "abcd"
        },
        "x",
        "y",
    ),
    "plot_pixels": lambda: plot_pixels(images(1)[0]),
    "plot_reliability": lambda: plot_reliability(
        torch.tensor([0.5, 0.9]), torch.tensor([0.4, 0.8]), torch.tensor([[0.2, 0.6], [0.7, 0.9]])
    ),
    "plot_saliency": lambda: plot_saliency(images(1)[0], images(1)[0] - images(2)[1]),
    "plot_surface": surface,
}
every_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())


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


def test_every_kind_of_figure_is_looked_at() -> None:
    """A new one must be added here."""
    assert sorted(FIGURES) == sorted(plotting.__all__)


@every_figure
def test_text_is_large_enough(draw: Callable[[], Figure]) -> None:
    """No letter is smaller than 10 points, in a figure that a phone need hardly shrink."""
    figure = draw()
    assert figure.get_figwidth() <= _style.WIDTH
    texts = drawn_texts(figure)
    assert texts
    assert all(float(text.get_fontsize()) >= 10 for text in texts)


@every_figure
def test_no_text_touches_another_or_is_cut_off(draw: Callable[[], Figure]) -> None:
    """In Matplotlib's own font, which is wider than most that a reader has."""
    figure = draw()
    boxes = [text.get_window_extent() for text in drawn_texts(figure)]
    for box in boxes:
        assert -1 < box.x0 < box.x1 < figure.bbox.x1 + 1
        assert -1 < box.y0 < box.y1 < figure.bbox.y1 + 1
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)


@every_figure
def test_lines_and_areas_stand_out_on_both_pages(draw: Callable[[], Figure]) -> None:
    """Each follows the page, or reaches three to one against either."""
    figure = draw()
    colours = []
    for artist in figure.findobj(lambda artist: artist.get_visible()):
        if isinstance(artist, Line2D):
            colours.append(artist.get_color())
        elif isinstance(artist, Collection):
            colours += [*artist.get_edgecolor(), *artist.get_facecolor()]
        elif isinstance(artist, Patch) and artist not in {
            figure.patch,
            *(a.patch for a in figure.axes),
        }:
            colours += [artist.get_edgecolor(), artist.get_facecolor()]
    assert colours
    assert all(stands_out(colour) for colour in colours if to_rgba(colour)[3])


@every_figure
def test_text_around_axes_is_black_so_that_the_page_can_recolour_it(
    draw: Callable[[], Figure],
) -> None:
    """Titles and labels follow the page's colour of text."""
    for axes in draw().axes:
        follows = [
            axes.title,
            axes.xaxis.label,
            axes.yaxis.label,
            *axes.get_xticklabels(),
            *axes.get_yticklabels(),
        ]
        assert {rgb(text.get_color()) for text in follows} == {(0, 0, 0)}


@pytest.mark.parametrize(
    "name", ["plot_bars", "plot_curves", "plot_effects", "plot_reliability", "plot_surface"]
)
def test_axes_with_labels_have_no_frame_on_the_other_sides(name: str) -> None:
    """A line on the right or above would say nothing."""
    (axes,) = FIGURES[name]().axes
    hidden = [side for side, spine in axes.spines.items() if not spine.get_visible()]
    assert sorted(hidden) == ["right", "top"]


@every_figure
def test_a_figure_is_light(draw: Callable[[], Figure]) -> None:
    """Each stays under 15 KB as compressed SVG."""
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        draw().savefig(buffer, format="svg")
    assert len(gzip.compress(buffer.getvalue())) <= 15_000
