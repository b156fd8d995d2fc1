"""Chapters run at the same time, the longest first, each on its own."""

import threading

import pytest

from ptfund._site.reading.chapter import Chapter, read_chapter
from ptfund._site.running import schedule
from ptfund._site.running.execute import Runner
from ptfund._site.running.inputs import Present
from ptfund._site.running.rules import Rules
from ptfund._site.running.run import Run
from ptfund._site.running.schedule import run_chapters
from tests.engine.project import Project, text_of


def test_outputs_come_from_this_run(project: Project) -> None:
    """What a chapter reads while it runs is what its page shows."""
    source = project.write("value.txt", "one")
    project.chapter("01_a", f"from pathlib import Path\nprint(Path({str(source)!r}).read_text())")
    assert text_of(project.run()["01_a"], 1) == "one\n"
    source.write_text("two")
    assert text_of(project.run()["01_a"], 1) == "two\n"


def test_chapters_run_at_the_same_time(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two chapters that wait for each other both end."""
    monkeypatch.setattr(schedule, "_processors", lambda: 2)
    meet = """
import time
from pathlib import Path
Path({mine!r}).touch()
while not Path({other!r}).exists():
    time.sleep(0.01)
"""
    a, b = str(project.root / "a"), str(project.root / "b")
    project.chapter("01_a", meet.format(mine=a, other=b))
    project.chapter("02_b", meet.format(mine=b, other=a))
    runs = project.run(cell_timeout=30.0)
    assert [run.error for run in runs.values()] == [None, None]


def test_the_longest_chapter_starts_first(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one worker the chapters run by the time they took before, new ones at the front."""
    monkeypatch.setattr(schedule, "_processors", lambda: 1)
    for name in ("01_a", "02_b", "03_c"):
        project.chapter(name, "x = 1")
    chapters = [run.chapter for run in project.run().values()]
    order: list[str] = []
    runs = run_chapters(
        chapters,
        Rules(project.root),
        expected_seconds={"01_a": 1.0, "02_b": 5.0},
        finished=lambda run: order.append(run.chapter.name),
    )
    assert order == ["03_c", "02_b", "01_a"]
    assert [run.chapter.name for run in runs] == ["01_a", "02_b", "03_c"]


def test_time_memory_and_cells_are_measured(project: Project) -> None:
    """As the most that there was: 200 MB more than in a chapter that holds none, or one thread."""
    project.chapter("01_a", "x = 1")
    project.chapter("02_b", "x = bytearray(200 * 2**20)", "del x\nimport time\ntime.sleep(0.5)")
    wait = "import threading\nend = threading.Event()\nt = threading.Thread(target=end.wait)"
    project.chapter("03_c", f"{wait}\nt.start()", "end.set()\nt.join()")
    small, large, threaded = project.run().values()
    assert (small.threads, threaded.threads) == (1, 2)
    assert large.peak_memory - small.peak_memory > 150 * 2**20
    assert large.seconds > 0.5
    assert (small.chapter.code_cells, large.chapter.code_cells) == (1, 2)


def test_a_build_that_fails_stops_all_chapters(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that run hear of it, and nobody waits for them."""
    begun, stopped = threading.Event(), list[bool]()

    class Waiting(Runner):
        def run(self, chapter: Chapter) -> Run:
            if chapter.name == "01_a":
                begun.wait(60)
            else:
                begun.set()
                stopped.append(self.stop.wait(60))
            return Run(chapter, [])

    def refuse(_: Run) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(schedule, "_processors", lambda: 2)
    monkeypatch.setattr(schedule, "Runner", Waiting)
    paths = [project.chapter(name, "x = 1") for name in ("01_a", "02_b")]
    chapters = [read_chapter(path, project.root) for path in paths]
    with pytest.raises(OSError, match="No space"):
        run_chapters(chapters, Rules(project.root), finished=refuse)
    assert stopped == [True]


def test_a_chapter_that_nobody_waits_for_is_stopped(project: Project) -> None:
    """At the line that it has reached."""
    stop = threading.Event()
    stop.set()
    path = project.chapter("01_a", "import time\ntime.sleep(600)")
    rules = Rules(project.root, stall_timeout=10.0)
    runner = Runner(rules, Present(project.root, {}), stop, lambda: None)
    error = runner.run(read_chapter(path, project.root)).error
    assert error is not None
    assert (error.line, error.message) == (6, "nobody waits for it any more")


def test_nothing_to_run_starts_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is stale, no process is started, nor a library imported."""
    monkeypatch.setattr("subprocess.Popen", None)
    assert run_chapters([], Rules(project.root)) == []
