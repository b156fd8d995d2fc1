"""A real chapter that displays something of each kind: its page, its notebook and its twin."""

import re
from base64 import b64decode
from html import unescape
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
from fontTools.ttLib import TTFont

from ptfund._site.publishing.font import find_formula_characters
from tests.engine.project import Project


@pytest.fixture(scope="module")
def outputs(displays_site: Path) -> list[str]:
    """What stands between two pieces of code on the page, from the first output on."""
    page = (displays_site / "tutorials" / "displays" / "index.html").read_text("utf-8")
    return page.split('<div class="output" role="group" aria-label="Output">')[1:]


def words(html: str) -> list[str]:
    """Return the words of some HTML."""
    return unescape(re.sub(r"<[^>]*>", " ", html)).split()


def test_tables_are_tables(outputs: list[str]) -> None:
    """Those of pandas, styled or not, with all their cells and nothing of their dress."""
    assert " ".join(words(outputs[0])).startswith("digit seen share 0 one 1 0.25 1 two 20 0.75")
    assert outputs[1].count("<td>") == 3 * 40
    assert '<th colspan="2">share</th>' in outputs[2]
    assert " ".join(words(outputs[3])).startswith("digit seen share 0 one 1 0.2 1 two 20 0.8")
    assert all("<style" not in html and "dataframe" not in html for html in outputs)


def test_an_estimator_is_its_code(outputs: list[str]) -> None:
    """Its diagram would be 30 KB of style and script."""
    text = outputs[4].partition("</div>")[0]
    assert text.startswith('<pre class="output-text"')
    assert "Pipeline(steps=[('standardscaler', StandardScaler())," in unescape(text)


def test_markdown_stands_between_what_was_printed(outputs: list[str]) -> None:
    """Rendered, in the order of the cell."""
    parts = [
        "before",
        "<strong>Bold</strong>",
        "<td",
        "A box",
        '<span class="c1"># squares</span>',
        "after",
    ]
    places = [outputs[5].index(part) for part in parts]
    assert places == sorted(places)
    assert "IPython.core.display" not in "".join(outputs)


def test_formulas_are_formulas(outputs: list[str]) -> None:
    """Of IPython, with and without dollars, in a sentence, and of SymPy."""
    assert [outputs[n].count("<math") for n in (6, 7)] == [3, 1]
    assert "costs $5." in outputs[6]


def test_the_font_has_the_characters_of_formulas_in_outputs(
    outputs: list[str], displays_site: Path
) -> None:
    """It is cut down to what the pages show."""
    style = next((displays_site / "assets" / "fonts").glob("math-*.css")).read_text("utf-8")
    data = re.search(r"base64,([\w+/=]+)", style)
    assert data
    font = set(TTFont(BytesIO(b64decode(data[1]))).getBestCmap())
    shown = find_formula_characters("".join(outputs))
    assert {"∮", "√", "𝜓", "𝜉"} <= shown
    assert {ord(character) for character in shown if not character.isspace()} <= font


def test_the_notebook_shows_the_same(displays_site: Path) -> None:
    """Nothing that the page does not show, in particular no address and no random name."""
    text = (displays_site / "downloads" / "01_displays.ipynb").read_text("utf-8")
    kinds = [
        sorted(output.data)
        for cell in nbformat.reads(text, as_version=4).cells
        for output in cell.get("outputs", ())
        if "data" in output
    ]
    table, formula = ["text/html", "text/plain"], ["text/latex"]
    assert kinds == [
        *[table] * 3,
        ["text/html"],
        ["text/plain"],
        ["text/markdown"],
        *[formula] * 3,
        ["text/latex", "text/plain"],
        ["text/html"],
        ["image/svg+xml", "text/plain"],
        ["text/plain"],
    ]
    assert "0x" not in text
    assert "<script" not in text


def test_the_twin_says_the_same(displays_site: Path) -> None:
    """Tables in plain text, Markdown and formulas as they were written, in quotations."""
    twin = (displays_site / "tutorials" / "displays" / "index.html.md").read_text("utf-8")
    assert "```text\n  digit  seen  share\n0   one     1   0.25\n1   two    20   0.75\n```" in twin
    assert "> **Bold**, `code`, and $\\psi_1 \\le 2$ in a sentence.\n" in twin
    assert "> > **A box**\n" in twin
    assert "> $$\\begin{align} a &= b + c" in twin
    assert "IPython.core.display" not in twin


REFUSED = {
    "HTML('<script>evil()</script>')": "its HTML has <script>",
    "Javascript('evil()')": "got application/javascript",
    "Markdown('# Title')": "its Markdown has <h1>",
    r"Math(r'\foo')": r"math: unknown command \foo in $\displaystyle \foo$",
    "pd.DataFrame([1, 2]).style.highlight_max()": "its HTML has the style background-color",
    "'a\\u202eb'": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "Widget()": "got application/vnd.jupyter.widget-view+json",
}
_BEGIN = """\
import pandas as pd
from IPython.display import HTML, Javascript, Markdown, Math, display


class Widget:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Widget()"}
"""


def test_what_cannot_be_shown_stops_the_build(project: Project) -> None:
    """All of it at once, each with its line; a value in a sentence, too."""
    lines = [f"display({shown})" if shown[0] != "'" else f"print({shown})" for shown in REFUSED]
    path = project.chapter("01_a", _BEGIN, *lines)
    text = f"{path.read_text('utf-8')}\n# %% [markdown]\n# So `{{python}} chr(8)`.\n"
    path.write_text(text, encoding="utf-8")
    built = project.build()
    assert built.returncode == 1
    assert not (project.root / "site").exists()
    reported = built.stdout + built.stderr
    for line, message in zip(lines, REFUSED.values(), strict=True):
        number = text.splitlines().index(line) + 1
        assert re.search(rf"tutorials/01_a\.py:{number}: .*{re.escape(message)}", reported), line
    assert f"tutorials/01_a.py:{len(text.splitlines())}: the output holds U+0008" in reported
