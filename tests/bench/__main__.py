"""Measure everything, and write it into docs/benchmarks.md.

    python -m tests.bench

It takes about an hour, and tells the truth on a machine that does nothing else.
"""

import os
import platform
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from tests.bench import build, others, pages, training

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BENCHES: dict[str, tuple[Callable[[int], None], int]] = {
    "build": (build.main, 3),
    "others": (others.main, 3),
    "pages": (pages.main, 5),
    "training": (training.main, 20),
}


def write(text: str, name: str, measured: str) -> str:
    """Return the page with what was measured between the marks of that name."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    new, count = re.subn(
        f"({re.escape(begin)}).*?({re.escape(end)})",
        lambda marks: f"{marks[1]}\n{measured.strip()}\n\n{marks[2]}",
        text,
        flags=re.DOTALL,
    )
    assert count == 1, f"{PAGE} must have one place for {name}"
    return new


def main() -> None:
    """Run one bench after the other, and write each as soon as it is done."""
    cores = len(os.sched_getaffinity(0))
    today = datetime.now(UTC).strftime("%-d %B %Y")
    python = platform.python_version()
    machine = f"Measured on {today} with Python {python} on {cores} cores, without a GPU."
    PAGE.write_text(write(PAGE.read_text("utf-8"), "machine", machine), "utf-8")
    for name, (bench, runs) in BENCHES.items():
        with redirect_stdout(StringIO()) as told:
            bench(runs)
        PAGE.write_text(write(PAGE.read_text("utf-8"), name, told.getvalue()), "utf-8")


if __name__ == "__main__":
    main()
