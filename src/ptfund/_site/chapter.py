"""A chapter: one percent-format script, read into cells that know their lines."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jupytext
import nbformat
from nbformat import NotebookNode

__all__ = ["Cell", "Chapter", "ChapterError", "Frame", "read_chapter"]

# What a cell may ask of the build.
TAGS = frozenset({"allow-stderr"})

_NAME = re.compile(r"\d\d(_[a-z0-9]+)+")
# Lines that look like shell commands are left as they are: a chapter is plain Python.
_FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}


@dataclass(frozen=True)
class Frame:
    """One step of a traceback, in the words of the files that people edit."""

    file: str
    line: int
    function: str
    source: str


class ChapterError(Exception):
    """What is wrong with a chapter, at which line of its script, and how it came to it."""

    def __init__(self, script: str, line: int, message: str, trace: Sequence[Frame] = ()) -> None:
        super().__init__(script, line, message, trace)
        self.script = script
        self.line = line
        self.message = message
        self.trace = tuple(trace)

    def __str__(self) -> str:
        steps = [f"\n    {f.file}:{f.line} in {f.function}\n        {f.source}" for f in self.trace]
        return f"{self.script}:{self.line}: {self.message}" + "".join(steps)


@dataclass(frozen=True)
class Cell:
    """One cell of a chapter; `line` is where its source begins in the script."""

    kind: Literal["markdown", "code"]
    source: str
    line: int
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Chapter:
    """A script that was read: where it lies, what it is called, and its cells."""

    path: Path
    script: str
    title: str
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The script's name without its ending: `05_loss_and_optimizer`."""
        return self.path.stem

    @property
    def slug(self) -> str:
        """The chapter's part of its address: `loss-and-optimizer`."""
        return self.name.partition("_")[2].replace("_", "-")

    @property
    def code_cells(self) -> int:
        """How many of the cells are code."""
        return sum(cell.kind == "code" for cell in self.cells)

    def error(self, cell: int, message: str, line: int = 1) -> ChapterError:
        """Return an error at a line of a cell, named by the line of the script."""
        return ChapterError(self.script, self.cells[cell].line + line - 1, message)

    def notebook(self) -> NotebookNode:
        """Return the chapter as a notebook that was not run, the same at every call."""
        cells = [_notebook_cell(cell, number) for number, cell in enumerate(self.cells)]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook: NotebookNode = nbformat.v4.new_notebook(
            cells=cells, metadata={"kernelspec": kernel}
        )
        return notebook


def _notebook_cell(cell: Cell, number: int) -> NotebookNode:
    settings: dict[str, Any] = {"id": f"cell-{number}", "metadata": {}}
    if cell.tags:
        settings["metadata"]["tags"] = sorted(cell.tags)
    new: NotebookNode
    if cell.kind == "code":
        new = nbformat.v4.new_code_cell(cell.source, **settings)
    else:
        new = nbformat.v4.new_markdown_cell(cell.source, **settings)
    return new


def read_chapter(path: Path, root: Path) -> Chapter:
    """Return the chapter that a script holds.

    Args:
        path: The script, named `NN_topic.py`.
        root: The project's folder; errors name the script as seen from there.

    Raises:
        ChapterError: If the script is not a chapter: badly named, not readable, not
            Python, without a title, or with an unknown tag.
    """
    script = path.relative_to(root).as_posix()
    if not _NAME.fullmatch(path.stem):
        raise ChapterError(script, 1, "a chapter must be named NN_topic.py, such as 01_tensors.py")
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ChapterError(script, line, "a chapter must be UTF-8 text") from error
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        message = getattr(error, "msg", str(error))
        raise ChapterError(script, line, f"{type(error).__name__}: {message}") from error
    cells = tuple(_cells(text, script))
    return Chapter(path, script, _title(cells, script), cells)


def _cells(text: str, script: str) -> Iterator[Cell]:
    lines = text.splitlines()
    position = 0
    for cell in jupytext.reads(text, fmt=_FORMAT).cells:
        source = cell.source.splitlines()
        start = _find(source, lines, position)
        if start is None:
            raise ChapterError(script, position + 1, "this cell is not in the percent format")
        tags = frozenset(cell.metadata.get("tags", ()))
        if unknown := tags - TAGS:
            marker = max(n for n in range(position, start) if lines[n].startswith("# %%"))
            known = ", ".join(sorted(TAGS))
            message = f"unknown tag {', '.join(sorted(unknown))!r}: a tag must be one of {known}"
            raise ChapterError(script, marker + 1, message)
        yield Cell(cell.cell_type, cell.source, start + 1, tags)
        position = start + len(source)


def _find(source: list[str], lines: list[str], position: int) -> int | None:
    """Return where a cell's lines stand in the script, as they are or as comments."""
    commented = [f"# {line}".rstrip() for line in source]
    for start in range(position, len(lines) - len(source) + 1):
        block = lines[start : start + len(source)]
        if block == source or [line.rstrip() for line in block] == commented:
            return start
    return None


def _title(cells: Sequence[Cell], script: str) -> str:
    if cells and cells[0].kind == "markdown":
        mark, _, title = cells[0].source.partition("\n")[0].partition(" ")
        if mark == "#" and title.strip():
            return title.strip()
    raise ChapterError(
        script, 1, "a chapter must begin with a Markdown cell whose first line is '# Title'"
    )
