"""The chapters: each runs as a plain program, and keeps the rules of the book."""

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from ptfund._site.running.run import Run
from tests.tutorials.conftest import CHAPTERS, ROOT, Program
from tests.tutorials.reading import cells_of, shown
from tests.tutorials.rules import RULES, Rule

every_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


def test_there_are_chapters_and_their_names_say_their_order() -> None:
    """An empty list would make every test below pass."""
    assert CHAPTERS
    assert all(re.fullmatch(r"\d\d_[a-z_]+\.py", path.name) for path in CHAPTERS)


@every_chapter
def test_runs_as_a_plain_program(chapter: Path, programs: dict[Path, Program]) -> None:
    """From any folder, without a screen, on one thread, with warnings as errors."""
    result, folder, _ = programs[chapter]
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.strip()
    assert "0x" not in result.stdout, "an address varies from run to run"
    assert str(ROOT) not in result.stdout, "a path varies from machine to machine"
    assert list(folder.iterdir()) == []


@every_chapter
def test_prints_what_its_page_shows(
    chapter: Path, programs: dict[Path, Program], executed_book: list[Run]
) -> None:
    """Script and page say the same, figures by their words, deliberate errors by their message."""
    (executed,) = (run for run in executed_book if run.chapter.path == chapter)
    code = [cell for cell in executed.notebook.cells if cell.cell_type == "code"]
    outputs = [text for cell in code for text in shown(cell)]
    assert programs[chapter].result.stdout == "".join(outputs)


@every_chapter
def test_shape_comments_are_true(chapter: Path, programs: dict[Path, Program]) -> None:
    """After each statement its shape comment holds, nothing is echoed, and prose says no tensor."""
    assert programs[chapter].played.faults == []


@every_chapter
def test_prose_says_what_a_second_evaluation_finds(
    chapter: Path, programs: dict[Path, Program], pages: dict[Path, list[NotebookNode]]
) -> None:
    """Run without the site's engine, each expression has the value on the page."""
    prose = [n for n, cell in enumerate(pages[chapter]) if cell.cell_type == "markdown"]
    said = [programs[chapter].played.said[n] for n in prose]
    assert any(said)
    assert said == [shown(pages[chapter][n]) for n in prose]


@every_chapter
def test_opens_with_its_title(chapter: Path) -> None:
    """No header before the title."""
    source = chapter.read_text(encoding="utf-8")
    assert source.startswith("# %% [markdown]\n# # ")
    assert cells_of(source)[0].source.startswith("# ")


@every_chapter
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_keeps_the_rules(chapter: Path, rule: Rule, pages: dict[Path, list[NotebookNode]]) -> None:
    """Nothing is found that breaks the rule."""
    assert rule(pages[chapter]) == []
