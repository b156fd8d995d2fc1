"""Which edits run which chapters: those that use what was edited, and no others."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ptfund._site.reading.chapter import read_chapter
from ptfund._site.running.book import run_book
from ptfund._site.running.rules import Rules
from ptfund._site.running.run import Run
from tests.engine.project import Project

ALL = {"01_near", "02_far", "03_data", "04_alone"}


Edit = Callable[[Project], object]
EDITS: dict[str, tuple[Edit, set[str]]] = {
    "nothing": (lambda _: None, set()),
    "prose": (lambda p: p.edit("tutorials/04_alone.py", "Prose.", "Other prose."), set()),
    "a title": (lambda p: p.edit("tutorials/02_far.py", "A chapter", "Another"), set()),
    "prose between two cells that were one piece of prose": (
        lambda p: p.edit("tutorials/04_alone.py", "# Prose.", "# x\n\n# %% [markdown]\n# y"),
        set(),
    ),
    "code": (lambda p: p.edit("tutorials/02_far.py", "print(far())", "print(-far())"), {"02_far"}),
    "a comment in code": (
        lambda p: p.edit("tutorials/02_far.py", "print(far())", "print(far())  # 1"),
        {"02_far"},
    ),
    "a tag": (
        lambda p: p.edit("tutorials/02_far.py", "# %%\n", '# %% tags=["allow-stderr"]\n'),
        {"02_far"},
    ),
    "an expression": (lambda p: p.edit("tutorials/04_alone.py", "2 * v", "3 * v"), {"04_alone"}),
    "the order of cell and expression": (
        lambda p: p.write(
            "tutorials/04_alone.py",
            "# %% [markdown]\n# # A chapter\n# `{python} 2 * 1`\n\n# %%\nvalue = 2\nprint(value)\n",
        ),
        {"04_alone"},
    ),
    "an expression made a cell": (
        lambda p: p.edit(
            "tutorials/04_alone.py",
            "# %% [markdown]\n# Twice that is `{python} 2 * value`.\n",
            "# %%\n2 * value\n\n# %% [markdown]\n",
        ),
        {"04_alone"},
    ),
    "a module": (lambda p: p.edit("src/near.py", "+ 1", "+ 2"), {"01_near"}),
    "a module of a module": (
        lambda p: p.edit("src/far.py", "return 1", "return 3"),
        {"01_near", "02_far"},
    ),
    "a module that nobody imports": (lambda p: p.write("src/other.py", "x = 1"), set()),
    "what a package begins with": (
        lambda p: p.write("src/kit/__init__.py", "x = 1\n"),
        {"02_far"},
    ),
    "a new module in a package": (lambda p: p.write("src/kit/new.py", ""), set()),
    "a data file": (lambda p: p.write("data/numbers.txt", "4 5 6"), {"03_data"}),
    "only a time stamp": (lambda p: os.utime(p.root / "src" / "far.py", (1, 1)), set()),
    "a document": (lambda p: p.write("docs/index.md", "# Other\n"), set()),
    "a new chapter": (lambda p: p.chapter("05_new", "print('new')"), {"05_new"}),
    "a deleted chapter": (lambda p: (p.root / "tutorials" / "01_near.py").unlink(), set()),
    "a renamed chapter": (
        lambda p: (p.root / "tutorials" / "02_far.py").rename(p.root / "tutorials" / "06_fa.py"),
        set(),
    ),
    "a new module that nobody looks for": (lambda p: p.write("src/new.py", ""), set()),
    "a module that is found too late": (
        lambda p: p.write("later/near.py", "def near():\n    return 9\n"),
        set(),
    ),
    "a package in front of a module": (
        lambda p: p.write("src/far/__init__.py", "def far():\n    return 7\n"),
        {"01_near", "02_far"},
    ),
    "a module beside the chapters that is found first": (
        lambda p: p.write("src/near/__init__.py", "def near():\n    return 9\n"),
        {"01_near"},
    ),
}


def test_every_kind_of_edit_runs_exactly_the_chapters_that_it_concerns(
    shelf: Project,
) -> None:
    """Each edit is made, looked at, and taken back, which runs nothing."""
    assert shelf.executed() == ALL
    original = shelf.sources()
    for kind, (edit, concerned) in EDITS.items():
        edit(shelf)
        assert shelf.executed() == concerned, kind
        shelf.restore(original)
        assert shelf.executed() == set(), f"{kind}, taken back"


def test_a_failure_is_known_until_its_chapter_or_what_it_uses_changes(project: Project) -> None:
    """While serving, what has failed does not fail again and again, and is mended at once."""
    project.write("data/number.txt", "0")
    read = "from pathlib import Path\nnumber = int(Path('data/number.txt').read_text())"
    path = project.chapter("01_a", read, "print(1 / number)")
    before = dict[str, Run]()
    found = []
    edits: list[Callable[[], object]] = [
        lambda: None,
        lambda: None,
        lambda: project.edit("tutorials/01_a.py", "A chapter", "The same code"),
        lambda: project.edit("data/number.txt", "0", "1"),
        lambda: project.edit("data/number.txt", "1", "0"),
        lambda: project.edit("tutorials/01_a.py", "1 / number", "1 + number"),
    ]
    for edit in edits:
        edit()
        chapter = read_chapter(path, project.root)
        (run,) = run_book([chapter], Rules(project.root), before=before, say=lambda _: None)
        before = {run.chapter.script: run}
        found.append((run.failure is not None, run.cached))
    assert found == [
        (True, False),
        (True, True),
        (True, True),
        (False, False),
        (True, False),
        (False, False),
    ]


def test_two_builds_at_once_are_safe(project: Project) -> None:
    """Both succeed, and leave a site, a store and a report that are whole."""
    for number in range(1, 4):
        project.chapter(f"0{number}_c{number}", f"print('chapter', {number})")
    with ThreadPoolExecutor() as pool:
        builds = list(pool.map(lambda _: project.build(), range(3)))
    assert [build.returncode for build in builds] == [0, 0, 0], builds
    assert "chapter 2" in project.page("c2")
    assert list(project.root.glob(".site*")) == []
    assert project.executed() == set()
    json.loads((project.root / ".cache" / "ptfund" / "report.json").read_text())
