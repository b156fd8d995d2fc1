"""How the chapters run on the site: with one thread, and with what they need at hand."""

from collections import Counter

from ptfund._site.running.run import Run


def test_every_chapter_has_one_thread(executed_book: list[Run]) -> None:
    """After each of its cells: a process with more cannot be forked safely."""
    assert {run.chapter.name: run.threads for run in executed_book if run.threads != 1} == {}


def test_the_warm_process_holds_what_several_chapters_load(executed_book: list[Run]) -> None:
    """What two load should be loaded once: it belongs to `preload` in mkdocs.yml."""
    loaded = Counter(name for run in executed_book for name in run.loaded)
    assert sorted(name for name, count in loaded.items() if count > 1) == []


def test_what_is_loaded_is_noted_at_all(executed_book: list[Run]) -> None:
    """Some chapter loads something that no other does, or the test above sees nothing."""
    assert any(run.loaded for run in executed_book)
