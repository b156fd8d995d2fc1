"""The chapters of a folder: those that are right, and an error for each of the others."""

import pytest

from ptfund._site.reading.book import read_book
from tests.engine.project import Project
from tests.engine.server import serving

BEGIN = "# %% [markdown]\n# # T\n"
BROKEN = {
    "02_empty": b"",
    "03_bytes": b"\xff\xfe",
    "04_null": f"{BEGIN}# \0\n".encode(),
    "05_header": f"# ---\n# jupyter: [\n# ---\n{BEGIN}".encode(),
    "06_cookie": f"# coding: latin-1\n{BEGIN}".encode(),
    "07_tags": f'{BEGIN}\n# %% tags="hint"\nx = 1\n'.encode(),
    "08_number": f"{BEGIN}\n# %% tags=[1]\nx = 1\n".encode(),
    "09_await": f"{BEGIN}\n# %%\nawait x\n".encode(),
    "10_split": f"{BEGIN}\n# %%\nif True:\n# %%\n    x = 1\n".encode(),
    "11_list": f"{BEGIN}# Text:\n# - a\n".encode(),
    "Wrong": BEGIN.encode(),
}


@pytest.fixture
def shelf(project: Project) -> Project:
    """A right chapter among wrong ones, and among what is none."""
    project.chapter("01_right", "print('is right')")
    for name, content in BROKEN.items():
        project.write(f"tutorials/{name}.py", "").write_bytes(content)
    folder = project.root / "tutorials"
    (folder / "12_folder.py").mkdir()
    (folder / "13_link.py").symlink_to("nowhere.py")
    (folder / ".#01_right.py").symlink_to("somebody@somewhere")  # an editor's lock
    return project


def test_every_wrong_chapter_has_an_error_and_spoils_no_other(shelf: Project) -> None:
    """Each error is a chapter's, with its line; hidden files are nobody's chapters."""
    chapters, errors = read_book(shelf.root)
    assert [chapter.name for chapter in chapters] == ["01_right"]
    names = [*BROKEN, "12_folder", "13_link"]
    assert sorted(error.script for error in errors) == sorted(f"tutorials/{n}.py" for n in names)
    lines = {error.script[10:12]: error.line for error in errors}
    assert [lines[f"{n:02}"] for n in range(2, 14)] == [1, 1, 3, 1, 1, 4, 4, 5, 5, 4, 1, 1]


def test_a_chapter_that_begins_like_another_is_refused(project: Project) -> None:
    """Numbers are no part of an address, which belongs to one chapter."""
    project.chapter("01_a", "x = 1")
    project.chapter("02_a", "x = 1")
    _, (error,) = read_book(project.root)
    assert str(error) == "tutorials/02_a.py:1: the address 'a' belongs to tutorials/01_a.py"


def test_a_build_lists_them_all(shelf: Project) -> None:
    """Without a traceback; nothing is published."""
    build = shelf.build()
    said = build.stdout + build.stderr
    assert build.returncode == 1
    assert "Traceback" not in said
    assert "tutorials/12_folder.py:1: a chapter must be a file" in said
    assert "tutorials/08_number.py:4: the marker of a cell must be" in said
    assert not (shelf.root / "site").exists()


def test_while_serving_each_page_says_what_is_wrong(shelf: Project) -> None:
    """The other pages stay; also a script of a wrong name has its page within the site."""
    with serving(shelf) as server:
        assert "is right" in server.page("/tutorials/right/")
        assert "09_await.py:5: SyntaxError: 'await' outside" in server.page("/tutorials/await/")
        assert "12_folder.py:1: a chapter must be a file" in server.page("/tutorials/folder/")
        assert "13_link.py:1: a chapter must be a file" in server.page("/tutorials/link/")
        assert "Wrong.py:1: a chapter must be named" in server.page("/tutorials/Wrong/")
        assert "Traceback" not in server.log()
