"""What one step may use: its own time, and that of every process below."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ptfund._site.running import limits
from ptfund._site.running.limits import Limits
from ptfund._site.running.rules import Rules


class Watched:
    """The limits of a step whose clocks are set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stop both clocks."""
        self._now = self._used = 0.0
        monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: self._now))
        monkeypatch.setattr(Limits, "_measure", lambda _: self._used)
        self._limits = Limits(0, Rules(Path(), cell_timeout=10.0, stall_timeout=5.0))

    def look(self, now: float, used: float) -> str | None:
        """Return what is too much by now, after so much processor time."""
        self._now, self._used = now, used
        return self._limits.find_excess()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A step that may use ten seconds, and do nothing for five."""
    return Watched(monkeypatch)


def test_a_cell_is_not_charged_for_those_before(watched: Watched) -> None:
    """What the processes had used when it was looked at first is not its own."""
    assert watched.look(0, 50) is None
    assert watched.look(1, 60) is None
    assert watched.look(2, 60.5) == "the cell used more than 10 seconds of processor time"


def test_a_cell_that_works_has_not_stalled(watched: Watched) -> None:
    """However long it waits for its turn, as long as it gets some."""
    assert {watched.look(4 * turn, 0.2 * turn) for turn in range(20)} == {None}


def test_a_cell_that_does_next_to_nothing_has_stalled(watched: Watched) -> None:
    """When the time since it did something is longer than the limit, and not before."""
    assert watched.look(0, 1) is None
    assert watched.look(1, 2) is None
    assert watched.look(6, 2.05) is None
    assert watched.look(6.5, 2.09) == "the cell did nothing for 5 seconds"


WORK = "    while time.process_time() < 0.4:\n        pass\n"
BELOW = {
    "a process that has ended": (
        f"if os.fork() == 0:\n{WORK}    os._exit(0)\nos.wait()\nprint(flush=True)\ninput()\n"
    ),
    "a process of a process": (
        f"if os.fork() == 0 and os.fork() == 0:\n{WORK}    print(flush=True)\n    input()\n"
        "    os._exit(0)\nos.wait()\n"
    ),
}


@pytest.mark.parametrize("kind", BELOW)
def test_the_time_of_processes_below_counts(kind: str) -> None:
    """That of those that have ended, and that of every descendant."""
    command = [sys.executable, "-c", f"import os, time\ninput()\n{BELOW[kind]}"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        step = Limits(process.pid, Rules(Path(), cell_timeout=0.3))
        assert step.find_excess() is None
        print(file=process.stdin, flush=True)
        assert process.stdout.readline() == "\n"
        assert step.find_excess() == "the cell used more than 0.3 seconds of processor time"
        process.communicate("\n")
