"""What a reader sees first, when lost, and on paper."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import OpenPage, Theme

API = "reference/losses/"
SCREEN, PHONE = (1280, 900), (360, 640)


def bottom(page: Page, selector: str, size: tuple[int, int]) -> float:
    """Return how far below the top of a window of this size the last such element ends."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    box = page.locator(selector).last.bounding_box()
    assert box
    return box["y"] + box["height"]


def brightness(element: Locator, colour: str) -> float:
    """Return the mean of red, green and blue, from 0 to 255, of one of an element's colours."""
    value = element.evaluate(f"(element) => getComputedStyle(element).{colour}")
    return sum(map(int, re.findall(r"\d+", value)[:3])) / 3


def test_home_is_one_screen(open_page: OpenPage) -> None:
    """A screen holds it down to the path's end, a phone's down to the way into chapter 1."""
    page = open_page()
    assert bottom(page, ".path li", SCREEN) <= SCREEN[1]
    assert bottom(page, ".md-button--primary", PHONE) <= PHONE[1]


def test_home_is_light(built_site: Path) -> None:
    """Its HTML is at most 25 KB in gzip."""
    assert len(gzip.compress((built_site / "index.html").read_bytes())) <= 25_000


def test_each_chapter_has_its_picture(open_page: OpenPage, pages: list[str]) -> None:
    """It is drawn, hidden from screen readers, of that chapter, and unlike all others."""
    page = open_page()
    page.wait_for_load_state("networkidle")
    drawn = set()
    chapters = [path for path in pages if path.startswith("tutorials/")]
    for path in chapters:
        card = page.locator(".path li", has=page.locator(f'a[href="{path}"]'))
        picture = card.locator("svg[aria-hidden=true] use")
        expect(picture).to_have_attribute("href", re.compile(f"#{path.split('/')[1]}$"))
        width, height = picture.evaluate("(e) => [e.getBBox().width, e.getBBox().height]")
        assert width > 30
        assert height > 30
        drawn.add(card.locator("svg").screenshot())
    assert len(drawn) == len(chapters) == page.locator(".path li").count()


def test_a_card_leads_where_its_title_leads(open_page: OpenPage, site_url: str) -> None:
    """A click on a picture opens the chapter."""
    page = open_page()
    page.locator(".path li").nth(1).click(position={"x": 30, "y": 30})
    expect(page).to_have_url(f"{site_url}tutorials/autograd/")


@pytest.mark.parametrize("path", ["", API])
def test_the_icon_is_small_and_found(open_page: OpenPage, path: str) -> None:
    """However deep a page lies, its relative link leads to at most 1 KB of SVG."""
    page = open_page(path)
    href = page.locator("link[rel=icon]").get_attribute("href")
    assert href
    assert not href.startswith(("/", "http"))
    address = page.locator("link[rel=icon]").evaluate("(link) => link.href")
    answer = page.request.get(address)
    assert answer.ok
    assert answer.headers["content-type"] == "image/svg+xml"
    assert len(answer.body()) <= 1_000


def test_the_title_is_whole_on_a_phone(open_page: OpenPage) -> None:
    """The header does not cut off the name of the book, however narrow the screen."""
    title = open_page(width=320).locator(".md-header__title .md-ellipsis").first
    assert title.evaluate("(e) => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize(("theme", "bright"), [("light", True), ("dark", False)])
def test_frames_are_quiet(
    open_page: OpenPage, chapter: tuple[str, Path], theme: Theme, *, bright: bool
) -> None:
    """Round code, boxes and tables they are nearer to the page than to the text."""
    page = open_page(chapter[0], theme=theme)
    for part in (".highlight pre > code", ".admonition", ".md-typeset__table table"):
        frame = brightness(page.locator(part).first, "borderTopColor")
        assert (frame > 128) == bright, part


def test_a_lost_reader_finds_the_chapters(open_page: OpenPage, pages: list[str]) -> None:
    """The page for what is not there lists all of them, and the search where there is one."""
    page = open_page(pages[-1])
    chapters = [path for path in pages if path.startswith("tutorials/")]
    links = page.get_by_role("article").locator("ol a")
    found = [link.get_attribute("href") or "" for link in links.all()]
    assert sorted("/".join(href.split("/")[-3:]) for href in found) == chapters
    expect(page.get_by_text("The search box")).to_be_visible()
    plain = open_page(pages[-1], javascript=False)
    expect(plain.get_by_text("The search box")).to_be_hidden()


def test_paper_holds_nothing_to_press(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """Buttons, downloads, sources that were closed and the marks of links in code are gone."""
    home, page, api = open_page(), open_page(chapter[0]), open_page(API)
    for shown in (home, page, api):
        shown.emulate_media(media="print")
    expect(home.locator(".md-button").first).to_be_hidden()
    expect(page.locator(".downloads")).to_be_hidden()
    expect(page.locator(".md-code__nav").first).to_be_hidden()
    arrow = "(e) => getComputedStyle(e, '::after').display"
    assert page.locator("summary").first.evaluate(arrow) == "none"
    expect(api.locator(".mkdocstrings-source").first).to_be_hidden()


def test_paper_is_light_also_for_the_api(open_page: OpenPage) -> None:
    """In the dark theme, too, the kinds of names are printed dark."""
    page = open_page(API, theme="dark")
    page.emulate_media(media="print")
    assert brightness(page.locator("code.doc-symbol-function").first, "color") < 140
    assert brightness(page.locator("code.doc-symbol-module").first, "color") < 140


def test_paper_is_not_torn(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """Headings stay with what follows, code with its output, and a figure fits on half a page."""
    page = open_page(chapter[0])
    page.emulate_media(media="print")
    for part in ("article h2", ".highlight:has(+ .output)"):
        expect(page.locator(part).first).to_have_css("break-after", "avoid")
    for part in (".highlight", ".output", ".admonition", "article tr"):
        expect(page.locator(part).first).to_have_css("break-inside", "avoid")
    heights = page.locator(".output-figure svg").evaluate_all(
        "(all) => all.map((e) => e.getBoundingClientRect().height)"
    )
    assert 0 < max(heights) <= 341  # 9 cm
