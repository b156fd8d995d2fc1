"""Measure how long the build of the site takes.

    python -m tests.bench.build [RUNS]

It works on a copy of the project in a temporary folder, and prints a table in Markdown: the
median of RUNS builds (3 unless told) that execute every chapter, and of as many that find
nothing changed; each chapter's time and memory; and how soon an edit is seen while serving.
"""

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.engine.project import Project
from tests.engine.server import serving

ROOT = Path(__file__).parents[2]


def copy_of_the_project(folder: Path) -> Project:
    """Copy what git knows, or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if not (ROOT / name).is_file():  # a link to a folder, or a file that was removed
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    return Project(folder)


def build(project: Project) -> float:
    """Build the site and return how many seconds it took."""
    start = time.perf_counter()
    built = project.build()
    assert built.returncode == 0, built.stderr
    return time.perf_counter() - start


def seen_after(project: Project, edits: dict[str, tuple[str, str, str]]) -> dict[str, float]:
    """Return how many seconds pass from each edit to the moment that browsers reload."""
    seconds = {}
    with serving(project) as server:
        for kind, (name, old, new) in edits.items():
            start = time.perf_counter()
            server.after(name, old, new)
            seconds[kind] = time.perf_counter() - start
    return seconds


def row(what: str, seconds: list[float]) -> str:
    """Return a row of the table: the median, and the spread."""
    spread = f"{min(seconds):.1f} to {max(seconds):.1f}"
    return f"| {what}, median of {len(seconds)} | {statistics.median(seconds):.1f} s ({spread}) |"


EDITS = {
    "prose": ("tutorials/01_tensors.py", "# # Tensors\n", "# # All tensors\n"),
    "a document": ("docs/index.md", "# PyTorch", "# All PyTorch"),
    "code of chapter 1": (
        "tutorials/01_tensors.py",
        "digits = load_digits()",
        "digits = load_digits()  # all",
    ),
}


def main(runs: int) -> None:
    """Build, serve, and print what was measured."""
    with TemporaryDirectory() as name:
        project = copy_of_the_project(Path(name).resolve())
        cold, warm = [], []
        for _ in range(runs):
            shutil.rmtree(project.root / ".cache", ignore_errors=True)
            cold.append(build(project))
            warm.append(build(project))
        report = json.loads((project.root / ".cache" / "ptfund" / "report.json").read_text())
        print("| what | measured |\n|---|---|")
        print(row("build that executes everything", cold))
        print(row("build that finds nothing changed", warm))
        for chapter, entry in report["chapters"].items():
            print(f"| {chapter} | {entry['seconds']} s, {entry['peak_memory_mb']} MB |")
        for kind, seconds in seen_after(project, EDITS).items():
            print(f"| while serving, an edit of {kind} is seen after | {seconds:.1f} s |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
