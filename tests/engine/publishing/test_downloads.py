"""Scripts, notebooks and the archive: what is in them, and that it is the same every time."""

import io
import os
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.utils.text import DollarFormatter
from nbformat import NotebookNode

from ptfund._site.publishing.downloads import (
    ARCHIVE,
    build_package,
    list_downloads,
    make_downloads,
    pack_archive,
    translate_notebook,
)
from ptfund._site.reading.chapter import read_chapter
from tests.engine.project import PYPROJECT, Project
from tests.engine.reading.test_exercises import BEGIN, EXERCISE

PACKAGE = "https://host/downloads/p-1.0-py3-none-any.whl"


@pytest.fixture
def files(project: Project) -> dict[str, bytes]:
    """The files of a chapter with an exercise that was executed."""
    source = BEGIN.replace("total = 3", "print(3)").replace("# # A chapter", "# # A\n#\n# {}")
    source = source.replace("{}", '!!! note "Look"\n#     [Home](../index.md)')
    why = "are twice the number: `{python} 2 * 3`."
    path = project.write(
        "tutorials/01_a.py", source + EXERCISE.replace("are twice the number.", why)
    )
    path.write_text(
        path.read_text("utf-8").replace("print(3)", "print(3)\nfrom m import check"), "utf-8"
    )
    chapter = read_chapter(path, project.root)
    printed = {"output_type": "stream", "name": "stdout", "text": "3\n"}
    passed = {**printed, "text": "double: passed.\n"}
    notebook = chapter.notebook([[printed], [], [passed], "6"])
    before = nbformat.writes(notebook)
    executed = translate_notebook(notebook, {"../index.md": "https://host/"}.get)
    assert nbformat.writes(notebook) == before, "the page is made of it, too"
    before = nbformat.writes(executed)
    made = make_downloads(chapter, executed, PACKAGE)
    assert nbformat.writes(executed) == before, "so is the page's copy as Markdown"
    assert made == make_downloads(chapter, executed, PACKAGE)
    assert [*made, ARCHIVE] == [download.name for download in list_downloads(chapter)]
    return made


def read(content: bytes) -> NotebookNode:
    """Read a notebook, which must be valid."""
    book: NotebookNode = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(book)
    return book


def test_script_is_the_script(files: dict[str, bytes], project: Project) -> None:
    """To the byte."""
    assert files["01_a.py"] == (project.root / "tutorials/01_a.py").read_bytes()


def test_executed_notebook_has_it_all(files: dict[str, bytes]) -> None:
    """Outputs, values, solutions; prose as Jupyter reads it."""
    book = read(files["01_a.ipynb"])
    install, *texts = [cell.source for cell in book.cells]
    assert install == read(files["01_a_learner.ipynb"]).cells[0].source
    assert texts[0] == "# A\n\n> **Look**\n>\n> [Home](https://host/)"
    assert texts[4] == "<details>\n<summary>Hint</summary>\n\nAdd it to itself.\n\n</details>"
    assert "Counter({1: x + x})" in texts[5]
    assert texts[6] == "check(double)"
    assert texts[7] == "A number and itself are twice the number: 6."
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [None, 1, 2, 3]
    texts = [[output.text for output in cell.outputs] for cell in code]
    assert texts == [[], ["3\n"], [], ["double: passed.\n"]]
    assert book.metadata.language_info.name == "python"
    assert all("values" not in cell.metadata for cell in book.cells)


def test_learners_notebook_has_stubs(files: dict[str, bytes]) -> None:
    """First what installs the package; no output, no solution, no reason."""
    book = read(files["01_a_learner.ipynb"])
    texts = [cell.source for cell in book.cells]
    assert f"    %pip install --quiet --no-deps {PACKAGE}\n" in texts[0]
    assert texts[1].startswith("# A\n\n> **Look**")
    assert texts[-3].startswith("<details>\n<summary>Hint")
    assert texts[-2].endswith("    raise NotImplementedError")
    assert texts[-1] == "check(double)"
    assert "Counter({" not in "".join(texts)
    assert "twice the number: 6" not in "".join(texts)
    for cell in book.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            assert "solution" not in cell.metadata.get("tags", [])


def test_a_package_without_address_lies_beside(files: dict[str, bytes], project: Project) -> None:
    """In the archive, where the notebook finds it by its name."""
    chapter = read_chapter(project.root / "tutorials/01_a.py", project.root)
    executed = translate_notebook(chapter.notebook([[], [], [], "6"]), lambda _: None)
    made = make_downloads(chapter, executed, "p-1.0-py3-none-any.whl")
    first = read(made["01_a_learner.ipynb"]).cells[0].source
    assert "(the file beside this notebook)" in first
    assert "%pip install --quiet --no-deps p-1.0-py3-none-any.whl\n" in first
    assert "beside" not in read(files["01_a_learner.ipynb"]).cells[0].source


@pytest.mark.parametrize(
    ("there", "missing"),
    [([], "p-lib q"), (["p-lib"], "q"), (["ptfund"], "p-lib q"), (["ptfund", "P.lib", "q"], "")],
)
def test_the_first_cell_installs_what_is_missing_alone(
    there: list[str],
    missing: str,
    files: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The package without what it needs, then that by its names, as far as it is not there."""
    install(there, tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    asked = []

    def run_line_magic(name: str, line: str) -> None:
        asked.append(f"{name} {DollarFormatter().vformat(line, (), variables)}")
        install(["ptfund"] if PACKAGE in line else [], tmp_path)

    shell = SimpleNamespace(run_line_magic=run_line_magic)
    variables: dict[str, Any] = {"get_ipython": lambda: shell}
    cell = TransformerManager().transform_cell(read(files["01_a.ipynb"]).cells[0].source)
    exec(cell, variables)  # noqa: S102 - as IPython does
    package = [] if "ptfund" in there else [f"pip install --quiet --no-deps {PACKAGE}"]
    assert asked == package + ([f"pip install --quiet {missing}"] if missing else [])


def install(distributions: Iterable[str], folder: Path) -> None:
    """Put the metadata of distributions into a folder, as pip does."""
    for name in distributions:
        lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0"]
        if name == "ptfund":
            needs = ["p-lib<3,>=1.2", "q", "r>=1; extra == 'site'"]
            lines += [f"Requires-Dist: {need}" for need in needs]
        metadata = folder / f"{name.replace('-', '_')}-1.0.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text("\n".join(lines) + "\n", "utf-8")


def test_archive_is_one_folder_of_all(files: dict[str, bytes]) -> None:
    """With a file that says what is what, the same bytes for the same files."""
    whole = {**files, "p.whl": b"wheel"}
    made = pack_archive(whole, "p.whl", 1_700_000_000)
    assert made == pack_archive(dict(reversed(whole.items())), "p.whl", 1_700_000_000)
    assert made != pack_archive(whole, "p.whl", 1_700_086_400)
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        modes = {entry.external_attr >> 16 for entry in opened.infolist()}
        contents = {name: opened.read(name) for name in opened.namelist()}
    assert modes == {0o644}, "everybody can read what is unpacked"
    read_me = contents.pop("ptfund-chapters/README.txt").decode()
    assert contents == {f"ptfund-chapters/{name}": content for name, content in whole.items()}
    assert "p.whl                   the package" in read_me
    assert "pip install p.whl jupyterlab" in read_me


def test_archive_of_a_project_without_date(files: dict[str, bytes]) -> None:
    """Before its first commit: the earliest date that a zip can have."""
    with zipfile.ZipFile(io.BytesIO(pack_archive(files, "p", 0))) as opened:
        assert {entry.date_time[:3] for entry in opened.infolist()} == {(1980, 1, 1)}


def test_package_is_built(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the project says, with what lies in its folder, the same every time."""
    assert build_package(project.root) is None
    project.write("pyproject.toml", PYPROJECT)
    project.write("src/small/__init__.py", "x = 1\n")
    monkeypatch.setitem(os.environ, "SOURCE_DATE_EPOCH", "1700000000")
    built = build_package(project.root)
    assert built
    assert built == build_package(project.root)
    name, content = built
    assert name == "small-1.0-py3-none-any.whl"
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.read("small/__init__.py") == b"x = 1\n"


def test_a_package_that_cannot_be_built_says_why(project: Project) -> None:
    """And the site stays as it was."""
    project.write("pyproject.toml", PYPROJECT.replace("1.0", "one"))
    project.write("src/small/__init__.py", "x = 1\n")
    with pytest.raises(OSError, match=r"the package cannot be built: [\s\S]*one"):
        build_package(project.root)
    build = project.build()
    assert build.returncode == 1
    assert "the package cannot be built" in build.stdout + build.stderr
    assert "The site is as it was." in build.stdout + build.stderr
    assert not (project.root / "site").exists()


def test_the_page_offers_what_there_is(project: Project) -> None:
    """Each link below the title leads to a file of the site."""
    project.chapter("01_a", "print(1)")
    build = project.build()
    assert build.returncode == 0, build.stdout + build.stderr
    page = project.page("a")
    title, _, rest = page.partition("</h1>")
    assert title
    for name, words in list_downloads(
        read_chapter(project.root / "tutorials/01_a.py", project.root)
    ):
        assert f'<a href="../../downloads/{name}" download>{words}</a>' in rest
        assert project.site()[f"downloads/{name}"]


def test_a_notebook_holds_the_outputs_of_the_page() -> None:
    """Of each what the page shows, and its text; boxes in it are quotations."""
    script = "<script>draw()</script>"
    bundles = [
        {
            "text/html": '<p id="x1">a</p><style></style>',
            "text/plain": "<m.Styler at 0x7f0011223344>",
        },
        {"text/html": script, "text/plain": "LinearRegression()"},
        {"text/markdown": '!!! note "Look"\n    [Home](../index.md)', "text/plain": "<X object>"},
        {"text/latex": "$x$", "text/plain": "x"},
        {"image/svg+xml": "<svg/>", "image/png": "iVBO", "text/plain": "Figure: A line."},
    ]
    about = {"image/svg+xml": {"alt": "A line."}, "image/png": {"width": 1}}
    outputs = [
        nbformat.v4.new_output("execute_result", bundle, metadata=about, execution_count=7)
        for bundle in bundles
    ]
    cells = [nbformat.v4.new_code_cell("x", outputs=outputs)]
    translated = translate_notebook(
        nbformat.v4.new_notebook(cells=cells), {"../index.md": "https://host/"}.get
    )
    nbformat.validate(translated)
    shown = translated.cells[0].outputs
    assert [output.data for output in shown] == [
        {"text/html": "<p>a</p>"},
        {"text/plain": "LinearRegression()"},
        {"text/markdown": "> **Look**\n>\n> [Home](https://host/)"},
        {"text/latex": "$x$", "text/plain": "x"},
        {"image/svg+xml": "<svg/>", "text/plain": "Figure: A line."},
    ]
    assert [dict(output.metadata) for output in shown] == [
        *[{}] * 4,
        {"image/svg+xml": {"alt": "A line."}},
    ]
    assert {output.execution_count for output in shown} == {1}
