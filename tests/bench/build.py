"""Measure the build of the site: how long, and how heavy what comes of it.

    python tests/bench/build.py [RUNS]

Prints a table in Markdown: the median of RUNS builds (3 unless told), and of the last one
each chapter's time and memory and each page's size in gzip, with and without figures.
"""

import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
FIGURE = re.compile(r'<figure class="output-figure".*?</figure>', re.DOTALL)


def build(folder: Path) -> float:
    """Build the site into a folder and return how many seconds it took."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    return time.perf_counter() - start


def kilobytes(text: str) -> str:
    """Return the size of a text in gzip."""
    return f"{len(gzip.compress(text.encode())) / 1000:.1f} KB"


def main(runs: int) -> None:
    """Build, and print what was measured."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "site"
        seconds = [build(folder) for _ in range(runs)]
        report = json.loads((ROOT / ".cache" / "ptfund" / "report.json").read_text())
        print("| what | measured |\n|---|---|")
        spread = f"{min(seconds):.1f} to {max(seconds):.1f}"
        print(f"| build, median of {runs} | {statistics.median(seconds):.1f} s ({spread}) |")
        for chapter, entry in report["chapters"].items():
            print(f"| {chapter} | {entry['seconds']} s, {entry['peak_memory_mb']} MB |")
        for page in sorted(folder.rglob("index.html")):
            html = page.read_text(encoding="utf-8")
            bare = FIGURE.sub("", html)
            without = f", {kilobytes(bare)} without figures" if bare != html else ""
            print(f"| {page.parent.relative_to(folder)}/ | {kilobytes(html)}{without} |")
        index = (folder / "search" / "search_index.json").read_text(encoding="utf-8")
        print(f"| search index | {kilobytes(index)} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
