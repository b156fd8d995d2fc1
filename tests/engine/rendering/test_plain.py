"""A chapter in plain words, from small pieces."""

import nbformat
import pytest

from ptfund._site.rendering.plain import LONGEST, chapter_to_plain, describe_page, page_to_plain

LONG = f"It begins {'and goes on ' * 20}until it ends."


@pytest.mark.parametrize(
    ("paragraph", "text"),
    [
        ("One. Two? After it you can", "One. Two?"),
        ("A <em>tensor</em> &amp; its\n<code>x.y</code>.", "A tensor & its x.y."),
        ('The "first" one.', "The “first” one."),
        ("No end", "No end"),
        (f"Short. {LONG}", "Short."),
        (f"{'x' * 60}. {'y' * 98}. Z.", f"{'x' * 60}."),
        (f"{'x' * 60}. {'y' * 97}. Z.", f"{'x' * 60}. {'y' * 97}."),
    ],
)
def test_a_description_is_the_first_sentences(paragraph: str, text: str) -> None:
    """As many as engines show, without markup; what is above the title does not count."""
    assert describe_page(f"<p>no</p><h1>T. T.</h1>\n<p>{paragraph}</p><p>Next.</p>") == text


def test_a_long_sentence_ends_after_a_word() -> None:
    """And says that it goes on."""
    text = describe_page(f"<h1>T</h1><p>{LONG}</p>")
    assert LONGEST - 15 < len(text) <= LONGEST
    assert text.endswith(" …")
    assert LONG.startswith(f"{text.removesuffix(' …')} ")


def test_a_page_without_prose_has_no_description() -> None:
    """It is shown with that of the site."""
    assert describe_page("<h1>T</h1><pre>x</pre>") == ""


def test_a_chapter_is_prose_code_and_what_it_printed() -> None:
    """Outputs are text without colours, figures are their words, and a fence holds fences."""
    cells = [
        nbformat.v4.new_markdown_cell("# T\n\nA $x$."),
        nbformat.v4.new_code_cell(
            "show(x)",
            outputs=[
                nbformat.v4.new_output("stream", text="\x1b[31mred\x1b[0m\n"),
                nbformat.v4.new_output(
                    "display_data",
                    {"image/svg+xml": "<svg/>", "text/plain": "Figure: a line"},
                    metadata={"image/svg+xml": {"alt": "a line"}},
                ),
            ],
        ),
        nbformat.v4.new_code_cell(
            "print('```')", outputs=[nbformat.v4.new_output("stream", text="```\n")]
        ),
        nbformat.v4.new_code_cell("y = 1"),
    ]
    assert chapter_to_plain(nbformat.v4.new_notebook(cells=cells)) == (
        "# T\n\nA $x$.\n\n```python\nshow(x)\n```\n\n```text\nred\n```\n\n"
        "```text\nFigure: a line\n```\n\n````python\nprint('```')\n````\n\n"
        "````text\n```\n````\n\n```python\ny = 1\n```\n"
    )


@pytest.mark.parametrize(
    ("bundle", "text"),
    [
        ({"text/html": "<table></table>", "text/plain": "   a\n0  1"}, "```text\n   a\n0  1\n```"),
        ({"text/html": "<b>x</b>\ny", "text/plain": "<X object>"}, "> <b>x</b>\n> y"),
        ({"text/html": "<script>x</script>", "text/plain": "f()"}, "```text\nf()\n```"),
        ({"text/markdown": "*a*\n\n- b"}, "> *a*\n>\n> - b"),
        (
            {"text/latex": r"\begin{align}a\end{align}", "text/plain": "a"},
            r"> $$\begin{align}a\end{align}$$",
        ),
    ],
)
def test_an_output_keeps_its_form_where_markdown_has_it(bundle: dict[str, str], text: str) -> None:
    """Tables are text; Markdown, formulas and HTML without text are quoted."""
    output = nbformat.v4.new_output("display_data", bundle)
    cell = nbformat.v4.new_code_cell("x", outputs=[output])
    plain = chapter_to_plain(nbformat.v4.new_notebook(cells=[cell]))
    assert plain == f"```python\nx\n```\n\n{text}\n"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ('<div class="x" markdown>\n\nText.\n\n</div>', "Text."),
        ('1.  <svg aria-hidden="true"><use href="#a"/></svg>\n    **A**', "1.  **A**"),
        ("<!-- machine -->\n\nText.\n\n\n\n<!-- /machine -->\n\nMore.", "Text.\n\nMore."),
        ('<details class="tip" markdown="1" data-x="">\nText.\n</details>',
         "<details>\nText.\n</details>"),
        ('### <code class="error-message">a&#91;0&#93; &#60; &#96;b&#96;</code>',
         "### ``` a[0] < `b` ```"),
        ("In &#34;x&#95;y&#34;&#58; z", 'In "x\\_y": z'),
        ("[TOC]\n\nText.", "Text."),
        ("[`x`](there) for it", "[`x`](whole/there) for it"),
    ],
)  # fmt: skip
def test_a_page_is_without_markup(markdown: str, plain: str) -> None:
    """What only wraps, paints or hides is gone; what says something is Markdown."""
    assert page_to_plain(markdown, "whole/{}".format) == f"{plain}\n"


def test_code_of_a_page_stays_as_it_is() -> None:
    """Whatever it looks like, and however many empty lines it has."""
    page = "```html\n<div>\n\n\n\n&#91; <code>x</code>\nterm\n:   meaning\n```\n\n`<svg></svg>`\n"
    assert page_to_plain(page, str) == page


def test_a_list_of_definitions_is_a_plain_list() -> None:
    """One entry for each meaning, its terms first; paragraphs stay with it."""
    page = (
        "Before.\n\none\n:   First\n    goes on.\n\n    More.\n\n"
        "two {.x}\n`three`\n:   Second.\n:   Third.\n\nAfter.\n"
    )
    assert page_to_plain(page, str) == (
        "Before.\n\n- **one**: First\n    goes on.\n\n    More.\n\n"
        "- **two**, **`three`**: Second.\n\n    Third.\n\nAfter.\n"
    )
