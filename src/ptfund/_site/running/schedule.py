"""All chapters that must run, several at once, each in a process of its own."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from tqdm import tqdm

from ptfund._site.reading.chapter import Chapter
from ptfund._site.running.execute import Runner
from ptfund._site.running.inputs import Present
from ptfund._site.running.rules import Rules
from ptfund._site.running.run import Run

__all__ = ["run_chapters"]


def run_chapters(
    chapters: Sequence[Chapter],
    rules: Rules,
    *,
    expected_seconds: Mapping[str, float] | None = None,
    finished: Callable[[Run], None] | None = None,
) -> list[Run]:
    """Run chapters in parallel, each in a process of its own, and return what came of each.

    A chapter runs to its end or to its first error; the others go on.

    Args:
        chapters: What to run.
        rules: How they are run.
        expected_seconds: What chapters took before, by name: the longest start first.
        finished: Called with each run as it ends.
    """
    if not chapters:
        return []
    expected = expected_seconds or {}
    order = sorted(chapters, key=lambda c: (-expected.get(c.name, float("inf")), c.name))
    cells = sum(chapter.code_cells for chapter in chapters)
    stop, ended = threading.Event(), SimpleQueue[Future[Run]]()
    runs: dict[str, Run] = {}
    # On a terminal a bar; elsewhere nothing, since `finished` speaks for itself.
    with (
        tqdm(total=cells, unit="cell", disable=None, leave=False) as progress,
        ThreadPoolExecutor(_processors()) as pool,
    ):
        runner = Runner(rules, Present(rules.root, {}), stop, progress.update)
        try:
            for chapter in order:
                pool.submit(runner.run, chapter).add_done_callback(ended.put)
            for _ in order:
                run = ended.get().result()
                runs[run.chapter.name] = run
                if finished is not None:
                    finished(run)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    return [runs[chapter.name] for chapter in chapters]


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
