"""Scripts, notebooks and the archive: what is in them, and that it is the same every time."""

import io
import os
import zipfile

import nbformat
import pytest
from nbformat import NotebookNode

from ptfund._site.chapter import read_chapter
from ptfund._site.downloads import ARCHIVE, archive, build_package, downloads, names, translated
from tests.engine.project import PYPROJECT, Project
from tests.engine.test_exercises import BEGIN, EXERCISE

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
    executed = translated(notebook, {"../index.md": "https://host/"}.get)
    assert nbformat.writes(notebook) == before, "the page is made of it, too"
    before = nbformat.writes(executed)
    made = downloads(chapter, executed, PACKAGE)
    assert nbformat.writes(executed) == before, "so is the page's copy as Markdown"
    assert made == downloads(chapter, executed, PACKAGE)
    assert [*made, ARCHIVE] == [download.name for download in names(chapter)]
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
    texts = [cell.source for cell in book.cells]
    assert texts[0] == "# A\n\n> **Look**\n>\n> [Home](https://host/)"
    assert texts[4] == "<details>\n<summary>Hint</summary>\n\nAdd it to itself.\n\n</details>"
    assert "Counter({1: x + x})" in texts[5]
    assert texts[6] == "check(double)"
    assert texts[7] == "A number and itself are twice the number: 6."
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert [[o.text for o in cell.outputs] for cell in code] == [["3\n"], [], ["double: passed.\n"]]
    assert book.metadata.language_info.name == "python"
    assert all("values" not in cell.metadata for cell in book.cells)


def test_learners_notebook_has_stubs(files: dict[str, bytes]) -> None:
    """First what installs the package; no output, no solution, no reason."""
    book = read(files["01_a_learner.ipynb"])
    texts = [cell.source for cell in book.cells]
    assert texts[0].splitlines()[3:] == [
        'if importlib.util.find_spec("ptfund") is None:',
        f"    %pip install --quiet {PACKAGE}",
    ]
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
    executed = translated(chapter.notebook([[], [], [], "6"]), lambda _: None)
    made = downloads(chapter, executed, "p-1.0-py3-none-any.whl")
    first = read(made["01_a_learner.ipynb"]).cells[0].source
    assert first.startswith("# Installs the book's package")
    assert "beside this notebook" in first
    assert first.endswith("%pip install --quiet p-1.0-py3-none-any.whl")
    assert "beside" not in read(files["01_a_learner.ipynb"]).cells[0].source


def test_archive_is_one_folder_of_all(files: dict[str, bytes]) -> None:
    """With a file that says what is what, the same bytes for the same files."""
    whole = {**files, "p.whl": b"wheel"}
    made = archive(whole, "p.whl", 1_700_000_000)
    assert made == archive(dict(reversed(whole.items())), "p.whl", 1_700_000_000)
    assert made != archive(whole, "p.whl", 1_700_086_400)
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        contents = {name: opened.read(name) for name in opened.namelist()}
    read_me = contents.pop("ptfund-chapters/README.txt").decode()
    assert contents == {f"ptfund-chapters/{name}": content for name, content in whole.items()}
    assert "p.whl                   the package" in read_me
    assert "pip install p.whl jupyterlab" in read_me


def test_archive_of_a_project_without_date(files: dict[str, bytes]) -> None:
    """Before its first commit: the earliest date that a zip can have."""
    with zipfile.ZipFile(io.BytesIO(archive(files, "p", 0))) as opened:
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
    for name, words in names(read_chapter(project.root / "tutorials/01_a.py", project.root)):
        assert f'<a href="../../downloads/{name}" download>{words}</a>' in rest
        assert project.site()[f"downloads/{name}"]
