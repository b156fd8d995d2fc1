"""The rules for code find what breaks them."""

import pytest

from tests.tutorials.code_rules import (
    alternatives,
    breaks_nothing,
    long_cells,
    misplaced_figures,
    short_alternatives,
    unexplained_errors,
    unfit_for_the_sheet,
)
from tests.tutorials.reading import cells_of, code, with_outputs


def test_long_cells_are_found() -> None:
    """Twenty lines pass, twenty-one do not."""
    assert long_cells(cells_of(code("a = 1\n" * 19 + "a = 1"))) == []
    assert len(long_cells(cells_of(code("a = 1\n" * 20 + "a = 1")))) == 1


def test_the_lack_of_errors_is_found() -> None:
    """A chapter raises at least one error on purpose."""
    assert breaks_nothing(cells_of(code("with raises(ValueError):\n    int('a')"))) == []
    assert breaks_nothing(cells_of(code("# with raises(ValueError):\nint('1')")))


@pytest.mark.parametrize(
    ("arguments", "fine"),
    [
        ("E, cause='a column compared with a row'", True),
        ("E, cause='one two three four five six seven eight'", True),
        ("E, cause='one two three four five six seven eight nine'", False),
        ("E, cause='a whole sentence.'", False),
        ("E, cause=' '", False),
        ("E, cause=''", False),
        ("E, cause=something", False),
        ("E", False),
    ],
)
def test_unexplained_errors_are_found(arguments: str, *, fine: bool) -> None:
    """Each says what is wrong, in a few typed words that are no sentence."""
    cells = cells_of(code("with open('x'), raises(E, cause='a'):\n    f()") + code("raises(E)"))
    assert unexplained_errors(cells) == []
    cells = cells_of(code(f"with open('x'), raises({arguments}):\n    f()"))
    assert (unexplained_errors(cells) == []) is fine


@pytest.mark.parametrize(
    ("source", "fine"),
    [
        ("a = 1\n" * 11 + "a = 1", True),
        ("a = 1\n" * 12 + "a = 1", False),
        ("assert a", False),
        ("assert_close(a, b)", False),
        ("show(f(), alt='x')", False),
        ("with raises(E):\n    f()", False),
        ("print(a)", True),
    ],
)
def test_cells_that_are_unfit_for_the_sheet_are_found(source: str, *, fine: bool) -> None:
    """A dozen lines that do something; what is not tagged is not asked."""
    assert unfit_for_the_sheet(cells_of(code(source))) == []
    tagged = code(source).replace("# %%", '# %% tags=["cheat-sheet"]')
    assert (unfit_for_the_sheet(cells_of(tagged)) == []) is fine


def test_misplaced_figures_are_found() -> None:
    """A figure has its text, and ends its cell."""
    good = code("show(f(), alt='x')")
    assert misplaced_figures(cells_of(good)) == []
    assert len(misplaced_figures(cells_of(code("show(f())")))) == 1
    assert len(misplaced_figures(cells_of(code("show(f(), alt='x')\na = 1")))) == 1
    assert len(misplaced_figures(cells_of(code("show(f(), alt='x')\nshow(g(), alt='y')")))) == 1


def test_short_alternatives_are_found() -> None:
    """What the run has shown counts, not what stands in the code."""
    cells = cells_of(code("show(f(), alt=a)") + code("print('Figure')"))
    ten = "Figure: " + "word " * 10
    assert short_alternatives(with_outputs(cells, [[ten], ["Figure\n"]])) == []
    assert len(short_alternatives(with_outputs(cells, [[ten[:-5]], []]))) == 1


def test_what_is_typed_in_alternatives_is_told_from_what_is_computed() -> None:
    """Replacement fields and their formats are computed, whatever they hold."""
    source = "show(f('a'), alt='b' f'c {d + \"e\":.1%} f {g!r}' + h('i'))"
    assert list(alternatives(cells_of(code(source)))) == ["bc ", " f ", "i"]
