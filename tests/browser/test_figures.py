"""Figures as a reader sees them: on a phone, in the browser's own font."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.browser.reader import OpenPage
from tests.browser.visits import OPEN_ALL

SMALLEST = 9  # pixels

# Of each figure: its name and size, and how high each of its texts is, and where.
FIGURES = """() => [...document.querySelectorAll(".output-figure svg")].map((svg) => {
  const { left, top, width, height } = svg.getBoundingClientRect();
  const scale = width / svg.viewBox.baseVal.width;
  const texts = [...svg.querySelectorAll("text")].map((text) => {
    const box = text.getBoundingClientRect();
    return {
      text: text.textContent.trim(),
      size: parseFloat(getComputedStyle(text).fontSize) * scale,
      x0: box.left - left, x1: box.right - left, y0: box.top - top, y1: box.bottom - top,
    };
  });
  return { name: svg.ariaLabel.slice(0, 40), width, height, texts };
})"""


@pytest.fixture(scope="module")
def chapters(built_site: Path) -> list[str]:
    """The address of each chapter, relative to the site."""
    pages = sorted((built_site / "tutorials").glob("*/index.html"))
    return [page.parent.relative_to(built_site).as_posix() + "/" for page in pages]


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_every_text_of_a_figure_can_be_read(
    open_page: OpenPage, chapters: list[str], site_url: str, width: int
) -> None:
    """On a phone too it is at least nine pixels high, inside its figure, and touches no other."""
    page = open_page(width=width)
    figures = []
    for path in chapters:
        page.goto(site_url + path)
        page.evaluate(OPEN_ALL)
        figures += page.evaluate(FIGURES)
    assert len(figures) > len(chapters)
    assert [fault for figure in figures for fault in faults(**figure)] == []


def faults(name: str, width: float, height: float, texts: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the texts of a figure."""
    for t in texts:
        if t["size"] < SMALLEST:
            yield f"{name}: {t['text']!r} is {t['size']:.1f} px"
        if not (-1 < t["x0"] < t["x1"] < width + 1 and -1 < t["y0"] < t["y1"] < height + 1):
            yield f"{name}: {t['text']!r} is cut off"
    for one, other in combinations(texts, 2):
        across = one["x0"] < other["x1"] and other["x0"] < one["x1"]
        if across and one["y0"] < other["y1"] and other["y0"] < one["y1"]:
            yield f"{name}: {one['text']!r} touches {other['text']!r}"
