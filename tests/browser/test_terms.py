"""Terms of the glossary in the chapters, as readers meet them."""

import re
from html import unescape
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from ptfund._site.rendering.terms import read_glossary
from tests.browser.reader import OpenPage, Theme

ROOT = Path(__file__).resolve().parents[2]
TERMS = read_glossary((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
MARK = re.compile(r'<a class="term" href="([^"]*)" title="([^"]*)">')


def first(page: Page) -> tuple[Locator, Locator]:
    """Return the first term of a page, and the box for what it means."""
    return page.locator("a.term").first, page.get_by_role("tooltip")


def test_each_mark_says_what_the_glossary_says(built_site: Path) -> None:
    """Each leads to its entry; a chapter has some, and not so many that they are in the way."""
    meanings = {f"../../glossary/#{term.anchor}": term.text for term in TERMS}
    assert len(meanings) == len(TERMS)
    for page in (built_site / "tutorials").rglob("index.html"):
        html = page.read_text(encoding="utf-8")
        marks = [(address, unescape(text)) for address, text in MARK.findall(html)]
        assert all(meanings[address] == text for address, text in marks)
        assert 10 < len(marks) == len(set(marks)) <= 50, page
        prose = re.sub(r"<[^>]+>", "", html)
        assert len(marks) < len(prose.split()) / 100


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_keyboard_shows_a_meaning_and_escape_ends_it(
    open_page: OpenPage, chapter: tuple[str, Path], theme: Theme
) -> None:
    """The focus shows it and keeps it, inside a narrow window, also to a screen reader."""
    page = open_page(chapter[0], theme=theme, width=320)
    term, meaning = first(page)
    text = term.get_attribute("data-meaning") or ""
    assert text in {each.text for each in TERMS}
    expect(meaning).to_have_count(0)
    term.focus()
    expect(meaning).to_have_text(text)
    expect(meaning).to_be_in_viewport(ratio=1)
    expect(term).to_have_accessible_description(text)
    response = Axe().run(page, options={"resultTypes": ["violations"]}, context="#pt-meaning")
    assert response.response["violations"] == []
    page.keyboard.press("Escape")
    expect(meaning).to_have_count(0)
    expect(term).to_be_focused()
    term.blur()
    term.focus()
    expect(meaning).to_have_text(text)
    page.keyboard.press("Tab")
    expect(meaning.filter(has_text=text)).to_have_count(0)


def test_the_pointer_can_rest_on_a_meaning(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """It stays while the pointer is on the term or on it, and Escape ends it, too."""
    page = open_page(chapter[0])
    term, meaning = first(page)
    term.hover()
    expect(meaning).to_be_visible()
    meaning.hover()
    page.wait_for_timeout(400)
    expect(meaning).to_be_visible()
    page.mouse.move(0, 0)
    expect(meaning).to_have_count(0)
    term.hover()
    expect(meaning).to_be_visible()
    page.keyboard.press("Escape")
    expect(meaning).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_term_leads_to_its_entry(
    open_page: OpenPage, chapter: tuple[str, Path], *, javascript: bool
) -> None:
    """With and without JavaScript; without, the browser says what the term means."""
    page = open_page(chapter[0], javascript=javascript)
    term, _ = first(page)
    assert (term.get_attribute("title") is None) == javascript
    name = term.inner_text()
    term.click()
    expect(page.locator("dt:target")).to_have_text(re.compile(name.rstrip("s"), re.IGNORECASE))
    expect(page.locator("dt:target")).to_be_in_viewport()
