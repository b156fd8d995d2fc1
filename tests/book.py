"""The book, read once: its chapters in their order."""

from pathlib import Path

from ptfund._site.reading.chapter import read_chapter

_ROOT = Path(__file__).parents[1]
CHAPTERS = [read_chapter(path, _ROOT) for path in sorted((_ROOT / "tutorials").glob("*.py"))]
