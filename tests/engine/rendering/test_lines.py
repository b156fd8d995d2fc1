"""Complaints about links and formulas name the line that holds them."""

import logging

import pytest

from ptfund._site.rendering.lines import FormulaError, LinkLines, Passage, locate_formulas
from ptfund._site.rendering.mathml import MathError
from tests.engine.project import Project


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("Doc file 'a.md' contains a link 'b.md', but the target is not found.", "docs/a.md:3: "),
        ("Doc file 'a.md' contains an absolute link '/b', it was left.", "docs/a.md:4: "),
        ("Doc file 't/01_x.py' contains a link 'b.md#c', but there is none.", "t/01_x.py:2: "),
        ("mkdocs_autorefs: a.md: Could not find cross-reference target 'no.such'", "docs/a.md:5: "),
        ("Doc file 'gone.md' contains a link 'b.md', but the target is not found.", ""),
        ("Something else about 'a.md'", ""),
    ],
)
def test_the_line_stands_before_the_complaint(project: Project, message: str, place: str) -> None:
    """MkDocs' own words stay; where the file is known, its line is put before them."""
    project.write("docs/a.md", "# A\nb.md in words\n[b](b.md)\n[c](/b)\n[d][no.such]\n")
    project.write("t/01_x.py", "# %% [markdown]\n# [b](b.md#c)\n")
    record = logging.LogRecord("mkdocs", logging.WARNING, "", 0, message, None, None)
    finder = LinkLines(project.root, (project.root, project.root / "docs"))
    assert finder.filter(record)
    assert record.getMessage() == place + message


FENCES = "```\n$\\foo$\n```\n~~~\n$\\foo$\n~~~\n"
PROSE = "$\\foo$\n$$\\foo$$\n\\$\\foo$ $\\foo$$\n> $\\foo + % why\n> 1$"
PAGE = [Passage("a.py", 3, r"A $\foo$ and `$\foo$`."), Passage("a.py", 10, FENCES + PROSE)]
DOCSTRINGS = [Passage("src/b.py", 1, '\n"""Has $\\foo$ and $\\bar$."""\n')]


@pytest.mark.parametrize(
    ("formula", "places"),
    [
        (r"$\foo$", {("a.py", 3), ("a.py", 16)}),
        (r"$$\foo$$", {("a.py", 17)}),
        (r"$\foo + 1$", {("a.py", 19)}),
        (r"$\bar$", {("src/b.py", 2)}),
        (r"$\gone$", {("a.py", 3)}),
    ],
)
def test_a_wrong_formula_is_found_wherever_it_stands(
    formula: str, places: set[tuple[str, int]]
) -> None:
    """On its page outside code, however its lines are broken; else in docstrings; else on top."""
    error = MathError(formula, "wrong")
    assert locate_formulas([error, error], PAGE, DOCSTRINGS) == {
        FormulaError(file, line, f"math: wrong in {formula}") for file, line in places
    }
