"""Outputs in Markdown and LaTeX: rendered as the site's prose, and told in plain words."""

import re

import pytest
import sympy

from ptfund._site.rendering.formatted import configure_markdown, latex_to_plain, render_latex
from ptfund._site.rendering.markup import UnshownError
from ptfund._site.rendering.mathml import MathExtension
from tests.engine.rendering.nodes import render


def test_markdown_is_rendered_as_the_site_s_prose() -> None:
    """Formulas, tables, boxes and coloured code, each as a chapter has it."""
    html = render("**a** $x^2$\n\n| a |\n|--:|\n| 1 |\n\n!!! note\n    b\n\n```python\nx = 1\n```")
    for part in (
        "<strong>a</strong> <math><msup><mi>x</mi><mn>2</mn></msup></math>",
        '<td style="text-align:right">1</td>',
        '<div class="admonition note">',
        '<span class="n">x</span>',
    ):
        assert part in html


def test_markdown_is_rendered_with_the_site_s_own_extensions() -> None:
    """By name, with their settings; what plugins have added works on pages and is left out."""
    plain = configure_markdown([], {})
    assert plain("~~a~~") == "<p>~~a~~</p>"
    of_a_plugin = MathExtension(lambda _: pytest.fail("it reports to the page"))
    extensions = ("pymdownx.tilde", of_a_plugin)
    assert configure_markdown(extensions, {})("~~a~~ H~2~O") == "<p><del>a</del> H<sub>2</sub>O</p>"
    settings = {"pymdownx.tilde": {"subscript": False}}
    assert configure_markdown(extensions, settings)("H~2~O") == "<p>H~2~O</p>"
    with pytest.raises(UnshownError):
        configure_markdown(extensions, {})(r"$\foo$")


def test_each_markdown_output_stands_by_itself() -> None:
    """What one defines, the next does not know."""
    assert render("[a]: https://example.org\n\nb") == "<p>b</p>"
    assert render("See [a].") == "<p>See [a].</p>"


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        ("# A", "<h1>"),
        ("A\n---", "<h2>"),
        ("[a](https://example.org)", "<a>"),
        ("<https://example.org>", "<a>"),
        ("![a](b.png)", "<img>"),
        ("a[^1]\n\n[^1]: b", "<a>"),
        ("<script>evil()</script>", "<script>"),
        ('a <b onclick="evil()">c</b>', "the attribute onclick"),
        ('a\n{: style="color: red" }', "the style color"),
        (r"a $\foo$", r"math: unknown command \foo in $\foo$"),
        ("$$a", "math: the closing $$ is missing in $$a"),
        (" ", "its Markdown is empty"),
    ],
)
def test_markdown_that_cannot_be_shown_is_refused(markdown: str, message: str) -> None:
    """Headings and links would be unknown to the page; scripts run; a formula may be wrong."""
    with pytest.raises(UnshownError, match=re.escape(message)):
        render(markdown)


@pytest.mark.parametrize(
    "latex",
    [
        r"$a<b$",
        r"$$a<b$$",
        r"\(a<b\)",
        r"\[ a<b \]",
        "$$\na<b % as ever\n$$\n",
        r"$\displaystyle a<b$",
    ],
)
def test_a_formula_alone_stands_on_lines_of_its_own(latex: str) -> None:
    """However it is written."""
    assert render_latex(latex) == (
        '<p><span class="formula" data-search-exclude=""><math display="block">'
        "<mi>a</mi><mo>&lt;</mo><mi>b</mi></math></span></p>"
    )


@pytest.mark.parametrize("name", ["equation", "equation*", "align", "align*", "gather", "gather*"])
def test_an_environment_is_a_formula(name: str) -> None:
    """Without dollars; nothing refers to it, so it has no number."""
    label = "" if name.endswith("*") else r"\label{eq:x}"
    html = render_latex(rf"\begin{{{name}}}a = b{label}\end{{{name}}}")
    assert "".join(re.sub(r"<[^>]+>", " ", html).split()) == "a=b"
    assert "<mi>a</mi>" in html


def test_formulas_stand_in_text() -> None:
    """Text is text, in paragraphs; a formula in a sentence stays in it."""
    html = render_latex("Costs \\$5 & more: <b> $x$,\n\nand $$y$$ too")
    assert html.startswith("<p>Costs $5 &amp; more: &lt;b&gt; <math><mi>x</mi></math>,</p><p>and ")
    assert html.endswith('<math display="block"><mi>y</mi></math></span> too</p>')


def test_what_sympy_shows_is_a_formula() -> None:
    """Its own LaTeX, of a fraction, a root and a matrix."""
    x = sympy.Symbol("x")
    for value in (sympy.sqrt(2) / x, sympy.Matrix([[1, x], [x, 0]]), sympy.Integral(x, (x, 0, 1))):
        assert "<math" in render_latex(value._repr_latex_())


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"$\foo$", r"math: unknown command \foo in $\foo$"),
        (
            r"\begin{tabular}{l}a\end{tabular}",
            r"math: unknown environment tabular in \begin{tabular}{l}a\end{tabular}",
        ),
        (r"\textbf{a} $x$", r"LaTeX outside a formula must be plain text, got '\\textbf'"),
        ("a $x", "LaTeX outside a formula must be plain text, got '$' in 'a $x'"),
        ("  ", "its LaTeX is empty"),
    ],
)
def test_latex_that_cannot_be_shown_is_refused(latex: str, message: str) -> None:
    """With what is wrong, and the formula as it was written."""
    with pytest.raises(UnshownError, match=re.escape(message)):
        render_latex(latex)


def test_in_plain_words_formulas_stand_between_dollars() -> None:
    """As programs read them that know Markdown."""
    assert latex_to_plain(r"\begin{align}a\end{align}") == r"$$\begin{align}a\end{align}$$"
    assert latex_to_plain(r"$\displaystyle x$") == r"$$\displaystyle x$$"
    assert latex_to_plain(r"so \(x\), and \[y\]") == "so $x$, and $$y$$"
