"""Folders for the processes of a build, which no build leaves behind for ever."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

__all__ = ["WorkFolder", "make_work_folder", "remove_leftovers"]

# Nobody gives such a name to a folder of their own: what has it, and no lock, is removed.
_PREFIX = ".ptfund-chapters-"
_RANDOM = "?" * 8  # what mkdtemp adds


class WorkFolder:
    """A new folder among the temporary ones, locked for as long as its build lives.

    The lock is on the folder itself: a folder without one was left by a build that was killed,
    at whatever moment that was.
    """

    def __init__(self) -> None:
        self._lock: int | None = None
        while self._lock is None:
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            self._lock = _lock_new(self.path)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)


def _lock_new(folder: Path) -> int | None:
    """Return the lock of a new folder; None if another build has taken it for a leftover."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    fcntl.flock(lock, fcntl.LOCK_EX)  # may wait until the other build has removed the folder
    if folder.exists():
        return lock
    os.close(lock)
    return None


@contextmanager
def make_work_folder() -> Iterator[Path]:
    """Yield a new folder, which is removed at the end: by the next build if this one is killed."""
    work = WorkFolder()
    try:
        yield work.path
    finally:
        work.remove()


def remove_leftovers() -> None:
    """Remove the folders of builds that were killed, and end what still runs there."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}{_RANDOM}"):
        # Somebody else's folders refuse, and so does one whose build is alive.
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _end_processes(folder)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _end_processes(folder: Path) -> None:
    """End the processes whose environment names a folder."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if any(value.startswith(str(folder)) for value in process.environ().values()):
                process.kill()
