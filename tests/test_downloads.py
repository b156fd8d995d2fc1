"""What the real site offers to take away: it can be read anywhere, and runs without the project."""

import asyncio
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from importlib.metadata import distributions
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from nbformat import NotebookNode

from ptfund._site.publishing.downloads import ARCHIVE, build_package, list_downloads
from ptfund._site.reading.prose import CODE
from tests.book import CHAPTERS
from tests.notebooks import execute, make_python, outputs, read, surroundings

ROOT = Path(__file__).parents[1]
KINDS = {"executed": ".ipynb", "learner": "_learner.ipynb"}
RAW = re.compile(
    r"!!!|\?\?\?|\{python\}|\]\[|\.py[#)]|\.md[#)]|\]\((?!https?://)|^\[[^\]]+\]: ", re.MULTILINE
)

every_chapter = pytest.mark.parametrize("name", [chapter.name for chapter in CHAPTERS])


@pytest.fixture(scope="session")
def folder(built_site: Path) -> Path:
    """Where the site keeps its downloads."""
    return built_site / "downloads"


@pytest.fixture(scope="session")
def notebooks(folder: Path) -> dict[tuple[str, str], NotebookNode]:
    """Each published notebook, by its kind and its chapter."""
    return {
        (kind, chapter.name): read((folder / f"{chapter.name}{end}").read_text("utf-8"))
        for kind, end in KINDS.items()
        for chapter in CHAPTERS
    }


def test_notebooks_are_valid(notebooks: dict[tuple[str, str], NotebookNode]) -> None:
    """By the rules of their format, ids included."""
    for book in notebooks.values():
        nbformat.validate(book, relax_add_props=False)
        assert len({cell.id for cell in book.cells}) == len(book.cells)


def test_prose_is_translated(notebooks: dict[tuple[str, str], NotebookNode]) -> None:
    """Nothing is left that only the site's Markdown knows."""
    for key, book in notebooks.items():
        prose = "\n\n".join(c.source for c in book.cells if c.cell_type == "markdown")
        assert RAW.findall(CODE.sub("", prose)) == [], key


def test_links_lead_into_the_site(
    notebooks: dict[tuple[str, str], NotebookNode], built_site: Path
) -> None:
    """Each link to the site names a page that there is, and an anchor on it."""
    found = 0
    for book in notebooks.values():
        prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
        for address in re.findall(r"\]\((http://127[^)]*)\)", prose):
            parts = urlsplit(address)
            page = built_site.parent / parts.path.strip("/") / "index.html"
            assert page.is_file(), address
            if parts.fragment:
                assert f'id="{parts.fragment}"' in page.read_text("utf-8"), address
            found += 1
    assert found > 100


def test_archive_holds_all_files(folder: Path) -> None:
    """The same as one by one, and the package that they import."""
    with zipfile.ZipFile(folder / ARCHIVE) as opened:
        inside = {Path(name).name: opened.read(name) for name in opened.namelist()}
    read_me = inside.pop("README.txt").decode()
    beside = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ARCHIVE}
    assert inside == beside
    offered = {download.name for chapter in CHAPTERS for download in list_downloads(chapter)}
    (wheel,) = inside.keys() - offered
    assert wheel.endswith(".whl")
    assert wheel in read_me


def test_package_is_the_one_that_the_project_builds(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte, whenever it is built."""
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(BytesIO(wheel.read_bytes())) as opened:
        assert "ptfund/exercises/__main__.py" in opened.namelist()
        year, *_ = opened.infolist()[0].date_time
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    monkeypatch.setitem(os.environ, "SOURCE_DATE_EPOCH", told.stdout.strip())
    assert build_package(ROOT) == (wheel.name, wheel.read_bytes())
    assert year >= 2026


@pytest.fixture(scope="session")
def clean_python(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python of its own that has the published package, what that needs, and Jupyter's kernel.

    Its versions are those that have made the site, without what marks a build of PyTorch.
    """
    (wheel,) = folder.glob("*.whl")
    place = tmp_path_factory.mktemp("clean")
    here = {found.name: found.version.partition("+")[0] for found in distributions()}
    lines = [f"{name}=={version}" for name, version in here.items() if name != "ptfund"]
    constraints = place / "constraints.txt"
    constraints.write_text("\n".join(lines), encoding="utf-8")
    linked = [*needs_of(wheel), "ipykernel"]
    return make_python(place, "-c", str(constraints), str(wheel), "ipykernel", linked=linked)


def needs_of(wheel: Path) -> list[str]:
    """Return the requirements that a wheel states."""
    with zipfile.ZipFile(wheel) as opened:
        (name,) = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        return message_from_bytes(opened.read(name)).get_all("Requires-Dist", [])


def looked_up(learners: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Return the learner's notebook in which each check fails, is solved, and comes again."""
    solved = {cell.id: cell for cell in executed.cells}
    book: NotebookNode = nbformat.from_dict(learners)
    cells: list[NotebookNode] = []
    for cell in book.cells:
        cells.append(cell)
        if "check" in cell.metadata.get("tags", ()):
            stub = cells[-2]
            cells += [solved[stub.id], solved[cell.id]]
    book.cells = cells
    return book


@pytest.fixture(scope="session")
def runs(
    notebooks: dict[tuple[str, str], NotebookNode],
    clean_python: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, list[NotebookNode]]:
    """The cells of each chapter after a run in the clean environment, two chapters at a time."""
    places = {chapter.name: tmp_path_factory.mktemp("run") for chapter in CHAPTERS}

    async def all_of_them() -> list[NotebookNode]:
        two = asyncio.Semaphore(2)

        async def one(name: str, place: Path) -> NotebookNode:
            book = looked_up(notebooks["learner", name], notebooks["executed", name])
            async with two:
                return await execute(book, clean_python, place)

        return await asyncio.gather(*(one(*pair) for pair in places.items()))

    books = asyncio.run(all_of_them())
    return {name: book.cells for name, book in zip(places, books, strict=True)}


@every_chapter
def test_executed_notebook_gives_the_outputs_of_the_page(
    name: str,
    notebooks: dict[tuple[str, str], NotebookNode],
    runs: dict[str, list[NotebookNode]],
) -> None:
    """Texts, figures and errors on purpose, to the letter."""
    last = {cell.id: cell for cell in runs[name]}
    for cell in notebooks["executed", name].cells:
        if cell.cell_type == "code":
            assert last[cell.id].source == cell.source
            assert outputs(last[cell.id]) == outputs(cell), cell.source


@every_chapter
def test_learners_notebook_stops_at_what_is_not_solved_alone(
    name: str,
    notebooks: dict[tuple[str, str], NotebookNode],
    runs: dict[str, list[NotebookNode]],
) -> None:
    """Each check says in one message what is to be done; all else gives the page's outputs."""
    expected = {cell.id: outputs(cell) for cell in notebooks["executed", name].cells}
    first = {cell.id: cell for cell in reversed(runs[name])}
    install, *cells = (first[cell.id] for cell in notebooks["learner", name].cells)
    assert install.outputs == [], "it must do nothing where the package is"
    checks = 0
    for cell in cells:
        if "check" not in cell.metadata.get("tags", ()):
            assert outputs(cell) == expected[cell.id], cell.source
            continue
        (error,) = cell.outputs
        assert error.output_type == "error"
        assert error.ename == "WrongAnswer"
        assert error.traceback == [error.evalue], "a message, not a traceback"
        assert error.evalue.startswith(
            cell.source.removeprefix("check(").partition(",")[0].strip(")")
        )
        checks += 1
    assert 3 <= checks <= 5


def test_install_cell_installs(
    clean_python: Path,
    notebooks: dict[tuple[str, str], NotebookNode],
    runs: dict[str, list[NotebookNode]],
    folder: Path,
    tmp_path: Path,
) -> None:
    """Where package and types are missing, the first cell brings both, from the file it names."""
    assert runs, "those who need the package have run"
    (wheel,) = folder.glob("*.whl")
    install = notebooks["executed", CHAPTERS[0].name].cells[0]
    (named,) = re.findall(r"%pip install --quiet --no-deps (\S+)", install.source)
    assert urlsplit(named).path == f"/book/downloads/{wheel.name}"
    install.source = install.source.replace(named, str(wheel))  # no server is running here
    ask = nbformat.v4.new_code_cell("import ptfund.exercises\nprint(ptfund.__path__[0])")
    book = nbformat.v4.new_notebook(cells=[install, ask])

    uninstall = [str(clean_python), "-m", "pip", "uninstall", "-q", "-y", "ptfund", "jaxtyping"]
    subprocess.run(uninstall, check=True)
    done = asyncio.run(execute(book, clean_python, tmp_path))
    assert done.cells[1].outputs[0].text.startswith(str(clean_python.parents[1]))


def test_script_opens_through_jupytext(folder: Path, tmp_path: Path) -> None:
    """As README says it: the script becomes a notebook, and gives the page's outputs."""
    (command,) = re.findall(
        r"^\.venv/bin/(jupytext .*)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    program, *arguments = command.split()
    target = arguments[arguments.index("-o") + 1]
    arguments[arguments.index(target)] = str(tmp_path / target)
    script = Path(arguments[-1])
    subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=ROOT,
        env=surroundings(),
        capture_output=True,
        check=True,
    )
    made = json.loads((tmp_path / target).read_text("utf-8"))["cells"]
    published = read((folder / f"{script.stem}.ipynb").read_text("utf-8")).cells
    code = [cell for cell in made if cell["cell_type"] == "code"]
    _, *expected = [cell for cell in published if cell.cell_type == "code"]
    assert [text_of(cell["outputs"]) for cell in code] == [text_of(c.outputs) for c in expected]
    assert not list((ROOT / "tutorials").glob("*.ipynb"))


def text_of(shown: list[dict[str, Any]]) -> str:
    """Return the text of outputs, lists of lines joined."""
    return "".join(_texts(shown))


def _texts(shown: list[dict[str, Any]]) -> Iterator[str]:
    for output in shown:
        text = output.get("text") or output["data"]["text/plain"]
        yield text if isinstance(text, str) else "".join(text)
