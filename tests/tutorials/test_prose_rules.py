"""The rules for prose find what breaks them."""

import pytest

from tests.tutorials.prose_rules import (
    accidental_lists,
    bare_addresses,
    faulty_expressions,
    long_prose,
    typed_numbers,
    words,
)
from tests.tutorials.reading import cells_of, code, prose, with_outputs

EIGHTY = "word " * 79 + "word"


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        (EIGHTY, 0),
        (EIGHTY + " more", 1),
        (EIGHTY + '\n\n??? note "Aside"\n    Much more.\n\n    And more.\n', 0),
        (EIGHTY + '\n\n??? note "Aside"\n    Inside.\n\nOutside.', 1),
        (EIGHTY + '\n\n!!! question "Predict"\n    What?', 1),
        (EIGHTY + "\n\n```python\na b c\n```", 0),
        (EIGHTY + "\n\n| a | b |\n|---|---|\n| [c][d] | e |\n\n[d]: #e\n", 0),
        (EIGHTY + "\n\n| a | b |\n|---|---|\n\nmore", 1),
        (EIGHTY + "\n\n## What you can do now\n\nMuch more.", 0),
        (EIGHTY + " more\n\n## What you can do now", 1),
    ],
)
def test_long_prose_is_found(text: str, finds: int) -> None:
    """All but collapsed blocks, tables, fenced code and the closing counts."""
    source = prose(EIGHTY * 3) + code("a = 1") + prose(text) + code("b = 1")
    assert len(long_prose(cells_of(source))) == finds


def test_prose_of_neighbouring_cells_counts_together() -> None:
    """Cutting a text in two does not shorten it."""
    source = code("a = 1") + prose(EIGHTY) + prose("more") + code("b = 1")
    assert len(long_prose(cells_of(source))) == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("one `two three` four", 4),
        ('one `{python} f"{a + b:.1%}"` three', 3),
        ('one ``{python} d["`"] + e`` three', 3),
        ("one $a^2 + b^2 = \\lvert c \\rvert^2$ three", 3),
        ("one\n\n$$\na + b = c\n$$\n\ntwo", 2),
        ("for 5 $ or 6 $ each", 5),
        ("`$a` or `b$ c`", 4),
        ("[one two](#three-four) [five][ptfund.data]", 3),
    ],
)
def test_words_are_what_is_read(text: str, count: int) -> None:
    """An expression and a formula in a line are one word, whatever their length."""
    assert len(words(text)) == count


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("[There](https://a.org), `https://a.org`\n\n```\nhttps://a.org\n```", 0),
        ("https://a.org", 1),
        ("<https://a.org>", 1),
        ("www.a.org", 1),
        ("[https://a.org](https://a.org)", 1),
    ],
)
def test_bare_addresses_are_found(text: str, finds: int) -> None:
    """A link is read aloud by its words."""
    assert len(bare_addresses(cells_of(prose(text)))) == finds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0. Of nothing.", ["0."]),
        ("Text.\n\n7. Seven.", ["7."]),
        ('??? success "Answer"\n    0. Nothing.', ["0."]),
        ("1. One.\n2. Two.", []),
        ("It is\n2. That is all.", []),
        ("2.5 is a number.", []),
        ("Text.\n\n```\n\n0. x\n```", []),
    ],
)
def test_accidental_lists_are_found(text: str, found: list[str]) -> None:
    """A list begins with 1; a sentence that is only a number does not begin a paragraph."""
    assert accidental_lists(cells_of(prose(text))) == found


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ('`{python} f"{a:.1%}"`, `{python} int(a.sum())`', 0),
        ("``{python} a``, `{python} a +\n  b`", 0),
        ("```\n`{python} a b`\n```", 0),
        ("`{python} a b`", 1),
        ("`{python}`", 1),
        ("`{python}a`", 1),
        ("`{python} a = 1`", 1),
        ("`{python} (b := a)`", 1),
        ("`{python} print(a)`", 1),
        ("`{python} a.mul_(2)`", 1),
        ("## There are `{python} a`", 1),
        ("$x = `{python} a`$", 1),
        ("{python} a", 1),
    ],
)
def test_faulty_expressions_are_found(text: str, finds: int) -> None:
    """Only what reads values may stand in prose, in a code span outside headings and math."""
    assert len(faulty_expressions(cells_of(code("a = 1") + prose(text)))) == finds


def test_expressions_before_all_code_are_found() -> None:
    """There are no values yet."""
    assert faulty_expressions(cells_of(prose("# A\n\n`{python} 1`") + code("a = 1"))) == [" 1"]


SHOWN = (
    "accuracy 89.4%, loss 0.2764, 10,770 steps, step 1.5e-05, [1797, 64], share 9.7%, 20 of 30, 2.5"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("89.4 %", ["89.4 %"]),
        ("89.4% of them", ["89.4%"]),
        ("(89 %)", ["89 %"]),
        ("89 per cent", ["89 per cent"]),
        ("by 9.7 percentage points", ["9.7 percentage points"]),
        ("an accuracy of 0.894", ["0.894"]),
        ("a loss of 0.28", ["0.28"]),
        ("27.64 %", ["27.64 %"]),
        ("10,770 times, or 10770", ["10,770", "10770"]),
        ("all 1797 images", ["1797"]),
        ("1.5e-05", ["1.5e-05"]),
        ('??? success "Answer"\n    89.4 %', ["89.4 %"]),
        ("## Key observations\n\n- 89.4 %", ["89.4 %"]),
        ("another 88 % and 0.29, 20,770", []),
        ("ten classes, so 10 %, or 0.3, or 20 %", []),
        ("64 pixels, 20 of 30, 250 %, version 2.5.1", []),
        ("a rate of 0.125 or 12.5 %", []),
        ("2,048 numbers", []),
        ("`89.4`, $89.4$, $$10770$$ and `{python} f'{0.894:.1%}'`", []),
        ("```\n89.4%\n```", []),
        ("## Exercises\n\n89.4 %\n\n### 1. A\n\n0.28\n\n## Next", []),
        ("[a](#894-1797)", []),
    ],
)
def test_typed_numbers_are_found(text: str, found: list[str]) -> None:
    """A number that an output shows, perhaps more exactly, was measured, unless code holds it."""
    cells = cells_of(code("rate, count = 0.125, 2048") + prose(text))
    cells = with_outputs(cells, [[SHOWN, "0.125, 2048"], []])
    assert typed_numbers(cells) == found


def test_numbers_that_only_expressions_show_are_measured() -> None:
    """Repeating such a number elsewhere in words is no better."""
    cells = cells_of(code("a = b") + prose("`{python} c`") + code("d = e") + prose("In all, 5.25."))
    assert typed_numbers(with_outputs(cells, [[], ["5.25"], [], []])) == ["5.25"]


@pytest.mark.parametrize(
    ("alt", "found"),
    [
        ("f'It falls by {rate:.1%} to {loss:.2f}, from 12 to 0.125.'", []),
        ("'It falls to 0.28.'", ["0.28"]),
        ("f'It falls by 89 % to {loss:.2f}.'", ["89 %"]),
    ],
)
def test_numbers_typed_in_alternatives_are_found(alt: str, found: list[str]) -> None:
    """No output needs to show them: they can only have been read from the figure."""
    cells = cells_of(code("rate = 0.125") + code(f"show(f(), alt={alt})"))
    assert typed_numbers(with_outputs(cells, [[], []])) == found


def test_numbers_that_figures_compute_are_measured() -> None:
    """They may not be repeated in prose."""
    cells = cells_of(code("show(f(), alt=f'To {a:.2f}.')") + prose("0.83 and 0.75"))
    assert typed_numbers(with_outputs(cells, [["Figure: To 0.83.\n"], []])) == ["0.83"]
