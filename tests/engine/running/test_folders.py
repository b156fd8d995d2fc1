"""Folders of a build: its own while it lives, removed by the next one if it was killed."""

import gc
import os
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from ptfund._site.running.folders import WorkFolder, remove_leftovers
from ptfund._site.running.inputs import ENGINE


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of its own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_kept_while_its_build_lives(temporary: Path) -> None:
    """One whose build was killed is removed, with the processes that still run there."""
    alive = WorkFolder()
    dead = WorkFolder()
    assert dead._lock is not None  # noqa: SLF001 - as when its process dies
    os.close(dead._lock)  # noqa: SLF001 - the same
    sleep = subprocess.Popen(["sleep", "600"], env={"X": f"{dead.path}/x"})  # noqa: S607
    other = temporary / "ptfund-chapters-elsewhat"
    other.mkdir()
    remove_leftovers()
    assert sleep.wait(60) == -signal.SIGKILL
    assert sorted(temporary.iterdir()) == sorted([alive.path, other])
    alive.remove()
    gc.collect()
    assert list(temporary.iterdir()) == [other]


def test_a_folder_that_was_half_removed_is_removed(temporary: Path) -> None:
    """Whatever of its content was gone when its build was killed."""
    whole = WorkFolder()
    tempfile.mkdtemp(prefix=whole.path.name[:-8])
    whole.remove()
    remove_leftovers()
    assert list(temporary.iterdir()) == []


def test_no_module_makes_temporary_folders_of_its_own() -> None:
    """The next build would not know them if this one is killed."""
    modules = [path for path in ENGINE.rglob("*.py") if path.name != "folders.py"]
    assert [path for path in modules if "TemporaryDirectory" in path.read_text("utf-8")] == []


def test_a_new_folder_that_another_build_removes_is_made_again(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its lock is there, it looks like one that a killed build has left."""
    lost = temporary / "lost"
    made = [lost, temporary / "waited", temporary / "kept"]
    opened = os.open

    def make(**_: object) -> str:
        path = made.pop(0)
        path.mkdir()
        if path == lost:
            path.rmdir()
        return str(path)

    def open_and_remove(path: Path, flags: int) -> int:
        lock = opened(path, flags)
        if path.name == "waited":
            path.rmdir()
        return lock

    monkeypatch.setattr("tempfile.mkdtemp", make)
    monkeypatch.setattr("os.open", open_and_remove)
    work = WorkFolder()
    assert [path.name for path in temporary.iterdir()] == ["kept"]
    work.remove()
