"""The tables of mutants: each can be tried. None is tried here: that takes a benchmark's time."""

import ast
import re
from pathlib import Path

import pytest

from tests.bench.mutants.mutant import ROOT, Mutant, change
from tests.bench.mutants.tables import MUTANTS
from tests.bench.mutants.trying import Ended, Verdict, judge

each = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)


@each
def test_a_mutant_is_another_program(mutant: Mutant) -> None:
    """Its old text stands once in a file of the package, and what comes of it can be parsed."""
    assert mutant.file.startswith("src/ptfund/")
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    changed = change(text, mutant)
    assert changed != text
    ast.parse(changed)


@each
def test_the_tests_of_a_mutant_exist(mutant: Mutant) -> None:
    """They are files of tests, or functions in them."""
    assert mutant.selected
    for test in mutant.selected:
        file, _, name = test.partition("::")
        assert file.startswith("tests/")
        assert re.search(rf"^def {name or 'test_'}", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def test_names_are_for_one_mutant_alone() -> None:
    """By its name, a mutant can be tried again."""
    names = [mutant.name for mutant in MUTANTS]
    assert len(set(names)) == len(names)


def test_all_parts_of_the_code_have_mutants() -> None:
    """The engine has 60 or more, in each of its rooms and at its door; the package 50 or more."""
    engine = [mutant.file for mutant in MUTANTS if "/_site/" in mutant.file]
    assert len(engine) >= 60
    assert len(MUTANTS) - len(engine) >= 50
    package = ROOT / "src" / "ptfund"
    parts = {path.relative_to(ROOT) for path in package.iterdir()}
    parts |= {path.relative_to(ROOT) for path in (package / "_site").iterdir()}
    changed = {
        part for mutant in MUTANTS for part in (Path(mutant.file), *Path(mutant.file).parents)
    }
    code = {p for p in parts if p.suffix in {"", ".py"} and (ROOT / p / "__init__.py").exists()}
    code |= {p for p in parts if p.suffix == ".py" and p.name != "__init__.py"}
    assert code <= changed


@pytest.mark.parametrize("text", ["", "two two"])
def test_a_text_that_does_not_stand_once_is_no_mutant(text: str) -> None:
    """A table that is out of date is told with the name of the mutant."""
    with pytest.raises(ValueError, match=r"^twice: the old text must stand once in a\.py, got "):
        change(text, Mutant("twice", "a.py", "two", "three", "tests/test_a.py"))


@pytest.mark.parametrize(
    ("code", "output", "verdict"),
    [
        (0, "3 passed", Verdict.SURVIVED),
        (1, "FAILED tests/test_a.py::test_b - assert 0", Verdict.NOTICED),
        (1, "= ERROR collecting tests/test_a.py =", Verdict.FAILED),
        (None, "", Verdict.HUNG),
        (2, "interrupted", Verdict.FAILED),
        (4, "no such file", Verdict.FAILED),
        (5, "no tests ran", Verdict.FAILED),
        (-9, "", Verdict.FAILED),
    ],
)
def test_only_a_test_that_fails_or_hangs_has_noticed(
    code: int | None, output: str, verdict: Verdict
) -> None:
    """Tests that could not be collected, or were not found, have noticed nothing."""
    assert judge(Ended(code, output))[0] is verdict
