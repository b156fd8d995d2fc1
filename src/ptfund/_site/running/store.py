"""The store of runs: a chapter runs again if, and only if, something that it used has changed.

A run is kept under the hash of what is known before running: the chapter's program, and the
Python, platform, settings and engine that would execute it. Beside its results stands what it
turned out to use; while all of that is unchanged, the run counts.
"""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ptfund._site.disk import write_whole
from ptfund._site.reading.chapter import Chapter
from ptfund._site.running.environment import make_environment
from ptfund._site.running.inputs import ENGINE, Present
from ptfund._site.running.run import Run

__all__ = ["Store"]

KEPT = 8  # runs a chapter: enough to go back and forth between a few versions

# The rooms whose modules decide what a run gives, and how it is stored, and the packages that
# they lean on; what the chapter itself imports is among the inputs.
_EXECUTING = ("reading", "running")
_LIBRARIES = ("ipython", "nbformat", "psutil")
# Variables by which libraries choose how to compute.
_STEERING = ("ATEN_", "KMP_", "LD_", "MKL_", "OMP_", "OPENBLAS_", "PYTORCH_", "TORCH_")


class Store:
    """Runs on the disk, and which of them still count at the time of one build."""

    def __init__(self, folder: Path, root: Path, preload: Sequence[str] = ()) -> None:
        self._folder = folder
        environment = make_environment()
        self._present = Present(root, environment)
        steering = {k: v for k, v in environment.items() if k.startswith(_STEERING)}
        modules = [path for room in _EXECUTING for path in (ENGINE / room).glob("*.py")]
        engine = [path.read_text() for path in sorted(modules)]
        libraries = [self._present.state("distribution", name) for name in _LIBRARIES]
        machine = [sys.version, platform.system(), platform.machine()]
        parts = [machine, sorted(steering.items()), engine, libraries, list(preload)]
        self._surroundings = _hash(json.dumps(parts))

    def find(self, chapter: Chapter) -> Run | None:
        """Return a run of a chapter that nothing has made stale, if there is one.

        It may have been kept under another name: what a script is called changes no result.
        """
        key = self._key(chapter)
        for path in self._folder.glob(f"*/{key}-*.json"):
            entry = _read(path)
            if entry is not None and self._present.agrees(entry["inputs"]):
                run = Run(chapter=chapter, cached=True, **entry)
                with suppress(FileNotFoundError):  # another build has just let it go
                    os.utime(path)  # used again, so it is the last to go
                return run
        return None

    def is_current(self, run: Run) -> bool:
        """Return whether everything that a run used is as it was."""
        return run.inputs is not None and self._present.agrees(run.inputs)

    def keep(self, run: Run) -> None:
        """Store a run, and let go of the oldest of its chapter.

        Raises:
            OSError: If the disk refuses; then nothing is left of the attempt.
        """
        entry = json.dumps(
            {
                "results": run.results,
                "inputs": run.inputs,
                "names": run.names,
                "seconds": run.seconds,
                "peak_memory": run.peak_memory,
                "threads": run.threads,
                "loaded": run.loaded,
            }
        )
        folder = self._folder / run.chapter.name
        inputs = _hash(json.dumps(run.inputs, sort_keys=True))[:16]
        name = f"{self._key(run.chapter)}-{inputs}.json"
        write_whole(folder / name, f"{_hash(entry)}\n{entry}")
        for path in sorted(folder.glob("*.json"), key=_age)[KEPT:]:
            path.unlink(missing_ok=True)

    def _key(self, chapter: Chapter) -> str:
        return _hash(json.dumps([chapter.program, self._surroundings]))[:32]


def _read(path: Path) -> dict[str, Any] | None:
    """Return what was stored, or None for a file that is damaged or was never ours."""
    try:
        checksum, _, text = path.read_text(encoding="utf-8").partition("\n")
        entry: dict[str, Any] | None = json.loads(text) if checksum == _hash(text) else None
    except (OSError, ValueError):
        return None
    return entry


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _age(path: Path) -> int:
    try:
        return -path.stat().st_mtime_ns
    except FileNotFoundError:  # another build has just let it go
        return 0
