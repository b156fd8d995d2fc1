"""Notebooks of the real site in Google Colab, as far as its versions can be installed here."""

import asyncio
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from nbformat import NotebookNode
from packaging.requirements import Requirement

from tests.notebooks import execute, make_python, outputs, read
from tests.tools import serve

ROOT = Path(__file__).parents[1]
VERSIONS = ROOT / "tests" / "colab.txt"
TORCH = "2.11.0"
# Colab's Python is no newer, and its versions cannot be installed on one that is.
pytestmark = pytest.mark.skipif(sys.version_info >= (3, 14), reason="Colab's Python is 3.13")
EXECUTED, LEARNERS = "01_tensors.ipynb", "03_data_learner.ipynb"


class Visit(NamedTuple):
    """What was installed before and after two notebooks, and both as they ran, in this order."""

    before: set[str]
    after: set[str]
    executed: NotebookNode
    learners: NotebookNode


@pytest.fixture(scope="module")
def address(built_site: Path) -> Iterator[str]:
    """The address at which the site is served, which its own has without a port."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(built_site.parent))
    with serve(handler) as address:
        yield address


@pytest.fixture(scope="module")
def colab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has what Colab has, and neither the package nor jaxtyping."""
    constraints = (ROOT / "constraints.txt").read_text("utf-8")
    (torch,) = re.findall(r"^torch==.*$", constraints, re.MULTILINE)
    place = tmp_path_factory.mktemp("colab")
    return make_python(place, torch, "-r", str(VERSIONS), linked=["torch"])


@pytest.fixture(scope="module")
def visit(
    colab: Path, address: str, built_site: Path, tmp_path_factory: pytest.TempPathFactory
) -> Visit:
    """An executed notebook, then a learner's, each from its first cell on."""

    def run(name: str) -> NotebookNode:
        book = read((built_site / "downloads" / name).read_text("utf-8"))
        install = book.cells[0]
        install.source = install.source.replace("http://127.0.0.1/", address)
        assert address in install.source
        return asyncio.run(execute(book, colab, tmp_path_factory.mktemp("run")))

    before = installed(colab)
    executed, learners = run(EXECUTED), run(LEARNERS)
    return Visit(before, installed(colab), executed, learners)


def installed(python: Path) -> set[str]:
    """Return all distributions of a Python, with their versions."""
    freeze = [str(python), "-m", "pip", "freeze", "--all"]
    return set(
        subprocess.run(freeze, capture_output=True, text=True, check=True).stdout.split("\n")
    )


def told(cell: NotebookNode) -> list[Any]:
    """Return what a cell shows, without drawings: each version of Matplotlib has its own."""
    shown = outputs(cell)
    for output in shown:
        output.get("data", {}).pop("image/svg+xml", None)
    return shown


def page_of(built_site: Path, name: str) -> dict[str, list[Any]]:
    """Return what the cells of a chapter show on its page."""
    book = read((built_site / "downloads" / name.replace("_learner", "")).read_text("utf-8"))
    return {cell.id: told(cell) for cell in book.cells if cell.cell_type == "code"}


def test_the_first_cell_adds_what_is_missing_and_touches_nothing_else(visit: Visit) -> None:
    """The package, jaxtyping and what that needs are new; PyTorch and all others stay."""
    assert visit.before <= visit.after
    new = {re.split(r"[ =]", line)[0] for line in visit.after - visit.before}
    assert new == {"jaxtyping", "ptfund", "wadler_lindig"}


def test_nothing_is_broken_by_it(colab: Path, visit: Visit) -> None:
    """What is there meets what the package asks for, as does Colab's own PyTorch."""
    assert visit.after
    check = [str(colab), "-m", "pip", "check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needs = map(Requirement, project["dependencies"])
    (torch,) = [need for need in needs if need.name == "torch"]
    assert TORCH in torch.specifier


def test_an_executed_notebook_says_there_what_the_page_says(visit: Visit, built_site: Path) -> None:
    """Without a restart: texts, and the words of figures, to the letter."""
    expected = page_of(built_site, EXECUTED)
    _, *code = [cell for cell in visit.executed.cells if cell.cell_type == "code"]
    for cell in code:
        assert told(cell) == expected[cell.id], cell.source


def test_a_learners_notebook_fails_there_in_its_checks_alone(
    visit: Visit, built_site: Path
) -> None:
    """Its first cell, with nothing left to do, says nothing."""
    expected = page_of(built_site, LEARNERS)
    install, *code = [cell for cell in visit.learners.cells if cell.cell_type == "code"]
    assert install.outputs == []
    for cell in code:
        if "check" in cell.metadata.get("tags", ()):
            assert [output.ename for output in cell.outputs] == ["WrongAnswer"]
        else:
            assert told(cell) == expected[cell.id], cell.source
