"""Drawings: nothing in them acts, and each has a name."""

import pytest

from ptfund._site.rendering.drawings import check_drawing, name_drawing
from ptfund._site.rendering.markup import UnshownError


@pytest.mark.parametrize(
    "part",
    [
        "<script>evil()</script>",
        "<style>p{}</style>",
        '<g onload="evil()"/>',
        "<foreignObject/>",
        '<a href="#x"/>',
        '<use href="https://example.org/x.svg#y"/>',
        '<image xlink:href="x.png"/>',
        '<g fill="url(https://example.org/x)"/>',
        "<image href=x.png />",
        "<g style='fill: url( \"x.svg#y\" )'/>",
        "<g ONLOAD = 'evil()'/>",
        '<use href="&#106;avascript:evil()"/>',
        '<animate attributeName="x"/>',
    ],
)
def test_a_figure_is_a_drawing_alone(part: str) -> None:
    """It runs nothing, styles nothing outside itself, and asks no other host."""
    with pytest.raises(UnshownError, match="a figure must be a drawing alone"):
        check_drawing(f"<svg>{part}</svg>")


def test_a_drawing_may_use_its_own_parts_and_hold_images() -> None:
    """As Matplotlib's do."""
    check_drawing(
        '<svg><defs><path id="m"/></defs><use xlink:href="#m"/><g clip-path="url(#p)"/>'
        '<image xlink:href="data:image/png;base64,iVBO"/><text>once = 1, url(x), src=y</text>'
        '<g aria-label="once = 1, href=x"/></svg>'
    )


def test_a_drawing_without_element_is_refused() -> None:
    """What is no SVG cannot be placed on a page."""
    with pytest.raises(UnshownError, match="must be an <svg> element"):
        name_drawing("<p/>", "words")
