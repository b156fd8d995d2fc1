"""Folders for the processes of a build, which no build leaves behind for ever."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

__all__ = ["WorkFolder", "remove_leftovers"]

_PREFIX = "ptfund-chapters-"
_LOCK = "lock"


class WorkFolder:
    """A new folder among the temporary ones; a lock says that its build lives."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        # Without a lock under its name a folder is left alone: it may be just beginning.
        beginning = self.path / f"{_LOCK}.new"
        self._lock = os.open(beginning, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        beginning.rename(self.path / _LOCK)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def remove_leftovers() -> None:
    """Remove the folders of builds that were killed, and end what still runs there."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Somebody else's folders refuse, and so does one whose build is alive.
        with suppress(OSError):
            lock = os.open(folder / _LOCK, os.O_RDWR)
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
