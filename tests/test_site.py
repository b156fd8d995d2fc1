"""The real site, as files: fresh, complete, light, and on its own."""

import gzip
import importlib
import inspect
import pkgutil
import platform
import re
from html import escape, unescape
from importlib.metadata import files, version
from pathlib import Path

import pytest
from mkdocstrings import Inventory

import ptfund
from ptfund._site.reading.chapter import read_error
from ptfund._site.rendering.outputs import to_outputs
from ptfund._site.running.run import Run
from tests.book import CHAPTERS
from tests.engine.rendering.nodes import render

MODULES = [
    module.name
    for module in pkgutil.iter_modules(ptfund.__path__)
    if not module.name.startswith("_")
]
FIGURE = re.compile(r'<figure class="output-figure".*?</figure>', re.DOTALL)


def page_of(site: Path, slug: str) -> str:
    """Return the HTML of a chapter."""
    return (site / "tutorials" / slug / "index.html").read_text(encoding="utf-8")


def size(text: str) -> int:
    """Return how many bytes travel to the reader."""
    return len(gzip.compress(text.encode()))


def test_every_output_is_on_its_page(built_site: Path, executed_book: list[Run]) -> None:
    """A second run of each chapter gives, to the byte, the outputs and values on its page."""
    assert [run.chapter.slug for run in executed_book] == [chapter.slug for chapter in CHAPTERS]
    for run in executed_book:
        assert run.error is None, run.error
        page = page_of(built_site, run.chapter.slug)
        outputs = to_outputs(run.notebook, render)
        assert len(outputs) == page.count('<div class="output"')
        assert all(output in page for output in outputs.values())
        values = [v for cell in run.notebook.cells for v in cell.metadata.get("values", ())]
        assert len(values) == sum(step.kind == "expression" for step in run.chapter.steps)
        assert all(escape(value) in page for value in values)


def test_every_chapter_says_where_it_stands_and_what_it_ran_with(built_site: Path) -> None:
    """Its number is its script's, and the versions are those that are installed."""
    for chapter in CHAPTERS:
        place = f"Chapter {int(chapter.name[:2])} of {len(CHAPTERS)}"
        versions = f"Python {platform.python_version()} and PyTorch {version('torch')}"
        line = f"<p>{place}, run with {versions.partition('+')[0]}.</p>"
        assert page_of(built_site, chapter.slug).count(line) == 1


def test_the_theme_comes_with_its_licence(built_site: Path) -> None:
    """The licence wants its text beside copies of the theme's files, as the site has them."""
    (licence,) = [f for f in files("mkdocs-material") or () if f.match("licenses/LICENSE")]
    shipped = built_site / "assets" / "licences" / "mkdocs-material.txt"
    assert shipped.read_text(encoding="utf-8") == licence.read_text(encoding="utf-8")


def test_every_deliberate_error_is_in_the_index(built_site: Path, executed_book: list[Run]) -> None:
    """Each is listed with its cause, in as few entries as there are different ones."""
    page = (built_site / "errors" / "index.html").read_text(encoding="utf-8")
    text = unescape(re.sub(r"<[^>]+>", "", page)).casefold()
    outputs = [
        o for run in executed_book for cell in run.notebook.cells for o in cell.get("outputs", ())
    ]
    errors = list(filter(None, map(read_error, outputs)))
    assert len(errors) > 30
    for name, message, cause in errors:
        assert f'id="{name.lower()}"' in page
        assert " ".join(message.split())[:30].casefold() in text
        assert cause.replace("`", "").casefold() in text
    assert page.count('class="error-message"') <= len({error[:2] for error in errors})
    beside = page[page.index('class="md-nav md-nav--secondary"') : page.index("<article")]
    assert 'href="#runtimeerror"' in beside
    assert "shapes" not in beside


def test_every_page_asks_for_one_style_sheet_beside_the_font(built_site: Path) -> None:
    """It holds what is the theme's, what mkdocstrings has written, and what is ours, in order."""
    asked = set()
    for page in built_site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        asked |= set(re.findall(r'<link rel="stylesheet" href="[./]*(?:book/)?([^"]+)">', html))
    name, font = sorted(asked, reverse=True)
    assert font.startswith("assets/fonts/math-")
    style = (built_site / name).read_text(encoding="utf-8")
    marks = ("@charset", "--md-hue", "code.doc-symbol {", ".cheat-sheet {")
    places = [style.index(mark) for mark in marks]
    assert places == sorted(places)
    assert not (built_site / "assets" / "_mkdocstrings.css").exists()


def test_every_tagged_cell_is_on_the_cheat_sheet(built_site: Path) -> None:
    """And no other, as it stands in its chapter."""
    page = (built_site / "cheat-sheet" / "index.html").read_text(encoding="utf-8")
    blocks = re.findall(r"<pre><span></span><code>(.*?)</code>", page, flags=re.DOTALL)
    code = [unescape(re.sub(r"<[^>]+>", "", block)).strip() for block in blocks]
    tagged = [c.source for chapter in CHAPTERS for c in chapter.cells if "cheat-sheet" in c.tags]
    assert code == tagged
    assert len(code) > 10


def test_the_cheat_sheet_links_what_its_chapters_link(built_site: Path) -> None:
    """The same names lead to the same places, seen from another folder."""
    sheet, *chapters = [
        (built_site / path / "index.html").read_text(encoding="utf-8")
        for path in ("cheat-sheet", *(f"tutorials/{chapter.slug}" for chapter in CHAPTERS))
    ]
    linked = re.compile(r'<a class="autorefs[^>]*href="(?:\.\./)*([^"]+)"[^>]*>(.*?)</a>')
    known = {link for page in chapters for link in linked.findall(page)}
    found = linked.findall(sheet)
    assert len(found) > 100
    assert set(found) <= known


def test_every_public_name_has_its_place_in_the_reference(built_site: Path) -> None:
    """The inventory holds each module, what is in its `__all__`, its members, and no more."""
    with (built_site / "objects.inv").open("rb") as file:
        # A name that a package's private file defines is listed at both places.
        listed = {name for name in Inventory.parse_sphinx(file) if "._" not in name}
    public = {f"ptfund.{name}" for name in MODULES}
    for name in MODULES:
        module = importlib.import_module(f"ptfund.{name}")
        for symbol in module.__all__:
            public.add(f"ptfund.{name}.{symbol}")
            thing = getattr(module, symbol)
            if inspect.isclass(thing):
                # A class of the package hands its members on to its subclasses.
                kin = [
                    base for base in thing.__mro__ if base.__module__.startswith(module.__name__)
                ]
                members = {m for base in kin for m in (*vars(base), *inspect.get_annotations(base))}
                own = {member for member in members if not member.startswith("_")}
                public |= {f"ptfund.{name}.{symbol}.{member}" for member in own}
    assert {name for name in listed if name.startswith("ptfund.")} == public


def test_every_chapter_and_module_is_in_the_navigation(built_site: Path) -> None:
    """Each chapter has its page, and each public module a page that home leads to."""
    home = (built_site / "index.html").read_text(encoding="utf-8")
    for chapter in CHAPTERS:
        assert f'href="tutorials/{chapter.slug}/"' in home
    for name in MODULES:
        assert f'href="reference/{name}/"' in home


def test_a_chapter_is_light(built_site: Path) -> None:
    """In gzip: a figure ≤ 15 KB, a page without figures ≤ 60 KB, with them ≤ 120 KB."""
    for chapter in CHAPTERS:
        page = page_of(built_site, chapter.slug)
        figures = FIGURE.findall(page)
        assert figures
        assert max(map(size, figures)) <= 15_000
        assert size(FIGURE.sub("", page)) <= 60_000
        assert size(page) <= 120_000


def test_every_figure_has_words_for_what_is_seen(built_site: Path) -> None:
    """Each is one image to a screen reader, described in a sentence."""
    for chapter in CHAPTERS:
        for figure in FIGURE.findall(page_of(built_site, chapter.slug)):
            (label,) = re.findall(r'<svg role="img" aria-label="([^"]+)"', figure)
            assert len(unescape(label).split()) > 5


def test_messages_can_be_searched_and_neither_numbers_nor_sources(built_site: Path) -> None:
    """The index has what readers look for, not digits of outputs or the insides of functions."""
    index = (built_site / "search" / "search_index.json").read_text(encoding="utf-8")
    assert "mat1 and mat2 shapes cannot be multiplied" in index
    assert "10,770 passes" not in index
    assert "Source code in" not in index
    assert "Source code in" in (built_site / "reference" / "data" / "index.html").read_text("utf-8")
    assert len(gzip.compress(index.encode())) <= 150_000


def test_the_set_up_names_the_repository(built_site: Path) -> None:
    """The line that clones can be copied as it stands."""
    page = (built_site / "setup" / "index.html").read_text(encoding="utf-8")
    text = unescape(re.sub(r"<[^>]+>", "", page))
    assert "git clone https://github.com/ptfund/ptfund ptfund\ncd ptfund" in text
    assert "ADDRESS" not in text


def test_ids_are_unique(built_site: Path) -> None:
    """No two elements of a page have the same id, however many figures it has."""
    for page in built_site.rglob("*.html"):
        ids = re.findall(r'\sid="?([^"\s>]+)', page.read_text(encoding="utf-8"))
        assert len(ids) == len(set(ids)), page


@pytest.mark.parametrize("raw", ["!!! ", "??? ", "{python}", "][ptfund", "data-output", "](", "$"])
def test_no_markup_is_left(built_site: Path, raw: str) -> None:
    """Outside code, nothing on a page looks like Markdown that was not understood."""
    for page in built_site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        html = re.sub(r"<(pre|code|script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
        assert raw not in html, page


def test_nothing_is_loaded_from_elsewhere(built_site: Path) -> None:
    """No page, style sheet or script of ours names a file on another host to be loaded."""
    loading = re.compile(
        r'<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc="?(https?:)?//|'
        r'<link\b(?=[^>]*rel="?(?:stylesheet|preload|preconnect|icon))[^>]*href="?(https?:)?//|'
        r"@import|url\([\"']?(https?:)?//"
    )
    for path in built_site.rglob("*"):
        if path.suffix in {".html", ".css"}:
            assert not loading.search(path.read_text(encoding="utf-8")), path
