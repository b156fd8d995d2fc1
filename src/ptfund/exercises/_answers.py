"""A learner's answer, called with care: whatever it does ends in a message."""

import inspect
import io
import linecache
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from torch import Tensor

from ptfund.exercises._values import copied, described, same

__all__ = ["Answer", "WrongAnswer"]

SECONDS = 10.0  # what one call may take
LONGEST_CALL = 100  # characters that are written out


class WrongAnswer(Exception):  # noqa: N818 - it is the answer that is in error
    """What is wrong with an answer, in words for the one who wrote it."""

    raised: type[BaseException] | None = None
    """What the answer itself raised, if that is what is wrong."""

    def _render_traceback_(self) -> list[str]:
        """Let Jupyter show the message alone."""
        return [str(self)]


class _Overdue(BaseException):
    """Raised where an answer is, when its time is over; not caught by `except Exception`."""


class Answer:
    """A function or a class that somebody wrote, whose every misbehaviour is a `WrongAnswer`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.name = function.__name__
        self.printed = ""

    def __call__(self, *arguments: Any) -> Any:
        """Call the answer with copies of the arguments, which it must leave as they are.

        Modules and generators may change: that is often what is asked for.
        """
        given = copied(arguments)
        with self.at_work(self.call(*arguments)):
            result = self.function(*given)
        for name, before, after in zip(self._names(given), arguments, given, strict=True):
            if _changed(before, after):
                raise WrongAnswer(
                    f"it changes its argument `{name}`, which belongs to the caller: work on a "
                    "new tensor, or on a copy"
                )
        return result

    def call(self, *arguments: Any) -> str:
        """Return how a call would be written, as far as that is short."""
        inside = ", ".join(map(described, arguments))
        return f"{self.name}({inside if len(inside) <= LONGEST_CALL else '…'})"

    @contextmanager
    def at_work(self, doing: str) -> Iterator[None]:
        """Run a block that calls what was written, whose errors, time and prints are caught.

        Warnings count as printed: they may say why it is wrong.

        Args:
            doing: What the block does, as it would be written: `"dataset[3]"`.

        Raises:
            WrongAnswer: If the block raises anything, or takes too long.
        """
        heard = io.StringIO()
        warned: list[warnings.WarningMessage] = []
        try:
            with warnings.catch_warnings(record=True) as warned, redirect_stdout(heard):
                warnings.simplefilter("default")
                with _alarm(SECONDS):
                    yield
        except WrongAnswer:
            raise
        except _Overdue:
            raise WrongAnswer(
                f"{doing} was stopped after {SECONDS:g} seconds: is there a loop without an end?"
            ) from None
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a learner wrote
            if isinstance(error, NotImplementedError) and not str(error):
                raise WrongAnswer(
                    "it is not written yet. Write it in place of `raise NotImplementedError`, "
                    "then run it and this check again"
                ) from None
            wrong = WrongAnswer(f"{doing} raised {self._told(error)}")
            wrong.raised = type(error)
            raise wrong from None
        finally:
            told = [f"{w.category.__name__}: {w.message}\n" for w in warned]
            self.printed += "".join([heard.getvalue(), *told])

    def _told(self, error: BaseException) -> str:
        """Return type and message of an error, and the line that was written which raised it."""
        try:
            own = inspect.getfile(inspect.unwrap(self.function))
        except (OSError, TypeError):
            own = ""
        steps = traceback.extract_tb(error.__traceback__)
        lines = [linecache.getline(s.filename, s.lineno or 0) for s in steps if s.filename == own]
        told = f"{type(error).__name__}: {error}".strip().removesuffix(":")
        return f"{told}, in the line `{lines[-1].strip()}`" if lines and lines[-1] else told

    def _names(self, given: tuple[Any, ...]) -> list[str]:
        """Return what the arguments are called."""
        try:
            bound = inspect.signature(self.function).bind(*given)
        except (TypeError, ValueError):
            return [f"number {n}" for n in range(1, len(given) + 1)]
        rest = len(given) - len(bound.arguments)  # what a last `*names` has taken besides
        names = list(bound.arguments)
        return names + names[-1:] * rest


def _changed(before: Any, after: Any) -> bool:
    """Return whether tensors, numbers or texts in an argument are not as they were."""
    if isinstance(before, list | tuple):
        return len(before) != len(after) or any(map(_changed, before, after))
    if isinstance(before, dict):
        return before.keys() != after.keys() or any(_changed(before[k], after[k]) for k in before)
    return isinstance(before, Tensor | float | int | str) and not same(before, after, 0.0)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupt the block when its time is over, where the system can."""
    here = threading.current_thread() is threading.main_thread()
    if not (here and hasattr(signal, "setitimer")):
        yield
        return

    def ring(*_: object) -> None:
        raise _Overdue

    before = signal.signal(signal.SIGALRM, ring)
    # It rings again, for those that catch everything.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
