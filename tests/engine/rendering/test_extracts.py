"""The index of errors and the cheat sheet: what is on them, in which order, and where it leads."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown import markdown
from nbformat import NotebookNode

from ptfund._site.reading.chapter import Chapter, choose_fence, read_chapter, read_error
from ptfund._site.rendering.extracts import (
    compose_cheat_sheet,
    compose_error_index,
    disarm_markup,
    shorten,
)
from ptfund._site.rendering.mathml import MathError, MathExtension
from tests.engine.project import CONFIGURATION, Project
from tests.engine.server import serving

EXTENSIONS = ["admonition", "attr_list", "footnotes", "tables", "pymdownx.superfences", "toc"]


def error(name: str, message: str, cause: str = "") -> dict[str, Any]:
    """Return an output as `raises` publishes it."""
    text = f"{name}: {message}" if message else name
    return {
        "output_type": "display_data",
        "data": {"text/plain": text},
        "metadata": {"text/plain": {"error": name, "cause": cause}},
    }


def chapter(project: Project, name: str, source: str) -> Chapter:
    """Write a chapter and read it."""
    return read_chapter(project.write(f"tutorials/{name}.py", source), project.root)


def with_errors(
    project: Project, *errors: dict[str, Any], name: str = "01_a", heading: str = "A section"
) -> tuple[Chapter, NotebookNode]:
    """Return a chapter with one code cell in a section, and what that gave."""
    source = f"# %% [markdown]\n# # Chapter {name}\n#\n# ## {heading}\n\n# %%\nx = 1\n"
    read = chapter(project, name, source)
    return read, read.notebook([list(errors)])


def html_of(text: str) -> str:
    """Return a page's Markdown as HTML, formulas included."""
    wrong: list[MathError] = []
    html = markdown(
        text.partition("\n---\n")[2], extensions=[*EXTENSIONS, MathExtension(wrong.append)]
    )
    assert wrong == []
    return html


def plain(html: str) -> str:
    """Return the text of HTML."""
    return unescape(re.sub(r"<[^>]+>", "", html))


def entries(text: str) -> list[tuple[str, str]]:
    """Return the headings of a page below its title, as level and text."""
    found = re.findall(r"<h([23])\b[^>]*>(.*?)</h\1>", html_of(text), flags=re.DOTALL)
    return [(level, plain(words)) for level, words in found]


def test_errors_are_sorted_by_type_and_message(project: Project) -> None:
    """Capitals do not come before small letters, in types as in messages."""
    raised_here = [
        error("ValueError", "b"),
        error("ValueError", "C"),
        error("aError", "x"),
        error("ValueError", "a"),
    ]
    assert entries(compose_error_index([with_errors(project, *raised_here)])) == [
        ("2", "aError"),
        ("3", "x"),
        ("2", "ValueError"),
        ("3", "a"),
        ("3", "b"),
        ("3", "C"),
    ]


def test_an_entry_says_the_cause_and_leads_to_the_section(project: Project) -> None:
    """The cause begins a sentence; the link names chapter and section."""
    html = html_of(compose_error_index([with_errors(project, error("E", "m", "a wrong shape"))]))
    assert (
        "<p>A wrong shape. In "
        '<a href="tutorials/01_a.py#a-section">Chapter 1: A section</a></p>' in html
    )


def test_equal_errors_are_one_entry_with_several_links(project: Project) -> None:
    """The same cause is told once; another one is told beside it; a link stands there once."""
    first = with_errors(project, error("E", "m", "one"), error("E", "m", "one"))
    second = with_errors(
        project, error("E", "m", "one"), error("E", "m", "other"), name="02_b", heading="Else"
    )
    html = html_of(compose_error_index([first, second]))
    assert html.count("<h3") == 1
    links = [
        '<a href="tutorials/01_a.py#a-section">Chapter 1: A section</a>',
        '<a href="tutorials/02_b.py#else">Chapter 2: Else</a>',
    ]
    assert f"<p>One. In {', '.join(links)}</p>\n<p>Other. In {links[1]}</p>" in html


def test_an_error_without_cause_or_message_is_listed(project: Project) -> None:
    """Its type stands for the message, and the section for the cause."""
    index = compose_error_index([with_errors(project, error("KeyboardInterrupt", ""))])
    assert entries(index) == [("2", "KeyboardInterrupt"), ("3", "KeyboardInterrupt")]
    assert '<p>In <a href="tutorials/01_a.py#a-section">Chapter 1: A section</a></p>' in html_of(
        index
    )


def test_code_in_a_cause_is_code(project: Project) -> None:
    """Between backticks everything means itself, and outside too."""
    html = html_of(compose_error_index([with_errors(project, error("E", "m", "`a_b_` *and* <i>"))]))
    assert "<p><code>a&#95;b&#95;</code> &#42;and&#42; &#60;i&#62;. In <a" in html


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    message=st.text(
        st.one_of(st.sampled_from("<&|`*_$[](){}#+-!:.\\\"'~\n\t "), st.characters(codec="utf-8")),
        max_size=60,
    )
)
@example(message="`*` and `_`")
def test_a_message_means_nothing_but_itself(project: Project, message: str) -> None:
    """Whatever it holds, the reader sees it, as one line of code in a heading."""
    message = "".join(c for c in message if c.isprintable() or c in "\n\t")
    shown = shorten(f"x{message}x")
    html = html_of(compose_error_index([with_errors(project, error("E", f"x{message}x"))]))
    (code,) = re.findall(r"<h3[^>]*><code[^>]*>(.*?)</code></h3>", html, flags=re.DOTALL)
    assert unescape(code) == shown
    assert "<" not in code


def test_a_short_message_is_put_on_one_line() -> None:
    """Line breaks and indentation become spaces."""
    assert shorten("one:\n\ttwo  three ") == "one: two three"
    assert shorten("word " * 40) == ("word " * 40).strip()


@pytest.mark.parametrize(
    ("beginning", "rest"),
    [
        ("A whole sentence of more than thirty letters.", " More " + "words " * 40),
        ("A part of a sentence that a semicolon ends;", " more " + "words " * 40),
        ("A first line without a full stop at its end", "\nwords " + "words " * 40),
        ("Errors in loading the parts of this model: one of them is missing.", " x" * 99),
        ("The first sentence, whole, is enough.", " The second one fits. " + "words " * 40),
        ("Too short. A whole sentence comes after it.", " More " + "words " * 40),
    ],
)
def test_of_a_long_message_the_first_sentence_or_line_is_left(beginning: str, rest: str) -> None:
    """It must say enough; what is left out is marked."""
    assert shorten(beginning + rest) == f"{beginning} …"


def test_a_line_that_ends_in_a_colon_says_nothing_alone() -> None:
    """As PyTorch's 'Error(s) in loading state_dict for MLP:' does not."""
    message = "Error(s) in loading state_dict for Model:\n\tMissing key: a. " + "x " * 100
    assert shorten(message) == "Error(s) in loading state_dict for Model: Missing key: a. …"


def test_a_long_message_without_an_end_is_cut_between_words() -> None:
    """At most 200 characters are left, and at least one word of any length."""
    assert shorten("abcdefg " * 50) == ("abcdefg " * 25).strip() + " …"
    assert shorten("abcde" + " abcd" * 50) == "abcde" + " abcd" * 39 + " …"
    assert shorten("x" * 300) == "x" * 200 + " …"
    assert shorten("x" * 300 + ". More.") == "x" * 200 + " …"


def test_inert_text_begins_no_list_and_no_heading() -> None:
    """Marks at the beginning of a line are as harmless as inside."""
    for text in ("1. a", "- a", "# a", "> a", "    a", "=== a", "[^1]: a", "{: #a }", "+ a"):
        assert "<p>" in markdown(disarm_markup(text.strip()), extensions=EXTENSIONS)
        assert plain(markdown(disarm_markup(text), extensions=EXTENSIONS)).strip() == text.strip()


def test_an_output_is_a_deliberate_error_by_its_metadata_alone() -> None:
    """What merely looks like one is none."""
    assert read_error(NotebookNode(error("E", "E: m", "c"))) == ("E", "E: m", "c")
    looks = {"output_type": "stream", "name": "stdout", "text": "E: m"}
    assert read_error(NotebookNode(looks)) is None
    shown = {"output_type": "display_data", "data": {"text/plain": "E: m"}, "metadata": {}}
    assert read_error(NotebookNode(shown)) is None


SECTIONS = """\
# %% [markdown]
# # The `title_` *here*

# %% tags=["cheat-sheet"]
a = 1

# %% [markdown]
# ## Code: `a_b` and *c*
#
# ```python
# ## No heading
# ```

# %% tags=["cheat-sheet"]
b = '''
```
'''

# %% tags=["cheat-sheet"]
c = 3

# %%
d = 4

# %% [markdown]
# ### Again
# ## Again
# ## Chosen {#its-own}

# %% tags=["cheat-sheet"]
e = 5
"""


def test_the_sheet_has_the_tagged_cells_under_their_sections(project: Project) -> None:
    """By chapter; a section is named once; code is as it stands, whatever backticks it holds."""
    one = chapter(project, "01_a", SECTIONS)
    none = chapter(project, "02_b", "# %% [markdown]\n# # B\n\n# %%\nx = 1\n")
    last = chapter(
        project, "03_c", '# %% [markdown]\n# # C & D\n\n# %% tags=["cheat-sheet"]\ny = 6\n'
    )
    sheet = compose_cheat_sheet([one, none, last])
    assert entries(sheet) == [("2", "The title_ here"), ("2", "C & D")]
    html = html_of(sheet)
    links = re.findall(r'<p><a href="([^"]+)">(.*?)</a></p>', html)
    assert links == [
        ("tutorials/01_a.py", "The <code>title&#95;</code> here"),
        ("tutorials/01_a.py#code-a_b-and-c", "Code&#58; <code>a&#95;b</code> and c"),
        ("tutorials/01_a.py#its-own", "Chosen"),
        ("tutorials/03_c.py", "C &#38; D"),
    ]
    code = [plain(block).strip() for block in re.findall(r"<pre>.*?</pre>", html, flags=re.DOTALL)]
    assert code == ["a = 1", "b = '''\n```\n'''", "c = 3", "e = 5", "y = 6"]


def test_sections_of_one_name_are_told_apart(project: Project) -> None:
    """The second has the address that Markdown gives it."""
    read = chapter(project, "01_a", SECTIONS.replace("# ## Chosen {#its-own}\n", ""))
    assert "](tutorials/01_a.py#again_1)" in compose_cheat_sheet([read])


def test_a_section_within_a_section_is_the_place(project: Project) -> None:
    """The nearest heading says best where a cell stands, however small it is."""
    chosen = "# ## Chosen {#its-own}\n"
    read = chapter(project, "01_a", SECTIONS.replace(chosen, f"{chosen}# #### Nearest\n"))
    assert "[Nearest](tutorials/01_a.py#nearest)" in compose_cheat_sheet([read])


def test_an_empty_book_says_so() -> None:
    """Each page has its title, and a sentence instead of entries."""
    empty = Chapter(Path("01_a.py"), "01_a.py", "A", ())
    assert "no chapter raises one" in compose_error_index([(empty, empty.notebook([]))])
    assert "no chapter has any" in compose_cheat_sheet([empty])
    assert entries(compose_error_index([])) == entries(compose_cheat_sheet([])) == []


def test_pages_with_entries_do_not_say_that_they_are_empty(project: Project) -> None:
    """The sentence is gone with the first entry."""
    assert "So far" not in compose_error_index([with_errors(project, error("E", "m"))])
    assert "So far" not in compose_cheat_sheet([chapter(project, "01_a", SECTIONS)])


def test_a_fence_is_longer_than_what_it_holds() -> None:
    """Three backticks, or one more than the code has in a row."""
    assert choose_fence("a = `b`") == "```"
    assert choose_fence("````\n```") == "`````"


RAISING = """\
# %% [markdown]
# # Raising
#
# ## Where it *breaks*

# %% tags=["cheat-sheet"]
from ptfund.display import raises

# %%
with raises(ValueError, cause="a letter for a number"):
    int("a|b <*>")

# %%
with raises(ZeroDivisionError):
    1 / 0
"""


@pytest.fixture
def book(project: Project) -> Project:
    """A project with one chapter that raises and has a cell for the sheet; it lists its pages."""
    nav = "nav: [index.md, tutorials/01_raising.py, errors.md, cheat-sheet.md]\n"
    project.write("mkdocs.yml", f"{CONFIGURATION}watch: [tutorials]\n{nav}")
    project.write("docs/index.md", "# Home\n\n[Errors](errors.md), [sheet](cheat-sheet.md)\n")
    project.write("tutorials/01_raising.py", RAISING)
    return project


def test_a_build_makes_both_pages(book: Project) -> None:
    """They can be linked; their links lead to the sections; they offer no edit in vain."""
    settings = (book.root / "mkdocs.yml").read_text()
    book.write(
        "mkdocs.yml", f"{settings}repo_url: https://github.com/a/b\nedit_uri: edit/main/docs/\n"
    )
    built = book.build()
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {name: book.site()[f"{name}/index.html"].decode() for name in ("errors", "cheat-sheet")}
    for page in pages.values():
        assert 'href="../tutorials/raising/#where-it-breaks"' in page
        assert "edit/main" not in page
    errors = plain(pages["errors"])
    assert "invalid literal for int() with base 10: 'a|b <*>'" in errors
    assert "A letter for a number. In Chapter 1: Where it breaks" in errors
    assert re.search(r"division by zero\W*In Chapter 1: Where it breaks", errors)
    assert "from ptfund.display import raises" in plain(pages["cheat-sheet"])
    assert '<div class="cheat-sheet"><h1' in pages["cheat-sheet"]
    assert "edit/main" in book.page("raising")


def test_a_section_that_the_page_lacks_stops_the_build(book: Project) -> None:
    """The links of both pages are checked like those of any other."""
    book.edit("mkdocs.yml", "[admonition,", "[toc: {separator: _}, admonition,")
    built = book.build()
    assert built.returncode == 1
    for page in ("errors.md", "cheat-sheet.md"):
        assert f"'{page}' contains a link" in built.stdout + built.stderr


def test_a_book_without_errors_or_chapters_is_built(book: Project) -> None:
    """Both pages are there from the beginning, since the navigation lists them."""
    book.write("tutorials/01_raising.py", "# %% [markdown]\n# # Nothing\n")
    assert book.build().returncode == 0
    assert "no chapter raises one" in plain(book.site()["errors/index.html"].decode())
    (book.root / "tutorials" / "01_raising.py").unlink()
    book.edit("mkdocs.yml", "tutorials/01_raising.py, ", "")
    built = book.build()
    assert built.returncode == 0, built.stdout + built.stderr
    assert "no chapter has any" in plain(book.site()["cheat-sheet/index.html"].decode())


def test_pages_of_those_names_are_not_replaced(book: Project) -> None:
    """What somebody has written goes before what is generated, and no code is looked for in it."""
    for name in ("errors", "cheat-sheet"):
        book.write(f"docs/{name}.md", f"# My {name}\n\n```python\nx = 1\n```\n")
    built = book.build()
    assert built.returncode == 0, built.stdout + built.stderr
    for name in ("errors", "cheat-sheet"):
        assert f"My {name}" in plain(book.site()[f"{name}/index.html"].decode())


def test_while_serving_the_pages_follow_the_chapters(book: Project) -> None:
    """An edit is seen on both; of a chapter that fails they say nothing until it is mended."""
    name = "tutorials/01_raising.py"
    with serving(book) as server:
        assert "A letter for a number" in server.page("/errors/")
        server.after(name, "a letter for a number", "text for a number")
        assert "Text for a number" in server.page("/errors/")
        server.after(name, "*breaks*", "tears")
        assert "Chapter 1: Where it tears" in server.page("/errors/")
        assert "Where it tears" in server.page("/cheat-sheet/")
        server.after(name, "    1 / 0", "    1 / 1")
        assert "no chapter raises one" in server.page("/errors/")
        assert "no chapter has any" in server.page("/cheat-sheet/")
        server.after(name, "    1 / 1", "    1 / 0")
        assert "Text for a number" in server.page("/errors/")


def test_while_serving_a_sheet_that_cannot_be_made_says_why(book: Project) -> None:
    """As a chapter does whose code is not on its page: Markdown empties a line of spaces."""
    with serving(book) as server:
        code = "import raises\nx = '''\n  \n'''\n"
        server.after("tutorials/01_raising.py", "import raises\n", code)
        message = "01_raising.py:7: behind its marker the page must hold the cell"
        for page in ("/tutorials/raising/", "/cheat-sheet/"):
            assert message in server.page(page)
