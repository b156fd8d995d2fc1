"""Who may import whom, and that no module escapes the rules."""

import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "ptfund"
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


@pytest.fixture
def contracts() -> list[dict[str, Any]]:
    """The import contracts of pyproject.toml."""
    found: list[dict[str, Any]] = TOOLS["importlinter"]["contracts"]
    return found


def modules(folder: Path, package: str) -> set[str]:
    """Return the modules and packages in a folder by their full names; the site is apart."""
    found = pkgutil.iter_modules([str(folder)])
    return {f"{package}.{module.name}" for module in found} - {"ptfund._site"}


def test_every_module_stands_in_its_contract(contracts: list[dict[str, Any]]) -> None:
    """A module that is new must be put on the side it belongs to."""
    teaching, site, rooms, generator = contracts
    assert set(teaching["source_modules"]) == modules(PACKAGE, "ptfund")
    assert modules(PACKAGE, "ptfund") <= set(site["forbidden_modules"])
    assert site["source_modules"] == ["ptfund._site"]
    assert rooms["exhaustive"]
    machinery = modules(PACKAGE / "_site", "ptfund._site")
    publishing = "ptfund._site.publishing"
    assert set(generator["source_modules"]) == (
        machinery - {"ptfund._site.plugin", publishing}
        | modules(PACKAGE / "_site" / "publishing", publishing)
        - {f"{publishing}.files", f"{publishing}.twins"}
    )


def test_the_types_of_every_teaching_module_are_checked() -> None:
    """A module that is new must be named to the checker, too, and beartype stands last."""
    (option,) = (o for o in TOOLS["pytest"]["ini_options"]["addopts"] if "--jaxtyping" in o)
    *checked, checker = option.partition("=")[2].split(",")
    assert set(checked) == modules(PACKAGE, "ptfund")
    assert checker == "beartype.beartype"


def test_the_contracts_are_kept() -> None:
    """Import-linter finds no import that a contract forbids."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


def test_importing_the_package_imports_nothing_else() -> None:
    """Every chapter depends on what `ptfund/__init__.py` imports: nothing."""
    code = "import sys; before = set(sys.modules); import ptfund; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ptfund"]
