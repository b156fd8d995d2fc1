"""`make chapter`: what it writes builds, keeps the rules of the book, and passes its tests."""

import difflib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ptfund._site.reading.chapter import read_chapter
from ptfund._site.reading.exercises import read_exercises
from ptfund._site.running.rules import Rules
from ptfund._site.running.schedule import run_chapters
from ptfund._site.scaffold import LONGEST_TOPIC, main
from ptfund.exercises import EXERCISES
from tests.book import CHAPTERS
from tests.exercises.answers import ASKED, Asked
from tests.tutorials.reading import cells_of, headings, shown, text_of, with_outputs
from tests.tutorials.rules import RULES

# A topic that no chapter will have.
LAST = CHAPTERS[-1].path.name
NUMBER = int(LAST[:2]) + 1
NAME = f"{NUMBER:02}_quinces"
SCRIPT = f"tutorials/{NAME}.py"
NEW = [SCRIPT, "src/ptfund/exercises/_quinces.py", "tests/exercises/wrong_answers/quinces.py"]
LISTS = [
    "src/ptfund/exercises/__init__.py",
    "mkdocs.yml",
    "docs/index.md",
    "docs/assets/images/chapters.svg",
]
NAMES = ["quinces_shares", "quinces_largest", "quinces_centred"]


@pytest.fixture
def written(book: Path) -> Path:
    """The book with a new chapter."""
    assert main(["quinces"], book) == 0
    return book


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its content."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def added(before: dict[str, bytes], folder: Path) -> dict[str, str]:
    """Return the lines that were put into each file that is new or has grown; none may be lost."""
    found = {}
    for name, content in contents(folder).items():
        if name not in before or before[name] != content:
            old, new = (
                c.decode().splitlines(keepends=True) for c in (before.get(name, b""), content)
            )
            changes = list(difflib.ndiff(old, new))
            assert not any(line.startswith("- ") for line in changes), name
            found[name] = "".join(line[2:] for line in changes if line.startswith("+ "))
    return found


def run(book: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python command in a book, with the package that lies there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=book,
        env={**kept, "PYTHONPATH": str(book / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_list_of_chapters_grows(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three files are new, four have a new entry, and all seven are told."""
    before = contents(book)
    assert main(["quinces"], book) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:7] == [f"{n} is new" for n in NEW] + [f"{n} lists it" for n in LISTS]
    found = added(before, book)
    assert set(found) == {*NEW, *LISTS}
    assert found["mkdocs.yml"].strip() == f"- {SCRIPT}"
    listed = [line.strip() for line in (book / "mkdocs.yml").read_text("utf-8").splitlines()]
    assert listed.index(f"- {SCRIPT}") == listed.index(f"- tutorials/{LAST}") + 1
    assert f'"{NAME}": (' in found[LISTS[0]]
    assert all(f'"{name}",\n' in found[LISTS[0]] for name in NAMES)
    assert f"**[Quinces](tutorials/{NAME}.py)**" in found["docs/index.md"]
    assert "chapters.svg#quinces" in found["docs/index.md"]
    assert 'id="quinces"' in found["docs/assets/images/chapters.svg"]


def test_chapter_keeps_the_rules(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs, its three solutions pass, and no rule of the book finds anything."""
    monkeypatch.setenv("PYTHONPATH", str(written / "src"))
    chapter = read_chapter(written / SCRIPT, written)
    (executed,) = run_chapters([chapter], Rules(written))
    assert executed.error is None, executed.error
    assert len(read_exercises(chapter)) == len(NAMES)
    texts = [shown(cell) for cell in executed.notebook.cells]
    passed = [text for texts_of_cell in texts for text in texts_of_cell if "passed" in text]
    assert passed == [f"{name}: passed.\n" for name in NAMES]
    cells = with_outputs(cells_of((written / SCRIPT).read_text("utf-8")), texts)
    assert {rule.__name__: rule(cells) for rule in RULES if rule(cells)} == {}


def test_each_section_has_its_place_to_fill(written: Path) -> None:
    """The opening, both lessons, all exercises and the end say what is to be written."""
    text = text_of(cells_of((written / SCRIPT).read_text("utf-8")))
    assert (1, "Quinces") in headings(text)
    assert text.count("*To write: ") >= 10


def load(name: str, path: Path) -> ModuleType:
    """Return a module that lies elsewhere than its name says."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_answers_are_told_apart(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stubs fail, solutions pass, and each of three wrong answers or more gets words of its own."""
    chapter = read_chapter(written / SCRIPT, written)
    found = {a.names[0]: a for a in (Asked(chapter, e) for e in read_exercises(chapter))}
    checks = load("ptfund.exercises._quinces", written / NEW[1])
    monkeypatch.setitem(sys.modules, checks.__name__, checks)
    monkeypatch.setitem(EXERCISES, chapter.name, tuple(found))
    for name, asked in found.items():
        monkeypatch.setitem(ASKED, name, asked)
    wrong = load("wrong_answers", written / NEW[2]).WRONG
    assert list(found) == list(wrong) == NAMES
    for name, asked in found.items():
        assert asked.judged(asked.solution) == f"{name}: passed.\n"
        assert "is not written yet" in asked.judged(asked.exercise.stub)
        told = [asked.judged(answer.source) for answer in wrong[name]]
        assert len(told) >= 3
        for number, answer in enumerate(wrong[name]):
            assert [n for n, words in enumerate(told) if answer.says in words] == [number]


@pytest.mark.parametrize("topic", ["quinces", "abcdefghijkl_mnopqrstuvw"])
def test_code_is_clean(topic: str, book: Path) -> None:
    """Ruff finds nothing in the new files, also where a name is as long as it may be."""
    assert len(topic) <= LONGEST_TOPIC
    before = contents(book)
    assert main([topic], book) == 0
    files = [name for name in added(before, book) if name.endswith(".py")]
    for check in (("check", "--no-cache"), ("format", "--check", "--no-cache")):
        done = run(book, "-m", "ruff", *check, *files)
        assert done.returncode == 0, done.stdout


def test_chapters_can_follow_one_another(written: Path) -> None:
    """The next one takes the next number, and stands behind the last one in every list."""
    assert main(["ripe_quinces"], written) == 0
    script = (written / f"tutorials/{NUMBER + 1:02}_ripe_quinces.py").read_text("utf-8")
    assert script.startswith("# %% [markdown]\n# # Ripe quinces\n")
    assert f"[Quinces]({NAME}.py)" in script
    for name, piece in zip(LISTS, ("{0}_{1}", "{0}_{1}.py", "{0}_{1}.py", '"{2}"'), strict=True):
        text = (written / name).read_text("utf-8")
        old = text.index(piece.format(f"{NUMBER:02}", "quinces", "quinces"))
        assert text.index(piece.format(f"{NUMBER + 1:02}", "ripe_quinces", "ripe-quinces")) > old


def test_the_command_answers_in_one_line(book: Path) -> None:
    """As make calls it, without a name: exit code 1, and no traceback."""
    done = run(book, "-m", "ptfund._site.scaffold")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
