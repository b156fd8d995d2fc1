"""`make chapter`: what it refuses, in one line, with every file left as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ptfund._site.scaffold import LONGEST_TOPIC, main
from tests.engine.test_scaffold import LAST, LISTS, contents


def refuse(arguments: list[str], book: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return why no chapter is written, in one line; nothing in the folder has changed."""
    before = contents(book)
    assert main(arguments, book) == 1
    assert contents(book) == before
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("No chapter is written: ")
    assert told.err.count("\n") == 1
    return told.err


@pytest.mark.parametrize(
    "arguments",
    [
        *([], [""], ["two", "words"], ["two words"], ["Quinces"], ["quinces2"], ["10_a"]),
        *(["a__b"], ["_a"], ["a_"], ["a-b"], ["ä"], ["../a"], ["a\n"], ["a.py"], ["--help"]),
        ["a" * (LONGEST_TOPIC + 1)],
    ],
    ids=str,
)
def test_what_is_no_name_is_refused(
    arguments: list[str], book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what a name is, and what was given."""
    told = refuse(arguments, book, capsys)
    assert "NAME=attention" in told
    assert repr(" ".join(arguments)) in told


@pytest.mark.parametrize(
    ("topic", "file"),
    [
        ("tensors", "tutorials/01_tensors.py"),
        ("loss_and_optimizer", "tutorials/05_loss_and_optimizer.py"),
        ("values", "src/ptfund/exercises/_values.py"),
        ("early", "tests/exercises/wrong_answers/early.py"),
    ],
)
def test_what_is_taken_is_refused(
    topic: str, file: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a chapter, by a check, or by a module beside the checks."""
    (book / "tests/exercises/wrong_answers/early.py").touch()
    assert f"{topic} is taken: {file} exists" in refuse([topic], book, capsys)


@pytest.mark.parametrize("content", [b"x = 1\n", b"x = (\n", b"\xff\n"])
@pytest.mark.parametrize("file", LISTS)
def test_a_list_without_chapters_is_named(
    file: str, content: bytes, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it holds something else, or what nobody can read."""
    (book / file).write_bytes(content)
    assert f"{file} lists no chapters" in refuse(["quinces"], book, capsys)


@pytest.mark.parametrize("file", LISTS)
def test_a_list_that_is_missing_is_named(
    file: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its path."""
    (book / file).unlink()
    assert file in refuse(["quinces"], book, capsys)


def fill(book: Path) -> None:
    """Have ninety-nine chapters."""
    (book / "tutorials" / LAST).rename(book / "tutorials" / f"99{LAST[2:]}")


def empty(book: Path) -> None:
    """Have no chapter."""
    shutil.rmtree(book / "tutorials")


def spoil(book: Path) -> None:
    """Have a last chapter that is no chapter."""
    (book / "tutorials" / LAST).write_text("1 +\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [(fill, "99 chapters"), (empty, "no chapter"), (spoil, f"{LAST}:1: SyntaxError")],
)
def test_a_book_that_cannot_grow_is_told(
    change: Callable[[Path], None], told: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There must be a chapter to follow, and a number left."""
    change(book)
    assert told in refuse(["quinces"], book, capsys)


def test_nothing_is_left_of_what_fails(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder for the wrong answers is missing: the files before them are taken back."""
    folder = book / "tests/exercises/wrong_answers"
    shutil.rmtree(folder)
    folder.write_text("no folder", encoding="utf-8")
    assert "quinces.py" in refuse(["quinces"], book, capsys)


def test_files_that_have_grown_are_taken_back(
    book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full in the middle of the last file, and all seven are as they were."""
    write = Path.write_text

    def fail(path: Path, text: str, **settings: str) -> int:
        if path.name == "chapters.svg":
            write(path, text[:100], **settings)
            raise OSError(28, "No space left on device", path.name)
        return write(path, text, **settings)

    monkeypatch.setattr(Path, "write_text", fail)
    assert "No space left on device" in refuse(["quinces"], book, capsys)


def test_nothing_is_left_of_what_is_interrupted(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between two files: the first is taken back."""
    before = contents(book)
    write = Path.write_text

    def interrupt(path: Path, text: str, **settings: str) -> int:
        if path.name == "_quinces.py":
            raise KeyboardInterrupt
        return write(path, text, **settings)

    monkeypatch.setattr(Path, "write_text", interrupt)
    with pytest.raises(KeyboardInterrupt):
        main(["quinces"], book)
    assert contents(book) == before
