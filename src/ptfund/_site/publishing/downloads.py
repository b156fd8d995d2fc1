"""What readers take with them: scripts, notebooks, the package, and all of it in one archive."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from ptfund._site.reading.chapter import Chapter
from ptfund._site.reading.exercises import Exercise, read_exercises
from ptfund._site.rendering.notebooks import Resolve, fold, to_jupyter
from ptfund._site.rendering.outputs import MARKDOWN, PLAIN, choose_representation
from ptfund._site.running.folders import make_work_folder

__all__ = [
    "ARCHIVE",
    "Download",
    "build_package",
    "list_downloads",
    "make_downloads",
    "name_learners_notebook",
    "pack_archive",
    "translate_notebook",
]

ARCHIVE = "ptfund-chapters.zip"

_INSTALL = """\
# Installs what is missing of the book's package{source} and of what it needs.
# What is already here, such as PyTorch, stays as it is; no restart is needed.
import re
from importlib import metadata


def missing(names):
    return [name for name in names if not any(metadata.distributions(name=name))]


if missing(["ptfund"]):
    %pip install --quiet --no-deps {package}
required = [line for line in metadata.requires("ptfund") if "extra" not in line]
if names := missing(re.match(r"[\\w.-]+", line)[0] for line in required):
    %pip install --quiet {{" ".join(names)}}"""
_BESIDE = " (the file beside this notebook)"
_READ_ME = """\
PyTorch fundamentals: the chapters, to run and to work in.

NN_topic.py             the chapter as a Python script: python NN_topic.py
NN_topic.ipynb          the chapter as a notebook, with all outputs
NN_topic_learner.ipynb  the same without outputs and solutions: here you solve the exercises
{package}
Install the package and Jupyter, with Python 3.11.5 or newer:

    pip install {install} jupyterlab
"""


class Download(NamedTuple):
    """A file that a chapter offers: what it is called, and what a reader finds in it."""

    name: str
    words: str


def list_downloads(chapter: Chapter) -> list[Download]:
    """Return what a chapter offers, the archive of all chapters last."""
    return [
        Download(f"{chapter.name}.py", "script"),
        Download(f"{chapter.name}.ipynb", "notebook with outputs"),
        Download(name_learners_notebook(chapter), "notebook to work in"),
        Download(ARCHIVE, "all chapters (zip)"),
    ]


def name_learners_notebook(chapter: Chapter) -> str:
    """Return what the notebook to work in is called."""
    return f"{chapter.name}_learner.ipynb"


def make_downloads(chapter: Chapter, executed: NotebookNode, package: str) -> dict[str, bytes]:
    """Return the files of a chapter by their names, the same at every call.

    Args:
        chapter: The chapter.
        executed: The chapter as it was executed, translated.
        package: What pip is told to install: an address or a file.
    """
    learners = _learners(executed, read_exercises(chapter))
    notebooks = (_written(_installing(notebook, package)) for notebook in (executed, learners))
    contents = [chapter.path.read_bytes(), *notebooks]
    return dict(zip((name for name, _ in list_downloads(chapter)), contents, strict=False))


def translate_notebook(notebook: NotebookNode, resolve: Resolve) -> NotebookNode:
    """Return an executed notebook whose prose Jupyter can read, with the outputs of the page.

    Args:
        notebook: The chapter as it was executed.
        resolve: Where a link of the chapter leads, as a whole address.
    """
    new: NotebookNode = nbformat.from_dict(notebook)
    new.metadata["language_info"] = {"name": "python"}
    count = 0
    for cell in new.cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                _translate_output(output, count, resolve)
            continue
        values = cell.metadata.pop("values", ())
        cell.source = to_jupyter(cell.source, values, resolve)
        if "hint" in cell.metadata.get("tags", ()):
            cell.source = fold("Hint", cell.source)
    return new


def _translate_output(output: NotebookNode, count: int, resolve: Resolve) -> None:
    """Leave of an output what the page shows, and its plain text: Jupyter might show another."""
    if output.output_type == "execute_result":
        output.execution_count = count
    if "data" in output:
        kind, content, plain = choose_representation(output)
        shown = to_jupyter(content, None, resolve) if kind == MARKDOWN else content
        output.data = NotebookNode({**({PLAIN: plain} if plain else {}), kind: shown})
        output.metadata = NotebookNode(
            {kind: about for kind, about in output.metadata.items() if kind in output.data}
        )


def _learners(executed: NotebookNode, exercises: Sequence[Exercise]) -> NotebookNode:
    """Return the notebook to work in: no outputs, and stubs in place of solutions."""
    new: NotebookNode = nbformat.from_dict(executed)
    for exercise in exercises:
        new.cells[exercise.solution].source = exercise.stub
    left_out = {exercise.why for exercise in exercises}
    cells = [cell for number, cell in enumerate(new.cells) if number not in left_out]
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            tags = [tag for tag in cell.metadata.get("tags", ()) if tag != "solution"]
            cell.metadata = {"tags": tags} if tags else {}
    new.cells = cells
    return new


def _installing(notebook: NotebookNode, package: str) -> NotebookNode:
    """Return the notebook with a first cell that installs the package where it is missing."""
    new: NotebookNode = nbformat.from_dict(notebook)
    install = _INSTALL.format(package=package, source="" if "://" in package else _BESIDE)
    new.cells.insert(0, nbformat.v4.new_code_cell(install, id="install"))
    return new


def _written(notebook: NotebookNode) -> bytes:
    return f"{nbformat.writes(notebook)}\n".encode()


def pack_archive(files: Mapping[str, bytes], package: str, seconds: int) -> bytes:
    """Return a zip of all files in one folder, the same bytes for the same files.

    Args:
        files: Contents by name.
        package: The name of the package's file, which is among them.
        seconds: The date of all of them, in seconds since 1970.
    """
    line = f"{package:<24}the package that they import\n" if package in files else ""
    read_me = _READ_ME.format(package=line, install=package).encode()
    date = max(datetime.fromtimestamp(seconds, UTC), datetime(1980, 1, 1, tzinfo=UTC))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as zipped:
        for name, content in sorted({**files, "README.txt": read_me}.items()):
            entry = zipfile.ZipInfo(f"{ARCHIVE.removesuffix('.zip')}/{name}", date.timetuple()[:6])
            entry.create_system = 3  # as on Unix, wherever it is built
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, content)
    return whole.getvalue()


def build_package(root: Path) -> tuple[str, bytes] | None:
    """Return name and content of the project's wheel; None for a project without a package.

    Raises:
        OSError: If it cannot be built.
    """
    if not (root / "pyproject.toml").is_file():
        return None
    with make_work_folder() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        built = subprocess.run(  # noqa: S603 - a fixed command
            command, cwd=root, capture_output=True, text=True, check=False
        )
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise OSError(f"the package cannot be built: {(built.stderr or built.stdout).strip()}")
        return wheels[0].name, wheels[0].read_bytes()
