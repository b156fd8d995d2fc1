"""The chapters as the rules see them, each run once."""

from pathlib import Path

import pytest
from nbformat import NotebookNode

from ptfund._site.run import Run
from tests.tutorials.code_rules import Played, play
from tests.tutorials.reading import cells_of, shown, with_outputs


@pytest.fixture(scope="session")
def played(executed_book: list[Run]) -> dict[Path, Played]:
    """Each chapter run in this process, by its path."""
    paths = [run.chapter.path for run in executed_book]
    return {path: play(cells_of(path.read_text(encoding="utf-8"))) for path in paths}


@pytest.fixture(scope="session")
def pages(executed_book: list[Run]) -> dict[Path, list[NotebookNode]]:
    """The cells of each chapter with what they show on the site, by its path."""
    return {
        run.chapter.path: with_outputs(
            cells_of(run.chapter.path.read_text(encoding="utf-8")),
            map(shown, run.notebook.cells),
        )
        for run in executed_book
    }
