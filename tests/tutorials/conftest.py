"""The chapters as the rules see them, each run once."""

import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import jaxtyping
import pytest
from nbformat import NotebookNode

from ptfund._site.running.run import Run
from tests.tutorials.code_rules import Played, play
from tests.tutorials.reading import cells_of, shown, with_outputs

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def played() -> dict[Path, Played]:
    """Each chapter run without the site's engine, two at a time, by its path."""
    paths = sorted((ROOT / "tutorials").glob("*.py"))
    with ProcessPoolExecutor(2, get_context("spawn"), _prepare) as two:
        return dict(zip(paths, two.map(_play, paths), strict=True))


def _prepare() -> None:
    """Be as strict as this process."""
    warnings.simplefilter("error")
    jaxtyping.install_import_hook("ptfund", "beartype.beartype")


def _play(path: Path) -> Played:
    return play(cells_of(path.read_text(encoding="utf-8")))


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
