"""HTML out of outputs: what is shown of it, and what is not shown at all."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from ptfund._site.rendering.markup import UnshownError, clean_html, clean_rendered

FRAME = pd.DataFrame({"name": ["a<b", "c & d"], "size": [1, 20]})
PIVOT = pd.DataFrame(
    [[1, 2], [3, 4]],
    index=pd.MultiIndex.from_tuples([("x", "u"), ("x", "v")]),
    columns=pd.MultiIndex.from_tuples([("p", "q"), ("p", "r")]),
)
POLARS = (
    "<div><style>\n.dataframe > thead > tr,\n.dataframe > tbody > tr {\n  text-align: right;\n"
    "  white-space: pre-wrap;\n}\n</style>\n<small>shape: (1, 1)</small>"
    '<table border="1" class="dataframe"><thead><tr><th>a</th></tr><tr><td>i64</td></tr></thead>'
    "<tbody><tr><td>1</td></tr></tbody></table></div>"
)


class Reader(HTMLParser):
    """Collects the tags of HTML with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        """Read it all."""
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(" ".join([tag, *(f"{name}={value}" for name, value in attrs)]))

    def handle_data(self, data: str) -> None:
        """Note a text that is not blank."""
        self.text += [data.strip()] if data.strip() else []


def test_a_table_of_pandas_is_shown_without_its_style() -> None:
    """All of its words in their order, and nothing of how it was drawn."""
    read = Reader(clean_html(FRAME.to_html(notebook=True)))
    assert read.text == ["name", "size", "0", "a<b", "1", "1", "c & d", "20"]
    assert set(read.tags) == {"div", "table class=output-table", "thead", "tbody", "tr", "th", "td"}


def test_cells_of_a_table_keep_what_they_span() -> None:
    """Rows and columns of a table with two levels of each."""
    read = Reader(clean_html(PIVOT.to_html(notebook=True)))
    assert read.tags.count("th colspan=2") == 1
    assert read.tags.count("th rowspan=2") == 1


def test_a_table_of_polars_is_shown() -> None:
    """With the line above it that says how large the whole is."""
    assert Reader(clean_html(POLARS)).text == ["shape: (1, 1)", "a", "i64", "1"]


def test_a_styled_table_is_shown_if_its_style_says_nothing() -> None:
    """Numbers that were formatted are text; a colour may be all that matters."""
    numbers = FRAME[["size"]].style
    assert "20.0" in clean_html(
        numbers.format(precision=1, thousands=",").format("{:.1f}").to_html()
    )
    with pytest.raises(UnshownError, match="the style background-color"):
        clean_html(numbers.highlight_max().to_html())


def test_an_estimator_is_not_shown_as_html() -> None:
    """Its diagram is drawn by style and unfolded by form controls."""
    with pytest.raises(UnshownError, match=r"its HTML has .*, which an output cannot show"):
        clean_html(LogisticRegression()._repr_mimebundle_()["text/html"])


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<p>x</p><script>evil()</script>", "<script>"),
        ('<p onclick="evil()">x</p>', "the attribute onclick"),
        ('<p hidden="">x</p>', "the attribute hidden"),
        ('<img src="https://example.org/x.png">', "<img>"),
        ('<a href="https://example.org">x</a>', "<a>"),
        ('<iframe src="x.html"></iframe>', "<iframe>"),
        ('<label>x <input type="checkbox"></label>', "<label>"),
        ("<button>x</button>", "<button>"),
        ("<svg><path/></svg>", "<svg>"),
        ("<math><mi>x</mi></math>", "<math>"),
        ('<link rel="stylesheet" href="x.css">', "<link>"),
        ("<h2>x</h2>", "<h2>"),
        ("<!doctype html><html><body>x</body></html>", "<html>"),
        ('<p style="color: red">x</p>', "the style color"),
        ('<p style="text-align: left; DISPLAY: none">x</p>', "the style display"),
        ("<style>p { /* text-align: */ color: red }</style><p>x</p>", "the style color"),
        ("<style>@import 'x.css';</style><p>x</p>", "the style @"),
        ("<style>@media print { p { margin: 0 } }</style><p>x</p>", "the style @"),
        ("<b><div>x</div></b>", "<div> in <b>"),
        ("<ul><p>x</p></ul>", "<p> in <ul>"),
        ("<li>x</li>", "<li> by itself"),
    ],
)
def test_what_needs_more_than_words_is_not_shown(html: str, fault: str) -> None:
    """Scripts, styles that say something, form controls, links, and what would be invalid."""
    with pytest.raises(UnshownError) as unshown:
        clean_html(html)
    assert str(unshown.value) == f"its HTML has {fault}, which an output cannot show"


@pytest.mark.parametrize(
    "html",
    [
        '<p id="a" class="b" style="margin: 0; text-align: left; border-top: 1px">x</p>',
        '<style type="text/css">\n/* x { color: red } */ p { padding-left: 1px }\n</style><p>x</p>',
        "<style scoped></style><p>x</p>",
        "<!-- x --><p>x",
    ],
)
def test_decoration_goes(html: str) -> None:
    """What is said is said without it."""
    assert clean_html(html) == "<p>x</p>"


@pytest.mark.parametrize("html", ["", " \n", "<!-- x -->", "<style></style>"])
def test_nothing_is_not_shown(html: str) -> None:
    """An output without a word would be an empty frame."""
    with pytest.raises(UnshownError, match="its HTML is empty"):
        clean_html(html)


# What could be put together to something active.
TAGS = (
    "p /p b /b td table /table ul li script /script style /style svg math title textarea noscript"
)
PIECES = st.sampled_from(
    [f"<{tag}>" for tag in TAGS.split()]
    + ["<img src=x onerror=y>", "<p/onclick=y", "<!--", "-->", "&lt;", *"<>\"'= \nx"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_active_is_ever_left(html: str) -> None:
    """Whatever the pieces are put together to, what is shown has known tags, closed, in place."""
    try:
        cleaned = clean_html(html)
    except UnshownError:
        return
    tags = {tag.partition(" ")[0] for tag in Reader(cleaned).tags}
    assert tags <= {"p", "b", "td", "tr", "tbody", "table", "ul", "li"}
    assert not re.search(r"<[^>]*\bon", cleaned)
    assert clean_html(cleaned) == cleaned


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<h2 id="x">x</h2>', "<h2>"),
        ('<p><a href="x">x</a></p>', "<a>"),
        ("<p><img></p>", "<img>"),
        ('<p><b onclick="evil()">x</b></p>', "the attribute onclick"),
        ('<p><span style="color: red">x</span></p>', "the style color"),
        ("<math><mi onclick='x'>x</mi></math>", "the attribute onclick"),
    ],
)
def test_rendered_markdown_is_held_to_the_same(html: str, fault: str) -> None:
    """It may hold HTML; headings and links belong to prose, which the build checks."""
    with pytest.raises(UnshownError) as unshown:
        clean_rendered(html)
    assert str(unshown.value) == f"its Markdown has {fault}, which an output cannot show"


def test_rendered_markdown_keeps_what_the_site_styles() -> None:
    """Classes of boxes and code, alignment of columns, formulas; ids go."""
    html = (
        '<div class="admonition note"><p class="admonition-title">T</p></div>'
        '<table><tbody><tr><td style="text-align:right">1</td></tr></tbody></table>'
        '<span class="formula" tabindex="0"><math display="block"><mtable><mtr>'
        '<mtd style="width:50%;justify-items:end"><mo stretchy="false">≤</mo></mtd></mtr></mtable>'
        "</math></span>"
    )
    assert clean_rendered(html.replace("<div ", '<div id="x" ')) == html
