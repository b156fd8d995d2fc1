"""Chapter 8 repeats the claims of the chapters before it: none may be missing."""

import re
from pathlib import Path

import pytest

from tests.tutorials.reading import cells_of, sections, text_of

TUTORIALS = Path(__file__).parents[2] / "tutorials"
BEFORE = [path for path in sorted(TUTORIALS.glob("*.py")) if path.name < "08"]


def key_observations(chapter: Path) -> str:
    """Return the section of a chapter that lists what it found."""
    return dict(sections(text_of(cells_of(chapter.read_text("utf-8")))))["Key observations"]


@pytest.mark.parametrize("chapter", BEFORE, ids=lambda path: path.stem)
def test_each_key_observation_is_linked_from_chapter_8(chapter: Path) -> None:
    """Wherever a chapter says that it has proven something, chapter 8 leads there."""
    repeated = (TUTORIALS / "08_observations.py").read_text("utf-8")
    proven = re.findall(r"\]\((#[^)]+)\)", key_observations(chapter))
    assert proven
    assert [link for link in proven if f"{chapter.name}{link})" not in repeated] == []
