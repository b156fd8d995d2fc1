"""From notebook to page: nothing is lost, nothing hostile gets through."""

import platform
import re

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import markdown

from ptfund._site.reading.chapter import ChapterError, read_chapter
from ptfund._site.reading.exercises import read_exercises
from ptfund._site.rendering.outputs import fill_outputs, to_outputs
from ptfund._site.rendering.page import add_header, fill_values, render_failure, to_markdown
from ptfund._site.running.inputs import Inputs
from ptfund._site.running.run import Run
from tests.engine.project import Project
from tests.engine.reading.test_exercises import BEGIN, EXERCISE
from tests.engine.rendering.nodes import CHAPTER, notebook, printed, render

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
    page = fill_outputs(html, to_outputs(book, render), CHAPTER)
    (shown,) = re.findall(
        r'<pre class="output-text" tabindex="0" data-search-exclude>(.*?)</pre>', page, re.DOTALL
    )
    assert "<" not in shown
    back = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')
    assert back.replace("&#39;", "'").replace("&amp;", "&") == text


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
    return fill_outputs(fill_values(html, book, chapter), to_outputs(book, render), chapter)


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


def test_the_page_of_a_failure_shows_each_error_as_it_is() -> None:
    """With file and line; what a message holds is text, whatever it looks like."""
    errors = [ChapterError("a.py", 3, "NameError: <b> & </pre>"), ChapterError("b.py", 1, "x")]
    html = render_failure(errors)
    pieces = re.findall(r'<pre tabindex="0">(.*?)</pre>', html)
    assert pieces == ["a.py:3: NameError: &lt;b&gt; &amp; &lt;/pre&gt;", "b.py:1: x"]
