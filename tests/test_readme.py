"""What README, CONTRIBUTING and Makefile promise is so."""

import os
import re
from pathlib import Path

import pytest

from tests.tools import read_recipe

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Return the commands in README's blocks, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line.split(" #")[0].strip() for block in blocks for line in block.splitlines()]


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A folder as a fresh clone has it, as far as make looks."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_the_two_commands_are_on_the_first_screen() -> None:
    """A newcomer sees them without scrolling."""
    first = "\n".join(README.splitlines()[:15])
    assert "make site" in first
    assert "make test" in first


def test_the_lines_without_make_are_those_of_make(fresh: Path) -> None:
    """README's plain lines do what a first `make site` and `make test` do, in this order."""
    made = [*read_recipe(fresh, "site"), *read_recipe(fresh, "test")]
    plain = [line for line in commands() if re.search(r"venv|pip|mkdocs|pytest", line)]
    plain = [line for line in plain if "tutorials/" not in line and "exercises" not in line]
    assert len(plain) == 4
    assert [line for line in dict.fromkeys(made) if line in plain] == plain


@pytest.mark.parametrize("target", ["site", "test"])
def test_a_second_run_installs_nothing(fresh: Path, target: str) -> None:
    """Only new requirements bring pip back."""
    assert any("pip install" in line for line in read_recipe(fresh, target))
    (fresh / ".venv").mkdir()
    (fresh / ".venv" / "ready").touch()
    assert not any("pip" in line for line in read_recipe(fresh, target))
    later = (fresh / ".venv" / "ready").stat().st_mtime + 1
    os.utime(fresh / "constraints.txt", (later, later))
    assert any("pip install" in line for line in read_recipe(fresh, target))


def test_every_file_that_is_named_exists() -> None:
    """Links, pictures and folders of README and CONTRIBUTING lead somewhere."""
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        linked = [link for link in re.findall(r"\]\(([^):]+)\)", text) if ".py#" not in link]
        quoted = re.findall(r"`((?:docs|src|tests|tutorials)/[\w./]*)`", text)
        named = {name for name in [*linked, *quoted] if not re.search(r"NN_|ptfund\.data", name)}
        assert named
        for name in named:
            assert (ROOT / name).exists(), f"{document} names {name}"


def test_the_rules_for_contributors_are_short() -> None:
    """They are read because they are fewer than 300 words."""
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split()) < 300
