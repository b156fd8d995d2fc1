"""What takes long to make is made once for all processes that run the tests."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first process to ask has filled; the others wait for it.

    The processes of pytest-xdist share the parent of their temporary folders. If `make` fails,
    every test that needs the folder fails with what was said first, and nothing is tried again.

    Args:
        factory: Knows the temporary folder of this process.
        name: What the folder is called; each name has one maker.
        make: Called with the folder, which is there and empty.

    Returns:
        The folder. Nobody may change it: it belongs to all.
    """
    with hold(factory, name) as place:
        folder, failure = place / name, place / f"{name}.failure"
        if not folder.exists():
            folder.mkdir()
            failure.write_text(f"{name} was not finished", encoding="utf-8")
            try:
                make(folder)
            except BaseException as error:
                failure.write_text(f"{name}: {error}", encoding="utf-8")
                raise
            failure.unlink()
        elif failure.exists():
            pytest.fail(failure.read_text(encoding="utf-8"), pytrace=False)
    return folder


@contextmanager
def hold(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Let no other process enter a block of this name; yield the folder that all share.

    The system takes the lock back from a process that dies.
    """
    own = factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    place.mkdir(exist_ok=True)
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place
