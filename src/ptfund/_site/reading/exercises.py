"""The exercises of a chapter: what of its cells belongs to each, and the stub to begin with."""

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ptfund._site.reading.cells import Cell
from ptfund._site.reading.chapter import Chapter, ChapterError
from ptfund._site.reading.prose import CODE
from ptfund._site.reading.source import Fault, parse_python

__all__ = ["Exercise", "read_exercises"]

# The cells of an exercise after its task, in order.
_PARTS = (("markdown", "hint"), ("code", "solution"), ("code", "check"), ("markdown", "solution"))
_NAMES = ("hint", "solution", "check", "text on why it works, tagged solution")
_TITLE = re.compile(r"^### .", re.MULTILINE)
_FENCE = re.compile(r"```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)

_Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Exercise:
    """One exercise; its cells are given by their numbers in the chapter."""

    task: int
    stub: str
    """What the learner begins with: the code that the task shows, or the solution's outside."""
    shown: bool
    """Whether the task shows the stub already."""
    imports: tuple[str, ...]
    """What the chapter has imported until then: all that a solution and its check may use."""

    @property
    def hint(self) -> int:
        """The hint's cell."""
        return self.task + 1

    @property
    def solution(self) -> int:
        """The solution's cell."""
        return self.task + 2

    @property
    def check(self) -> int:
        """The check's cell."""
        return self.task + 3

    @property
    def why(self) -> int:
        """The cell that says why the solution works."""
        return self.task + 4


@lru_cache(maxsize=64)  # while serving, most chapters are as they were
def read_exercises(chapter: Chapter) -> tuple[Exercise, ...]:
    """Return the exercises of a chapter.

    Raises:
        ChapterError: If a cell that an exercise needs is missing or not in its place, if the
            solution does not define what is checked, or if it needs more than imports.
    """
    exercises, number = [], 0
    while number < len(chapter.cells):
        if chapter.cells[number].tags & {"hint", "solution", "check"}:
            exercises.append(_exercise(chapter, number - 1))
            number += len(_PARTS)
        else:
            number += 1
    return tuple(exercises)


def _exercise(chapter: Chapter, task: int) -> Exercise:
    text, (_, solution, check, _) = chapter.cells[task], _parts(chapter, task)
    if text.kind != "markdown" or not _TITLE.search(text.source):
        raise chapter.error(task + 1, "before a hint there must be the task, below '### Title'")
    for cell in (task, task + 1):
        if "{python}" in "".join(match[0] for match in CODE.finditer(chapter.cells[cell].source)):
            message = "a task and its hint must not hold expressions: they are read before a run"
            raise chapter.error(cell, message)
    names = _checked(chapter, check, task + 3)
    tree = parse_python(solution.source)
    defined = {node.name: node for node in tree.body if isinstance(node, _Definition)}
    if missing := [name for name in names if name not in defined]:
        raise chapter.error(task + 2, f"the solution must define {missing[0]}, which is checked")
    shown = _shown(chapter, text, names)
    stub = shown or "\n\n\n".join(
        "\n".join(_stub(chapter, solution, defined[name])) for name in names
    )
    sources = (solution.source, check.source, stub)
    return Exercise(task, stub, bool(shown), _imports(chapter, task + 2, sources))


def _parts(chapter: Chapter, task: int) -> Sequence[Cell]:
    """Return the cells after a task, each of the kind and with the tag that it must have.

    No two neighbours are alike, so that the last cell cannot stand for one that is missing.
    """
    for offset, (part, name) in enumerate(zip(_PARTS, _NAMES, strict=True), 1):
        number = min(task + offset, len(chapter.cells) - 1)
        cell = chapter.cells[number]
        if (cell.kind, *cell.tags) != part:
            message = f"an exercise is a task, then {', '.join(_NAMES)}: here the {name} is missing"
            raise chapter.error(number, message)
    return chapter.cells[task + 1 : task + 5]


def _checked(chapter: Chapter, check: Cell, number: int) -> list[str]:
    """Return what a check's cell checks."""
    match parse_python(check.source).body:
        case [ast.Expr(ast.Call(ast.Name("check"), [ast.Name(), *_] as arguments, []))]:
            names = [argument.id for argument in arguments if isinstance(argument, ast.Name)]
            if len(names) == len(arguments):
                return names
    raise chapter.error(number, "a check must be one line, such as check(one_hot)")


def _shown(chapter: Chapter, task: Cell, names: list[str]) -> str:
    """Return the code in a task that defines what is asked for, if there is one to be mended."""
    for fence in _FENCE.finditer(task.source):
        try:
            tree = parse_python(fence[1])
        except Fault as fault:
            line = task.line + task.source.count("\n", 0, fence.start(1)) + fault.line - 1
            raise ChapterError(chapter.script, line, fault.message) from fault
        if [node.name for node in tree.body if isinstance(node, _Definition)] == names:
            return fence[1].rstrip()
    return ""


def _stub(chapter: Chapter, cell: Cell, node: _Definition, indent: str = "") -> Iterator[str]:
    """Yield the lines of a definition without what it does: head, docstring, and an error."""
    lines = cell.source.split("\n")
    docstring = node.body[0]
    if ast.get_docstring(node) is None:
        line = cell.line + node.lineno - 1
        raise ChapterError(chapter.script, line, f"{node.name} needs a docstring, for its stub")
    start = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
    yield from lines[start - 1 : docstring.end_lineno]
    if isinstance(node, ast.FunctionDef):
        yield f"{indent}    raise NotImplementedError"
        return
    for part in node.body[1:]:
        if isinstance(part, ast.FunctionDef):
            yield ""
            yield from _stub(chapter, cell, part, f"{indent}    ")


def _imports(chapter: Chapter, number: int, sources: Sequence[str]) -> tuple[str, ...]:
    """Return the chapter's imports; a solution and its check may need nothing else."""
    lines = {}
    for cell in chapter.cells[:number]:
        for node in parse_python(cell.source).body if cell.kind == "code" else ():
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    lines[alias.asname or alias.name.partition(".")[0]] = _line(node, alias)
    needed = set[str]().union(*map(_needed, sources)) - set(dir(builtins))
    own = {node.name for source in sources for node in _definitions(source)}
    if unknown := sorted(needed - own - lines.keys()):
        message = (
            f"a solution must use only what is imported in the chapter, got {unknown[0]}: it is "
            "solved in a file without the chapter, too"
        )
        raise chapter.error(number, message)
    return tuple(dict.fromkeys(lines.values()))


def _needed(source: str) -> set[str]:
    """Return the names that a source reads and does not bind itself."""
    read, bound = set[str](), set[str]()
    for node in ast.walk(parse_python(source)):
        match node:
            case ast.Name(name, ast.Load()):
                read.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.alias(name=name):
                bound.add(name)
            case _:
                pass
    return read - bound


def _definitions(source: str) -> Iterator[_Definition]:
    for node in ast.walk(parse_python(source)):
        if isinstance(node, _Definition):
            yield node


def _line(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    begin = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
    return f"{begin}import {ast.unparse(alias)}"
