"""What a page offers beside its text: itself as Markdown, and a way to report a mistake."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from ptfund._site.publishing.publish import read_commit_id
from tests.browser.reader import OpenPage, Theme

ROOT = Path(__file__).resolve().parents[2]
FORM = "https://github.com/ptfund/ptfund/issues/new?"


def button(page: Page) -> Locator:
    """Return the button that copies a page."""
    return page.get_by_role("button", name="Copy page as Markdown")


def reported(page: Page, place: str = ".page-end", *, by_keyboard: bool = False) -> dict[str, str]:
    """Return what the form gets to know when the reader opens the link in a place of the page."""
    page.context.route(f"{FORM}**", lambda route: route.fulfill(body="a form"))
    if by_keyboard:  # the link has the focus
        page.keyboard.press("Enter")
    else:
        page.locator(place).get_by_role("link", name="Report a mistake").click()
    expect(page.get_by_text("a form")).to_be_visible()
    return {name: value for name, [value] in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.parametrize("path", ["", "tutorials/autograd/", "reference/optim/"])
def test_the_keyboard_copies_a_page(open_page: OpenPage, built_site: Path, path: str) -> None:
    """The clipboard holds the page's twin, whole, and a screen reader is told so."""
    page = open_page(path)
    button(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    twin = (built_site / path / "index.html.md").read_text(encoding="utf-8")
    assert page.evaluate("navigator.clipboard.readText()") == twin


@pytest.mark.parametrize("status", [404, None])
def test_a_page_that_cannot_be_copied_says_so(open_page: OpenPage, status: int | None) -> None:
    """The clipboard stays as it was, and nothing is thrown where nobody sees it."""
    page = open_page("glossary/")
    errors = list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.evaluate("navigator.clipboard.writeText('before')")

    def refuse(route: Route) -> None:
        if status:
            route.fulfill(status=status, body="no")
        else:
            route.abort()

    page.route("**/*.md", refuse)
    button(page).click()
    expect(page.get_by_role("status").filter(has_text="Could not copy")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "before"
    assert errors == []


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 1280)])
def test_what_came_of_it_lies_in_view(open_page: OpenPage, theme: Theme, width: int) -> None:
    """Inside the narrowest window, with enough contrast, and without moving the page."""
    page = open_page("tutorials/observations/", theme=theme, width=width)
    place = "document.querySelector('article h1').getBoundingClientRect().top"
    before = page.evaluate(place)
    page.route("**/*.md", lambda route: route.abort())
    button(page).click()
    told = page.get_by_role("status").filter(has_text="Could not copy")
    expect(told).to_be_in_viewport(ratio=1)
    assert page.evaluate(place) == before
    response = Axe().run(page, options={"resultTypes": ["violations"]}, context=".page-tools")
    assert response.response["violations"] == []


def test_without_javascript_there_are_links(open_page: OpenPage, built_site: Path) -> None:
    """One to the Markdown and one to the form, but no button that does nothing."""
    page = open_page("tutorials/data/", javascript=False)
    expect(button(page)).to_have_count(0)
    link = page.get_by_role("link", name="View this page as Markdown")
    expect(link).to_be_visible()
    address = link.evaluate("(link) => link.href")
    assert address.endswith("/tutorials/data/index.html.md")
    assert (built_site / "tutorials" / "data" / "index.html.md").is_file()
    assert set(reported(page)) == {"template", "page", "commit"}


def test_the_form_learns_of_which_page(open_page: OpenPage) -> None:
    """Its public address, the commit that it was built from, and the section that was asked for."""
    page = open_page("tutorials/autograd/#leaves-and-accumulation")
    assert reported(page) == {
        "template": "mistake.yml",
        "page": "http://127.0.0.1/book/tutorials/autograd/",
        "section": "#leaves-and-accumulation Leaves and accumulation",
        "commit": read_commit_id(ROOT),
    }


@pytest.mark.parametrize(
    ("below_the_middle", "section"),
    [(-20, "#backward-and-grad backward and .grad"), (20, "#the-chain-rule-by-hand")],
)
def test_the_form_learns_where_the_reader_is(
    open_page: OpenPage, below_the_middle: int, section: str
) -> None:
    """Without a section in the address it is the last that begins above the screen's middle."""
    page = open_page("tutorials/autograd/")
    page.evaluate(
        """(below) => {
          const heading = document.querySelector("#backward-and-grad");
          scrollBy(0, heading.getBoundingClientRect().top - innerHeight / 2 - below);
          document.querySelector(".report").focus({ preventScroll: true });
        }""",
        below_the_middle,
    )
    assert reported(page, by_keyboard=True)["section"].startswith(section)


def test_the_link_beside_the_text_is_at_hand_in_every_section(open_page: OpenPage) -> None:
    """It stays in view, and so the form learns of the section that the reader is looking at."""
    page = open_page("tutorials/autograd/")
    page.locator("#the-chain-rule-by-hand").evaluate("(heading) => heading.scrollIntoView()")
    assert reported(page, ".md-sidebar--secondary")["section"].startswith("#the-chain-rule-by-hand")


@pytest.mark.parametrize(("path", "width"), [("tutorials/autograd/", 360), ("", 1280)])
def test_where_nothing_stands_beside_the_text_there_is_one_link(
    open_page: OpenPage, path: str, width: int
) -> None:
    """On a phone, and on a page without a table of contents."""
    page = open_page(path, width=width)
    links = page.get_by_role("link", name="Report a mistake")
    expect(links).to_have_count(1)
    expect(page.locator(".page-end .report")).to_have_count(1)


def test_a_title_of_any_characters_arrives(open_page: OpenPage) -> None:
    """Formulas, quotes and signs that mean something in an address; without the link to itself."""
    page = open_page("notation/")
    title = 'a & b=1? "50 %" #2 + 1/x größer'
    page.evaluate(
        """(title) => {
          const heading = [...document.querySelectorAll("article h2")].at(-1);
          heading.id = "a-&-b";
          heading.firstChild.data = `  ${title} `;
        }""",
        title,
    )
    assert reported(page)["section"] == f"#a-&-b {title}"


def test_what_is_folded_away_is_no_place(open_page: OpenPage) -> None:
    """A heading that nobody sees is not where the reader is."""
    page = open_page("glossary/")
    page.evaluate(
        """() => document.querySelector("article h1").insertAdjacentHTML("afterend",
          "<details><summary>More</summary><h2 id='unseen'>Unseen</h2></details>")"""
    )
    assert reported(page)["section"].startswith("#glossary Glossary")


def test_an_unknown_page_is_reported_by_its_address(open_page: OpenPage, site_url: str) -> None:
    """The build cannot know it; the reader's browser does."""
    page = open_page("no/such page/?x=1&y=2#there")
    fields = reported(page)
    assert fields["page"] == f"{site_url}no/such%20page/?x=1&y=2#there"
    assert "section" not in fields


def test_another_button_opens_the_same_form(open_page: OpenPage) -> None:
    """What the form gets is there before a tab or a menu is opened."""
    page = open_page("data/")
    link = page.locator(".page-end .report")
    expect(link).not_to_have_attribute("href", re.compile("section="))
    link.hover()
    page.mouse.down(button="middle")
    expect(link).to_have_attribute("href", re.compile("section=%23"))
