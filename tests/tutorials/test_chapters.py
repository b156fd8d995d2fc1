"""The chapters: each runs as a plain program, and keeps the rules of the book."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from nbformat import NotebookNode

from ptfund._site.running.run import Run
from tests.tutorials.code_rules import Played
from tests.tutorials.reading import cells_of, shown
from tests.tutorials.rules import RULES, Rule

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "tutorials").glob("*.py"))


class Program(NamedTuple):
    """A chapter that was run as a script: what came of it, and in which folder."""

    result: subprocess.CompletedProcess[str]
    folder: Path


every_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


def test_there_are_chapters_and_their_names_say_their_order() -> None:
    """An empty list would make every test below pass."""
    assert CHAPTERS
    assert all(re.fullmatch(r"\d\d_[a-z_]+\.py", path.name) for path in CHAPTERS)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Program]:
    """Each chapter run once, from a folder of its own, without a screen, two at a time."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND", "PTFUND_FIGURES"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    folders = {chapter: tmp_path_factory.mktemp(chapter.stem) for chapter in CHAPTERS}

    def run(chapter: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", chapter],
            cwd=folders[chapter],
            env=environment | {"OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    with ThreadPoolExecutor(2) as two:
        results = two.map(run, CHAPTERS)
        return {
            chapter: Program(result, folders[chapter])
            for chapter, result in zip(CHAPTERS, results, strict=True)
        }


@every_chapter
def test_runs_as_a_plain_program(chapter: Path, programs: dict[Path, Program]) -> None:
    """From any folder, without a screen, on one thread, with warnings as errors."""
    result, folder = programs[chapter]
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
def test_shape_comments_are_true(chapter: Path, played: dict[Path, Played]) -> None:
    """After each statement its shape comment holds, nothing is echoed, and prose says no tensor."""
    assert played[chapter].faults == []


@every_chapter
def test_prose_says_what_a_second_evaluation_finds(
    chapter: Path, played: dict[Path, Played], pages: dict[Path, list[NotebookNode]]
) -> None:
    """Run without the site's engine, each expression has the value on the page."""
    prose = [n for n, cell in enumerate(pages[chapter]) if cell.cell_type == "markdown"]
    said = [played[chapter].said[n] for n in prose]
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
