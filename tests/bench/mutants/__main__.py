"""Try whether the tests notice deliberate changes of the code.

    python -m tests.bench.mutants [NAME …]

Without names, all mutants are tried. Each is put into a copy of the project, where the tests that
must notice it run. A mutant that survives shows that a test is missing.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.mutants.mutant import Mutant
from tests.bench.mutants.tables import MUTANTS
from tests.bench.mutants.trying import Outcome, Verdict, copy_project, run_tests, try_mutant

WORKERS = 2
LIMIT = 300.0  # seconds that the tests of one mutant may take


def main(arguments: Sequence[str]) -> int:
    """Try the mutants that are named, or all; return 1 unless the tests notice every one."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.mutants",
        description="Tries whether the tests notice deliberate changes of the code.",
    )
    parser.add_argument("name", nargs="*", help="the name of a mutant, or a part of it")
    names: list[str] = parser.parse_args(arguments).name
    chosen = [m for m in MUTANTS if not names or any(name in m.name for name in names)]
    if not chosen:
        parser.error("no mutant has such a name")
    try:
        return asyncio.run(_try_all(chosen))
    except KeyboardInterrupt:
        print("Interrupted: the copies are removed.")
        return 130


async def _try_all(mutants: Sequence[Mutant]) -> int:
    """Check that the tests pass, try each mutant, print each outcome, and count."""
    start = time.perf_counter()
    with _copies(min(WORKERS, len(mutants))) as folders:
        if not await _pass_unchanged(mutants, folders[0]):
            return 1
        waiting, outcomes = iter(mutants), list[Outcome]()
        async with asyncio.TaskGroup() as group:
            for folder in folders:
                group.create_task(_work(waiting, folder, outcomes))
    return _report(outcomes, time.perf_counter() - start)


async def _pass_unchanged(mutants: Sequence[Mutant], folder: Path) -> bool:
    """Return whether all named tests pass before anything is changed."""
    tests = sorted({test for mutant in mutants for test in mutant.selected})
    print(
        f"{len(mutants)} mutants; first their tests, {len(tests)} files or single ones, unchanged"
    )
    ended = await run_tests(tests, folder, None, "-n", str(WORKERS))
    lines = ended.output.splitlines()
    if ended.code == 0:
        print(f"{lines[-1]}\n", flush=True)
        return True
    print(*lines[-60:], "Without any change the tests must pass.", sep="\n")
    return False


async def _work(waiting: Iterator[Mutant], folder: Path, outcomes: list[Outcome]) -> None:
    """Try one mutant after the other in a copy, as long as any is waiting."""
    for mutant in waiting:
        outcome = await try_mutant(mutant, folder, LIMIT)
        outcomes.append(outcome)
        words = f"{outcome.seconds:5.1f} s  {outcome.verdict:9}  {mutant.name}"
        print(f"{words}: {outcome.words}", flush=True)


def _report(outcomes: Sequence[Outcome], seconds: float) -> int:
    """Print how many mutants were noticed, and the others' names; return 1 if there are any."""
    noticed = [o for o in outcomes if o.verdict in {Verdict.NOTICED, Verdict.HUNG}]
    print(f"\nnoticed {len(noticed)} of {len(outcomes)} in {seconds:.0f} s")
    for verdict in (Verdict.HUNG, Verdict.SURVIVED, Verdict.FAILED):
        for outcome in outcomes:
            if outcome.verdict is verdict:
                print(f"{verdict}: {outcome.mutant.name} ({outcome.mutant.file})")
    return int(len(noticed) < len(outcomes))


@contextmanager
def _copies(count: int) -> Iterator[list[Path]]:
    """Copy the project once for each worker, into a temporary folder that does not stay."""
    with TemporaryDirectory(prefix="ptfund-mutants-") as name:
        folders = [Path(name) / str(number) for number in range(count)]
        for folder in folders:
            folder.mkdir()
            copy_project(folder)
        yield folders


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
