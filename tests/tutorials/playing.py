"""Run a chapter statement by statement, and see what only a run can tell.

As a program, `python -m tests.tutorials.playing CHAPTER REPORT` is to a chapter what
`python CHAPTER` is; and when the chapter has ended, the report holds what was seen.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import jaxtyping
import matplotlib.pyplot as plt
import torch
from nbformat import NotebookNode
from torch import Tensor

from tests.tutorials.code_rules import comments
from tests.tutorials.reading import cells_of, expressions

SHAPE = re.compile(r"# \((|[A-Z],|\d+,|(?:[A-Z]|\d+)(?:, (?:[A-Z]|\d+))+)\)")


class Played(NamedTuple):
    """A chapter that was run here: what was wrong, and what each Markdown cell's numbers are."""

    faults: list[str]
    said: list[list[str]]


def play(cells: list[NotebookNode]) -> Played:
    """Run code and expressions; list false or misplaced shapes, and values left to be echoed."""
    source = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    with torch.random.fork_rng():
        try:
            return perform(cells, ast.parse(source, "<cells>").body, {"__name__": "__main__"})
        finally:
            plt.close("all")


def perform(
    cells: list[NotebookNode], program: Iterable[ast.stmt], names: dict[str, Any]
) -> Played:
    """Run the statements of a program, which stand in its cells, with what these names mean."""
    player = _Player(iter(program), names)
    threads = torch.get_num_threads()
    said = [player.perform(cell) for cell in cells]
    assert torch.get_num_threads() == threads
    return Played(player.faults, said)


class _Player:
    """What the cells of one chapter share while it runs."""

    def __init__(self, program: Iterator[ast.stmt], names: dict[str, Any]) -> None:
        self.faults: list[str] = []
        self._program = program
        self._letters: dict[str, int] = {}
        self._names = names
        self._file = names.get("__file__", "<cells>")

    def perform(self, cell: NotebookNode) -> list[str]:
        """Run a cell; return what its expressions say."""
        if cell.cell_type == "code":
            self._run(cell.source)
            return []
        said = [str(self._value(source.strip())) for source in expressions(cell.source)]
        self.faults += [f"says {text!r}" for text in said if not text or "tensor(" in text]
        return said

    def _value(self, expression: str | ast.Expression) -> object:
        return eval(compile(expression, self._file, "eval"), self._names)  # noqa: S307 - the chapter

    def _run(self, source: str) -> None:
        lines = source.splitlines()
        shapes = {
            line: text
            for line, trailing, text in comments(source)
            if (trailing and text.startswith("# (")) or SHAPE.fullmatch(text)
        }
        statements = ast.parse(source).body
        for here, statement in zip(statements, islice(self._program, len(statements)), strict=True):
            if here is statements[-1] and isinstance(statement, ast.Expr):
                if self._value(ast.Expression(statement.value)) is not None:
                    self.faults.append(f"echoes a value: {ast.unparse(here)}")
                continue
            exec(compile(ast.Module([statement], []), self._file, "exec"), self._names)  # noqa: S102
            comment = shapes.get(here.end_lineno or 0)
            if comment is not None and isinstance(here, ast.Assign):
                del shapes[here.end_lineno or 0]
                value = self._names.get(getattr(here.targets[0], "id", ""))
                if not agrees(comment, value, self._letters):
                    self.faults.append(f"{ast.unparse(here)}  {comment}")
        self.faults += [f"misplaced shape: {lines[line - 1]}" for line in shapes]


def agrees(comment: str, value: object, letters: dict[str, int]) -> bool:
    """Compare a comment with a tensor's shape; a letter is bound where it first stands."""
    match = SHAPE.fullmatch(comment)
    if match is None or not isinstance(value, Tensor):
        return False
    stated = re.findall(r"\w+", match[1])
    if len(stated) != value.ndim:
        return False
    return all(
        (int(size) if size.isdigit() else letters.setdefault(size, actual)) == actual
        for size, actual in zip(stated, value.shape, strict=True)
    )


def main(chapter: str, report: str) -> None:
    """Run a chapter as Python runs a program, types checked, and write what was seen."""
    jaxtyping.install_import_hook("ptfund", "beartype.beartype")
    program = ModuleType("__main__")
    program.__file__ = chapter
    sys.modules["__main__"] = program
    sys.argv = [chapter]
    sys.path[0] = str(Path(chapter).parent)
    source = Path(chapter).read_text(encoding="utf-8")
    played = perform(cells_of(source), ast.parse(source, chapter).body, vars(program))
    Path(report).write_text(json.dumps(played), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
