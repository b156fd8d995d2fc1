"""Prose for Jupyter: nothing is left that only the site understands, and nothing else changes."""

import re
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ptfund._site.rendering.notebooks import to_jupyter

KNOWN = {
    "04_model.py": "https://host/model/",
    "04_model.py#buffers": "https://host/model/#buffers",
    "#here": "https://host/this/#here",
    "ptfund.data.load_digits": "https://host/reference/data/#ptfund.data.load_digits",
}


def translated(prose: str, *values: str) -> str:
    """Translate prose of a chapter whose links are known."""
    return to_jupyter(prose, values, KNOWN.get)


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("[it](04_model.py)", "[it](https://host/model/)"),
        ("[it](04_model.py#buffers)", "[it](https://host/model/#buffers)"),
        ("[it](#here)", "[it](https://host/this/#here)"),
        ("[the\nmodel](04_model.py)", "[the\nmodel](https://host/model/)"),
        ("[`b[0]`](#here) and", "[`b[0]`](https://host/this/#here) and"),
        ("[it](https://pytorch.org)", "[it](https://pytorch.org)"),
        ("[it](05_unknown.py#x)", "it"),
        ("[load][ptfund.data.load_digits]", f"[load]({KNOWN['ptfund.data.load_digits']})"),
        (
            "[`ptfund.data.load_digits`][]",
            f"[`ptfund.data.load_digits`]({KNOWN['ptfund.data.load_digits']})",
        ),
        ("[load][ptfund.unknown]", "load"),
        ("`x`[it](#here)`y`", "`x`[it](https://host/this/#here)`y`"),
        ('[it](#here "Its title")', '[it](https://host/this/#here "Its title")'),
        ("A claim.[^1]\n\n[^1]: Its proof.", "A claim.[^1]\n\n[^1]: Its proof."),
        ("`$x` costs [it](#here), `$y` too", "`$x` costs [it](https://host/this/#here), `$y` too"),
        ("$3 and\n\n[it](#here) for $4", "$3 and\n\n[it](https://host/this/#here) for $4"),
        ("| [A][one] | [B][two] |\n\n[one]: #here\n[two]: 04_model.py\n\nThen",
         "| [A](https://host/this/#here) | [B](https://host/model/) |\n\n\nThen"),
    ],
)  # fmt: skip
def test_links_are_whole_or_gone(prose: str, expected: str) -> None:
    """A notebook is read anywhere: a link has a host, or it is only its words."""
    assert translated(prose) == expected


@pytest.mark.parametrize(
    "prose",
    [
        "`x[0](04_model.py)` and `a[1][ptfund.unknown]`",
        "```python\nx[i][j]\nf[a](04_model.py)\n```",
        "$x[a](04_model.py)$ and $$\nM[i][j]\n$$",
        '```text\n!!! question "Predict"\n    Stays.\n```',
        "[a list] of (things), and $3 or [x]",
        "```text\n[name]: address\n```",
        "`{.x}`, ${.x}$ and {this} or {a set, or b}",
    ],
)
def test_code_and_formulas_stay(prose: str) -> None:
    """What looks like a link or a box in them is none."""
    assert translated(prose) == prose


def test_box_becomes_a_quotation() -> None:
    """With its title, and with everything inside: paragraphs, lists, code."""
    inside = ["What?", "", "- One", "", "```python", "x = 1", "```"]
    box = "\n".join(['!!! question "Predict"', *(f"    {line}" for line in inside), "", "Then."])
    assert translated(box) == (
        "> **Predict**\n>\n> What?\n>\n> - One\n>\n> ```python\n> x = 1\n> ```\n\nThen."
    )


@pytest.mark.parametrize("mark", ["???", "???+"])
def test_folded_box_stays_folded(mark: str) -> None:
    """In the element that browsers fold, between blank lines, so that its Markdown is read."""
    box = f'{mark} note "Aside: `einsum`"\n    One [link](#here).\n'
    assert translated(box).rstrip() == (
        "<details>\n<summary>Aside: <code>einsum</code></summary>\n\n"
        "One [link](https://host/this/#here).\n\n</details>"
    )


def test_boxes_in_boxes_and_in_a_row() -> None:
    """Each ends where its indentation ends."""
    prose = '??? tip "A"\n    One.\n\n    !!! note\n        Two.\n\n!!! note "B"\n    Three.'
    assert translated(prose) == (
        "<details>\n<summary>A</summary>\n\nOne.\n\n> **Note**\n>\n> Two.\n\n</details>\n\n"
        "> **B**\n>\n> Three."
    )


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("[it](#here){ .md-button .md-button--primary } and", f"[it]({KNOWN['#here']}) and"),
        ("## Title {#own}", "## Title"),
        ('![a](a.png){: width="300" .wide }', "a"),
        ("Text.\n{: .note }", "Text.\n"),
    ],
)
def test_attributes_of_elements_are_gone(prose: str, expected: str) -> None:
    """Braces that give an element a class, an id or more are for HTML alone."""
    assert translated(prose) == expected


def test_tabs_stand_one_below_the_other() -> None:
    """Each below its title, and what follows them is no part of the last."""
    prose = '=== "One"\n\n    First.\n\n=== "Two"\n\n    Second.\n\nThen.'
    assert translated(prose) == "**One**\n\nFirst.\n\n**Two**\n\nSecond.\n\nThen."


def test_a_box_has_the_title_that_it_was_given() -> None:
    """Its own, none, or that of its kind; further words are for the site's style."""
    assert translated('!!! note ""\n    Text.') == "> Text."
    assert translated('!!! note inline end "T"\n    Text.') == "> **T**\n>\n> Text."
    assert translated("!!! note\n    Text.") == "> **Note**\n>\n> Text."


def test_a_page_may_show_an_expression() -> None:
    """It has no values: what looks like an expression in it is an example."""
    assert to_jupyter("Write `{python} x`.", None, KNOWN.get) == "Write `{python} x`."


def test_values_are_text() -> None:
    """Whatever an expression gives, it is read as it was printed."""
    values = ["*[2](x)* `code`", "<b>_a_|\\", "# $1$ and [x][y]"]
    said = to_jupyter("`{python} a` of `{python} b`, `{python} c`, `c`.", values, KNOWN.get)
    html = MarkdownIt().enable("table").render(said)
    assert html == f"<p>{escape(' of '.join(values[:2]))}, {values[2]}, <code>c</code>.</p>\n"


TEXT = st.text(st.sampled_from('ab[](){}#!?`~$| \n"._-*'), max_size=120)


@settings(deadline=None, max_examples=300)
@given(TEXT)
def test_any_text_is_survived(text: str) -> None:
    """No text makes it fail, and text without what only the site understands is not touched."""
    said = translated(text.replace("{python}", ""))
    if not re.search(r"\]\(|\]\[|\]:|!!!|\?\?\?|\{ *[#.]", text):
        assert said == text
