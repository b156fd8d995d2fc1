"""Copies of the project in which mutants are tried, and what the tests said to each."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tests.bench.mutants.mutant import ROOT, Mutant, change

TAIL = 30  # lines of pytest's output that explain why it could not run


class Verdict(StrEnum):
    """What became of a mutant."""

    NOTICED = "noticed"
    HUNG = "noticed, by hanging"
    SURVIVED = "SURVIVED"
    FAILED = "NOT TRIED"


class Outcome(NamedTuple):
    """What the tests said to a mutant, and how long that took."""

    mutant: Mutant
    verdict: Verdict
    seconds: float
    words: str


class Ended(NamedTuple):
    """How a run of pytest ended."""

    code: int | None
    """Its exit code; None if it ran longer than it was allowed to."""

    output: str


def copy_project(folder: Path) -> None:
    """Copy the files that Git tracks, as they are in the working tree, into an empty folder."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        source, target = ROOT / name, folder / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


async def try_mutant(mutant: Mutant, folder: Path, limit: float) -> Outcome:
    """Put a mutant into a copy of the project, run its tests there, and take it out again.

    Args:
        mutant: What to change.
        folder: A copy of the project that nobody else uses.
        limit: How many seconds the tests may take.

    Returns:
        Whether the tests noticed it.
    """
    start = time.perf_counter()
    path = folder / mutant.file
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(change(before, mutant), encoding="utf-8")
        ended = await run_tests(mutant.selected, folder, limit, "-x")
    except ValueError as error:
        return Outcome(mutant, Verdict.FAILED, 0.0, str(error))
    finally:
        path.write_text(before, encoding="utf-8")
    verdict, words = judge(ended)
    return Outcome(mutant, verdict, time.perf_counter() - start, words)


async def run_tests(
    tests: Sequence[str], folder: Path, limit: float | None, *options: str
) -> Ended:
    """Run tests in a copy of the project; whatever they have started ends with them.

    Args:
        tests: Files or single tests, as pytest takes them.
        folder: The copy.
        limit: How many seconds they may take; None for any time.
        *options: Further options of pytest.

    Returns:
        The exit code, and what pytest said.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *tests]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(folder / "src"),
    }
    output = folder.with_suffix(".log")
    with output.open("wb") as log:
        process = await _start(command, folder, environment, log)
        try:
            async with asyncio.timeout(limit):
                code: int | None = await process.wait()
        except TimeoutError:
            code = None
        finally:
            _end_group(process)
            await process.wait()
    return Ended(code, output.read_text(encoding="utf-8", errors="replace"))


def judge(ended: Ended) -> tuple[Verdict, str]:
    """Return what the end of a run of pytest says about a mutant, and the words that explain it.

    Args:
        ended: How the tests of the mutant ended.
    """
    lines = ended.output.splitlines()
    if ended.code is None:
        return Verdict.HUNG, "the tests did not end in time"
    if ended.code == 0:
        return Verdict.SURVIVED, lines[-1] if lines else ""
    if ended.code == 1 and "ERROR collecting" not in ended.output:
        failed = [line for line in lines if line.startswith(("FAILED tests", "ERROR tests"))]
        return Verdict.NOTICED, failed[0].partition(" - ")[0] if failed else lines[-1]
    told = "\n".join(lines[-TAIL:])
    return Verdict.FAILED, f"pytest ended with the code {ended.code}\n{told}"


async def _start(
    command: Sequence[str], folder: Path, environment: dict[str, str], log: BinaryIO
) -> Process:
    # A session of its own: what the tests start is ended with it, and Ctrl-C reaches this
    # process alone, which then puts everything in order.
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _end_group(process: Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # all of them have ended by themselves
