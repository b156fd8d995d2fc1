"""Lines of faults in prose: MkDocs names the file of a broken link, Markdown not even that."""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ptfund._site.reading.chapter import Chapter
from ptfund._site.reading.prose import CODE
from ptfund._site.rendering.mathml import MathError

__all__ = ["FormulaError", "LinkLines", "Passage", "locate_formulas", "read_prose", "read_sources"]

_COMPLAINTS = (
    re.compile(r"Doc file '(?P<file>[^']+)' contains an? [a-z ]*link '(?P<target>[^']*)'"),
    re.compile(r"(?P<file>[^\s:]+): Could not find cross-reference target '(?P<target>[^']*)'"),
)


class LinkLines(logging.Filter):
    """Puts `file:line:` before each complaint about a link."""

    def __init__(self, root: Path, folders: Sequence[Path]) -> None:
        super().__init__()
        self._root = root
        self._folders = folders

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record where it speaks of a link; let every record pass."""
        message = record.getMessage()
        for complaint in _COMPLAINTS:
            if match := complaint.search(message):
                place = self._place(match["file"], match["target"])
                record.msg, record.args = f"{place}{message}", ()
        return True

    def _place(self, name: str, target: str) -> str:
        for folder in self._folders:
            path = folder / name
            if path.is_file():
                lines = path.read_text(encoding="utf-8").splitlines()
                found = [n for n, line in enumerate(lines, 1) if target in line]
                linked = [
                    n for n in found if re.search(r"[(\[<:]\s*" + re.escape(target), lines[n - 1])
                ]
                if number := next(iter(linked or found), None):
                    return f"{path.relative_to(self._root).as_posix()}:{number}: "
        return ""


class Passage(NamedTuple):
    """A part of a file, and the line at which it begins."""

    file: str
    line: int
    text: str


class FormulaError(NamedTuple):
    """What is wrong with a formula, where it stands."""

    file: str
    line: int
    message: str


def locate_formulas(
    errors: Iterable[MathError], page: Sequence[Passage], docstrings: Sequence[Passage]
) -> set[FormulaError]:
    """Return the errors of a page with every place at which the wrong formulas stand.

    Args:
        errors: What Markdown found wrong, without knowing where.
        page: What the page itself is made of, at least one passage.
        docstrings: Where a formula may come from that is not in the page's own text.
    """
    found = set()
    for error in errors:
        places = list(_places(error.formula, page)) or list(_places(error.formula, docstrings))
        for file, line in places or [page[0][:2]]:
            found.add(FormulaError(file, line, str(error)))
    return found


def _places(formula: str, passages: Iterable[Passage]) -> Iterator[tuple[str, int]]:
    """Yield file and line of each place where a formula begins, however its lines are broken."""
    # Between two words may stand the mark of a quote, or a comment of LaTeX.
    words = r"(?:[\s>]|%.*\n)+".join(map(re.escape, formula.split()))
    written = re.compile(rf"(?<![\\$]){words}(?!\$)")
    for file, line, text in passages:
        # In code, dollars are dollars.
        prose = CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
        for match in written.finditer(prose):
            yield file, line + prose.count("\n", 0, match.start())


def read_prose(chapter: Chapter) -> list[Passage]:
    """Return the prose of a chapter, cell by cell."""
    cells = [cell for cell in chapter.cells if cell.kind == "markdown"]
    return [Passage(chapter.script, cell.line, cell.source) for cell in cells]


def read_sources(root: Path) -> list[Passage]:
    """Return the sources of a project, in which docstrings stand."""
    scripts = sorted((root / "src").rglob("*.py"))
    return [Passage(s.relative_to(root).as_posix(), 1, s.read_text("utf-8")) for s in scripts]
