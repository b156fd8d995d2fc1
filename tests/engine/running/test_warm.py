"""The warm process: what it holds, and when there must be another."""

import os
import signal
from itertools import pairwise

import psutil
import pytest

from ptfund._site.running import processes
from tests.engine.project import Project, text_of


def test_libraries_are_loaded_in_the_order_in_which_they_are_named(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One may set up what another needs."""
    for name in ("zebra", "ant"):
        note = f"import sys\nsys.loaded = [*getattr(sys, 'loaded', ()), {name!r}]\n"
        project.write(f"lib/{name}.py", note)
    monkeypatch.setenv("PYTHONPATH", str(project.root / "lib"), prepend=os.pathsep)
    project.chapter("01_a", "import sys\nprint(*sys.loaded)")
    assert text_of(project.run(preload=("zebra", "ant"))["01_a"], 1) == "zebra ant\n"


def find_warm() -> psutil.Process:
    """Return the warm process of this one."""
    (warm,) = (p for p in psutil.Process().children() if "warm" in " ".join(p.cmdline()))
    return warm


def test_a_warm_process_is_used_while_it_is_the_right_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another environment, other libraries and another engine need another process."""
    project.chapter("01_a", "x = 1")

    def run(*preload: str) -> int:
        assert project.run(preload=preload)["01_a"].error is None
        return find_warm().pid

    numbers = [run(), run()]
    monkeypatch.setenv("NEW", "1")
    numbers += [run(), run("json")]
    monkeypatch.setattr(processes, "_hash_engine", lambda: "another")
    numbers.append(run("json"))
    assert [first == second for first, second in pairwise(numbers)] == [True, False, False, False]


def test_a_keeper_ends_what_its_chapter_has_started(project: Project) -> None:
    """By itself, and before anybody goes on, even while the warm process stands still."""
    project.chapter(
        "01_a",
        "import os, psutil, signal, subprocess\n"
        "x = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "os.kill(psutil.Process().parent().ppid(), signal.SIGSTOP)\nprint(x.pid)",
    )
    number = int(text_of(project.run()["01_a"], 1))
    try:
        assert not psutil.pid_exists(number)
    finally:
        find_warm().send_signal(signal.SIGCONT)


def test_a_warm_process_that_was_killed_is_started_anew(project: Project) -> None:
    """The next chapters do not notice."""
    project.chapter("01_a", "print('done')")
    project.run()
    process = find_warm()
    process.kill()
    process.wait()
    assert text_of(project.run()["01_a"], 1) == "done\n"
