"""What is handed to the search index."""

from html.parser import HTMLParser

from markdown import markdown

from ptfund._site.rendering.search import trim_for_search

CODE = """
def double(x):
    \'\'\'Return twice x.\'\'\'
    return 2 * x

first, second = make("<a>", 1.0, 'b', f"{double:.1f} of")  # both
"""
LEFT = """
def double(x):
    \'\'\'Return twice x.\'\'\'
    return * x

first, second = make(, , , double)
"""


class Reader(HTMLParser):
    """Notes the text and the elements of HTML."""

    def __init__(self, html: str) -> None:
        """Read it to its end."""
        super().__init__()
        self.text, self.elements = "", list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class names it
        """Note an element."""
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def test_of_code_names_and_docstrings_are_left() -> None:
    """They are one element in another, without colours, strings, comments and numbers."""
    extensions = ["pymdownx.highlight", "pymdownx.superfences"]
    coloured = markdown(f"```python\n{CODE}\n```", extensions=extensions)
    assert Reader(coloured).elements.count("span") > 5
    plain = Reader(trim_for_search(coloured))
    assert plain.text.split() == LEFT.split()
    assert plain.elements == ["div", "pre", "code"]


def test_elements_outside_code_stay() -> None:
    """Formulas and headings are marked up for the index to see."""
    html = '<p>a <span class="formula">x</span></p><pre><code>b</code></pre><h2>c</h2>'
    assert trim_for_search(html) == html


def test_folded_sources_are_left_out_and_what_is_around_them_stays() -> None:
    """Two sources on a page are two gaps, not one; other folded boxes stay."""
    source = '<details class="mkdocstrings-source"><summary>Source</summary><pre>x</pre></details>'
    html = f"<p>one</p>{source}<p>two</p>{source}<details><p>hint</p></details>"
    assert trim_for_search(html) == "<p>one</p><p>two</p><details><p>hint</p></details>"
