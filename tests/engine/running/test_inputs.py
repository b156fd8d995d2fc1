"""The states of inputs: equal exactly where a run would find the same."""

import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from ptfund._site.running import inputs
from ptfund._site.running.inputs import Present, is_installed


def state(root: Path, kind: str, name: str) -> str | None:
    """Return the state of an input, looked up anew."""
    return Present(root, {"SET": "1", "EMPTY": ""}).state(kind, name)


def test_a_file_has_the_state_of_its_content(tmp_path: Path) -> None:
    """Not of its date; what is not there and what is a folder have states of their own."""
    file = tmp_path / "a" / "b.txt"
    assert state(tmp_path, "file", "a/b.txt") is None
    file.parent.mkdir()
    file.write_text("one")
    first = state(tmp_path, "file", "a/b.txt")
    file.write_text("two")
    second = state(tmp_path, "file", str(file))
    file.write_text("one")
    assert state(tmp_path, "file", "a/b.txt") == first
    assert len({None, first, second, state(tmp_path, "file", "a")}) == 4


def test_a_folder_has_the_state_of_its_names(tmp_path: Path) -> None:
    """Whatever the files hold."""
    assert state(tmp_path, "folder", "a") is None
    (tmp_path / "a").mkdir()
    empty = state(tmp_path, "folder", "a")
    (tmp_path / "a" / "b").write_text("one")
    one = state(tmp_path, "folder", "a")
    (tmp_path / "a" / "b").write_text("two")
    assert state(tmp_path, "folder", "a") == one
    assert len({None, empty, one}) == 3


def test_sources_are_all_modules_below_but_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their names and contents count; that of other files, and of the engine, does not."""
    monkeypatch.setattr(inputs, "ENGINE", tmp_path / "src" / "engine")
    for name in ("src/a.py", "src/deep/b.py", "src/engine/page.py", "src/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    first = state(tmp_path, "sources", "src")
    (tmp_path / "src/engine/page.py").write_text("")
    (tmp_path / "src/notes.txt").write_text("")
    assert state(tmp_path, "sources", "src") == first
    (tmp_path / "src/deep/b.py").rename(tmp_path / "src/deep/c.py")
    renamed = state(tmp_path, "sources", "src")
    (tmp_path / "src/a.py").write_text("")
    assert len({first, renamed, state(tmp_path, "sources", "src")}) == 3


def test_variables_and_distributions(tmp_path: Path) -> None:
    """A variable's value is not told; a distribution's state is its version."""
    states = {state(tmp_path, "variable", name) for name in ("SET", "EMPTY", "UNSET")}
    assert len(states) == 3
    assert not states & {"1", ""}
    assert state(tmp_path, "distribution", "numpy") == np.__version__
    assert state(tmp_path, "distribution", "no-such-thing") is None
    found = Present(tmp_path, {}).distributions(["numpy", "sklearn", "no_such_thing"])
    assert list(found) == ["numpy", "scikit-learn"]
    assert found["numpy"] == np.__version__


def test_each_state_is_looked_up_once_and_compared(tmp_path: Path) -> None:
    """The first look counts for all of a build."""
    file = tmp_path / "a"
    file.write_text("one")
    present = Present(tmp_path, {})
    recorded: inputs.Inputs = {"file": {"a": present.state("file", "a")}, "variable": {"SET": None}}
    file.write_text("two")
    assert present.agrees(recorded)
    assert not Present(tmp_path, {}).agrees(recorded)
    file.write_text("one")
    assert not Present(tmp_path, {"SET": "1"}).agrees(recorded)


def test_what_is_installed_is_told_from_the_project(tmp_path: Path) -> None:
    """Packages, Python itself, and links to them; not a folder of one's own."""
    link = tmp_path / "link"
    link.symlink_to(Path(np.__file__).parent)
    for path in (np.__file__, sysconfig.get_path("stdlib"), sys.prefix, str(link)):
        assert is_installed(path)
    for path in (str(tmp_path), __file__, inputs.__file__):
        assert not is_installed(path)
