"""Visits of every page: one look at a page sees all that the tests of every page ask about."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route, ViewportSize

from tests.browser.reader import SCHEMES, Theme

# The levels A and AA of all versions of the guidelines up to WCAG 2.2.
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SEARCH_INDEX = "search/search_index.json"

# Open what is collapsed, lay out what is far away, and let the page's scripts see it.
OPEN_ALL = """() => {
  document.querySelectorAll("details").forEach((box) => { box.open = true });
  document.querySelectorAll("pre").forEach((code) => { code.style.contentVisibility = "visible" });
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

# How far things have moved, kept in the page, so that what moves before anybody asks counts too.
WATCH = """() => {
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
SHIFT = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => done(window.shift)));
})"""
PAINTED = "performance.getEntriesByName('first-contentful-paint').length"

# The text and the number of figures, without words on what needs JavaScript, and marks.
READ = """() => {
  const article = document.querySelector("article");
  const extra = [...article.querySelectorAll(".needs-script, .pt-progress")];
  extra.forEach((e) => e.style.setProperty("display", "none", "important"));
  const seen = [article.innerText, article.querySelectorAll("svg[role=img]").length];
  extra.forEach((e) => e.style.removeProperty("display"));
  return seen;
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

# Formulas in a sentence that are wider than the column they stand in, or stick out of it.
TOO_WIDE = """() => [...document.querySelectorAll("article math")]
  .filter((math) => !math.closest(".formula"))
  .filter((math) => {
    let block = math.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    return math.getBoundingClientRect().right > block.getBoundingClientRect().right + 1;
  })
  .map((math) => math.textContent)"""

# Mark the pieces of code that look like one before, in a block of the same kind: their contrast
# is known, and to compute it takes the checker most of its time.
MARK_ALIKE = """() => {
  const seen = new Set();
  for (const piece of document.querySelectorAll("pre span:not(:has(*))")) {
    const { color, backgroundColor, fontSize, fontWeight, opacity } = getComputedStyle(piece);
    const look = [color, backgroundColor, fontSize, fontWeight, opacity];
    for (let e = piece.parentElement; e && !e.matches("article"); e = e.parentElement) {
      look.push(e.localName, e.className);
    }
    piece.toggleAttribute("data-alike", seen.has(look.join()));
    seen.add(look.join());
  }
}"""

TERM = "a.term"
NO_PLACE = ":is(h1, h2, h3, h4, a, code, pre, math, svg, summary, .output, .highlight)"
COUNT = "(selector) => document.querySelectorAll(selector).length"


@dataclass
class Visit:
    """What happened while one page was opened, and what was seen on it."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    weight: int = 0
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    read: list[Any] = field(default_factory=list)
    fonts: set[str] = field(default_factory=set)
    terms: int = 0
    misplaced_terms: int = 0
    report: str | None = None
    shifts: dict[int, float] = field(default_factory=dict)
    sideways: dict[int, list[str]] = field(default_factory=dict)
    violations: dict[str, Any] = field(default_factory=dict)
    wide_formulas: list[str] = field(default_factory=list)


@contextmanager
def opened(browser: Browser, theme: Theme, width: int) -> Iterator[Page]:
    """Open an empty page in a browser without history."""
    viewport = ViewportSize(width=width, height=800)
    with browser.new_context(
        viewport=viewport, color_scheme=theme, reduced_motion="reduce"
    ) as context:
        context.add_init_script(f"({WATCH})()")
        yield context.new_page()


def look_as_newcomer(page: Page, address: str) -> Visit:
    """Open a page on a wide screen, dark, as a reader who has never been here."""
    visit = Visit()
    record(page, visit)
    visit.shifts[1280] = open_slowly(page, address)
    visit.read = page.evaluate(READ)
    visit.links = page.evaluate("[...document.links].map((link) => link.href)")
    visit.ids = set(page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)"))
    visit.terms = page.evaluate(COUNT, TERM)
    visit.misplaced_terms = page.evaluate(COUNT, f"article {NO_PLACE} {TERM}")
    report = page.get_by_role("article").get_by_role("link", name="Report a mistake")
    visit.report = report.get_attribute("href")
    page.wait_for_load_state("networkidle")
    visit.weight = sum(len(gzip.compress(r.body(), mtime=0)) for r in visit.responses)
    page.evaluate(OPEN_ALL)
    visit.fonts = fonts_of_formulas(page)
    visit.violations = violations(page, "dark")
    for width in (1280, 768):
        visit.sideways[width] = sticking_out(page, width)
    return visit


def look_on_phone(page: Page, address: str, visit: Visit) -> None:
    """Open a page on a narrow screen, light, and add what was seen to the visit before."""
    visit.shifts[360] = open_slowly(page, address)
    page.evaluate(OPEN_ALL)
    page.evaluate("document.fonts.ready")
    visit.sideways[320] = sticking_out(page, 320)
    visit.wide_formulas = page.evaluate(TOO_WIDE)
    page.set_viewport_size({"width": 360, "height": 800})
    visit.violations |= violations(page, "light")


def open_slowly(page: Page, address: str) -> float:
    """Open a page as on a slow line: it is there before its scripts are; return what has moved."""
    held = list[Route]()
    scripts = "**/javascripts/*.js"
    page.route(scripts, lambda route: held.append(route))  # noqa: PLW0108 - takes no built-in
    page.goto(address, wait_until="commit")
    page.wait_for_function(PAINTED)
    assert held
    for route in held:
        route.continue_()
    page.unroute(scripts)
    page.wait_for_function("document.documentElement.classList.contains('js')")
    page.wait_for_load_state("load")
    shift: float = page.evaluate(SHIFT)
    return shift


def record(page: Page, visit: Visit) -> None:
    """Note what a page asks for, gets, and complains about."""

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


def sticking_out(page: Page, width: int) -> list[str]:
    """Return what makes a page wider than a window of this width."""
    page.set_viewport_size({"width": width, "height": 800})
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*([f"{overflow} px"] if overflow > 0 else []), *page.evaluate(STICKING_OUT)]


def fonts_of_formulas(page: Page) -> set[str]:
    """Return the fonts in which the browser has drawn the formulas of a page."""
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    signs = {"nodeId": root, "selector": "math :is(mi, mn, mo, ms, mtext)"}
    fonts: set[str] = set()
    for node in session.send("DOM.querySelectorAll", signs)["nodeIds"]:
        used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        fonts |= {font["familyName"] for font in used}
    session.detach()
    return fonts


def violations(page: Page, theme: Theme) -> dict[str, Any]:
    """Return what the checker axe finds on a page that is shown in this theme."""
    assert page.locator("body").get_attribute("data-md-color-scheme") == SCHEMES[theme]
    page.evaluate(MARK_ALIKE)
    options = {"runOnly": LEVELS, "resultTypes": ["violations"]}
    response = Axe().run(page, context={"exclude": ["[data-alike]"]}, options=options).response
    assert response["passes"]
    found = response["violations"]
    return {f"{theme}: {v['id']}": [node["target"] for node in v["nodes"][:3]] for v in found}
