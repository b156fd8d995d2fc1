"""MkDocs says which file holds a broken link; here it learns to say which line."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

__all__ = ["LinkLines"]

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
