"""What is made once for all processes, and what becomes of it when its maker fails."""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.sharing import make_once


@pytest.fixture
def factories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What two processes of pytest-xdist know of their temporary folders."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    places = [tmp_path / f"popen-gw{number}" for number in range(2)]
    return [SimpleNamespace(getbasetemp=lambda place=place: place) for place in places]


def test_one_makes_it_and_the_other_waits(factories: list[Any]) -> None:
    """Both get the same folder, with all that was put into it."""
    calls = []

    def make(folder: Path) -> None:
        calls.append(folder)
        assert list(folder.iterdir()) == []
        with folder.with_name("thing.lock").open("w") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (folder / "made").touch()

    def look(factory: Any) -> list[str]:
        return [path.name for path in make_once(factory, "thing", make).iterdir()]

    with ThreadPoolExecutor(2) as two:
        assert list(two.map(look, factories)) == [["made"]] * 2
    assert calls == [make_once(factories[0], "thing", make)]


def test_a_failure_is_told_to_all_and_not_tried_again(factories: list[Any]) -> None:
    """The others learn what has gone wrong."""
    calls = []

    def fail(_: Path) -> None:
        calls.append(1)
        raise ValueError("no paper")

    with pytest.raises(ValueError, match="no paper"):
        make_once(factories[0], "thing", fail)
    for factory in factories:
        with pytest.raises(pytest.fail.Exception, match="thing: no paper"):
            make_once(factory, "thing", fail)
    assert len(calls) == 1


def test_without_other_processes_it_is_made_in_the_own_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parent belongs to other runs, too."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    made = make_once(tmp_path_factory, "alone", lambda folder: (folder / "made").touch())
    assert made.is_relative_to(tmp_path_factory.getbasetemp())
    assert (made / "made").exists()
