"""The chapters of a project, read; running them is another matter, and needs more."""

from pathlib import Path

from ptfund._site.reading.chapter import Chapter, ChapterError, read_chapter
from ptfund._site.reading.exercises import read_exercises

__all__ = ["read_book"]


def read_book(root: Path) -> tuple[list[Chapter], list[ChapterError]]:
    """Return the chapters of a project, and what is wrong with those that cannot be read."""
    chapters: list[Chapter] = []
    errors: list[ChapterError] = []
    for path in sorted((root / "tutorials").glob("[!.]*.py")):
        try:
            chapter = read_chapter(path, root)
            read_exercises(chapter)
        except ChapterError as error:
            errors.append(error)
            continue
        if same := next((c for c in chapters if c.slug == chapter.slug), None):
            message = f"the address {chapter.slug!r} belongs to {same.script}"
            errors.append(ChapterError(chapter.script, 1, message))
        chapters.append(chapter)
    return chapters, errors
