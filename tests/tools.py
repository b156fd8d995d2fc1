"""Tools of the tests: make's recipes, a server, Chromium, and what npm has, fetched once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

# Git ignores it.
CACHE = Path(__file__).parents[1] / ".cache" / "npm"

HTML_CHECKER = "vnu-jar@26.9.27"
LIGHTHOUSE = "lighthouse@12.8.2"


def chromium() -> Path | None:
    """Return where Chromium is, if it is on the PATH."""
    return next((Path(found) for name in CHROMIUM if (found := shutil.which(name))), None)


def missing(*programs: str) -> list[str]:
    """Return which of these programs are not on the PATH."""
    return [program for program in programs if shutil.which(program) is None]


@contextmanager
def serve(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """Answer requests from this machine; the address of the server ends in a slash."""
    answer: Any = handler
    with ThreadingHTTPServer(("127.0.0.1", 0), answer) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def read_recipe(folder: Path, target: str) -> list[str]:
    """Return what make would run for a target, with pip."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "PYTHON"))}
    done = subprocess.run(
        ["make", "--dry-run", "PIP=1", target],  # noqa: S607 - whatever make this machine has
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def fetched(package: str) -> Path:
    """Return the folder of a package, which npm fetches if it is not there yet."""
    name, _, _ = package.partition("@")
    place = CACHE / package
    if not (place / "node_modules" / name).exists():
        # The scripts of packages would fetch more: a Java of its own, in one case.
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        command = ["npm", "install", "--prefix", str(place), *options, package]
        subprocess.run(command, stdout=sys.stderr, check=True)  # what it says is no result
    return place / "node_modules" / name
