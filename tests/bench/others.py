"""Measure the build of the site beside other builders of executed pages.

    python -m tests.bench.others [--rounds ROUNDS]

All build the same chapters on this machine: mkdocs-jupyter, sphinx-gallery, MyST-NB with
jupyter-cache, and this project. In each of ROUNDS rounds (3 unless told) everyone builds twice in
turn, first with nothing known from before, then with nothing changed; and the chapters run as
plain scripts, which is the least that any builder must do. It prints tables in Markdown. The
others' environment is made in `.cache/bench-others` when it is missing.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ptfund._site.reading.book import read_book
from tests.bench.build import copy_of_the_project
from tests.bench.builders import OTHERS, Builder, lay_out_own, make_environment

# As in the chapters' processes of this project.
SETTINGS = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}


class Cost(NamedTuple):
    """What a command has taken, in seconds."""

    wall: float
    processor: float


@dataclass
class Costs:
    """What a builder has taken, round by round."""

    cold: list[Cost] = field(default_factory=list)
    unchanged: list[Cost] = field(default_factory=list)


def measure(command: Sequence[str], folder: Path, environment: dict[str, str]) -> Cost:
    """Run a command, which must succeed, and return what it took with all that it started."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure_scripts(scripts: Sequence[Path], folder: Path, environment: dict[str, str]) -> Cost:
    """Return what the chapters take as plain scripts, one after the other."""
    costs = [measure([sys.executable, str(script)], folder, environment) for script in scripts]
    return Cost(sum(cost.wall for cost in costs), sum(cost.processor for cost in costs))


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each kind of time."""
    return Cost(*(statistics.median(times) for times in zip(*costs, strict=True)))


def describe(costs: Sequence[Cost]) -> str:
    """Return two cells of a table: each time's median and range."""
    times = list(zip(*costs, strict=True))
    return " | ".join(f"{statistics.median(t):.1f} ({min(t):.1f} to {max(t):.1f})" for t in times)


def compare(rounds: int, folder: Path, processors: int) -> tuple[dict[str, Costs], list[Cost]]:
    """Let everyone build in turn; return their costs by name, and those of plain scripts."""
    project = copy_of_the_project(folder / "own")
    environment = project.surroundings(**SETTINGS)
    python = make_environment()
    chapters, errors = read_book(project.root)
    if errors:
        sys.exit("\n".join(map(str, errors)))
    builders: dict[str, Builder] = {
        name: lay_out(folder / name, chapters, python, processors)
        for name, lay_out in OTHERS.items()
    }
    builders["ours"] = lay_out_own(project.root)
    costs = {name: Costs() for name in builders}
    scripts = list[Cost]()
    for number in range(1, rounds + 1):
        for name, builder in builders.items():
            builder.forget()
            costs[name].cold.append(measure(builder.command, builder.folder, environment))
            costs[name].unchanged.append(measure(builder.command, builder.folder, environment))
            _tell(f"round {number}, {builder.name}: {costs[name].cold[-1]}")
        paths = [chapter.path for chapter in chapters]
        scripts.append(measure_scripts(paths, project.root, environment))
        _tell(f"round {number}, plain scripts: {scripts[-1]}")
    return {builders[name].name: cost for name, cost in costs.items()}, scripts


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


def print_ratios(costs: dict[str, Costs], scripts: list[Cost], processors: int) -> None:
    """Print how this project compares, with the goal of each number."""
    jupyter, gallery, _, ours = costs.values()
    cold, floor = median(ours.cold).wall, median(scripts).processor / processors
    own = cold - median(ours.unchanged).wall
    ratios = {
        f"(cold - unchanged) / (plain scripts' processor time / {processors})": (own / floor, 0.9),
        "cold / cold of sphinx-gallery": (cold / median(gallery.cold).wall, 1.0),
        "cold / cold of mkdocs-jupyter": (cold / median(jupyter.cold).wall, 0.45),
    }
    print("| this project | measured | goal | |\n|---|---|---|---|")
    for what, (ratio, goal) in ratios.items():
        verdict = "met" if ratio <= goal else "not met"
        print(f"| {what} | {ratio:.2f} | at most {goal:g} | {verdict} |")


def main(rounds: int) -> None:
    """Compare, and print what was measured."""
    processors = len(os.sched_getaffinity(0))
    with TemporaryDirectory() as name:
        costs, scripts = compare(rounds, Path(name).resolve(), processors)
    print(f"Seconds, medians of {rounds} (and their ranges), with {processors} processors:\n")
    print("| built by | cold | cold, processor | unchanged | unchanged, processor |")
    print("|---|---|---|---|---|")
    for builder, cost in costs.items():
        print(f"| {builder} | {describe(cost.cold)} | {describe(cost.unchanged)} |")
    print(f"| nobody: plain scripts, one after the other | {describe(scripts)} | | |\n")
    print_ratios(costs, scripts, processors)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compare with other builders.")
    parser.add_argument("--rounds", type=int, default=3, help="how often everyone builds")
    main(parser.parse_args().rounds)
