"""The rules for code find what breaks them."""

import pytest
import torch

from tests.tutorials.code_rules import (
    alternatives,
    breaks_nothing,
    long_cells,
    misplaced_figures,
    play,
    short_alternatives,
    unexplained_errors,
    unfit_for_the_sheet,
)
from tests.tutorials.reading import cells_of, code, prose, with_outputs


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


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("a = torch.zeros(2, 3)  # (2, 3)", True),
        ("a = torch.zeros(2, 3)  # (N, M)", True),
        ("a = torch.zeros(\n    2, 3\n)  # (2, 3)", True),
        ("a = torch.zeros(2)  # (2,)", True),
        ("a = torch.tensor(1)  # ()", True),
        ("a = 1  # (an aside in words)", False),
        ("a = torch.zeros(2, 3)  # (3, 2)", False),
        ("a = torch.zeros(2, 3)  # (N, N)", False),
        ("a = torch.zeros(2, 1)  # (2,)", False),
        ("a = torch.zeros(2)  # (2)", False),
        ("a = [1, 2]  # (2,)", False),
        ("for i in [1]:\n    a = torch.zeros(2)  # (2,)", False),
        ("# (2, 3)\na = torch.zeros(2, 3)", False),
        ("torch.zeros(2)", False),
        ("torch.manual_seed", False),
        ("print('fine')", True),
    ],
)
def test_false_shapes_and_echoes_are_found(line: str, *, fine: bool) -> None:
    """Only a true comment on an assignment at the top level passes, and no bare value."""
    assert (play(cells_of(code("import torch") + code(line))).faults == []) is fine


def test_letters_bind_once() -> None:
    """A letter that has meant one size cannot mean another in a later cell."""
    first = code("import torch\na = torch.zeros(4)  # (N,)")
    assert play(cells_of(first + code("b = torch.zeros(4)  # (N,)"))).faults == []
    assert len(play(cells_of(first + code("b = torch.zeros(5)  # (N,)"))).faults) == 1


@pytest.mark.parametrize(
    ("text", "said", "faults"),
    [
        ('`{python} f"{a:.1%}"`', ["50.0%"], 0),
        ("`{python} a` and ``{python} 2 * a``", ["0.5", "1.0"], 0),
        ("`a`, `{pythonic} a`\n\n```\n`{python} b`\n```", [], 0),
        ("`{python} torch.tensor(a)`", ["tensor(0.5000)"], 1),
        ("`{python} str()`", [""], 1),
    ],
)
def test_expressions_are_evaluated(text: str, said: list[str], faults: int) -> None:
    """Each gives its text; an empty one and a tensor's are found."""
    source = code("import torch\na = 0.5") + prose(text) + code("a = 1")
    played = play(cells_of(source))
    assert played.said == [[], said, []]
    assert len(played.faults) == faults


def test_playing_leaves_no_trace() -> None:
    """Random numbers after it are those that would have come without it."""
    state = torch.get_rng_state()
    play(cells_of(code("import torch\n_ = torch.manual_seed(1)")))
    assert torch.equal(torch.get_rng_state(), state)
