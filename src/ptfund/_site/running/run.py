"""What came of running a chapter: outputs and values, or the failure with its line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

from ptfund._site.reading.chapter import Chapter, ChapterError, Frame
from ptfund._site.running.inputs import Inputs
from ptfund._site.running.names import Meanings
from ptfund._site.running.trace import step_of

__all__ = ["Failure", "Run"]


class Failure(Exception):  # noqa: N818 - it is kept as a part of a run
    """What went wrong in which step, with a trace in which steps go by their own names.

    Lines count from the beginning of the step, so that they stay right when prose is edited.
    """

    def __init__(self, step: int, message: str, line: int = 1, trace: Sequence[Frame] = ()) -> None:
        super().__init__(step, message, line, trace)
        self.step = step
        self.message = message
        self.line = line
        self.trace = tuple(trace)


@dataclass(frozen=True)
class Run:
    """What came of running a chapter, or of a run before that nothing has made stale."""

    chapter: Chapter
    results: list[Any]
    """What each step gave, up to a failure: outputs of a cell, text of an expression."""
    failure: Failure | None = None
    inputs: Inputs | None = None
    """What the results depend on beside the program; None if the process could not say."""
    names: Meanings = field(default_factory=dict)
    """What the names in each step mean, as far as running the chapter has shown it."""
    seconds: float = 0.0
    peak_memory: int = 0
    threads: int = 1
    """The most threads that the chapter's process had after a step."""
    loaded: list[str] = field(default_factory=list)
    """The libraries' modules that the chapter loaded, beside those that were loaded before."""
    cached: bool = False

    @cached_property
    def notebook(self) -> NotebookNode:
        """The chapter with its outputs."""
        return self.chapter.notebook(self.results)

    @property
    def error(self) -> ChapterError | None:
        """The failure, in the lines that the script has now."""
        if self.failure is None:
            return None
        steps = self.chapter.steps

        def line_of(step: int, line: int) -> int:
            return steps[step].line + line - 1 if steps else 1

        trace = []
        for frame in self.failure.trace:
            number = step_of(frame.file)
            if number is None:
                trace.append(frame)
                continue
            step, line = steps[number], line_of(number, frame.line)
            source = step.source if step.kind == "expression" else frame.source
            trace.append(Frame(self.chapter.script, line, frame.function, source))
        here = [frame.line for frame in trace if frame.file == self.chapter.script]
        line = here[-1] if here else line_of(self.failure.step, self.failure.line)
        return ChapterError(self.chapter.script, line, self.failure.message, trace)
