"""Formulas become MathML wherever prose may stand, and nothing else does."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from mkdocs.commands.build import build
from mkdocs.config import load_config

from ptfund._site.rendering.mathml import MathError, MathExtension
from tests.engine.project import CONFIGURATION, Project

EXTENSIONS = [
    "abbr",
    "admonition",
    "attr_list",
    "footnotes",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tabbed",
]


def convert(text: str) -> tuple[str, list[MathError]]:
    """Return the HTML of a page, and the formulas that were wrong."""
    errors: list[MathError] = []
    markdown = Markdown(extensions=[*EXTENSIONS, MathExtension(errors.append)])
    return markdown.convert(text), errors


def html_of(text: str) -> str:
    """Return the HTML of a page whose formulas are right."""
    html, errors = convert(text)
    assert errors == []
    return html


def formulas(html: str) -> list[ET.Element]:
    """Return the formulas of a page."""
    found = re.findall(r"<math\b.*?</math>", html, re.DOTALL)
    return [ET.fromstring(math) for math in found]  # noqa: S314 - made here


def outline(element: ET.Element) -> str:
    """Return a formula as names with brackets, without what is neither seen nor structure."""
    parts = [part for child in element if (part := outline(child))]
    if len(element) == 0 and element.tag != "mtd":
        return (element.text or "").strip("\u2061\u2063\ufe00")
    if element.tag == "mrow" and len(parts) == 1:
        return parts[0]
    return f"{element.tag}({' '.join(parts)})"


def outlines(text: str) -> list[str]:
    """Return the outlines of a page's formulas."""
    return [outline(math).removeprefix("math(")[:-1] for math in formulas(html_of(text))]


# What each is by the rules of LaTeX, worked out by hand.
CONSTRUCTS = {
    r"\frac{a}{b}": "mfrac(a b)",
    r"\tfrac{1}{2} n": "mfrac(1 2) n",
    r"\sqrt{x}": "msqrt(x)",
    r"\sqrt[3]{x}": "mroot(x 3)",
    r"x_i^2": "msubsup(x i 2)",
    r"\hat{y}": "mover(y \u02c6)",
    r"\bar{x}": "mover(x \u00af)",
    r"\sum_{i=1}^{N} x_i": "munderover(\u2211 mrow(i = 1) N) msub(x i)",
    r"\prod_i x_i": "munder(\u220f i) msub(x i)",
    r"\left( \frac{a}{b} \right)": "mrow(( mfrac(a b) ))",
    r"\lvert x \rvert": "| x |",
    r"\lVert x \rVert": "\u2016 x \u2016",
    r"\mathbb{R}^n": "msup(\u211d n)",
    r"\mathbf{x}^\top": "msup(\U0001d431 \u22a4)",
    r"\mathcal{L}": "\u2112",
    r"\partial L": "\u2202 L",
    r"\nabla f": "\u2207 f",
    r"\arg\max_x f": "mrow(arg mrow(munder(max x) f))",
    r"\log p": "mrow(log p)",
    r"\exp(x)": "mrow(exp mrow(( x )))",
    r"\operatorname{ReLU}(x)": "mrow(ReLU mrow(( x )))",
    r"a \text{ or } b": "a \u00a0or\u00a0 b",
    r"a \& b": "a & b",
    r"a \approx b": "a \u2248 b",
    r"w \leftarrow w - \eta g": "w \u2190 w \u2212 \u03b7 g",
    r"x \in \mathbb{R}": "x \u2208 \u211d",
    r"a \cdot b \times c": "a \u22c5 b \u00d7 c",
    r"\begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}": (
        "mrow(( mtable(mtr(mtd(1) mtd(2) mtd(3)) mtr(mtd(4) mtd(5) mtd(6))) ))"
    ),
    r"\begin{bmatrix} a \\ b \end{bmatrix}": "mrow([ mtable(mtr(mtd(a)) mtr(mtd(b))) ])",
    r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}": (
        "mrow({ mtable(mtr(mtd(x) mtd(x > 0)) mtr(mtd(0) mtd(otherwise))))"
    ),
    r"\begin{aligned} a &= b \\ &= c + d \end{aligned}": (
        "mtable(mtr(mtd(a) mtd(= b)) mtr(mtd() mtd(= c + d)))"
    ),
}


@pytest.mark.parametrize("latex", CONSTRUCTS)
def test_each_construct_has_its_structure(latex: str) -> None:
    """Fractions, limits, accents, brackets, tables: what the chapters write, as LaTeX means it."""
    assert outlines(f"$${latex}$$") == [CONSTRUCTS[latex]]


def test_aligned_equations_meet_at_their_sign() -> None:
    """What stands before the sign goes to the right, what follows it to the left."""
    (math,) = formulas(html_of(r"$$\begin{aligned} a &= b \\ &= c \end{aligned}$$"))
    sides = [re.findall(r"text-align: (\w+)", cell.get("style", "")) for cell in math.iter("mtd")]
    assert sides == [["right"], ["left"]] * 2


def test_brackets_that_enclose_stretch_and_others_do_not() -> None:
    r"""Only `\left` and `\right` leave the height of a bracket to its content."""
    (math,) = formulas(html_of(r"$\left( x \right) f(x)$"))
    brackets = [mo.get("stretchy") for mo in math.iter("mo") if mo.text in set("()")]
    assert brackets == [None, None, "false", "false"]


def test_a_formula_in_a_line_and_one_of_its_own() -> None:
    """One dollar stays in the sentence; two make a block, which the search leaves out."""
    assert html_of("a $x$ b") == "<p>a <math><mi>x</mi></math> b</p>"
    assert html_of("$x$*th*") == "<p><math><mi>x</mi></math><em>th</em></p>"
    assert html_of("a\n$$\nx\n$$\nb") == (
        '<p>a\n<span class="formula" data-search-exclude=""><math display="block"><mi>x</mi></math>'
        "</span>\nb</p>"
    )


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("a $x$, b", "a {$,} b"),
        ("($x$ and $y$)?", "{($} and {$)?}"),
        ("the $n$th of a $t$-test.", "the {$th} of a {$-test.}"),
        ("$x$ b ( $y$ )", "$ b ( $ )"),
        ("$x$,**b** $x$.[^1] _$x$_", "$,b $.[^1] $"),
        ("$$x$$, b", "$, b"),
    ],
)
def test_a_line_does_not_begin_with_the_comma_behind_a_formula(text: str, held: str) -> None:
    """A formula is held together with what it has round it without a space, if that is plain."""
    html = re.sub("<math.*?</math>", "$", html_of(text))
    html = re.sub('<span class="held">(.*?)</span>', r"{\1}", html)
    assert re.sub("<[^>]*>", "", html) == held


def test_only_formulas_that_may_be_too_wide_are_reached_by_the_keyboard() -> None:
    """A stop on the way through the page is worth it only where there may be more to see."""
    assert "tabindex" not in html_of("$$x = y$$")
    assert 'class="formula" data-search-exclude="" tabindex="0"' in html_of(f"$${'x + ' * 9}1$$")


# Each rule of Markdown would find something to do in here; F is where it stands.
HOSTILE = r"a_1 * b_2 * c < d > \_e\_ + {f}_{ABC} ( g ) \text{*h* ABC}"

PLACES = {
    "alone": "$F$",
    "first": "$F$ ends",
    "last": "begins $F$",
    "in words": "a ($F$), b",
    "between emphasis": "*a*$F$**b**",
    "in emphasis": "*$F$* **$F$** ***$F$***",
    "in a link": "[$F$](https://example.org)",
    "in a heading": "## The gradient $F$",
    "in a list": "- a $F$\n- $F$\n\n    b $F$\n\n1. $F$",
    "in a list, after a line": "- a\n    b $F$",
    "in a table": "| a | $F$ |\n|---|---|\n| $F$ | b $F$ c |",
    "in a quote": "> a $F$\n> $F$",
    "in a box": '!!! note "Title $F$"\n    a $F$\n\n    $F$',
    "in a collapsed box": '??? success "Why $F$?"\n    a $F$\n\n    - $F$',
    "in tabs": '=== "One $F$"\n    $F$\n\n=== "Two"\n    a $F$',
    "in a footnote": "a[^1]\n\n[^1]: b $F$\n\n    $F$",
    "in HTML": '<div markdown="1">\n\na $F$\n\n</div>',
    "beside code": "`a` $F$ `b` $F$",
    "beside an abbreviation": "ABC $F$\n\n*[ABC]: Always Be Careful",
    "over several lines": "a\n$$\nF\n$$\nb",
    "over several lines of a list": "- a\n  $$\n  F\n  $$\n- b\n\n    $$\n    F\n    $$",
    "over several lines of a quote": "> a\n> $$\n> F\n> $$",
    "over several lines of a box": "!!! note\n    a\n    $$\n    F\n    $$",
}


@pytest.mark.parametrize("place", PLACES)
def test_formulas_stand_wherever_prose_does(place: str) -> None:
    """In every part of a page a formula comes out the same, untouched by the rules of that part."""
    (alone,) = formulas(html_of(f"${HOSTILE}$"))
    text = PLACES[place].replace("F", HOSTILE)
    found = formulas(html_of(text))
    assert len(found) == PLACES[place].count("F")
    for math in found:
        assert outline(math) == outline(alone)
    assert "$" not in re.sub(r"<math.*?</math>", "", html_of(text), flags=re.DOTALL)


@pytest.mark.parametrize("start", ["> b", "- b", "* b", "+ b", "1. b", "= b", "<p b", "| b"])
@pytest.mark.parametrize("before", ["", "a\n", "- a\n  "])
def test_no_line_of_a_formula_is_anything_else(start: str, before: str) -> None:
    """Quotes, lists, HTML and tables begin with signs that formulas have too."""
    expected = outlines(f"$a {start}$")
    assert outlines(f"{before}$$\na\n{start}\n$$\n\nc") == expected
    assert outlines(f"{before}c $a\n{start}$ c") == expected


def test_a_comment_of_latex_ends_with_its_line() -> None:
    """A formula is read as one line, without what its author noted."""
    assert outlines("$$\na % the slope\n+ b\n$$ and $5 \\%\n x$") == ["a + b", "5 % x"]


# What is written, and the code that is shown.
CODE = {
    "a span": ("`$x$`", "$x$"),
    "a span of two marks": ("`` $x$ ` $$y$$ ``", "$x$ ` $$y$$"),
    "a span over lines": ("a `$x\ny$`", "$x\ny$"),
    "a span between dollars": ("a $x `y` z$", "y"),
    "a fence": ("```\n$x$\n$$\n> y\n$$\n```", "$x$\n$$\n&gt; y\n$$\n"),
    "a fence in a list": ("- a\n\n    ```\n    $x$\n    ```", "$x$\n"),
    "a fence in a box": ("!!! note\n    ```\n    $x$\n    ```", "$x$\n"),
    "an indented block": ("a\n\n    $x$\n    $$y\n    > z$$", "$x$\n$$y\n&gt; z$$\n"),
    "an indented block in a list": ("- a\n\n        $x\n        y$", "$x\ny$\n"),
}


@pytest.mark.parametrize("kind", CODE)
def test_code_keeps_its_dollars(kind: str) -> None:
    """In code a dollar is a dollar, and lines stay lines."""
    text, code = CODE[kind]
    html = html_of(text)
    assert "<math" not in html
    assert re.findall(r"<code>(.*?)</code>", html, re.DOTALL) == [code]


def test_a_plain_mark_of_code_hides_no_formula() -> None:
    """Behind a backslash it opens nothing."""
    assert outlines("\\` $a\n> b$ \\`") == ["a > b"]


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $6",
        "from 5$ to 6$",
        "$ x$",
        "$x $",
        "$x$5",
        r"\$x$",
        r"$x\$",
        r"\$x\$",
        "a $",
        r"a \$$ b",
    ],
)
def test_prices_are_no_formulas(text: str) -> None:
    """The rules of pandoc: no space inside, no digit after; a backslash makes a dollar plain."""
    assert html_of(text) == f"<p>{text.replace(chr(92), '').strip()}</p>"


def test_words_in_a_formula_are_no_markdown() -> None:
    """Stars and addresses in them are what they are."""
    words = "a *b* or https://host/x"
    (formula,) = formulas(html_of(rf"$\text{{{words}}}$"))
    assert "".join(formula.itertext()).replace("\N{NO-BREAK SPACE}", " ") == words


def test_a_dollar_within_a_formula() -> None:
    """Written as in LaTeX."""
    assert outlines(r"$5 \$$ and $$x = \$ 5$$") == ["5 $", "x = $ 5"]


@given(st.text(st.sampled_from("$$$ \\ax5`>\n*_"), max_size=30))
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever stands between dollars, the page is made, and dollars are not invented."""
    html, errors = convert(text)
    shown = sum(str(error).count("$") for error in errors)
    assert html.count("$") - shown <= text.count("$")


def test_the_address_of_a_heading_holds_no_markup() -> None:
    """Its formula counts as what is seen of it."""
    errors: list[MathError] = []
    markdown = Markdown(extensions=["toc", MathExtension(errors.append)])
    assert '<h2 id="the-gradient-f">' in markdown.convert(r"## The gradient $\nabla f$")
    (heading,) = markdown.toc_tokens  # type: ignore[attr-defined]
    assert heading["name"] == "The gradient \u2207f"


def test_words_for_a_picture_hold_no_markup() -> None:
    """A formula in an alternative text is the text of the formula."""
    assert 'alt="slope \u2207f"' in html_of(r"![slope $\nabla f$](a.png)")


WRONG = {
    r"$\foo{x}$": r"unknown command \foo",
    r"$$\frac{a}{b$$": "expected closing token }, but reached end of input",
    r"$x}$": "unmatched closing token: }",
    r"$\left( x$": r"expected closing token \right, but reached end of input",
    r"$$\begin{pmatrix} 1 $$": r"expected closing token \end{...}, but reached end of input",
    "$a & b$": "found &, which may only appear in a table-like environment",
    "$$x": "the closing $$ is missing",
    "$$ $$": "the closing $$ is missing",
    "$$x$": "the closing $$ is missing",
    r"$\foo *a* b$": r"unknown command \foo",
}


@pytest.mark.parametrize("formula", WRONG)
def test_a_wrong_formula_is_reported_and_shown(formula: str) -> None:
    """The report has formula and reason, and so has the page, as text."""
    html, errors = convert(f"a {formula}\n\nb $x$")
    assert [str(error) for error in errors] == [f"math: {WRONG[formula]} in {formula}"]
    (shown,) = re.findall('<code class="formula-error">(.*?)</code>', html)
    assert shown == str(errors[0]).replace("&", "&amp;")
    assert html.count("<math>") == 1


def test_each_formula_is_judged_by_itself() -> None:
    """One that is wrong takes no other with it."""
    html, errors = convert("$\\foo$ $x$ $\\bar$\n\n$$y$$\n\n$$z\n\nb `$$` c")
    assert [error.formula for error in errors] == ["$\\foo$", "$\\bar$", "$$z"]
    assert html.count("<math") == 2


@pytest.mark.parametrize(
    ("text", "reported"), [("a $$x$ b", "$$x$ b"), ("$x$$", "$$"), ("$$x `y` z$$", "$$x")]
)
def test_dollars_that_do_not_match_make_no_formula(text: str, reported: str) -> None:
    """Two close what two have opened, in one stretch of prose."""
    html, errors = convert(text)
    assert [error.formula for error in errors] == [reported]
    assert "<math" not in html


def test_a_formula_may_follow_a_plain_dollar() -> None:
    """It is the backslash that makes a dollar plain, not its place."""
    assert html_of(r"\$$x$") == "<p>$<math><mi>x</mi></math></p>"


CHAPTER = r"""# %% [markdown]
# # The slope of $f$
#
# A sum, `$\fo$`:
#
# $$
# \fo{x}
# + 1
# $$

# %%
x = r"$\fo{x}$"

# %% [markdown]
# ??? success "Why?"
#     Since $\fo{x}$ is $$\fo{x} +
#     1$$
"""

DOCUMENT = r"""---
description: Formulas.
---
# Home

| a | b |
|---|---|
| $\fo{x}$ | $y$ |

```
$\fo{x}$
```

> A quote of
> $$
> x + \frac{1}{2
> $$

::: things
"""

MODULE = r'''r"""Things that are $x$.

They are $\fo{y}$.
"""
'''


@pytest.fixture
def wrong(project: Project) -> Project:
    """A project whose chapter, page and docstring have wrong formulas beside right ones."""
    handlers = "{handlers: {python: {paths: [src]}}}"
    plugins = f"plugins: [search, ptfund, {{mkdocstrings: {handlers}}}]"
    project.write("mkdocs.yml", CONFIGURATION.replace("plugins: [search, ptfund]", plugins))
    project.write("tutorials/01_slope.py", CHAPTER)
    project.write("docs/index.md", DOCUMENT)
    project.write("src/things.py", MODULE)
    return project


REPORT = r"""docs/index.md:8: math: unknown command \fo in $\fo{x}$

docs/index.md:15: math: expected closing token }, but reached end of input in $$ x + \frac{1}{2 $$

src/things.py:3: math: unknown command \fo in $\fo{y}$

tutorials/01_slope.py:6: math: unknown command \fo in $$ \fo{x} + 1 $$

tutorials/01_slope.py:16: math: unknown command \fo in $$\fo{x} + 1$$

tutorials/01_slope.py:16: math: unknown command \fo in $\fo{x}$
"""


def test_wrong_formulas_stop_the_build_with_file_and_line(wrong: Project) -> None:
    """All of them are told at once, as the last thing that the build says; no page is written."""
    built = wrong.build()
    assert built.returncode == 1
    said = built.stdout + built.stderr
    assert REPORT in said
    assert "Traceback" not in said
    assert said.count("math: ") == 6
    assert not (wrong.root / "site").exists()


def test_right_formulas_reach_every_page(wrong: Project) -> None:
    """In chapters, pages and docstrings; titles and the search have them as text."""
    for name in ("tutorials/01_slope.py", "docs/index.md", "src/things.py"):
        path = wrong.root / name
        path.write_text(path.read_text().replace(r"\fo", r"\bar").replace("{2", "2"))
    built = wrong.build()
    assert built.returncode == 0, built.stdout + built.stderr
    assert wrong.page("slope").count("<math") == 4
    assert "<title>The slope of f - A small book</title>" in wrong.page("slope")
    home = (wrong.root / "site" / "index.html").read_text()
    assert home.count("<math") == 5
    index = (wrong.root / "site" / "search" / "search_index.json").read_text()
    assert "Things that are x." in index
    assert "12" not in index


def test_a_server_shows_wrong_formulas_and_lives_on(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    """Under `mkdocs serve` the page has formula and reason, and the log no warning."""
    project.write("docs/index.md", "# Home\n\na $\\fo$ $x$\n")
    config = load_config(str(project.root / "mkdocs.yml"))
    config.plugins.on_startup(command="serve", dirty=False)
    caplog.set_level("INFO", logger="mkdocs")
    build(config)
    message = r"docs/index.md:3: math: unknown command \fo in $\fo$"
    assert message in caplog.messages
    assert {record.levelname for record in caplog.records} == {"INFO"}
    page = (Path(config.site_dir) / "index.html").read_text()
    assert r'<code class="formula-error">math: unknown command \fo in $\fo$</code>' in page
    project.write("docs/index.md", "# Home\n")
    caplog.clear()
    build(load_config(str(project.root / "mkdocs.yml")))
    assert message not in caplog.messages
