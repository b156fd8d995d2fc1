"""A chapter: one percent-format script, read into cells that know their lines."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import nbformat
from nbformat import NotebookNode

from ptfund._site.reading.cells import Cell, read_cells
from ptfund._site.reading.prose import CODE, check_lists
from ptfund._site.reading.source import Fault, check_python, parse_python, read_source

__all__ = [
    "Chapter",
    "ChapterError",
    "Frame",
    "Step",
    "choose_fence",
    "read_chapter",
    "read_error",
    "replace_expressions",
]

_NAME = re.compile(r"[0-9]{2}(_[a-z0-9]+)+")

_EXPRESSION = re.compile(r"\s*\{python\}(.*)", re.DOTALL)


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
class Step:
    """What a kernel is given at once: a cell of code, or an expression out of prose."""

    kind: Literal["code", "expression"]
    source: str
    cell: int
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
        """The chapter's part of its address: `loss-and-optimizer`; a wrong name is one, too."""
        return (self.name.partition("_")[2] or self.name).replace("_", "-")

    @property
    def code_cells(self) -> int:
        """How many of the cells are code."""
        return sum(cell.kind == "code" for cell in self.cells)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What there is to execute, in order."""
        return tuple(step for number in range(len(self.cells)) for step in self._steps_of(number))

    @property
    def program(self) -> list[list[Any]]:
        """What the results depend on: the steps, wherever they stand between the prose."""
        return [[step.kind, step.source, sorted(step.tags)] for step in self.steps]

    def _steps_of(self, number: int) -> Iterator[Step]:
        cell = self.cells[number]
        if cell.kind == "code":
            if cell.source.strip():
                yield Step("code", cell.source, number, cell.line, cell.tags)
            return
        for match, expression in _expressions(cell.source):
            line = cell.line + cell.source[: match.start()].count("\n")
            yield Step("expression", expression, number, line)

    def error(self, cell: int, message: str) -> ChapterError:
        """Return an error at the first line of a cell."""
        return ChapterError(self.script, self.cells[cell].line, message)

    def notebook(self, results: Sequence[Any] = ()) -> NotebookNode:
        """Return the chapter as a notebook, the same at every call.

        Args:
            results: What the steps gave, as far as they were executed: outputs of a cell,
                the text of an expression. Texts stand in the metadata of their cell.
        """
        cells = [_notebook_cell(cell, number) for number, cell in enumerate(self.cells)]
        for step, result in zip(self.steps, results, strict=False):
            if step.kind == "code":
                cells[step.cell].outputs = [nbformat.from_dict(output) for output in result]
            else:
                cells[step.cell].metadata.setdefault("values", []).append(result)
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


def _expressions(prose: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each inline expression: where it stands, and its source on one line."""
    for match in CODE.finditer(prose):
        if expression := _EXPRESSION.fullmatch(match["code"] or ""):
            yield match, re.sub(r"\n[ \t>]*", " ", expression[1]).strip()


def replace_expressions(prose: str, texts: Sequence[str]) -> str:
    """Return prose with a text in place of each inline expression."""
    pieces, end = [], 0
    for (match, _), text in zip(_expressions(prose), texts, strict=True):
        pieces += [prose[end : match.start()], text]
        end = match.end()
    return "".join([*pieces, prose[end:]])


def choose_fence(code: str) -> str:
    """Return the marks between which code is code: more backticks than it has in a row."""
    longest = max(map(len, re.findall("`+", code)), default=0)
    return "`" * max(3, longest + 1)


def read_error(output: NotebookNode) -> tuple[str, str, str] | None:
    """Return type, message and cause of an output that is a deliberate error, else None."""
    told = output.get("metadata", {}).get("text/plain", {})
    if not (name := told.get("error")):
        return None
    message = output.data["text/plain"].removeprefix(name).removeprefix(": ")
    return name, message, told.get("cause", "")


def read_chapter(path: Path, root: Path) -> Chapter:
    """Return the chapter that a script holds.

    Args:
        path: The script, named `NN_topic.py`.
        root: The project's folder; errors name the script as seen from there.

    Raises:
        ChapterError: If the script is not a chapter: badly named, not readable, not Python, not
            in cells, without a title, with prose that Markdown would misread, or with an
            expression that is none.
    """
    script = path.relative_to(root).as_posix().encode(errors="backslashreplace").decode()
    if not _NAME.fullmatch(path.stem):
        raise ChapterError(script, 1, "a chapter must be named NN_topic.py, such as 01_tensors.py")
    try:
        cells = _read(read_source(path))
        chapter = Chapter(path, script, _title(cells), cells)
        for step in chapter.steps:
            if step.kind == "expression":
                _check_expression(step)
    except Fault as fault:
        raise ChapterError(script, fault.line, fault.message) from fault
    return chapter


@lru_cache(maxsize=64)  # while serving, most scripts are as they were
def _read(text: str) -> tuple[Cell, ...]:
    check_python(text)
    cells = read_cells(text)
    for cell in cells:
        if cell.kind == "markdown":
            check_lists(cell)
    return cells


def _check_expression(step: Step) -> None:
    try:
        check_python(step.source, "eval")
    except Fault as fault:
        message = f"{fault.message} in the expression {step.source!r}"
        raise Fault(step.line, message) from fault
    if any(isinstance(node, ast.NamedExpr) for node in ast.walk(parse_python(step.source))):
        raise Fault(step.line, "an expression must not assign: it is prose")


def _title(cells: Sequence[Cell]) -> str:
    first = cells[0]
    if first.kind == "markdown":
        mark, _, title = first.source.partition("\n")[0].partition(" ")
        if mark == "#" and title.strip():
            return title.strip()
    line = first.line if first.kind == "markdown" else first.line - 1
    message = "a chapter must begin with a Markdown cell whose first line is '# Title'"
    raise Fault(line, message)
