"""Terms in a chapter: each once, where it is prose, led to its entry; on small texts."""

import re

import pytest

from ptfund._site.rendering.terms import add_anchors, mark_terms, read_glossary
from tests.engine.project import Project

GLOSSARY = """\
# Glossary

leaf
:   A tensor that was not computed. [Chapter 1](tutorials/01_a.py#leaves)

learning rate
:   How far a step goes; `lr` in
    code, & "more". [Chapter 2](tutorials/02_b.py)

loss
:   What is to become small.
    [Chapter 2](tutorials/02_b.py#loss)

rate {.everyday}
:   How fast. [Chapter 2](tutorials/02_b.py)
"""
TERMS = read_glossary(GLOSSARY)


def marked(html: str, script: str = "tutorials/03_c.py") -> list[str]:
    """Return the words that are marked on a chapter's page, and see that nothing else changed."""
    page = mark_terms(html, TERMS, script, "../g/")
    assert re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", page, flags=re.DOTALL) == html
    return re.findall(r'<a class="term"[^>]*>(.*?)</a>', page, flags=re.DOTALL)


def test_a_mark_leads_to_the_entry_and_says_what_it_says() -> None:
    """The definition is plain text, without the link to the chapter."""
    assert mark_terms("<p>The learning rate.</p>", TERMS, "tutorials/03_c.py", "../g/") == (
        '<p>The <a class="term" href="../g/#learning-rate" '
        'title="How far a step goes; lr in code, &amp; &quot;more&quot;.">learning rate</a>.</p>'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A loss, a loss.", ["loss"]),
        ("Losses fall.", ["Losses"]),
        ("learning\nrates", ["learning\nrates"]),
        ("lossy, gloss, loss-free, x_loss", []),
        ("The rate of the loss", ["loss"]),
        ("<em>loss</em>", ["loss"]),
    ],
)
def test_one_word_is_marked_in_any_of_its_forms(text: str, words: list[str]) -> None:
    """Only the first mention, as a whole word, and no word of everyday."""
    assert marked(f"<p>{text}</p>") == words


@pytest.mark.parametrize(
    "html",
    [
        '<h2 id="x">A loss<a class="headerlink" href="#x">#</a></h2>',
        '<a href="loss">A <em>loss</em></a>',
        "<code>loss</code>",
        "<pre><span>the</span> loss</pre>",
        "<math><mi>loss</mi></math>",
        "<summary>A loss</summary>",
        '<p class="admonition-title">A loss</p>',
        "<!-- <p>a loss -->",
        '<img alt="a loss">',
    ],
)
def test_what_is_no_running_text_is_left_alone(html: str) -> None:
    """A heading, a link, code, a formula or a title is passed by, and what follows is not."""
    assert marked(f"{html}<p>and a Loss</p>") == ["Loss"]


def test_the_section_that_introduces_a_term_is_passed_by() -> None:
    """That is the section with all below it, or the opening of the chapter."""
    inside = '<h2 id="loss">A</h2><p>a loss</p><h3 id="more">B</h3><p>the loss</p>'
    outside = '<h2 id="next">C</h2><p>losses</p>'
    assert marked(inside + outside, "tutorials/02_b.py") == ["losses"]
    assert marked(inside + outside, "tutorials/03_c.py") == ["loss"]
    opening = '<h1 id="b">B</h1><p>a learning rate</p><h2 id="s">S</h2><p>Learning rates</p>'
    assert marked(opening, "tutorials/02_b.py") == ["Learning rates"]
    below = '<h2 id="a">A</h2><h3 id="loss">B</h3><p>loss</p><h3 id="c">C</h3><p>Loss</p>'
    assert marked(below, "tutorials/02_b.py") == ["Loss"]


def test_a_term_within_a_longer_one_is_not_marked() -> None:
    """The longer one is, and the shorter where it stands alone."""
    longer = "\nloss curve\n:   The losses of a training. [Chapter 1](tutorials/01_a.py)\n"
    terms = read_glossary(GLOSSARY + longer)
    page = mark_terms("<p>A loss curve of the loss.</p>", terms, "tutorials/03_c.py", "../g/")
    assert re.findall(r'<a class="term"[^>]*>(.*?)</a>', page) == ["loss curve", "loss"]


def test_each_entry_has_its_place() -> None:
    """Also one whose term is an everyday word."""
    html = '<dl><dt>leaf</dt><dt>learning rate</dt><dt>loss</dt><dt class="everyday">rate</dt></dl>'
    page = add_anchors(html, TERMS)
    assert re.findall('id="([^"]*)"', page) == ["leaf", "learning-rate", "loss", "rate"]
    assert re.sub('<dt id="[^"]*">', "<dt>", page) == html.replace(' class="everyday"', "")


def test_a_build_marks_terms_in_chapters(project: Project) -> None:
    """A mark leads to the place that the glossary's page has for the term; outputs have none."""
    project.edit("mkdocs.yml", "[admonition, ", "[admonition, def_list, ")
    entry = "loss\n:   To be small. [Chapter 1](tutorials/01_a.py#s)\n"
    project.write("docs/glossary.md", f"# Glossary\n\n{entry}")
    prose = "# %% [markdown]\n# # A\n#\n# ## S\n#\n# A loss.\n#\n# ## T\n#\n# A loss.\n\n"
    project.write("tutorials/01_a.py", f'{prose}# %%\nprint("a loss")\n')
    built = project.build()
    assert built.returncode == 0, built.stderr
    page = project.page("a")
    link = '<a class="term" href="../../glossary/#loss" title="To be small.">loss</a>'
    assert page.count(link) == page.count('class="term"') == 1
    assert page.index('id="t"') < page.index(link)
    assert '<dt id="loss">loss</dt>' in (project.root / "site/glossary/index.html").read_text()
