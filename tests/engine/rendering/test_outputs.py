"""Outputs: of each the best representation that a page can show, or an error with its line."""

import re
from pathlib import Path
from typing import Any

import pytest

from ptfund._site.reading.cells import Cell
from ptfund._site.reading.chapter import Chapter, ChapterError
from ptfund._site.rendering.outputs import (
    choose_representation,
    fill_outputs,
    refuse_outputs,
    to_outputs,
)
from tests.engine.rendering.nodes import CHAPTER, displayed, notebook, printed, render


def refusals(*outputs: dict[str, Any]) -> list[str]:
    """Return what is wrong with these outputs."""
    return [str(error) for error in refuse_outputs(CHAPTER, notebook(*outputs), render)]


def test_colours_become_classes() -> None:
    """ANSI colours are spans that the style sheet colours for each theme."""
    html = to_outputs(notebook(printed("\x1b[31mred\x1b[0m")), render)[0]
    assert '<span class="ansi-red-fg">red</span>' in html


def test_what_went_to_stderr_looks_different() -> None:
    """Readers can tell a warning that is meant to be there from what was printed."""
    html = to_outputs(notebook(printed("out"), printed("careful", "stderr")), render)[0]
    assert '<pre class="output-text" tabindex="0" data-search-exclude>out</pre>' in html
    assert (
        '<pre class="output-text output-stderr" tabindex="0" data-search-exclude>careful</pre>'
        in html
    )


WIDGET = "application/vnd.jupyter.widget-view+json"
PLOTLY = "application/vnd.plotly.v1+json"
SCRIPT = "<div id='x'></div><script>draw('x')</script>"
STAND_IN = "<IPython.core.display.HTML object>"
SVG = "<svg/>"
ALT = {"image_svg+xml": {"alt": "A line."}}
TABLE = "<table><tbody><tr><td>1</td></tr></tbody></table>"
RAISED = {"text_plain": {"error": "E"}}


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (
            displayed({"image/svg+xml": SVG, "text/html": "<b>x</b>", "text/plain": "x"}, **ALT),
            "<svg",
        ),
        (displayed({"text/html": "<b>x</b>", "text/plain": "E: x"}, **RAISED), "output-error"),
        (displayed({"text/html": "<b>x</b>", "text/markdown": "*x*", "text/plain": "x"}), "<b>x"),
        (displayed({"text/html": SCRIPT, "text/markdown": "*x*", "text/plain": "x"}), "<em>x"),
        (displayed({"text/markdown": "*x*", "text/latex": "$x$", "text/plain": "x"}), "<em>x"),
        (displayed({"text/latex": "$x$", "text/plain": "x"}), "<math"),
        (
            displayed({"text/html": SCRIPT, "text/plain": "LinearRegression()"}),
            "LinearRegression()",
        ),
        (displayed({"text/plain": "<X object>"}), "&lt;X object&gt;"),
        (displayed({"image/svg+xml": SVG, "text/html": "<b>x</b>"}), "<b>x"),
        (displayed({"image/png": "iVBO", "text/latex": "$x$", "text/plain": "x"}), "<math"),
    ],
)
def test_the_first_representation_in_the_order_is_shown(output: dict[str, Any], shown: str) -> None:
    """A figure, a deliberate error, HTML, Markdown, LaTeX, text: what the page can show."""
    assert refusals(output) == []
    html = to_outputs(notebook(output), render)[0]
    assert shown in html
    frame = '<div class="output" role="group" aria-label="Output">'
    assert html.startswith(frame)
    assert html.count("data-search-exclude") - html.count("data-search-exclude=") <= 1


def test_a_table_is_shown_and_can_be_reached_by_the_keyboard() -> None:
    """It may be wider than the page, and scroll."""
    html = to_outputs(notebook(displayed({"text/html": TABLE, "text/plain": "1"})), render)[0]
    table = TABLE.replace("<table>", '<table class="output-table">')
    assert f'<div class="output-html" tabindex="0" data-search-exclude>{table}</div>' in html


def test_text_of_a_name_alone_says_nothing() -> None:
    """It stands in for what cannot be shown, and is not part of what is shown."""
    for name in (STAND_IN, "<pandas.io.formats.style.Styler at 0x7f0011223344>"):
        output = notebook(displayed({"text/html": "<b>x</b>", "text/plain": name})).cells[0].outputs
        assert choose_representation(output[0]).plain == ""


def test_a_deliberate_error_is_framed_and_named() -> None:
    """The frame says which exception it was and gives its message."""
    output = displayed({"text/plain": "IndexError: 3 < 4"}, text_plain={"error": "IndexError"})
    html = to_outputs(notebook(output), render)[0]
    assert "Raised on purpose: <code>IndexError</code>" in html
    assert '<pre tabindex="0">3 &lt; 4</pre>' in html


def test_ids_in_two_figures_never_meet() -> None:
    """Ids that are used get a name of their own per figure; the others go."""
    svg = (
        '<svg><g id="figure_1"><defs><path id="m1"/></defs><use xlink:href="#m1"/>'
        '<g clip-path="url(#p1)"/><clipPath id="p1"/></g></svg>'
    )
    figure = displayed({"image/svg+xml": svg}, **ALT)
    html = to_outputs(notebook(figure, figure), render)[0]
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 4
    assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', html)) == set(ids)


def test_a_figure_has_its_words_as_its_name() -> None:
    """Screen readers say them, whoever drew the figure, and nothing stands before it."""
    svg = '<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg width="1"><path/></svg>'
    words = {"image_svg+xml": {"alt": 'A "line" <'}}
    html = to_outputs(notebook(displayed({"image/svg+xml": svg}, **words)), render)[0]
    named = '<svg role="img" aria-label="A &quot;line&quot; &lt;" width="1"><path/></svg>'
    assert f'<figure class="output-figure" data-search-exclude>{named}</figure>' in html
    svg = '<svg><g aria-label="a part"/></svg>'
    html = to_outputs(notebook(displayed({"image/svg+xml": svg}, **ALT)), render)[0]
    assert '<svg role="img" aria-label="A line."><g aria-label="a part"/></svg>' in html
    svg = '<svg role="img" aria-label="A line."><path/></svg>'
    assert svg in to_outputs(notebook(displayed({"image/svg+xml": svg}, **ALT)), render)[0]


def test_a_page_must_have_room_for_each_output() -> None:
    """Prose that eats or repeats a marker is an error, not a silent loss."""
    marker = '<div data-output="0"></div>'
    assert fill_outputs(f"<p></p>{marker}", {0: "x"}, CHAPTER) == "<p></p>x"
    for html in ("<p></p>", marker * 2):
        with pytest.raises(ChapterError, match=r"once, got [02] times") as lost:
            fill_outputs(html, {0: "x"}, CHAPTER)
        assert lost.value.line == 40


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (displayed({"image/png": "iVBO", "text/plain": "<Figure>"}), "without alt text"),
        (displayed({"image/svg+xml": "<svg/>"}), "without alt text"),
        (displayed({"image/svg+xml": "<svg/>"}, **{"image_svg+xml": {"alt": " "}}), "alt text"),
        (printed("<object object at 0x7f12ab>"), "at 0x7f12ab"),
        (printed("\x1b[1m0x7f0011223344\x1b[0m"), "0x7f0011223344"),
        (displayed({"text/plain": "<f at 0x55>"}), "at 0x55"),
        (displayed({"text/html": "<p>x at 0x55</p>"}), "at 0x55"),
        (displayed({"application/javascript": "evil()"}), "application/javascript"),
        (
            displayed({"application/javascript": "x", "text/plain": STAND_IN}),
            "application/javascript",
        ),
        (displayed({"application/json": "1", "text/plain": "x"}), "got application/json"),
        (displayed({"audio/wav": "x", "text/plain": "x"}), "got audio/wav"),
        (displayed({WIDGET: "x", "text/plain": "IntSlider(value=3)"}), f"got {WIDGET}"),
        (displayed({PLOTLY: "x", "text/html": SCRIPT, "text/plain": "Figure({})"}), "<script>"),
        (displayed({"text/html": SCRIPT}), "its HTML has <script>"),
        (displayed({"text/html": SCRIPT, "text/plain": STAND_IN}), "its HTML has <script>"),
        (
            displayed({"text/html": SCRIPT, "text/plain": "<m.Styler at 0x7f0011223344>"}),
            "<script>",
        ),
        (displayed({}), "got nothing"),
        (displayed({"text/markdown": "# T", "text/plain": STAND_IN}), "its Markdown has <h1>"),
        (displayed({"text/markdown": "at 0x55"}), "at 0x55"),
        (displayed({"text/latex": r"$\foo$", "text/plain": "foo"}), r"unknown command \foo"),
        (displayed({"text/latex": "$x$ at 0x55"}), "at 0x55"),
        (displayed({"image/svg+xml": "<svg><script/></svg>"}, **ALT), "a drawing alone"),
        (displayed({"image/svg+xml": "<p/>"}, **ALT), "must be an <svg> element"),
        (printed("a\x00b"), "U+0000 NULL"),
        (printed("a\u202eb"), "U+202E RIGHT-TO-LEFT OVERRIDE"),
        (printed("x" * 100_001), "at most 100,000 characters, got 100,001"),
        (displayed({"text/plain": "\u200b"}), "U+200B"),
        (displayed({"text/html": "<p>a\x08</p>"}), "U+0008"),
        (displayed({"text/html": "<p>a\x00b</p>"}), "U+0000"),
        (displayed({"text/html": "<p>&#x202e;</p>"}), "U+202E"),
        (displayed({"text/markdown": "a\u2066"}), "U+2066"),
        (displayed({"text/markdown": "&#xfeff;a"}), "U+FEFF"),
        (displayed({"text/latex": "$a$\u200e"}), "U+200E"),
        (displayed({"text/html": "<p>a</p>", "text/plain": "\u202e"}), "U+202E"),
        (displayed({"image/svg+xml": "<svg><text>&#x202e;</text></svg>"}, **ALT), "U+202E"),
        (
            displayed(
                {"image/svg+xml": SVG, "text/plain": "x"}, **{"image_svg+xml": {"alt": "\u202e"}}
            ),
            "U+202E",
        ),
        (displayed({"text/plain": "E: \u202e"}, text_plain={"error": "E"}), "U+202E"),
        (displayed({"text/html": f"<p>{'x' * 100_001}</p>"}), "at most 100,000"),
        (
            {"output_type": "error", "ename": "KeyError", "evalue": "3", "traceback": []},
            "the cell has failed: KeyError: 3",
        ),
    ],
)
def test_what_may_not_appear_is_refused_at_its_cell(output: dict[str, Any], message: str) -> None:
    """What acts or has no words, unknown kinds, unseen characters, addresses: script and line."""
    (refusal,) = refusals(output)
    assert refusal.startswith("tutorials/01_x.py:40: ")
    assert message in refusal


def test_good_outputs_are_not_refused() -> None:
    """Text, hexadecimal results, tables, and figures with words pass."""
    good = [
        printed("0xff and 0x1234"),
        displayed({"text/html": "<table></table>"}),
        displayed({"image/svg+xml": "<svg/>"}, **{"image_svg+xml": {"alt": "A line."}}),
    ]
    assert refusals(*good) == []


def test_values_are_held_to_the_same() -> None:
    """They are text in a sentence; a terminal's colours would be characters there."""
    steps = "Text `{python} x` and\n`{python} y`."
    cells = (Cell("markdown", steps, 40),)
    chapter = Chapter(Path("tutorials/01_x.py"), "tutorials/01_x.py", "X", cells)
    for value, name in [("\u202e", "U+202E"), ("\x1b[1m", "U+001B"), ("at 0x55", "at 0x55")]:
        (refused,) = refuse_outputs(chapter, chapter.notebook(["fine", value]), render)
        assert (refused.line, name in refused.message) == (41, True)
