"""Whether every page of the real site is valid HTML, MathML, SVG and CSS."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.tools import HTML_CHECKER, fetched, missing

# What the checker says and we let stand, by how the message begins, each with the reason.
EXCUSED = {
    "Attribute “autocomplete” is only allowed when the input type is “color”": (
        "the theme's switches for its drawer and its search: without it browsers bring them back "
        "open; it stands in the middle of the theme's largest template"
    ),
    "Attribute “displaystyle” not allowed on element “mfrac”": (
        "MathML Core allows it on every element; the checker still follows MathML 3"
    ),
    "Attribute “scriptlevel” not allowed on element “mtable”": "the same",
}

FAULTY = '<!doctype html><html lang="en"><title>Faults</title><p id="a">One<p id="a">Two'


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """The command of the Nu HTML checker; where it cannot run, that is a failure in CI."""
    if absent := missing("java", "npm"):
        message = f"the HTML checker needs {' and '.join(absent)} on the PATH"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    jar = fetched(HTML_CHECKER) / "build" / "dist" / "vnu.jar"
    return ["java", "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always"]


def faults(checker: list[str], pages: list[Path]) -> list[tuple[str, str, str]]:
    """Return address, message and surroundings of all that is wrong with some pages."""
    told = subprocess.run([*checker, *pages], capture_output=True, text=True, check=True)
    messages = json.loads(told.stdout)["messages"]
    return [(m.get("url", ""), m["message"], m.get("extract", "")) for m in messages]


def test_every_page_is_valid(checker: list[str], built_site: Path) -> None:
    """The checker has no complaint but the excused ones, and each of those is still needed."""
    pages = sorted(built_site.rglob("*.html"))
    found = faults(checker, pages)
    excused = {start for start in EXCUSED if any(m.startswith(start) for _, m, _ in found)}
    assert [fault for fault in found if not fault[1].startswith(tuple(EXCUSED))] == []
    assert excused == EXCUSED.keys()


def test_outputs_of_every_kind_are_valid(checker: list[str], displays_site: Path) -> None:
    """Tables, formulas and boxes that a chapter displays are as valid as those of its prose."""
    page = displays_site / "tutorials" / "displays" / "index.html"
    found = faults(checker, [page])
    assert [fault for fault in found if not fault[1].startswith(tuple(EXCUSED))] == []


def test_the_checker_sees_faults(checker: list[str], tmp_path: Path) -> None:
    """It reads a page to its end, and tells what is wrong there."""
    page = tmp_path / "faulty.html"
    page.write_text(FAULTY, encoding="utf-8")
    assert "Duplicate ID “a”." in [message for _, message, _ in faults(checker, [page])]
