"""All chapters together: a run of each, new only where it must be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ptfund._site.reading.chapter import Chapter
from ptfund._site.running.folders import remove_leftovers
from ptfund._site.running.report import read_expected_seconds, write_report
from ptfund._site.running.rules import Rules
from ptfund._site.running.run import Run
from ptfund._site.running.schedule import run_chapters
from ptfund._site.running.store import Store

__all__ = ["run_book"]


def run_book(
    chapters: Sequence[Chapter],
    rules: Rules,
    *,
    before: Mapping[str, Run],
    say: Callable[[str], object],
) -> list[Run]:
    """Return a run of each chapter: a stored one, where nothing that it used has changed.

    Args:
        chapters: The chapters, all of them.
        rules: How they are run. Runs and the report are kept in `.cache/ptfund` in their root.
        before: Runs by script. A failure among them counts as well as a new one would, if
            everything is as it was; the store has successes alone.
        say: Called with a line for each step of the work.
    """
    remove_leftovers()
    folder = rules.root / ".cache" / "ptfund"
    store = Store(folder / "runs", rules.root, rules.preload)

    def known(chapter: Chapter) -> Run | None:
        last = before.get(chapter.script)
        if last and last.failure and last.chapter.program == chapter.program:
            return replace(last, chapter=chapter, cached=True) if store.is_current(last) else None
        return store.find(chapter)

    runs = {chapter.name: run for chapter in chapters if (run := known(chapter))}
    stale = [chapter for chapter in chapters if chapter.name not in runs]
    names = ", ".join(chapter.name for chapter in stale) or "nothing"
    say(f"Chapters to execute: {names}; unchanged: {len(runs)}")

    def finish(run: Run) -> None:
        verb = "failed after" if run.failure else "executed in"
        say(f"{run.chapter.script}: {run.chapter.code_cells} cells, {verb} {run.seconds:.1f} s")
        if run.failure is None and run.inputs is not None:
            store.keep(run)

    report = folder / "report.json"
    executed = run_chapters(
        stale,
        rules,
        expected_seconds=read_expected_seconds(report),
        finished=finish,
    )
    runs |= {run.chapter.name: run for run in executed}
    complete = [runs[chapter.name] for chapter in chapters]
    write_report(report, complete)
    return complete
