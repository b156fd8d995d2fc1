"""From notebook to page: nothing is lost, nothing hostile gets through."""

import platform
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import markdown
from nbformat import NotebookNode

from ptfund._site.reading.cells import Cell
from ptfund._site.reading.chapter import Chapter, ChapterError, read_chapter
from ptfund._site.reading.exercises import read_exercises
from ptfund._site.rendering.page import (
    add_header,
    fill_outputs,
    fill_values,
    refuse_outputs,
    render_failure,
    to_markdown,
    to_outputs,
)
from ptfund._site.running.inputs import Inputs
from ptfund._site.running.run import Run
from tests.engine.project import Project
from tests.engine.reading.test_exercises import BEGIN, EXERCISE


def notebook(*outputs: dict[str, Any], source: str = "pass") -> NotebookNode:
    """Return a notebook of one code cell with these outputs."""
    cell = nbformat.v4.new_code_cell(source, outputs=[NotebookNode(o) for o in outputs])
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book: NotebookNode = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    return book


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    """Return what `print` leaves in a notebook."""
    return {"output_type": "stream", "name": name, "text": text}


def displayed(data: dict[str, str], **metadata: dict[str, str]) -> dict[str, Any]:
    """Return what IPython's `display` leaves in a notebook."""
    meta = {kind.replace("_", "/"): value for kind, value in metadata.items()}
    return {
        "output_type": "display_data",
        "data": NotebookNode(data),
        "metadata": NotebookNode({k: NotebookNode(v) for k, v in meta.items()}),
    }


# One code cell, at line 40 of its script.
CHAPTER = Chapter(Path("tutorials/01_x.py"), "tutorials/01_x.py", "X", (Cell("code", "pass", 40),))


def refusals(*outputs: dict[str, Any]) -> list[str]:
    """Return what is wrong with these outputs."""
    return [str(error) for error in refuse_outputs(CHAPTER, notebook(*outputs))]


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])
    | st.sampled_from("\n\t`<>&\"'")
)


@settings(deadline=None, max_examples=60)
@given(prose=TEXT, code=TEXT)
def test_prose_and_code_pass_through_unchanged(prose: str, code: str) -> None:
    """Whatever characters a cell holds, the page's Markdown holds the same."""
    book = notebook(source=f"x\n{code}\nx")
    book.cells.insert(0, nbformat.v4.new_markdown_cell(f"# T\n{prose}\nx"))
    source = to_markdown(book)
    assert source.startswith(f'# T\n{prose}\nx\n\n<div data-code="1"></div>\n\n```')
    assert f"python\nx\n{code}\nx\n```" in source


def test_a_fence_in_code_does_not_end_the_code() -> None:
    """Code that holds a fence of its own is one block, exactly as written."""
    code = 'text = """\n```\nout\n````\n"""'
    html = markdown(to_markdown(notebook(source=code)), extensions=["pymdownx.superfences"])
    assert html.count("<pre>") == 1
    shown = re.sub(r"<[^>]+>", "", html).replace("&quot;", '"').strip()
    assert shown == code


def test_a_cell_with_outputs_leaves_a_marker_and_one_without_none() -> None:
    """Only a cell that showed something gets a place for it."""
    assert "data-output" not in to_markdown(notebook())
    assert '\n\n<div data-output="0"></div>\n' in to_markdown(notebook(printed("x")))


@pytest.mark.parametrize(
    "text",
    [
        "```\nnot the end\n```",
        "<script>alert(1)</script> <b>bold?</b> &amp;",
        '--8<-- "secret.txt"',
        "a\tb   c\n\n\n    d",
        "[link](nowhere.md) [ref][nowhere] *stars* $x$",
        '<div data-output="0"></div>',
        "{{ 1 + 1 }} {% raw %}",
    ],
)
def test_hostile_text_appears_exactly_as_printed(text: str) -> None:
    """What was printed is text and stays text, to the last blank."""
    book = notebook(printed(text))
    html = markdown(to_markdown(book), extensions=["pymdownx.superfences", "md_in_html"])
    page = fill_outputs(html, to_outputs(book), CHAPTER)
    (shown,) = re.findall(
        r'<pre class="output-text" tabindex="0" data-search-exclude>(.*?)</pre>', page, re.DOTALL
    )
    assert "<" not in shown
    back = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')
    assert back.replace("&#39;", "'").replace("&amp;", "&") == text


def test_colours_become_classes() -> None:
    """ANSI colours are spans that the style sheet colours for each theme."""
    html = to_outputs(notebook(printed("\x1b[31mred\x1b[0m")))[0]
    assert '<span class="ansi-red-fg">red</span>' in html


def test_what_went_to_stderr_looks_different() -> None:
    """Readers can tell a warning that is meant to be there from what was printed."""
    html = to_outputs(notebook(printed("out"), printed("careful", "stderr")))[0]
    assert '<pre class="output-text" tabindex="0" data-search-exclude>out</pre>' in html
    assert (
        '<pre class="output-text output-stderr" tabindex="0" data-search-exclude>careful</pre>'
        in html
    )


def test_a_table_keeps_its_structure_and_loses_everything_active() -> None:
    """Rows and cells stay; scripts, styles, handlers and addresses of images do not."""
    table = (
        "<style scoped>td {color: red}</style>"
        '<table border="1" onclick="evil()"><tr><td colspan="2">1</td></tr></table>'
        '<script>evil()</script><img src="https://example.org/x.png">'
    )
    html = to_outputs(notebook(displayed({"text/html": table, "text/plain": "1"})))[0]
    assert '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>' in html
    for active in ("<script", "<style", "onclick", "<img", "color: red"):
        assert active not in html


def test_a_deliberate_error_is_framed_and_named() -> None:
    """The frame says which exception it was and gives its message."""
    output = displayed({"text/plain": "IndexError: 3 < 4"}, text_plain={"error": "IndexError"})
    html = to_outputs(notebook(output))[0]
    assert "Raised on purpose: <code>IndexError</code>" in html
    assert '<pre tabindex="0">3 &lt; 4</pre>' in html


def test_the_page_of_a_failure_shows_each_error_as_it_is() -> None:
    """With file and line; what a message holds is text, whatever it looks like."""
    errors = [ChapterError("a.py", 3, "NameError: <b> & </pre>"), ChapterError("b.py", 1, "x")]
    html = render_failure(errors)
    pieces = re.findall(r'<pre tabindex="0">(.*?)</pre>', html)
    assert pieces == ["a.py:3: NameError: &lt;b&gt; &amp; &lt;/pre&gt;", "b.py:1: x"]


def test_ids_in_two_figures_never_meet() -> None:
    """Ids that are used get a name of their own per figure; the others go."""
    svg = (
        '<svg><g id="figure_1"><defs><path id="m1"/></defs><use xlink:href="#m1"/>'
        '<g clip-path="url(#p1)"/><clipPath id="p1"/></g></svg>'
    )
    figure = displayed({"image/svg+xml": svg})
    html = to_outputs(notebook(figure, figure))[0]
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 4
    assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', html)) == set(ids)


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
    ],
)
def test_what_may_not_appear_is_refused_at_its_cell(output: dict[str, Any], message: str) -> None:
    """Figures without words, addresses and unknown kinds of output name script and line."""
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


def test_below_its_title_a_page_says_what_it_is_and_offers_files() -> None:
    """Its place in the book, the release of PyTorch that it ran with, and links, once."""
    run = Run(CHAPTER, [], inputs={"distribution": {"numpy": "2.0", "torch": "2.13.0+cpu"}})
    page = add_header("<h1>T</h1><h1>U</h1>", run, (2, 9), [("a?b&c", "it & all"), ("d", "e")])
    python = platform.python_version()
    title, header, rest = re.split(r'<div class="chapter-header" data-search-exclude>|</div>', page)
    assert f"<p>Chapter 2 of 9, run with Python {python} and PyTorch 2.13.0.</p>" in header
    assert '<a href="a?b&amp;c" download>it &amp; all</a>, <a href="d" download>e</a>.' in header
    assert (title.strip(), rest) == ("<h1>T</h1>", "<h1>U</h1>")


def test_below_its_title_a_page_says_where_to_work() -> None:
    """Each place is a plain link; a page without such a place does not speak of it."""
    run = Run(CHAPTER, [], inputs=None)
    page = add_header("<h1>T</h1>", run, (1, 1), [], [("a?b&c", "Open & run"), ("d", "e")])
    links = '<a href="a?b&amp;c">Open &amp; run</a>, or <a href="d">e</a>.'
    assert f'<p class="places-to-work">{links}</p>' in page
    assert "places-to-work" not in add_header("<h1>T</h1>", run, (1, 1), [])


@pytest.mark.parametrize("inputs", [None, {"distribution": {"numpy": "2.0"}}])
def test_a_chapter_without_pytorch_does_not_claim_it(inputs: Inputs | None) -> None:
    """It ran with Python alone."""
    page = add_header("<h1>T</h1>", Run(CHAPTER, [], inputs=inputs), (1, 1), [])
    assert f"run with Python {platform.python_version()}.</p>" in page


def exercise_page(project: Project, source: str) -> str:
    """Return the page of a chapter with an exercise, as MkDocs makes it."""
    chapter = read_chapter(project.write("tutorials/01_a.py", source), project.root)
    printed = {"output_type": "stream", "name": "stdout", "text": "double: passed.\n"}
    book = chapter.notebook([[], [], [printed], "<6>"])
    extensions = ["md_in_html", "pymdownx.superfences", "tables"]
    html = markdown(to_markdown(book, read_exercises(chapter)), extensions=extensions)
    return fill_outputs(fill_values(html, book, chapter), to_outputs(book), chapter)


def test_an_exercise_is_folded(project: Project) -> None:
    """Task and stub are seen; a hint and a solution, with its check and reason, are opened."""
    source = BEGIN.replace("total = 3", "from m import check") + EXERCISE
    source = source.replace("are twice the number.", "are `{python} 6`:\n#\n# |a|\n# |---|\n# |b|")
    html = exercise_page(project, source + "\n# %% [markdown]\n# ## Next\n")
    before, hint, solution = re.split(r'<details class="(?:tip|example)"', html)
    solution, after = solution.split("</details>")
    assert re.search(
        r'<h3>.*</h3>\s*<div class="pt-progress"></div>\s*<p>Return twice the number', before
    )
    assert "NotImplementedError" in before
    assert "Add it to itself." in hint
    assert hint.index("<summary>Hint</summary>") < hint.index("Add it")
    assert hint.count("</details>") == 1
    assert "<summary>Solution</summary>" in solution
    parts = ["Counter", "check", "double: passed.", "&lt;6&gt;", "<td>b</td>"]
    places = [solution.index(part) for part in parts]
    assert places == sorted(places)
    assert "Next" in after
    assert html.count("NotImplementedError") == 1
    assert html.count("data-search-exclude=") == 2, "a search must not spoil it"


def test_code_to_be_mended_is_shown_once(project: Project) -> None:
    """In the task; it is the stub."""
    fence = "#\n# ```python\n# def double(x):\n#     return x\n# ```\n"
    source = BEGIN.replace("total = 3", "from m import check") + EXERCISE
    source = source.replace("# Return twice the number.\n", f"# Mend it.\n{fence}")
    html = exercise_page(project, source.replace("are twice", "`{python} 1`"))
    before = re.sub("<[^>]+>", "", html.partition("<details")[0])
    assert before.count("def double(x)") == 1
    assert "NotImplementedError" not in before
