"""The processes in which chapters run: how they are started, and that they end."""

import atexit
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from ptfund._site.running.channel import READY, Channel
from ptfund._site.running.environment import make_environment
from ptfund._site.running.folders import WorkFolder
from ptfund._site.running.inputs import ENGINE
from ptfund._site.running.rules import Rules
from ptfund._site.running.trace import Trace

__all__ = ["ChapterProcess", "StartError", "end_warm_process", "start_chapter"]


class StartError(Exception):
    """What was said by a process that did not start."""


class _Warm:
    """The process that holds the libraries, and forks chapters."""

    def __init__(self, preload: Sequence[str], environment: Mapping[str, str]) -> None:
        self._work = WorkFolder()
        self.folder = self._work.path
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        own = {"PTFUND_CHAPTERS": str(self.folder)}  # by which a later build knows what is left
        self._process = _execute(theirs, self.folder / "log", "", preload, {**environment, **own})
        if self._connection.recv(len(READY)) != READY:
            self._process.wait()
            said = _read(self.folder / "log")
            self.end()
            raise StartError(said)

    def fork(self, folder: Path, connection: socket.socket) -> None:
        """Let a chapter begin in a folder, with a connection to the build."""
        socket.send_fds(self._connection, [str(folder).encode()], [connection.fileno()])

    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        return self._process.poll() is None

    def end(self) -> None:
        """End the process, with all that it has forked."""
        self._connection.close()
        self._process.wait()
        self._work.remove()


_warm: tuple[Any, _Warm] | None = None
_starting = threading.Lock()


def _get_warm(preload: Sequence[str]) -> _Warm:
    """Return a warm process that holds these modules, in the environment of now."""
    global _warm  # noqa: PLW0603 - one for this process, whoever builds in it
    environment = make_environment()
    needed = (sys.executable, tuple(preload), environment, _hash_engine())
    with _starting:
        if _warm is not None and not (_warm[0] == needed and _warm[1].is_alive()):
            end_warm_process()
        if _warm is None:
            _warm = needed, _Warm(preload, environment)
        return _warm[1]


def _hash_engine() -> str:
    """Return what changes when a file of this project does that a warm process holds."""
    packages = (ENGINE.parent / "__init__.py", ENGINE / "__init__.py")
    digest = hashlib.sha256()
    for path in (*packages, *sorted(Path(__file__).parent.glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@atexit.register
def end_warm_process() -> None:
    """End the warm process of this one, if there is one."""
    global _warm  # noqa: PLW0603 - see above
    if _warm is not None:
        _warm[1].end()
        _warm = None


class ChapterProcess:
    """A chapter's process, which waits for what it is to do."""

    def __init__(
        self, folder: Path, channel: Channel, process: subprocess.Popen[bytes] | None
    ) -> None:
        """Wait until it is there.

        Args:
            folder: The chapter's own.
            channel: The connection to it.
            process: The process, if it is a child of this one.

        Raises:
            StartError: If it is not, or refuses to run this chapter.
        """
        self.folder = folder
        self.channel = channel
        self.trace = Trace(folder / "trace")
        try:
            hello = channel.receive()
        except EOFError:
            raise StartError(_read(folder / "stderr") or _read(folder / "log")) from None
        if refusal := hello.get("refusal"):
            raise StartError(refusal)
        self.sizes: list[int] = hello["sizes"]
        self.root: int = hello["root"]
        """The number of the process above all others of the chapter."""
        self._process = process

    def describe_end(self) -> str:
        """Return how the process ended, as far as is known."""
        if self._process is not None:
            code: int | None = self._process.wait()
        else:
            status = self.trace.status
            code = None if status is None else os.waitstatus_to_exitcode(status)
        if code is None:
            return ""
        return f": exit code {code}" if code >= 0 else f": signal {-code}"


@contextmanager
def start_chapter(script: Path, rules: Rules) -> Iterator[ChapterProcess]:
    """Start a process for a chapter; at the end, end it with all that it has started.

    Args:
        script: The chapter's script.
        rules: How chapters are run.

    Raises:
        StartError: If there is no such process.
    """
    work = WorkFolder()
    ours, theirs = socket.socketpair()
    channel, process = Channel(ours), None
    try:
        job = {"script": str(script), "root": str(rules.root)}
        (work.path / "job.json").write_text(json.dumps(job), encoding="utf-8")
        Trace.create(work.path / "trace")
        with theirs:
            if rules.forks:
                _get_warm(rules.preload).fork(work.path, theirs)
            else:
                own = {"PTFUND_CHAPTERS": str(work.path)}
                environment = make_environment() | own
                process = _execute(
                    theirs, work.path / "log", str(work.path), rules.preload, environment
                )
        yield ChapterProcess(work.path, channel, process)
    finally:
        if process is not None:
            _end_tree(process)
        channel.end()
        work.remove()


def _execute(
    connection: socket.socket,
    log: Path,
    folder: str,
    preload: Sequence[str],
    environment: Mapping[str, str],
) -> subprocess.Popen[bytes]:
    """Start a process that holds the libraries; in a folder, it runs one chapter itself."""
    number = connection.fileno()
    command = [sys.executable, "-P", "-u", "-m", "ptfund._site.running.warm"]
    with connection, log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - a fixed command
            [*command, str(number), folder, json.dumps(preload)],
            env=environment,
            pass_fds=[number],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # what the keyboard ends is the build, which ends this
        )


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process and those below it."""
    with suppress(psutil.Error):
        root = psutil.Process(process.pid)
        for child in (*root.children(recursive=True), root):
            with suppress(psutil.Error):
                child.kill()
    process.wait()


def _read(path: Path) -> str:
    return path.read_text(errors="replace").strip() if path.exists() else ""
