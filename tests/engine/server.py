"""A running `mkdocs serve`, as somebody who writes meets it."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection

from tests.engine.project import Project


@dataclass(frozen=True)
class Server:
    """A running server of a project, and how to speak with it."""

    project: Project
    process: subprocess.Popen[bytes]
    port: int

    def log(self) -> str:
        """Return all that it has said so far."""
        return (self.project.root / "log").read_text(encoding="utf-8")

    def wait_for(self, text: str, *, times: int = 1) -> None:
        """Wait until it has said something."""
        end = time.monotonic() + 60
        while self.log().count(text) < times:
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, f"{text!r} was not said in:\n{self.log()}"
            time.sleep(0.05)

    def page(self, path: str) -> str:
        """Return the text of a page, which the server gives when no build is under way."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        html = connection.getresponse().read().decode("utf-8")
        connection.close()
        html = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
        return unescape(re.sub(r"<[^>]+>", "", html))

    def after(self, name: str, old: str, new: str) -> set[str]:
        """Edit a file, wait for the build that follows; return which chapters were executed."""
        builds = self.log().count("Reloading browsers")
        self.project.edit(name, old, new)
        self.wait_for("Reloading browsers", times=builds + 1)
        report = self.project.root / ".cache" / "ptfund" / "report.json"
        chapters = json.loads(report.read_text())["chapters"]
        return {name for name, entry in chapters.items() if entry["status"] == "executed"}


@contextmanager
def serving(project: Project) -> Iterator[Server]:
    """Start a server, wait until it answers, and end it; it must not have ended by itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    with (
        (project.root / "log").open("wb") as log,
        subprocess.Popen(
            command,
            cwd=project.root,
            env=project.surroundings(),
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        server = Server(project, process, port)
        try:
            server.wait_for("Serving on")
            yield server
            assert process.poll() is None, server.log()
        finally:
            process.terminate()  # also when a test has failed: leaving waits for the process
