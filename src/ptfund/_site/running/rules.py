"""How chapters are run: what a build says once for all of them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Rules"]

# Where a process that has loaded the libraries can be forked safely.
_FORKS = sys.platform == "linux"


@dataclass(frozen=True)
class Rules:
    """How chapters are run."""

    root: Path
    """The project's folder, in which they run; tracebacks name its files as seen from there."""
    cell_timeout: float = 120.0
    """How much processor time one cell may use, in seconds: twenty times what the slowest needs."""
    preload: Sequence[str] = ()
    """Modules that are imported once, before any chapter runs."""
    forks: bool = _FORKS
    """Whether chapters are forked from a process that holds these, or each imports them itself."""
    stall_timeout: float = 120.0
    """After how many seconds in which it does next to nothing a cell counts as stalled."""
