"""The warm process: imports the heavy libraries once, then forks a process for each chapter.

Started as `python -P -u -m ptfund._site.running.warm`. It runs no chapter itself. For each one it
forks a keeper, and the keeper forks the chapter: whatever a chapter leaves behind comes back to
its keeper, which ends it. Everything ends when the build is gone, however that went.
"""

import ctypes
import importlib
import json
import logging
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from ptfund._site.running.channel import READY, Channel
from ptfund._site.running.child import run_chapter
from ptfund._site.running.streams import ErrorStream
from ptfund._site.running.trace import Trace

__all__ = ["main"]

_PDEATHSIG, _SUBREAPER = 1, 36  # of prctl(2)
# What IPython's shell loads when it is started; where one of them is gone, it is not needed.
_OF_THE_SHELL = (
    "bdb",
    "IPython.core.application",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.crashhandler",
    "IPython.core.logger",
    "IPython.core.magics",
    "IPython.core.oinspect",
    "IPython.utils.generics",
    "IPython.utils.wildcard",
    "importlib.readers",
)


def main(number: str, folder: str, preload: str) -> None:
    """Import the libraries, say so, and run chapters until the build is gone.

    Args:
        number: The connection to the build, as a file descriptor.
        folder: The chapter's folder, or "" if chapters are to be forked.
        preload: The names of the modules to import, as JSON.
    """
    sys.stderr = ErrorStream()
    connection = socket.socket(fileno=int(number))
    # On a fresh machine this notice would land in the first chapter that draws.
    logging.getLogger("matplotlib.font_manager").addFilter(_is_no_notice)
    for name in _OF_THE_SHELL:
        with suppress(ImportError):
            importlib.import_module(name)
    for name in json.loads(preload):
        try:
            importlib.import_module(name)
        except ImportError as error:
            sys.exit(f"cannot import {name!r}, which `preload` in mkdocs.yml names: {error}")
    held = frozenset(sys.modules)
    if folder:
        _run(Channel(connection), Path(folder), held, os.getpid())
    else:
        _fork_chapters(connection, held)


def _is_no_notice(record: logging.LogRecord) -> bool:
    return "building the font cache" not in record.getMessage()


def _run(channel: Channel, folder: Path, held: frozenset[str], above: int) -> None:
    """Run a chapter in this process, until the build has enough of it."""
    try:
        run_chapter(channel, folder, held, above)
    except (EOFError, BrokenPipeError):
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, the build reads it
        traceback.print_exc()
    os._exit(1)


def _fork_chapters(connection: socket.socket, held: frozenset[str]) -> None:
    """Fork a keeper for each chapter's folder and connection that the build sends."""
    _adopt_orphans()
    children = _Children()
    connection.send(READY)
    keepers = set[int]()
    while True:
        children.wait(connection.fileno(), select.POLLIN)
        keepers -= {pid for pid, _ in children.reap()}
        _kill(_list_strays(keepers))
        if not select.select([connection], [], [], 0)[0]:
            continue
        message, files, _, _ = socket.recv_fds(connection, 1 << 16, 1)
        if not message:
            break
        if (pid := os.fork()) == 0:
            children.forget()
            connection.close()
            _keep(socket.socket(fileno=files[0]), Path(message.decode()), held)
        keepers.add(pid)
        os.close(files[0])
    while keepers or _list_strays(keepers):
        _kill(_list_strays(keepers))
        children.wait()
        keepers -= {pid for pid, _ in children.reap()}


def _list_strays(keepers: Container[int]) -> list[psutil.Process]:
    """Return the children that a keeper had to end, and has not."""
    return [child for child in psutil.Process().children() if child.pid not in keepers]


def _keep(connection: socket.socket, folder: Path, held: frozenset[str]) -> None:
    """Fork a chapter's process; when it has ended, or the build has, end all that is left of it."""
    os.setsid()
    _adopt_orphans()
    children = _Children()
    parent = os.getpid()
    if (pid := os.fork()) == 0:
        children.forget()
        os.setsid()
        _end_with_parent(parent)
        _run(Channel(connection), folder, held, parent)
    trace, ended = Trace(folder / "trace"), False
    while not ended:
        ended = children.wait(connection.fileno(), select.POLLRDHUP)
        for child, status in children.reap():
            if child == pid:
                trace.status, ended = status, True
    while left := psutil.Process().children(recursive=True):
        _kill(left)
        children.wait()
        children.reap()
    os._exit(0)


class _Children:
    """Hears when children end."""

    def __init__(self) -> None:
        self._heard, self._bell = os.pipe()
        for end in (self._heard, self._bell):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)

    def wait(self, other: int | None = None, event: int = 0) -> bool:
        """Wait until a child has ended or something else has happened; return whether that has.

        Children that are given to this process make no sound, so every second counts, too.
        """
        poll = select.poll()
        poll.register(self._heard, select.POLLIN)
        if other is not None:
            poll.register(other, event)
        happened = {file for file, _ in poll.poll(1000)}
        with suppress(BlockingIOError):
            os.read(self._heard, 1 << 16)
        return other in happened

    def reap(self) -> list[tuple[int, int]]:
        """Return the children that have ended, each with its status."""
        ended = []
        with suppress(ChildProcessError):
            while (child := os.waitpid(-1, os.WNOHANG))[0]:
                ended.append(child)
        return ended

    def forget(self) -> None:
        """Hear nothing any more, as a process that was just started."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(self._heard)
        os.close(self._bell)


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.kill()


def _adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def _end_with_parent(parent: int) -> None:
    """Let the system end this process together with its parent."""
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    # Under its own name, so that the classes exist once.
    from ptfund._site.running.warm import main as run

    run(*sys.argv[1:])
