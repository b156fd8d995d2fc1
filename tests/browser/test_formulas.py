"""How the browser shows formulas: in their own font, with brackets that fit, never too wide."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from markdown import markdown
from playwright.sync_api import Page, Route, expect

from ptfund._site.rendering.mathml import MathError, MathExtension
from tests.browser.reader import OpenPage
from tests.browser.visits import TOO_WIDE

WITH_FORMULAS = "notation/"
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
  .observe({ type: "layout-shift", buffered: true });
"""
# A browser that waits with its first frame, for the font or for its window, draws none till then.
TWO_FRAMES = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(done));
  setTimeout(done, 100);
})"""
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


def test_a_wide_formula_in_a_sentence_is_seen(open_page: OpenPage) -> None:
    """What looks for them on every page finds one that is there."""
    page = open_page(WITH_FORMULAS, width=320)
    assert page.evaluate(TOO_WIDE) == []
    add(page, html_of(f"${' + '.join(['x'] * 40)}$"))
    assert len(page.evaluate(TOO_WIDE)) == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_a_late_font_moves_nothing(
    open_page: OpenPage, site_url: str, pages: list[str], width: int
) -> None:
    """Of no chapter does more than a fiftieth of the screen shift, however late the font comes."""
    page = open_page(width=width)
    page.add_init_script(NOTE_SHIFTS)
    held: list[Route] = []
    page.route("**/assets/fonts/*", lambda route: held.append(route))  # noqa: PLW0108 - takes no built-in
    moved = {}
    for path in (path for path in pages if path.startswith("tutorials/")):
        with page.expect_response("**/javascripts/bundle*.js"):
            page.goto(site_url + path, wait_until="commit")
        page.evaluate(TWO_FRAMES)
        (font,) = held
        held.clear()
        font.continue_()
        page.wait_for_load_state("load")
        page.evaluate("document.fonts.ready")
        page.evaluate(TWO_FRAMES)
        if (shift := sum(page.evaluate("shifts"))) > 0.02:
            moved[path] = shift
    assert moved == {}
