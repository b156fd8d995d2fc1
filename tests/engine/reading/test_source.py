"""The text of a script: what is read as it stands, and what is refused with its line."""

import os
import warnings
from pathlib import Path

import pytest

from ptfund._site.reading.chapter import ChapterError, read_chapter
from ptfund._site.reading.source import Fault, check_python, parse_python, read_source
from tests.engine.project import Project

BEGIN = "# %% [markdown]\n# # T\n"


def refuse(project: Project, content: bytes) -> ChapterError:
    """Return why a chapter that a file holds is refused."""
    path = project.write("tutorials/01_x.py", "")
    path.write_bytes(content)
    with pytest.raises(ChapterError) as refused:
        read_chapter(path, project.root)
    return refused.value


@pytest.mark.parametrize(
    ("code", "line", "message"),
    [
        ("x = 1\nawait x", 6, "SyntaxError: 'await' outside function"),
        ("x = 1\nasync with x:\n    pass", 6, "SyntaxError: 'async with' outside"),
        ("x = [y async for y in x]", 5, "SyntaxError: asynchronous comprehension outside"),
        ("return", 5, "SyntaxError: 'return' outside function"),
        ("x = 1\n\nyield x", 7, "SyntaxError: 'yield' outside function"),
        ("x = 1\n\n# %%\nfrom __future__ import annotations", 8, "from __future__ imports must"),
        ("from __future__ import braces", 5, "SyntaxError: not a chance"),
        ("def f(a, a):\n    pass", 5, "SyntaxError: duplicate"),
        ("def f():\n    nonlocal x", 6, "SyntaxError: no binding for nonlocal 'x'"),
        ("x = 1\ndef f():\n    x\n    global x", 8, "used prior to global declaration"),
        ("for x in 1, 2:\n    pass\nbreak", 7, "SyntaxError: 'break' outside loop"),
        ("class A:\n    *x, *y = 1, 2", 6, "SyntaxError: multiple starred expressions"),
        ("x = 1\n    y = 2", 6, "IndentationError: unexpected indent"),
        ("print(\n", 5, "SyntaxError: '(' was never closed"),
        ("x = 1\ny = '", 6, "SyntaxError: unterminated string"),
        ("y = 1\nx = " + "9" * 5000, 6, "SyntaxError: Exceeds the limit"),
        ("%time x = 1", 5, "SyntaxError"),
        ("x = " + "-" * 100_000 + "1", None, "Error"),
    ],
)
def test_what_python_refuses_is_refused_with_its_line(
    project: Project, code: str, line: int | None, message: str
) -> None:
    """Also what is an error of the whole script and of none of its cells."""
    error = refuse(project, f"{BEGIN}\n# %%\n{code}\n".encode())
    assert message in error.message
    assert error.line >= 1
    if line is not None:
        assert str(error).startswith(f"tutorials/01_x.py:{line}: ")


@pytest.mark.parametrize("warn", ["error", "always"])
def test_reading_warns_of_nothing(project: Project, warn: str) -> None:
    """A warning of Python's compiler belongs to the run, which shows it; even an error here."""
    # What was read before is not read again, so that the text must be another one each time.
    code = f'assert (1, "{warn}")\nx = "\\d"\nx is 1\nprint("a" "b"(1))'
    text = f'{BEGIN}\n# %%\n{code}\n\n# %% [markdown]\n# It is `{{python}} "\\d" is 1`.\n'
    path = project.write("tutorials/01_x.py", text)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter(warn)  # type: ignore[arg-type] # one of its words
        assert read_chapter(path, project.root).cells[1].source == code
    assert seen == []


@pytest.mark.parametrize("character", "\0\x01\x08\t\x0b\x0c\r\x1b\x1c\x1d\x1e\x7f\x85\u2028\u2029")
@pytest.mark.parametrize("line", ["# Prose a{}b.", "x = '''a{}b'''", "x = 1 {}# Why", "{}x = 1"])
def test_invisible_characters_are_refused_with_their_line(
    project: Project, character: str, line: str
) -> None:
    """Some programs end a line there, and the page could not show them; an escape can be read."""
    error = refuse(project, f"{BEGIN}# Prose.\n{line.format(character)}\n".encode())
    assert error.line == 4
    assert f"write it as {ascii(character)[1:-1]}" in error.message


def test_escapes_and_other_letters_are_read(project: Project) -> None:
    """What can be seen is left alone, in code and in prose."""
    prose, code = "Ünïcode, “quotes”, 数, 🙂, \u00a0, 1\u202f000", "x = '''a\\x0cb\\t\\u2028ß'''"
    path = project.write("tutorials/01_x.py", f"{BEGIN}# {prose}\n\n# %%\n{code}\n")
    cells = read_chapter(path, project.root).cells
    assert [cell.source for cell in cells] == [f"# T\n{prose}", code]


def test_line_ends_of_windows_are_those_of_unix(project: Project) -> None:
    """Git may write them; Python, too, reads them so."""
    text = f"{BEGIN}# Prose.\n\n# %%\nx = '''a\nb'''\n"
    path = project.write("tutorials/01_x.py", "")
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert [cell.source for cell in read_chapter(path, project.root).cells] == [
        "# T\nProse.",
        "x = '''a\nb'''",
    ]
    assert read_source(path) == text


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "'# %% [markdown]' and '# # Title'"),
        (b"\n\n", 1, "'# %% [markdown]' and '# # Title'"),
        (b"\xef\xbb\xbf# %% [markdown]\n# # T\n", 1, "without a byte order mark"),
        ("# %% [markdown]\n# # T\n".encode("utf-16"), 1, "UTF-8"),
        (b"# %% [markdown]\n# # T\n# a\xef\xbb\xbfb\n", 3, "U+FEFF"),
        (b"# %% [markdown]\r\n# # T\r\n# na\xefve\r\n", 3, "UTF-8"),
        (b"# %% [markdown]\r# # T\r", 1, "a line must end with a line feed"),
        (b"# %% [markdown]\r\n# # T\r\n# a\rb\r\n", 3, "a line must end with a line feed"),
        (b"# -*- coding: latin-1 -*-\n# %% [markdown]\n# # T\n", 1, "the name of an encoding"),
        (b"# %% [markdown]\n# # T, coding: utf-8\n", 2, "the name of an encoding"),
        (b"# %% [markdown]\n# # Encoding: a history\n", 2, "the name of an encoding"),
        (b"#!/usr/bin/env python\n# %% [markdown]\n# # T\n", 1, "must begin with the lines"),
        (b"# ---\n# jupyter: [\n# ---\n\n# %% [markdown]\n# # T\n", 1, "must begin with the lines"),
        (b"# ---\n# title: T\n# ---\n\n# %% [markdown]\n# # T\n", 1, "must begin with the lines"),
        (b"\n# %% [markdown]\n# # T\n", 1, "must begin with the lines"),
        (b'"""Docstring."""\n# %% [markdown]\n# # T\n', 1, "must begin with the lines"),
    ],
)
def test_a_file_that_begins_or_is_written_otherwise_is_refused(
    project: Project, content: bytes, line: int, message: str
) -> None:
    """The error names the line at which to look, and what must be there."""
    error = refuse(project, content)
    assert (error.line, message in error.message) == (line, True), error


def test_an_encoding_is_named_by_a_comment_of_the_first_two_lines_alone(project: Project) -> None:
    """As Python has it: further down, the words are prose."""
    path = project.write("tutorials/01_x.py", f"{BEGIN}# Write coding: latin-1 there.\n")
    assert "coding: latin-1" in read_chapter(path, project.root).cells[0].source


def test_what_is_no_file_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a link that leads nowhere or to itself, a pipe, a file that may not be read."""
    folder = project.root / "tutorials"
    (folder / "01_folder.py").mkdir()
    (folder / "02_link.py").symlink_to("nowhere.py")
    (folder / "03_loop.py").symlink_to("03_loop.py")
    os.mkfifo(folder / "04_pipe.py")
    for path in sorted(folder.iterdir()):
        with pytest.raises(ChapterError, match="a chapter must be a file") as refused:
            read_chapter(path, project.root)
        assert str(refused.value).startswith(f"tutorials/{path.name}:1: ")

    def deny(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = project.write("tutorials/05_secret.py", BEGIN)
    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(ChapterError, match="must be a file that can be read: Permission denied"):
        read_chapter(path, project.root)


def test_python_is_checked_and_parsed_by_itself() -> None:
    """What this module imports from `__future__` counts for nothing; a fault has its line."""
    check_python("x = 1")
    check_python("x + 1", "eval")
    assert len(parse_python("x = 1\ny = 2").body) == 2
    with pytest.raises(Fault) as refused:
        check_python("x = 1", "eval")
    assert refused.value.line == 1
    with pytest.raises(Fault) as refused:
        parse_python("x = 1\ny = = 2")
    assert refused.value.line == 2
