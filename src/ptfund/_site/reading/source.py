r"""The text of a script: what Python, editors and Jupyter read alike, and Python accepts."""

import ast
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

__all__ = ["Fault", "check_python", "parse_python", "read_source"]

# Some programs end a line at these characters and others do not, some draw a tab with other
# spaces, and HTML allows few of them. In strings, an escape stands for each.
_INVISIBLE = re.compile("[\0-\t\v-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
# By such a comment Python takes the script for another encoding; see PEP 263.
_ENCODING = re.compile(r"#.*?coding[:=][ \t]*[-\w.]+", re.ASCII)


class Fault(Exception):  # noqa: N818 - the chapter's error is made of it
    """What is wrong with a script, at which of its lines."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message


def read_source(path: Path) -> str:
    r"""Return the text of a script, whose lines end with `\n` wherever it was written.

    Args:
        path: The script.

    Raises:
        Fault: If it cannot be read, is not UTF-8, or holds characters that nobody sees.
    """
    try:
        if not path.is_file():
            raise Fault(1, "a chapter must be a file, not a folder or a link that leads nowhere")
        content = path.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise Fault(1, f"a chapter must be a file that can be read: {error.strerror}") from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Fault(line, "a chapter must be UTF-8 text") from error
    if text.startswith("\ufeff"):
        raise Fault(1, "a chapter must be saved as UTF-8 without a byte order mark")
    if found := _INVISIBLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Fault(line, _explain_character(found[0]))
    for line, begin in enumerate(text.split("\n", 2)[:2], 1):
        if _ENCODING.match(begin):
            message = f"a chapter is UTF-8, but Python takes {begin!r} for the name of an encoding"
            raise Fault(line, message)
    return text


def _explain_character(character: str) -> str:
    code = f"U+{ord(character):04X}"
    cure = f"in a string, write it as {ascii(character)[1:-1]}"
    match character:
        case "\t":
            return f"a chapter must not hold tabs: use spaces; {cure}"
        case "\r":
            return f"a line must end with a line feed, not with a carriage return; {cure}"
        case _:
            return f"a chapter must not hold the invisible character {code}; {cure}"


def check_python(source: str, mode: Literal["exec", "eval"] = "exec") -> None:
    """Raise an error if Python does not compile a source, of which nothing is executed.

    Raises:
        Fault: If Python refuses the source, with the line at which it does.
    """
    with _translate_errors(), _silence_warnings():
        compile(source, "<chapter>", mode, dont_inherit=True)


def parse_python(source: str) -> ast.Module:
    """Return the syntax tree of a source.

    Raises:
        Fault: If the source is not Python, with the line at which it is not.
    """
    with _translate_errors(), _silence_warnings():
        return ast.parse(source)


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        message = getattr(error, "msg", str(error))
        raise Fault(line, f"{type(error).__name__}: {message}") from error


@contextmanager
def _silence_warnings() -> Iterator[None]:
    """Leave what Python warns of to the run, which shows it where it stands."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
