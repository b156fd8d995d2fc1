"""The chapters as the rules see them, and as programs, each run once."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from nbformat import NotebookNode

from ptfund._site.running.run import Run
from tests.tutorials.playing import Played
from tests.tutorials.reading import cells_of, shown, with_outputs

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "tutorials").glob("*.py"))


class Program(NamedTuple):
    """A program that has run: what came of it, in which folder, and what was seen in it."""

    result: subprocess.CompletedProcess[str]
    folder: Path
    played: Played


def run_program(script: Path, place: Path) -> Program:
    """Run a script without the site's engine, from a folder of its own, without a screen."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND", "PTFUND_FIGURES"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    modules = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    folder, report = place / "folder", place / "report"
    folder.mkdir()
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.tutorials.playing", script, report],
        cwd=folder,
        env={**kept, "OMP_NUM_THREADS": "1", "PYTHONPATH": modules},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    seen = json.loads(report.read_text("utf-8")) if report.exists() else [["it has failed"], []]
    return Program(result, folder, Played(*seen))


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Program]:
    """Each chapter run once as a program, two at a time, by its path."""
    places = [tmp_path_factory.mktemp(chapter.stem) for chapter in CHAPTERS]
    with ThreadPoolExecutor(2) as two:
        return dict(zip(CHAPTERS, two.map(run_program, CHAPTERS, places), strict=True))


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
