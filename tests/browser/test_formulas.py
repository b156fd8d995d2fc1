"""How the browser shows formulas: in their own font, with brackets that fit, never too wide."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from markdown import markdown
from playwright.sync_api import Browser, Page, Route, expect

from ptfund._site.rendering.mathml import MathError, MathExtension
from tests.browser.reader import OpenPage

WITH_FORMULAS = "notation/"
# Formulas in a sentence that are wider than the column they stand in, or stick out of it.
TOO_WIDE = """() => [...document.querySelectorAll("article math")]
  .filter((math) => !math.closest(".formula"))
  .filter((math) => {
    let block = math.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    return math.getBoundingClientRect().right > block.getBoundingClientRect().right + 1;
  })
  .map((math) => math.textContent)"""
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
  .observe({ type: "layout-shift", buffered: true });
"""
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


def html_of(text: str) -> str:
    """Return prose with right formulas as HTML."""
    errors: list[MathError] = []
    html = markdown(text, extensions=[MathExtension(errors.append)])
    assert errors == []
    return html


def add(page: Page, html: str) -> None:
    """Put more at the end of a page."""
    page.evaluate(
        "(html) => document.querySelector('article').insertAdjacentHTML('beforeend', html)", html
    )


def test_brackets_fit_what_they_enclose(open_page: OpenPage) -> None:
    """Round a fraction of fractions a bracket is at least three times as high as round a letter."""
    page = open_page(WITH_FORMULAS)
    page.wait_for_function("document.fonts.check('1em ptfund-math')")
    add(page, html_of(r"$$\left( x \right) + \left( \frac{\frac{1}{2}}{\frac{1}{2}} \right)$$"))
    brackets = page.locator("math").last.locator("mo", has_text="(")
    low, high = [bracket.bounding_box() for bracket in brackets.all()]
    assert low
    assert high
    assert high["height"] > 3 * low["height"]


def test_every_character_is_in_the_font(
    open_page: OpenPage, site_url: str, pages: list[str]
) -> None:
    """What the build cut away is nowhere missed: no formula falls back on another font."""
    page = open_page()
    session = page.context.new_cdp_session(page)
    fonts: set[str] = set()
    for path in pages:
        page.goto(site_url + path)
        page.evaluate("document.fonts.ready")
        session.send("DOM.enable")
        session.send("CSS.enable")
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        found = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "math *"})
        for node in found["nodeIds"]:
            used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            fonts |= {font["familyName"] for font in used}
    assert fonts == {"ptfund-math"}


def test_a_wide_formula_scrolls_by_itself(open_page: OpenPage) -> None:
    """On the narrowest screen the page stays still, and the keyboard reaches the formula's end."""
    page = open_page(WITH_FORMULAS, width=320)
    add(page, html_of(f"$${' + '.join(['x'] * 40)}$$"))
    assert page.evaluate(OVERFLOW) <= 0
    wide = page.locator(".formula").last
    wide.focus()
    expect(wide).to_be_focused()
    assert wide.evaluate("(e) => getComputedStyle(e).outlineStyle") != "none"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 0")
    options = {"runOnly": ["scrollable-region-focusable"], "resultTypes": ["violations"]}
    response = Axe().run(page, options=options).response
    assert response["passes"]
    assert response["violations"] == []


def test_a_formula_without_a_stop_for_the_keyboard_fits(open_page: OpenPage) -> None:
    """The longest that the build takes for narrow does not scroll, even if its signs are wide."""
    lengths = [html_of(f"> - $${' + '.join(['W'] * number)}$$") for number in range(1, 20)]
    page = open_page(WITH_FORMULAS, width=320)
    add(page, [html for html in lengths if "tabindex" not in html][-1])
    formula = page.locator(".formula").last
    assert formula.evaluate("(e) => e.scrollWidth <= e.clientWidth")


def test_formulas_in_sentences_fit(open_page: OpenPage, pages: list[str], site_url: str) -> None:
    """On the narrowest screen too: a longer one must be a formula of its own, which scrolls."""
    page = open_page(width=320)
    found = {}
    for path in pages:
        page.goto(site_url + path)
        page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true })")
        page.evaluate("document.fonts.ready")
        if wide := page.evaluate(TOO_WIDE):
            found[path] = wide
    assert found == {}
    page.goto(site_url + WITH_FORMULAS)
    add(page, html_of(f"${' + '.join(['x'] * 40)}$"))
    assert len(page.evaluate(TOO_WIDE)) == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_a_late_font_moves_nothing(
    browser: Browser, site_url: str, pages: list[str], width: int
) -> None:
    """Of no chapter does more than a fiftieth of the screen shift, however late the font comes."""

    def delay(route: Route) -> None:
        late.append(route.request.url)
        time.sleep(0.5)
        route.continue_()

    late: list[str] = []
    moved = {}
    chapters = [path for path in pages if path.startswith("tutorials/")]
    for path in chapters:
        with browser.new_context(viewport={"width": width, "height": 780}) as context:
            page = context.new_page()
            page.add_init_script(NOTE_SHIFTS)
            page.route("**/assets/fonts/*", delay)
            page.goto(site_url + path)
            page.evaluate("document.fonts.ready")
            page.evaluate("new Promise((done) => setTimeout(done, 200))")
            if (shift := sum(page.evaluate("shifts"))) > 0.02:
                moved[path] = shift
    assert len(late) == len(chapters)
    assert moved == {}
