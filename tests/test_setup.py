"""The set-up: with uv or with pip, on a Python that fits, in versions that fit together."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.lowest import lowest_versions

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

# Notes what it was called with; makes what uv would make, as far as make looks.
STAND_IN = """\
#!/bin/sh
echo "uv $* [$UV_TORCH_BACKEND]" >> calls
[ "$1" != venv ] || { for folder; do :; done; mkdir -p "$folder"; }
"""
OLD_PYTHON = f"""\
#!{sys.executable}
import sys
sys.version, sys.version_info = "3.9.2 (default)", (3, 9, 2, "final", 0)
exec(open(sys.argv[1]).read())
"""


class Made(NamedTuple):
    """What came of a call of make: how it ended, what it said, and what was asked of uv."""

    code: int
    said: str
    asked: list[str]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder as a fresh clone has it, as far as the set-up looks."""
    folder = tmp_path / "clone"
    (folder / ".ci").mkdir(parents=True)
    (folder / "tests").mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt", ".ci/check_python.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def make(folder: Path, *arguments: str, uv: bool, **more: str) -> Made:
    """Call make where the only programs are the system's own, a Python, and perhaps a uv."""
    programs = folder.parent / "programs"
    shutil.rmtree(programs, ignore_errors=True)
    programs.mkdir()
    for name in ("make", "sh", "touch", "mkdir", "rm"):
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    _write_program(programs / "python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    _write_program(programs / "python3.9", OLD_PYTHON)
    if uv:
        _write_program(programs / "uv", STAND_IN)
    done = subprocess.run(
        [str(programs / "make"), *arguments],
        cwd=folder,
        env={"PATH": str(programs), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = folder / "calls"
    asked = calls.read_text("utf-8").splitlines() if calls.exists() else []
    return Made(done.returncode, done.stdout + done.stderr, asked)


def _write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def test_uv_is_used_where_it_is(clone: Path) -> None:
    """It chooses the Python, keeps what is in the environment, and takes the small PyTorch."""
    made = make(clone, ".venv/ready", uv=True)
    uv = shutil.which("uv", path=str(clone.parent / "programs"))
    assert made.asked == [
        "uv venv --allow-existing --seed .venv [cpu]",
        "uv pip install --python .venv/bin/python -c constraints.txt -e .[dev] [cpu]",
    ]
    assert made.code == 0, made.said
    assert (clone / ".venv/ready").exists()
    assert f"{uv} venv" in made.said, "a newcomer sees what is done"
    again = make(clone, ".venv/ready", uv=True)
    assert again.asked == made.asked, "a second call asks for nothing"


def test_uv_takes_what_is_named(clone: Path) -> None:
    """A Python, and a PyTorch for a GPU."""
    made = make(clone, ".venv/ready", "PYTHON=python3", uv=True, UV_TORCH_BACKEND="auto")
    assert [call.rpartition(" ")[2] for call in made.asked] == ["[auto]", "[auto]"]
    assert made.asked[0].startswith("uv venv --allow-existing --seed --python python3 .venv")


@pytest.mark.parametrize(("uv", "arguments"), [(False, []), (True, ["PIP=1"])])
def test_pip_is_used_otherwise(clone: Path, *, uv: bool, arguments: list[str]) -> None:
    """Where there is no uv, and where pip is asked for."""
    made = make(clone, "--dry-run", ".venv/ready", *arguments, uv=uv)
    assert made.asked == []
    assert "python3 -m venv .venv\n" in made.said
    assert '.venv/bin/pip install -c constraints.txt -e ".[dev]"\n' in made.said
    assert "uv " not in made.said


@pytest.mark.parametrize("uv", [False, True])
def test_a_python_that_is_too_old_is_told_in_a_sentence(clone: Path, *, uv: bool) -> None:
    """Before anything is made, with what is needed, what there is, and what to do."""
    made = make(clone, "site", "PYTHON=python3.9", uv=uv)
    needed = PROJECT["requires-python"].removeprefix(">=")
    first, *others = made.said.splitlines()
    assert first.startswith(f"ptfund needs Python {needed} or newer, and ")
    assert "is Python 3.9.2. Name another one, as in `make site PYTHON=" in first
    assert all(line.startswith("make: ***") for line in others)
    assert made.code != 0
    assert made.asked == []
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("uv", [False, True])
def test_a_python_that_is_missing_is_told_in_a_sentence(clone: Path, *, uv: bool) -> None:
    """Instead of the shell's own words."""
    made = make(clone, "site", "PYTHON=python4", uv=uv)
    assert made.said.startswith("There is no python4. Name a Python, as in")
    assert made.code != 0
    assert made.asked == []


def test_every_version_is_pinned_and_torch_is_the_one_that_is_published() -> None:
    """Each line of constraints.txt is one package at one version."""
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in CONSTRAINTS)
    assert "torch==2.13.0" in CONSTRAINTS


@pytest.mark.parametrize("document", ["README.md", "docs/setup.md"])
def test_documents_name_what_is_pinned_and_required(document: str) -> None:
    """Where they name a version of PyTorch or the oldest Python, it is that of the settings."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert set(re.findall(r"torch==[\w.]+", text)) == {"torch==2.13.0"}
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert set(re.findall(r"Python (\d\.[\d.]+\d) or newer", text)) == {oldest}
    assert "UV_TORCH_BACKEND=cpu" in text
    assert "Pip* and *CPU" in text


def test_pins_run_on_every_python_that_is_promised() -> None:
    """No pinned package that is installed asks for a newer Python than the project does."""
    oldest = PROJECT["requires-python"].removeprefix(">=")
    seen = 0
    for line in CONSTRAINTS:
        name, _, version = line.partition("==")
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # it is needed on another system or by another Python
        if found.version.partition("+")[0] != version:
            continue  # other versions than the pinned ones are being tried
        needs = found.metadata["Requires-Python"] or ""
        assert SpecifierSet(needs).contains(oldest), f"{line} needs Python {needs}"
        seen += 1
    assert seen


def test_lowest_versions_are_the_bounds_themselves() -> None:
    """Each is allowed by every requirement, and the next lower one would not be."""
    requirements = [Requirement(line) for line in PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        requirements += [r for line in extra if (r := Requirement(line)).name != "ptfund"]
    pins = dict(line.split("==") for line in lowest_versions() if "==" in line)
    assert pins.pop("torch") == "2.13.0", "the one that is at hand"
    bounds: dict[str, set[Version]] = {}
    for requirement in requirements:
        for clause in requirement.specifier:
            if clause.operator == ">=":
                bounds.setdefault(requirement.name, set()).add(Version(clause.version))
    del bounds["torch"]
    assert {name: Version(pin) for name, pin in pins.items()} == {
        name: max(versions) for name, versions in bounds.items()
    }
