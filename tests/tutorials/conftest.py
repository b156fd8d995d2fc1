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
def pages(executed_book: list[Run], played: dict[Path, Played]) -> dict[Path, list[NotebookNode]]:
    """The cells of each chapter with what they show, by its path.

    Code shows what it does on the site, and expressions their values in this process.
    """
    found = {}
    for run in executed_book:
        path = run.chapter.path
        cells = cells_of(path.read_text(encoding="utf-8"))
        outputs = iter([shown(cell) for cell in run.notebook.cells if cell.cell_type == "code"])
        texts = [
            next(outputs) if cell.cell_type == "code" else said
            for cell, said in zip(cells, played[path].said, strict=True)
        ]
        found[path] = with_outputs(cells, texts)
    return found
