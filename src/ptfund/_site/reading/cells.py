"""The cells of a script in the percent format: what begins each, and what it holds.

The format is a part of Jupytext's, so that Jupyter shows the same cells. What Jupytext would read
as a marker and is not written in the one way that is allowed here is an error, never code.
"""

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ptfund._site.reading.source import Fault, parse_python

__all__ = ["Cell", "read_cells"]

# What a cell may ask of the build, or be for it: the last three make an exercise.
TAGS = frozenset({"allow-stderr", "cheat-sheet", "check", "hint", "solution"})

_FORM = '`# %%` or `# %% [markdown]`, and after it nothing, or tags such as ` tags=["hint"]`'
_MARKER = re.compile(
    r'# %%(?P<markdown> \[markdown\])?(?: tags=\[(?P<tags>"[^"]*"(?:, *"[^"]*")*)\])? *'
)
# What begins a cell for Jupytext or for an editor.
_LIKE_A_MARKER = re.compile(r"#\s*(?:%%|<codecell>|In\[[0-9 ]*\]:?\s*$)")
# Markers of Jupytext's light format, which in prose are the bullets of a list.
_LIGHT_MARKER = re.compile(r"# (?:\+\s*(?:$|[\[{]|\w+=)|-$)")
_FENCE = re.compile(r"[ >]*(?P<marks>`{3,}(?=[^`]*$)|~{3,})(?P<language>.*)")


@dataclass(frozen=True)
class Cell:
    """One cell of a chapter; `line` is where its source begins in the script."""

    kind: Literal["markdown", "code"]
    source: str
    line: int
    tags: frozenset[str] = frozenset()


def read_cells(text: str) -> tuple[Cell, ...]:
    """Return the cells of a script.

    Args:
        text: The script, which must be Python.

    Raises:
        Fault: If a marker is not written as it must be, if a tag is unknown, or if a cell
            holds what it must not.
    """
    lines = text.split("\n")
    comments = {line: lines[line - 1] for line in _find_comments(text)}
    markers = [line for line, comment in comments.items() if _is_marker(line, comment)]
    if 1 not in markers:
        raise Fault(1, "a chapter must begin with the lines '# %% [markdown]' and '# # Title'")
    return tuple(
        _read_cell(lines[begin - 1], lines[begin : end - 1], begin, comments)
        for begin, end in pairwise([*markers, len(lines) + 1])
    )


def _find_comments(text: str) -> Iterator[int]:
    """Yield the number of each line that is a comment, indented or not."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip():
            yield token.start[0]


def _is_marker(line: int, comment: str) -> bool:
    """Return whether a comment begins a cell."""
    if not _LIKE_A_MARKER.match(comment.lstrip()):
        return False
    if not _MARKER.fullmatch(comment):
        raise Fault(line, f"the marker of a cell must be {_FORM}, got `{comment}`")
    return True


def _read_cell(marker: str, lines: list[str], begin: int, comments: dict[int, str]) -> Cell:
    match = _MARKER.fullmatch(marker)
    assert match is not None  # noqa: S101 - all markers have matched
    while lines and not lines[-1].strip():
        lines.pop()
    tags = _read_tags(match["tags"] or "", begin)
    if match["markdown"]:
        return Cell("markdown", _read_prose(lines, begin + 1), begin + 1, tags)
    for line in range(begin + 1, begin + 1 + len(lines)):
        if _LIGHT_MARKER.match(comments.get(line, "")):
            raise Fault(line, f"the marker of a cell must be {_FORM}, got `{comments[line]}`")
    source = "\n".join(lines)
    try:
        parse_python(source)
    except Fault as fault:
        message = f"a cell must be whole by itself: {fault.message}"
        raise Fault(begin + fault.line, message) from fault
    return Cell("code", source, begin + 1, tags)


def _read_tags(written: str, line: int) -> frozenset[str]:
    tags = re.findall('"(.*?)"', written)
    if unknown := sorted(set(tags) - TAGS):
        known = ", ".join(sorted(TAGS))
        raise Fault(line, f"unknown tag {', '.join(unknown)!r}: a tag must be one of {known}")
    if len(set(tags)) < len(tags):
        raise Fault(line, "a cell must have each of its tags once")
    return frozenset(tags)


def _read_prose(lines: Sequence[str], begin: int) -> str:
    """Return the text that comments hold; a fence in it must be closed, or it goes on for ever."""
    fence, opened = "", begin
    for number, line in enumerate(lines, begin):
        if line != "#" and not line.startswith("# "):
            message = (
                "each line of a Markdown cell must be '#' or begin with '# ': an empty line is "
                "'#', and '# %%' stands before code"
            )
            raise Fault(number, message)
        if match := _FENCE.fullmatch(line[2:]):
            if not fence:
                fence, opened = match["marks"], number
            elif match["marks"] == fence and not match["language"].strip():
                fence = ""
    if fence:
        raise Fault(opened, f"this block of code must be closed with {fence} in the same cell")
    return "\n".join(line[2:] for line in lines)
