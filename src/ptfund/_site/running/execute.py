"""Running one chapter: its process is given one step after the other, and watched."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptfund._site.reading.chapter import Chapter, Frame, Step
from ptfund._site.running.inputs import Inputs, Present
from ptfund._site.running.limits import Limits
from ptfund._site.running.names import Meanings
from ptfund._site.running.outputs import LIMIT, OutputError, Outputs
from ptfund._site.running.processes import ChapterProcess, StartError, start_chapter
from ptfund._site.running.rules import Rules
from ptfund._site.running.run import Failure, Run

__all__ = ["Runner"]

_TICK = 0.25  # seconds between two looks at a step that runs
_OPEN_FIGURE = "a figure without alt text: show it with ptfund.display.show(figure, alt=...)"


@dataclass(frozen=True)
class Runner:
    """Runs chapters by the same rules."""

    rules: Rules
    present: Present
    """What there is of what chapters may use."""
    stop: threading.Event
    """Set when nobody waits for the runs any more."""
    advance: Callable[[], object]
    """Called when a cell has ended."""

    def run(self, chapter: Chapter) -> Run:
        """Run a chapter and return what came of it."""
        start = time.perf_counter()
        results: list[Any] = []
        failure, inputs = None, None
        peak_memory, threads, loaded = 0, 1, list[str]()
        names: Meanings = {}
        try:
            with start_chapter(chapter.path, self.rules) as process:
                conversation = _Conversation(process, self)
                try:
                    for number, step in enumerate(chapter.steps):
                        results.append(conversation.execute(number, step))
                        if step.kind == "code":
                            self.advance()
                except Failure as raised:
                    failure = raised
                try:
                    inputs, loaded = conversation.ask_inputs()
                    names = conversation.ask_names()
                except Failure as raised:
                    failure = failure or raised
                peak_memory, threads = process.trace.peak_memory, conversation.threads
        except StartError as error:
            failure = Failure(0, f"the chapter's process did not start: {error}")
        seconds = time.perf_counter() - start
        return Run(
            chapter,
            results,
            failure,
            inputs,
            names,
            seconds=seconds,
            peak_memory=peak_memory,
            threads=threads,
            loaded=loaded,
        )


class _Conversation:
    """What a chapter's process was asked so far, and whether it still answers."""

    def __init__(self, process: ChapterProcess, runner: Runner) -> None:
        self._process = process
        self._rules = runner.rules
        self._stop = runner.stop
        self._present = runner.present
        self._outputs = Outputs(process.folder, process.sizes)
        self._answers = True
        self._number = 0
        self.threads = 1
        """The most threads that the process had after a step."""

    def execute(self, number: int, step: Step) -> list[dict[str, Any]] | str:
        """Execute the next step and return what it gave, or raise what went wrong."""
        self._number = number
        trace = self._process.trace
        trace.start_step()
        answer = self._ask({"what": step.kind, "number": number, "source": step.source})
        self.threads = max(self.threads, answer["threads"])
        if error := answer["error"]:
            frames = [self._make_frame(frame) for frame in error["frames"]]
            raise Failure(number, error["message"], trace.line, frames)
        try:
            outputs = self._outputs.collect(answer["notes"])
        except OutputError as wrong:
            raise Failure(number, str(wrong)) from wrong
        said = [o["text"] for o in outputs if o.get("name") == "stderr"]
        if said and "allow-stderr" not in step.tags:
            message = f"the cell wrote to stderr, which must stay empty: {''.join(said).strip()}"
            raise Failure(number, message, trace.stderr_line)
        if step.kind == "code":
            if answer["figures"]:
                raise Failure(number, _OPEN_FIGURE)
            return outputs
        if outputs:
            raise Failure(number, "an expression must not print or show anything: it is prose")
        text: str = answer["text"]
        return text

    def ask_inputs(self) -> tuple[Inputs | None, list[str]]:
        """Ask what the steps so far have used, and which libraries they have loaded.

        A process that is stuck or dead does not know.
        """
        if not self._answers:
            return None, []
        answer = self._ask({"what": "inputs"})
        inputs: Inputs = answer["inputs"]
        inputs["distribution"] |= self._present.distributions(answer["modules"])
        return inputs, answer["loaded"]

    def ask_names(self) -> Meanings:
        """Ask what the names in the steps so far mean."""
        if not self._answers:
            return {}
        names: Meanings = self._ask({"what": "names"})["names"]
        return names

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return what the process answers, or raise why it does not."""
        try:
            self._process.channel.send(request)
            self._watch()
            answer: dict[str, Any] = self._process.channel.receive()
        except (EOFError, OSError):
            self._answers = False
            said = self._outputs.read_errors().strip()
            ending = self._process.describe_end()
            message = f"the chapter's process died{ending}" + (f"\n{said}" if said else "")
            raise Failure(self._number, message, self._process.trace.line) from None
        if broken := answer.get("broken"):
            message = f"what this chapter does to Python breaks the build: {broken}"
            raise Failure(self._number, message)
        return answer

    def _watch(self) -> None:
        """Wait for an answer; end the process if it uses too much before."""
        limits = Limits(self._process.root, self._rules)
        while not self._process.channel.wait(_TICK):
            excess = limits.find_excess()
            if self._outputs.count_unread() > LIMIT:
                excess = f"the cell printed more than {LIMIT:,} bytes"
            if self._stop.is_set():
                excess = "nobody waits for it any more"
            if excess:
                self._answers = False
                raise Failure(self._number, excess, self._process.trace.line)

    def _make_frame(self, frame: dict[str, Any]) -> Frame:
        """Name a file of the project as seen from its root."""
        file = frame["file"]
        if Path(file).is_relative_to(self._rules.root):
            file = Path(file).relative_to(self._rules.root).as_posix()
        return Frame(file, frame["line"], frame["function"], frame["source"])
