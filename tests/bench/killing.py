"""End builds at random moments, and see that nothing is left of them.

    python -m tests.bench.killing [BUILDS [SEED]]

A small book has a chapter that starts programs, one that sleeps and one that forks. Each of BUILDS
builds (200 unless told) is ended somewhere within its usual length: by SIGINT, SIGTERM or SIGKILL,
or by killing one of the processes below it. Then no process of it may be left, and the site that
stands must be whole. A build that nobody ends follows; after it, no folder of either may be left.
It prints what it did and what it found, and ends with 1 if it found anything.
"""

import random
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.engine.project import BUILD, CONFIGURATION, Project

WAYS = ("SIGINT", "SIGTERM", "SIGKILL", "SIGKILL below")
PATIENCE = 5  # seconds within which the processes of a build must end
ENDLESS = 120  # seconds after which a build that should end counts as hanging

NUMBER = "from pathlib import Path\nprint('build', Path('number.txt').read_text())"
CHAPTERS = {
    "01_programs": (
        "import subprocess\nx = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "y = subprocess.run('(sleep 600 &) ; (setsid sleep 600 &)', shell=True)"
    ),
    "02_sleep": "import time\ntime.sleep(1)",
    "03_forks": "import os, time\nif os.fork() == 0:\n    time.sleep(600)",
}


@dataclass(frozen=True)
class Book:
    """The small book, whose pages all name the number of their build."""

    project: Project
    temporary: Path
    """Where its builds put their temporary files, and nobody else."""

    @classmethod
    def write(cls, folder: Path) -> "Book":
        """Write the book into a folder."""
        project, temporary = Project(folder / "book"), folder / "tmp"
        temporary.mkdir()
        project.write("mkdocs.yml", CONFIGURATION)
        for name, cell in CHAPTERS.items():
            project.chapter(name, cell, NUMBER, title=name)
        return cls(project, temporary)

    def set_number(self, number: int) -> None:
        """Say which build is next: every chapter depends on it."""
        self.project.write("number.txt", str(number))
        self.project.write("docs/index.md", f"# Home\n\nbuild {number}\n")

    def start(self) -> subprocess.Popen[bytes]:
        """Start a build."""
        return subprocess.Popen(
            BUILD,
            cwd=self.project.root,
            env=self.project.surroundings(TMPDIR=str(self.temporary)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def finish(self) -> float:
        """Build, and return how many seconds it took."""
        start = time.perf_counter()
        built = self.project.build(TMPDIR=str(self.temporary))
        if built.returncode:
            raise RuntimeError(f"a build that nobody ended failed:\n{built.stderr}")
        return time.perf_counter() - start

    def read_numbers(self) -> set[int]:
        """Return the numbers of the builds that the pages of the site come from."""
        slugs = [name.partition("_")[2] for name in CHAPTERS]
        pages = ["index.html", *(f"tutorials/{slug}/index.html" for slug in slugs)]
        numbers = set[int]()
        for page in pages:
            file = self.project.root / "site" / page
            html = file.read_text("utf-8") if file.exists() else ""
            numbers |= {int(n) for n in re.findall(r"build (\d+)", html)} or {-1}
        return numbers

    def list_files_left(self) -> Iterator[str]:
        """Yield what builds have left among temporary files, beside the site, in the cache."""
        root = self.project.root
        places = (
            self.temporary.iterdir(),
            root.glob(".site*"),
            (root / ".cache").rglob(".*"),
        )
        for place in places:
            yield from (str(path.relative_to(root.parent)) for path in place)

    def list_processes(self) -> list[psutil.Process]:
        """Return the processes whose environment names the folder of temporary files."""
        return [process for process in psutil.process_iter() if self._has(process)]

    def _has(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error, OSError):
            return any(v.startswith(str(self.temporary)) for v in process.environ().values())
        return False


def end(build: subprocess.Popen[bytes], way: str, chance: random.Random) -> list[psutil.Process]:
    """End a build in one of the ways, and return the processes that it had.

    A build that has nothing below it yet is killed itself.
    """
    with suppress(psutil.Error):
        builder = psutil.Process(build.pid)
        below = builder.children(recursive=True)
        if way == "SIGKILL below" and below:
            chance.choice(below).kill()
        else:
            builder.send_signal(signal.Signals[way.removesuffix(" below")])
        return [builder, *below]
    return []


def wait_until_gone(book: Book, known: list[psutil.Process]) -> list[str]:
    """Return which processes of a build are still there when there has been time to end."""
    limit = time.monotonic() + PATIENCE
    while left := [p for p in {*known, *book.list_processes()} if _runs(p)]:
        if time.monotonic() > limit:
            return [_describe_and_kill(process) for process in left]
        time.sleep(0.05)
    return []


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _describe_and_kill(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        said = f"process {process.pid}, child of {process.ppid()}: {process.cmdline()}"
        process.kill()
        return said
    return f"process {process.pid}"


def try_once(book: Book, number: int, length: float, chance: random.Random) -> tuple[str, set[str]]:
    """End one build, let one finish; return how the first ended, and what was wrong."""
    way, moment = chance.choice(WAYS), chance.uniform(0, length)
    wrong = set[str]()
    before = book.read_numbers()
    book.set_number(number)
    with book.start() as build:
        known = list[psutil.Process]()
        try:
            build.wait(moment)
            way = "ended by itself"
        except subprocess.TimeoutExpired:
            known = end(build, way, chance)
        try:
            build.wait(ENDLESS)
        except subprocess.TimeoutExpired:
            build.kill()
            wrong.add(f"it did not end within {ENDLESS} s")
    wrong |= set(wait_until_gone(book, known))
    if (stands := book.read_numbers()) not in (before, {number}):
        wrong.add(f"the site is of {stands}, where it was of {before}")
    book.finish()
    wrong |= set(wait_until_gone(book, []))
    if (stands := book.read_numbers()) != {number}:
        wrong.add(f"the next site is of {stands} instead of {number}")
    wrong |= set(book.list_files_left())
    return way, {f"build {number}, {way} after {moment:.2f} s: {what}" for what in wrong}


def main(builds: int, seed: int) -> None:
    """End builds, and print what was left of them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored behind a shell's `&`
    chance = random.Random(seed)  # noqa: S311 - no secret
    ways, wrong = Counter[str](), list[str]()
    with TemporaryDirectory() as name:
        book = Book.write(Path(name).resolve())
        lengths = []
        for number in range(3):
            book.set_number(number)
            lengths.append(book.finish())
        length = statistics.median(lengths)
        print(f"seed {seed}; a build takes {length:.1f} s", flush=True)
        for number in range(3, 3 + builds):
            way, found = try_once(book, number, length, chance)
            ways[way] += 1
            for line in sorted(found):
                print(line, flush=True)
            wrong += found
    told = ", ".join(f"{count} {way}" for way, count in sorted(ways.items()))
    print(f"{builds} builds ({told}): {len(wrong) or 'nothing'} wrong or left")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*numbers, *(200, random.randrange(1_000_000))[len(numbers) :])  # noqa: S311 - no secret
