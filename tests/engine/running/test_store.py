"""The store of runs: what it gives back, what it lets go of, what it does not believe."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from ptfund._site.running import environment, store
from ptfund._site.running.inputs import ENGINE
from tests.engine.project import Project, text_of

ALL = {"01_near", "02_far", "03_data", "04_alone"}


def test_what_is_stored_is_what_was_shown(shelf: Project) -> None:
    """A run from the store has the outputs, values, time and memory of the one that was kept."""
    new, stored = shelf.update(), shelf.update()
    for name in ALL:
        assert stored[name].notebook == new[name].notebook
        assert stored[name].cached
        assert (stored[name].seconds, stored[name].peak_memory) == (
            new[name].seconds,
            new[name].peak_memory,
        )
    assert text_of(stored["01_near"], 1) == "2\n"
    assert stored["04_alone"].notebook.cells[2].metadata["values"] == ["4"]


def test_another_machine_or_engine_runs_everything(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python, platform, settings, the engine, what it leans on and loads: all in the key."""
    project.chapter("01_a", "x = 1")
    chapter = project.update()["01_a"].chapter
    engine = project.root / "engine"
    shutil.copytree(ENGINE, engine)
    monkeypatch.setattr(store, "ENGINE", engine)

    def is_found(*preload: str) -> bool:
        folder = project.root / ".cache/ptfund/runs"
        return store.Store(folder, project.root, preload).find(chapter) is not None

    genuine = metadata.version

    def asked(name: str) -> str:
        # One that no chapter imports: those are among the inputs.
        return "0.1" if name == "nbformat" else genuine(name)

    changes: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
        "python": lambda patch: patch.setattr("sys.version", "4.0"),
        "platform": lambda patch: patch.setattr("platform.machine", lambda: "abacus"),
        "threads": lambda patch: patch.setitem(environment.FIXED, "OMP_NUM_THREADS", "2"),
        "steering": lambda patch: patch.setenv("TORCH_SOMETHING", "1"),
        "library": lambda patch: patch.setattr("importlib.metadata.version", asked),
        "engine": lambda _: (engine / "running/new.py").write_text("# Other.\n"),
    }
    assert not is_found("torch")
    for kind, change in changes.items():
        assert is_found(), kind
        with monkeypatch.context() as patch:
            change(patch)
            assert not is_found(), kind


def test_what_a_library_sets_when_it_is_imported_runs_nothing(project: Project) -> None:
    """A build counts for another, whatever the program that starts it has imported before."""
    project.chapter("01_a", "print(1)")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KMP_")}
    build = "import mkdocs.__main__ as m; m.cli(['build', '-q'])"
    for imports, status in {"os": "executed", "sklearn, torch": "unchanged"}.items():
        command = [sys.executable, "-c", f"import {imports}; {build}"]
        subprocess.run(command, cwd=project.root, env=plain, check=True)
        report = (project.root / ".cache" / "ptfund" / "report.json").read_text()
        assert f'"status": "{status}"' in report


def test_a_failure_is_not_kept(project: Project) -> None:
    """What failed runs at the next build, changed or not."""
    project.chapter("01_a", "1 / 0")
    assert project.executed() == {"01_a"}
    assert project.executed() == {"01_a"}
    assert list(project.root.rglob("runs/*/*")) == []


def test_the_last_eight_runs_are_kept(project: Project) -> None:
    """The ninth version drives out the one that was not used for longest."""
    for version in range(9):
        project.chapter("01_a", f"print({version})")
        assert project.executed() == {"01_a"}
        project.chapter("01_a", "print(0)")  # used again and again, so it stays
        assert project.executed() == set()
    assert len(list(project.root.rglob("runs/01_a/*.json"))) == 8
    project.chapter("01_a", "print(8)")
    assert project.executed() == set()
    project.chapter("01_a", "print(1)")
    assert project.executed() == {"01_a"}


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut off": lambda entry: entry.write_bytes(entry.read_bytes()[:-20]),
    "empty": lambda entry: entry.write_bytes(b""),
    "one word changed": lambda entry: entry.write_bytes(
        entry.read_bytes().replace(b"shown", b"wrong")
    ),
    "no text": lambda entry: entry.write_bytes(b"\xff\xfe\x00"),
    "of another program": lambda entry: entry.write_text('{"results": [["wrong"]]}'),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_entry_is_made_anew(project: Project, kind: str) -> None:
    """Nothing of it is believed, nothing is complained of, and the build goes on."""
    project.chapter("01_a", "print('shown')")
    project.update()
    (entry,) = project.root.rglob("runs/01_a/*.json")
    DAMAGE[kind](entry)
    run = project.update()["01_a"]
    assert not run.cached
    assert text_of(run, 1) == "shown\n"


def test_an_entry_is_never_half_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full, the error is the disk's, and the entry before is still good."""
    project.chapter("01_a", "print('shown')")
    run = project.update()["01_a"]
    runs = store.Store(project.root / ".cache/ptfund/runs", project.root)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = {path: path.read_bytes() for path in project.root.rglob("runs/*/*")}
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        runs.keep(run)
    assert {path: path.read_bytes() for path in project.root.rglob("runs/*/*")} == before
