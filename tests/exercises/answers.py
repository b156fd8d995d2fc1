"""Answers as learners write them: sources, what they define, and what their check says."""

import contextlib
import importlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ptfund._site.reading.chapter import Chapter
from ptfund._site.reading.exercises import Exercise, read_exercises
from ptfund.exercises import WrongAnswer, check
from tests.book import CHAPTERS


class Asked(NamedTuple):
    """An exercise as its chapter has it."""

    chapter: Chapter
    exercise: Exercise

    @property
    def names(self) -> list[str]:
        """What is checked."""
        source = self.chapter.cells[self.exercise.check].source
        return source.removeprefix("check(").removesuffix(")").split(", ")

    @property
    def solution(self) -> str:
        """The source of the solution."""
        return self.chapter.cells[self.exercise.solution].source

    def defined(self, source: str) -> list[Callable[..., Any]]:
        """Return what a source defines, with nothing at hand but what the solution imports."""
        names: dict[str, Any] = {"__name__": "__main__"}
        exec("\n".join(self.exercise.imports), names)  # noqa: S102 - the chapter's imports
        exec(compile(source, "<answer>", "exec"), names)  # noqa: S102 - an answer of a test
        return [names[name] for name in self.names]

    def judged(self, source: str) -> str:
        """Return what the check says to a source: what it prints, or what is wrong."""
        return judged(*self.defined(source))


def judged(*answers: Callable[..., Any]) -> str:
    """Return what a check says: the line that it prints, or what is wrong."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            check(*answers)
    except WrongAnswer as wrong:
        return f"WRONG {wrong}"
    return printed.getvalue()


ASKED = {
    asked.names[0]: asked
    for asked in (Asked(chapter, e) for chapter in CHAPTERS for e in read_exercises(chapter))
}
"""Every exercise of every chapter, by the name of what it asks for."""


class Wrong(NamedTuple):
    """A wrong answer, and the words of its message that are for this mistake alone."""

    says: str
    source: str


def edited(name: str, says: str, old: str, new: str) -> Wrong:
    """Return the solution of an exercise with a piece replaced that stands in it once."""
    solution = ASKED[name].solution
    assert solution.count(old) == 1, f"{old!r} is {solution.count(old)} times in the solution"
    return Wrong(says, solution.replace(old, new))


def _gathered(name: str) -> dict[str, list[Any]]:
    """Return what the files of wrong answers have under a name, by exercise."""
    found: dict[str, list[Any]] = {}
    for path in sorted(Path(__file__).parent.glob("wrong_answers/*.py")):
        module = importlib.import_module(f"tests.exercises.wrong_answers.{path.stem}")
        found |= getattr(module, name, {})
    return found


def wrong_answers() -> dict[str, list[Wrong]]:
    """Return the wrong answers to every exercise."""
    return _gathered("WRONG")


def other_right_answers() -> dict[str, list[str]]:
    """Return sources of answers that are right and not the solution."""
    return _gathered("RIGHT")
