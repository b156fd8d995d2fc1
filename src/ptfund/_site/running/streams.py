"""Inside a chapter's process: what it prints goes to files, and what it shows notes where.

Standard output and standard error are files opened for appending, which subprocesses and
compiled code share. No pipe can fill, and no thread is needed to empty one. Each note holds the
sizes of both files, so that the build can put everything in order.
"""

import ctypes
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from ptfund._site.running.trace import Trace

__all__ = ["ErrorStream", "Notes"]

_C = ctypes.CDLL(None)
_C_STREAMS = ("__stdoutp", "__stderrp") if sys.platform == "darwin" else ("stdout", "stderr")
_UNBUFFERED = 2  # _IONBF of stdio.h


class ErrorWatcher(Protocol):
    """Somebody who wants to know when something is written to standard error."""

    def note_error(self) -> None:
        """Hear of it."""


class ErrorStream(io.TextIOWrapper):
    """Standard error, with somebody who watches it."""

    def __init__(self) -> None:
        raw = io.FileIO(2, "w", closefd=False)
        super().__init__(
            raw, "utf-8", "backslashreplace", write_through=True
        )  # as `python -u` has it
        self.watcher: ErrorWatcher | None = None

    def write(self, text: str) -> int:
        """Write, and tell the watcher before and after it."""
        if self.watcher is None or not text:
            return super().write(text)
        self.watcher.note_error()
        written = super().write(text)
        self.watcher.note_error()
        return written


class Notes:
    """What a step has shown, each with the sizes of both files at that moment."""

    def __init__(self, folder: Path, trace: Trace) -> None:
        self._trace = trace
        self._files = [_redirect(folder / name, n) for n, name in ((1, "stdout"), (2, "stderr"))]
        for name in _C_STREAMS:
            _C.setvbuf(ctypes.c_void_p.in_dll(_C, name), None, _UNBUFFERED, 0)
        self._notes: list[dict[str, Any]] = []

    def sizes(self) -> list[int]:
        """Return how much was written to both files, with all that was held back."""
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, ValueError):  # what the chapter has put there, or closed
                stream.flush()
        _C.fflush(None)
        return [os.fstat(file).st_size for file in self._files]

    def add(self, kind: str, **content: Any) -> None:
        """Note something that stands behind what was printed so far."""
        self._notes.append({"kind": kind, "sizes": self.sizes(), **content})

    def note_error(self) -> None:
        """Note the line that writes to standard error, and where in the output that is."""
        self._trace.mark_stderr()
        sizes = [os.fstat(file).st_size for file in self._files]
        if not self._notes or self._notes[-1]["sizes"] != sizes:
            self._notes.append({"kind": "stream", "sizes": sizes})

    def take(self) -> list[dict[str, Any]]:
        """Return the notes of a step that has ended, with all that it printed, and forget them."""
        self.add("stream")
        notes, self._notes = self._notes, []
        return notes


def _redirect(path: Path, number: int) -> int:
    """Let a file stand behind 1 or 2; return another number for it, which nobody else closes."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, number)
    return file
