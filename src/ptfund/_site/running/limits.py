"""How much a step may use: of processor time, of nothing at all, and of output."""

import time
from contextlib import suppress

import psutil

from ptfund._site.running.rules import Rules

__all__ = ["Limits"]

_ALIVE = 0.1  # seconds of processor time; a step that uses less while it is watched does nothing


class Limits:
    """Watches one step of a chapter: the processor time of all its processes together.

    Time by the clock is no measure: on a busy machine a healthy chapter waits for its turn.
    """

    def __init__(self, root: int, rules: Rules) -> None:
        self._root = root
        self._rules = rules
        self._begin: float | None = None
        self._alive = (time.monotonic(), 0.0)

    def find_excess(self) -> str | None:
        """Return what is too much, if something is."""
        used = self._measure()
        if self._begin is None:
            self._begin = used
            self._alive = (time.monotonic(), used)
        if used - self._begin > self._rules.cell_timeout:
            return f"the cell used more than {self._rules.cell_timeout:g} seconds of processor time"
        since, then = self._alive
        if used - then >= _ALIVE:
            self._alive = (time.monotonic(), used)
        elif time.monotonic() - since > self._rules.stall_timeout:
            return f"the cell did nothing for {self._rules.stall_timeout:g} seconds"
        return None

    def _measure(self) -> float:
        """Return the processor time of the tree; parents have that of children that ended."""
        used = 0.0
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self._root)
            for process in (root, *root.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    used += sum(process.cpu_times()[:4])
        return used
