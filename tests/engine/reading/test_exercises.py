"""Exercises of a chapter: their cells, their stubs, and what they may not be."""

import ast
import re

import pytest

from ptfund._site.reading.chapter import Chapter, ChapterError, read_chapter
from ptfund._site.reading.exercises import Exercise, read_exercises
from tests.engine.project import Project

BEGIN = """\
# %% [markdown]
# # A chapter

# %%
import math
import os.path as where
from collections import Counter, deque
total = 3

# %% [markdown]
# ## Exercises
"""
EXERCISE = '''\

# %% [markdown]
# ### 1. Double it
#
# Return twice the number.

# %% [markdown] tags=["hint"]
# Add it to itself.

# %% tags=["solution"]
def double(
    x: int,  # the number
) -> int:
    """Return twice x.

    Whatever it is.
    """
    return Counter({1: x + x})[1]


# %% tags=["check"]
check(double)

# %% [markdown] tags=["solution"]
# A number and itself are twice the number.
'''
HEAD = "def double(\n    x: int,  # the number\n) -> int:\n"
DOCSTRING = '    """Return twice x.\n\n    Whatever it is.\n    """\n'
STUB = '''\
def double(
    x: int,  # the number
) -> int:
    """Return twice x.

    Whatever it is.
    """
    raise NotImplementedError'''


def read(project: Project, *exercises: str, begin: str = BEGIN) -> tuple[Chapter, list[Exercise]]:
    """Write a chapter with exercises, and read both."""
    source = begin.replace("total", "from m import check\ntotal") + "".join(exercises)
    chapter = read_chapter(project.write("tutorials/01_a.py", source), project.root)
    return chapter, list(read_exercises(chapter))


def test_cells_and_imports(project: Project) -> None:
    """An exercise knows its cells, and what its chapter has imported so far."""
    other = EXERCISE.replace("1. ", "").replace("double", "twice").replace("Counter", "deque")
    chapter, (first, second) = read(project, EXERCISE, "\n# %%\nimport json\n", other)
    assert first.imports == (
        "import math",
        "import os.path as where",
        "from collections import Counter",
        "from collections import deque",
        "from m import check",
    )
    assert second.imports == (*first.imports, "import json")
    parts = [(chapter.cells[n].kind, sorted(chapter.cells[n].tags)) for n in range(9, 14)]
    numbers = [second.task, second.hint, second.solution, second.check, second.why]
    assert numbers == list(range(9, 14))
    assert parts == [
        ("markdown", []),
        ("markdown", ["hint"]),
        ("code", ["solution"]),
        ("code", ["check"]),
        ("markdown", ["solution"]),
    ]


def test_stub_is_head_docstring_and_an_error(project: Project) -> None:
    """As the solution writes them, comments and all."""
    _, (exercise,) = read(project, EXERCISE)
    assert exercise.stub == STUB
    assert not exercise.shown


CLASS = '''\
class Helper:
    """Is not asked for."""


@final
class double(Base):
    """Is asked for."""

    constant = 3

    def __init__(self) -> None:
        """Begin."""
        self.x = 1

    @property
    def twice(self) -> int:
        """Return it."""
        return 2 * self.x
'''
CLASS_STUB = '''\
@final
class double(Base):
    """Is asked for."""

    def __init__(self) -> None:
        """Begin."""
        raise NotImplementedError

    @property
    def twice(self) -> int:
        """Return it."""
        raise NotImplementedError'''


def test_stub_of_a_class_has_its_methods(project: Project) -> None:
    """Helpers and what is set in the class are the solution's own."""
    old = EXERCISE[EXERCISE.index("def double") : EXERCISE.index("\n\n\n# %% tags")]
    begin = BEGIN.replace("import math", "from typing import final\nfrom m import Base")
    _, (exercise,) = read(project, EXERCISE.replace(old, CLASS), begin=begin)
    assert exercise.stub == CLASS_STUB
    assert {"from typing import final", "from m import Base"} < set(exercise.imports)


def test_two_functions_are_two_stubs(project: Project) -> None:
    """In the order in which the check names them."""
    both = EXERCISE.replace("check(double)", "check(double, half)").replace(
        "def double", 'def half() -> None:\n    """Halve."""\n\n\ndef double'
    )
    _, (exercise,) = read(project, both)
    names = [node.name for node in ast.parse(exercise.stub).body if hasattr(node, "name")]
    assert names == ["double", "half"]


def test_code_to_be_mended_is_the_stub(project: Project) -> None:
    """If the task shows what is asked for, with its mistake; other code is only shown."""
    shown = "# ```python\n# def double(x):\n#     return x\n# ```\n"
    task = "# Return twice the number.\n"
    _, (exercise,) = read(project, EXERCISE.replace(task, f"{task}#\n{shown}"))
    assert exercise.stub == "def double(x):\n    return x"
    assert exercise.shown
    _, (exercise,) = read(
        project, EXERCISE.replace(task, f"{task}#\n{shown.replace('double', 'other')}")
    )
    assert exercise.stub == STUB


WHY = '\n# %% [markdown] tags=["solution"]\n# A number and itself are twice the number.\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (WHY, "", "check(double)", "the text on why it works"),
        ('# %% tags=["check"]\ncheck(double)\n\n', "", "# A number", "here the check is missing"),
        ('# %% [markdown] tags=["hint"]', "# %% [markdown]", "def double(", "the hint is missing"),
        ('# %% [markdown] tags=["hint"]', '# %% tags=["hint"]', "# Add it", "the hint is missing"),
        ('["check"]', '["check", "allow-stderr"]', "check(double)", "the check is missing"),
        ("### 1. Double it", "Double it", "# Add it", "there must be the task"),
        ("[markdown]\n# ### 1.", "\n# ### 1.", "# Add it", "there must be the task"),
        ("# Return twice the number", "# It is `{python} 1`", "# ### 1.", "must not hold expr"),
        ("# Add it to", "# Add `{python} 2` to", "# Add `", "must not hold expressions"),
        ("twice the number.\n\n", "it.\n# ```python\n# x = 1\n# f(\n# ```\n", "# f(", "closed"),
        ("check(double)", "check(double(2))", "check(double(2))", "must be one line"),
        ("check(double)", "check(double, 2)", "check(double, 2)", "must be one line"),
        ("check(double)", "print(double)", "print(double)", "must be one line"),
        ("check(double)", "check(double)\ncheck(double)", "check(double)", "must be one line"),
        ("check(double)", "check(half)", "def double(", "the solution must define half"),
        ('"""Return twice x.\n\n    Whatever it is.\n    """', "", "def double(", "a docstring"),
        (f"{HEAD}{DOCSTRING}", f"ONE = 1\n\n\n{HEAD}", "def double(", "a docstring"),
        ("x + x", "x + x + total", "def double(", "only what is imported"),
    ],
)  # fmt: skip
def test_what_is_no_exercise_is_refused(
    project: Project, old: str, new: str, line: str, message: str
) -> None:
    """With the line of the script at which to look."""
    assert EXERCISE.count(old) == 1
    with pytest.raises(ChapterError, match=re.escape(message)) as refused:
        read(project, EXERCISE.replace(old, new))
    lines = (project.root / "tutorials/01_a.py").read_text(encoding="utf-8").splitlines()
    assert lines[refused.value.line - 1].startswith(line)


def test_a_build_refuses_it_too(project: Project) -> None:
    """Before a chapter runs."""
    project.write("tutorials/01_a.py", BEGIN + EXERCISE.replace(WHY, ""))
    build = project.build()
    assert build.returncode == 1
    assert "tutorials/01_a.py:33: an exercise is a task, then hint" in build.stdout + build.stderr
