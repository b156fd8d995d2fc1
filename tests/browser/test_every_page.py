"""What holds for every page: nothing outside, nothing broken, nothing that shuts readers out."""

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from tests.browser.reader import SCHEMES, OpenPage, Theme

# The levels A and AA of all versions of the guidelines up to WCAG 2.2.
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

SEARCH_INDEX = "search/search_index.json"
FIRST_VIEW = 250_000  # bytes in gzip

# Open what is collapsed, lay out what is far away, and let the page's scripts see it.
OPEN_ALL = """() => {
  document.querySelectorAll("details").forEach((box) => { box.open = true });
  document.querySelectorAll("pre").forEach((code) => { code.style.contentVisibility = "visible" });
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

# Elements of the text that stick out of the window and are not inside something that scrolls.
STICKING_OUT = """() => {
  const scrolls = (e) => !e.matches(".md-content")
    && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
  return [...document.querySelectorAll(".md-content *")]
    .filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1)
    .filter((e) => !scrolls(e.parentElement))
    .map((e) => e.outerHTML.slice(0, 120));
}"""


@dataclass
class Visit:
    """What happened while one page was opened."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    weight: int = 0
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def visits(browser: Browser, site_url: str, pages: list[str]) -> dict[str, Visit]:
    """Each page opened once by a reader who has never been here."""
    visits = {}
    for path in pages:
        visit = visits[path] = Visit()
        with browser.new_context() as context:
            page = context.new_page()
            _record(page, visit)
            page.goto(site_url + path, wait_until="networkidle")
            for response in visit.responses:
                visit.weight += len(gzip.compress(response.body(), mtime=0))
            visit.links = page.evaluate("[...document.links].map((link) => link.href)")
            ids = "[...document.querySelectorAll('[id]')].map((element) => element.id)"
            visit.ids = set(page.evaluate(ids))
            if path == pages[-1]:
                # The browser itself complains that the page which is not there is not there.
                visit.complaints = [c for c in visit.complaints if not c.endswith("(Not Found)")]
    return visits


def _record(page: Page, visit: Visit) -> None:
    def note_response(response: Response) -> None:
        if response.url.startswith("http") and not response.url.endswith(SEARCH_INDEX):
            visit.responses.append(response)

    def note_message(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            visit.complaints.append(message.text)

    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("response", note_response)
    page.on("requestfailed", lambda request: visit.complaints.append(f"failed: {request.url}"))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("console", note_message)


def test_no_page_asks_another_host(visits: dict[str, Visit], site_url: str) -> None:
    """Opening a page sends requests to the site's own address alone."""
    foreign = {
        path: outside
        for path, visit in visits.items()
        if (outside := [u for u in visit.requests if not u.startswith((site_url, "data:"))])
    }
    assert all(visit.requests for visit in visits.values())
    assert foreign == {}


def test_no_page_complains(visits: dict[str, Visit]) -> None:
    """Opening a page writes no error or warning to the browser's console."""
    complaints = {path: visit.complaints for path, visit in visits.items() if visit.complaints}
    assert complaints == {}


def test_links_within_the_site_lead_somewhere(
    visits: dict[str, Visit], site_url: str, built_site: Path
) -> None:
    """Each link to the site names a page, and a place that the page has, or another file."""
    known = {site_url + path: visit.ids for path, visit in visits.items()}
    files = [*(built_site / "downloads").iterdir(), *built_site.rglob("*.html.md")]
    known |= {f"{site_url}{file.relative_to(built_site)}": set[str]() for file in files}
    unknown = site_url + list(visits)[-1]
    broken = []
    for path, visit in visits.items():
        for link in visit.links:
            target, place = urldefrag(link)
            if not link.startswith(site_url) or target == unknown:
                continue
            if target not in known or (place and place not in known[target]):
                broken.append(f"{path or 'home'}: {link}")
    assert any(visit.links for visit in visits.values())
    assert broken == []


def test_first_view_is_light(visits: dict[str, Visit]) -> None:
    """A page and all that it loads, but the search index, weigh at most 250 KB in gzip."""
    heavy = {path: v.weight for path, v in visits.items() if not 0 < v.weight <= FIRST_VIEW}
    assert heavy == {}


# Contrast hangs on the theme, sizes and order on the width: two of the four tell all.
@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1280)])
def test_pages_are_accessible(
    open_page: OpenPage, pages: list[str], site_url: str, theme: Theme, width: int
) -> None:
    """The checker axe finds no violation of WCAG 2.2 A or AA, with all collapsed boxes opened."""
    page = open_page(theme=theme, width=width)
    found = {}
    for path in pages:
        page.goto(site_url + path)
        assert page.locator("body").get_attribute("data-md-color-scheme") == SCHEMES[theme]
        page.evaluate(OPEN_ALL)
        response = (
            Axe().run(page, options={"runOnly": LEVELS, "resultTypes": ["violations"]}).response
        )
        assert response["passes"]
        for violation in response["violations"]:
            targets = [node["target"] for node in violation["nodes"][:3]]
            found[f"{path or 'home'}: {violation['id']}"] = targets
    assert found == {}


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_pages_do_not_scroll_sideways(
    open_page: OpenPage, pages: list[str], site_url: str, width: int
) -> None:
    """At any width the window holds the page; what is wider scrolls inside its own block."""
    page = open_page(width=width)
    found = {}
    for path in pages:
        page.goto(site_url + path)
        page.evaluate(OPEN_ALL)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            found[path] = [f"{overflow} px"]
        if out := page.evaluate(STICKING_OUT):
            found[path] = out
    assert found == {}
