"""A chapter in plain words, from small pieces."""

import nbformat
import pytest

from ptfund._site.plain import LONGEST, chapter_to_plain, description

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
    assert description(f"<p>no</p><h1>T. T.</h1>\n<p>{paragraph}</p><p>Next.</p>") == text


def test_a_long_sentence_ends_after_a_word() -> None:
    """And says that it goes on."""
    text = description(f"<h1>T</h1><p>{LONG}</p>")
    assert LONGEST - 15 < len(text) <= LONGEST
    assert text.endswith(" …")
    assert LONG.startswith(f"{text.removesuffix(' …')} ")


def test_a_page_without_prose_has_no_description() -> None:
    """It is shown with that of the site."""
    assert description("<h1>T</h1><pre>x</pre>") == ""


def test_a_chapter_is_prose_code_and_what_it_printed() -> None:
    """Outputs are text without colours, figures are their words, and a fence holds fences."""
    cells = [
        nbformat.v4.new_markdown_cell("# T\n\nA $x$."),
        nbformat.v4.new_code_cell(
            "show(x)",
            outputs=[
                nbformat.v4.new_output("stream", text="\x1b[31mred\x1b[0m\n"),
                nbformat.v4.new_output(
                    "display_data", {"image/svg+xml": "<svg/>", "text/plain": "Figure: a line"}
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
