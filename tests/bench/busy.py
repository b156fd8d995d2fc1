"""Build the site while others use every processor, and see that it succeeds all the same.

    python -m tests.bench.busy

It works on a copy of the project in a temporary folder. The first build has the machine for
itself; during the second, two processes per processor count for ever. Both execute every chapter.
It prints a table in Markdown, and ends with 1 if a build fails.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.build import copy_of_the_project
from tests.engine.project import BUILD, Project

LOOPS_PER_PROCESSOR = 2


@contextmanager
def keep_busy(loops: int) -> Iterator[None]:
    """Run that many processes that never rest."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command) for _ in range(loops)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def build(project: Project) -> float:
    """Build the site anew, and return how many seconds that took."""
    shutil.rmtree(project.root / ".cache", ignore_errors=True)
    command = [*BUILD, "--strict", "-d", str(project.root / "built")]
    start = time.perf_counter()
    built = subprocess.run(
        command,
        cwd=project.root,
        env=project.surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        sys.exit(f"the build ended with {built.returncode}:\n{built.stderr}")
    return time.perf_counter() - start


def main() -> None:
    """Build twice, and print both times."""
    loops = LOOPS_PER_PROCESSOR * len(os.sched_getaffinity(0))
    with TemporaryDirectory() as name:
        project = copy_of_the_project(Path(name).resolve())
        print("| build that executes everything | seconds |\n|---|---|")
        print(f"| alone | {build(project):.1f} |", flush=True)
        with keep_busy(loops):
            print(f"| beside {loops} busy processes | {build(project):.1f} |")


if __name__ == "__main__":
    main()
