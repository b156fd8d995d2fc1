"""Files to solve exercises in: what is in them, and that nobody's work is lost."""

import subprocess
import sys

import pytest

from ptfund._site.publishing.workbook import compose_workbook, write_workbooks
from ptfund._site.reading.chapter import read_chapter
from ptfund._site.reading.exercises import read_exercises
from tests.engine.project import Project
from tests.engine.reading.test_exercises import BEGIN, EXERCISE

IMPORTS = "from m import check\nfrom ptfund.data import x\nimport torch\nfrom m import a\n"
SOURCE = BEGIN.replace("import math\n", f"import math\n{IMPORTS}") + EXERCISE.replace(
    "# ### 1.", "# ## Exercises\n#\n# ### 1."
).replace(
    "# Return twice the number.", "# Return [twice](02_b.py) the number.\n#\n# !!! note\n#     It."
).replace("x + x", "math.floor(x + x + a + torch.x)")


@pytest.fixture
def book(project: Project) -> Project:
    """A chapter with two exercises, and one with none."""
    project.write("tutorials/01_a.py", SOURCE + EXERCISE.replace("double", "twice"))
    project.chapter("02_b", "print(1)")
    return project


def test_a_file_has_task_stub_check_and_hint(book: Project) -> None:
    """And imports what they need, once; what only the site's Markdown knows is translated."""
    chapter = read_chapter(book.root / "tutorials/01_a.py", book.root)
    text = compose_workbook(chapter, read_exercises(chapter))
    assert "Exercises\n" not in text
    head, imports, task, stub, check, hint, *others = text.split("\n# %%")
    assert head.startswith("# %% [markdown]\n# # Exercises to chapter 1: A chapter\n#\n# Write")
    assert "python -m ptfund.exercises exercises/01_a.py" in head
    assert imports.strip().splitlines() == [
        "import math",
        "import os.path as where",
        "from collections import Counter, deque",
        "import torch",
        "from m import a, check",
        "from ptfund.data import x",
    ]
    assert task.startswith(
        " [markdown]\n# ### 1. Double it\n#\n# Return twice the number.\n#\n# > "
    )
    assert stub.endswith("    raise NotImplementedError\n\n")
    assert check == "\ncheck(double)\n"
    assert hint == " [markdown]\n# *Hint.* Add it to itself.\n"
    assert len(others) == 4
    assert "Counter({" not in text


def test_a_file_is_a_script_and_a_chapter_of_its_own(book: Project) -> None:
    """Python and Jupytext can read it."""
    chapter = read_chapter(book.root / "tutorials/01_a.py", book.root)
    path = book.write("exercises/01_a.py", compose_workbook(chapter, read_exercises(chapter)))
    read = read_chapter(path, book.root)
    kinds = ["markdown", "code", *2 * ["markdown", "code", "code", "markdown"]]
    assert [cell.kind for cell in read.cells] == kinds


def written(book: Project, *, again: bool = False) -> list[str]:
    """Write the files and return what is said of them."""
    return list(write_workbooks(book.root, again=again))


def test_a_learners_work_is_kept(book: Project) -> None:
    """Unless one is told to begin anew; even then it stays, under another name."""
    assert written(book) == ["exercises/01_a.py is written"]
    path = book.root / "exercises/01_a.py"
    new = path.read_text("utf-8")
    assert written(book) == ["exercises/01_a.py is there, as it was written"]
    for work in ("first", "second"):
        path.write_text(work, "utf-8")
        assert written(book) == ["exercises/01_a.py is kept: your work is in it"]
        assert path.read_text("utf-8") == work
        (said,) = written(book, again=True)
        kept = said.rpartition(" ")[2]
        assert said == f"exercises/01_a.py is written anew; what was there is now {kept}"
        assert path.read_text("utf-8") == new
        assert (path.parent / kept).read_text("utf-8") == work
    assert len(list(path.parent.iterdir())) == 3


def test_the_command_says_what_it_did(book: Project) -> None:
    """As `make exercises` calls it, once plainly and once to begin anew."""
    command = [sys.executable, "-m", "ptfund._site.publishing.workbook"]
    path = book.root / "exercises/01_a.py"

    def told(*arguments: str) -> str:
        return subprocess.run(
            [*command, *arguments], cwd=book.root, capture_output=True, text=True, check=True
        ).stdout

    assert told() == "exercises/01_a.py is written\n"
    path.write_text("work", "utf-8")
    assert told() == "exercises/01_a.py is kept: your work is in it\n"
    assert "written anew" in told("--again")


def test_a_chapter_that_cannot_be_read_hides_no_other(book: Project) -> None:
    """It is named, and the others are written."""
    book.write("tutorials/03_c.py", "x = (\n")
    said = written(book)
    assert said[0].startswith("tutorials/03_c.py:1: SyntaxError")
    assert said[1:] == ["exercises/01_a.py is written"]
