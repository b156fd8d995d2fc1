"""Chapters as the rules read them: cells, and the pieces and sections of their text."""

import re
from collections.abc import Iterable, Iterator

import jupytext
import nbformat
from nbformat import NotebookNode

CLOSING = "What you can do now"

# What stands in a text and is not prose. Code spans and formulas end with their paragraph.
_PIECE = re.compile(
    r"(?P<fence>^ *(?P<bars>```|~~~)[^\n]*\n.*?^ *(?P=bars) *$)"
    r"|(?P<code>(?<![\\`])(?P<ticks>`+)(?!`)(?P<inside>(?:(?!\n\n).)+?)(?<!`)(?P=ticks)(?!`))"
    r"|(?P<display>(?<!\\)\$\$.+?\$\$)"
    r"|(?P<formula>(?<!\\)\$(?![\s$])(?:\\.|(?!\n\n)[^\\$])+?(?<!\s)\$(?!\d))",
    re.MULTILINE | re.DOTALL,
)


def cells_of(source: str) -> list[NotebookNode]:
    """Read a script as Jupytext does."""
    return list(jupytext.reads(source, fmt="py:percent").cells)


def code(source: str) -> str:
    """Write a code cell."""
    return f"# %%\n{source}\n\n"


def prose(text: str) -> str:
    """Write a Markdown cell."""
    return "# %% [markdown]\n" + "".join(f"# {line}".rstrip() + "\n" for line in text.split("\n"))


def with_outputs(cells: list[NotebookNode], outputs: Iterable[list[str]]) -> list[NotebookNode]:
    """Return the cells, each with what it shows: a text for every output or expression."""
    for cell, texts in zip(cells, outputs, strict=True):
        cell.outputs = [nbformat.v4.new_output("stream", text=text) for text in texts]
    return cells


def shown(cell: NotebookNode) -> list[str]:
    """Return what a cell shows: figures by their words, prose by the values of its expressions."""
    outputs = cell.get("outputs", ())
    said = [output.get("text") or output.data["text/plain"] + "\n" for output in outputs]
    return [*said, *cell.metadata.get("values", ())]


def code_of(cells: list[NotebookNode]) -> list[str]:
    """Return the sources of the code cells."""
    return [cell.source for cell in cells if cell.cell_type == "code"]


def text_of(cells: list[NotebookNode]) -> str:
    """Return all that is written between the code cells."""
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def replaced(text: str, **instead: str) -> str:
    """Return a text, other words standing for its pieces of the kinds that are named.

    The kinds are fence, expression (a code span that the build evaluates), code (any other code
    span), display and formula (math that stands alone or in a line).
    """

    def stand_in(piece: re.Match[str]) -> str:
        kind = piece.lastgroup or ""
        if kind == "code" and piece["inside"].lstrip().startswith("{python}"):
            kind = "expression"
        return instead.get(kind, piece[0])

    return _PIECE.sub(stand_in, text)


def expressions(text: str) -> Iterator[str]:
    """Yield what the build will evaluate of a text, each on one line."""
    for piece in _PIECE.finditer(text):
        inside = re.sub(r"\n\s*", " ", piece["inside"] or "").strip()
        if inside.startswith("{python}"):
            yield inside.removeprefix("{python}")


def headings(text: str) -> list[tuple[int, str]]:
    """Return level and words of each heading."""
    found = re.findall(r"^(#+) (.*)$", replaced(text, fence=""), flags=re.MULTILINE)
    return [(len(marks), words) for marks, words in found]


def sections(text: str, level: int = 2) -> list[tuple[str, str]]:
    """Return each section of a level: its heading, and all up to the next that is no lower."""
    fences = [match.span() for match in _PIECE.finditer(text) if match.lastgroup == "fence"]
    found, end = [], len(text)
    for mark in reversed(list(re.finditer(rf"^#{{1,{level}}} (.*)$", text, flags=re.MULTILINE))):
        if not any(start <= mark.start() < stop for start, stop in fences):
            if mark[0].startswith("#" * level):
                found.append((mark[1], text[mark.end() : end]))
            end = mark.start()
    return found[::-1]


def bullets(text: str) -> list[str]:
    """Return the items of the lists that stand outside blocks."""
    return re.split(r"^- ", text, flags=re.MULTILINE)[1:]
