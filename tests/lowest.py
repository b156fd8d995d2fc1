"""Print constraints that hold each package at the lowest version which pyproject.toml allows."""

import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[1]
BOUND = re.compile(r"(?P<name>[\w-]+)(?:\[\w+\])?>=(?P<lowest>[\w.]+)")
# PyTorch stays as it is pinned: each of its versions is a download of its own size.
PINNED = re.compile(r"^torch==.*", re.MULTILINE)
# What these versions need of their own requirements: newer ones warn, and warnings are errors here.
COMPANIONS = ("pyparsing<3.3",)  # of Matplotlib 3.10


def lowest_versions() -> Iterator[str]:
    """Yield a line for each requirement of the package and its extras; the highest bound counts."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    extras = project["optional-dependencies"].values()
    bounds: dict[str, str] = {}
    for requirement in chain(project["dependencies"], *extras):
        if bound := BOUND.match(requirement):
            bounds[bound["name"]] = bound["lowest"]  # the extras that ask for more come last
    del bounds["torch"]
    yield from (f"{name}=={lowest}" for name, lowest in sorted(bounds.items()))
    yield from PINNED.findall((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    yield from COMPANIONS


if __name__ == "__main__":
    print("\n".join(lowest_versions()))  # noqa: T201 - what is printed is a file of constraints
