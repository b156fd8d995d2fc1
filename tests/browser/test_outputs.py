"""What a chapter displays: seen, reached and read like the rest of the page."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests import tools
from tests.browser.conftest import SiteHandler
from tests.browser.reader import SCHEMES, Theme
from tests.browser.visits import LEVELS, OPEN_ALL, STICKING_OUT

OpenDisplays = Callable[[Theme, int], Page]

# What the keyboard must get to, since it scrolls.
UNREACHED = """() => [...document.querySelectorAll(".output *")]
  .filter((e) => e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX === "auto")
  .filter((e) => e.tabIndex < 0)
  .map((e) => e.outerHTML.slice(0, 120))"""
SCROLLS = "(e) => e.scrollWidth > e.clientWidth"


@pytest.fixture
def open_displays(browser: Browser, displays_site: Path) -> Iterator[OpenDisplays]:
    """A function that opens the page with all kinds of outputs in a theme and a width."""
    contexts = []
    handler = partial(SiteHandler, directory=str(displays_site.parent))
    with tools.serve(handler) as host:

        def open_displays(theme: Theme, width: int) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 800}, color_scheme=theme
            )
            contexts.append(context)
            page = context.new_page()
            page.goto(f"{host}{displays_site.name}/tutorials/displays/", wait_until="networkidle")
            return page

        yield open_displays
        for context in contexts:
            context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1280)])
def test_outputs_are_accessible(open_displays: OpenDisplays, theme: Theme, width: int) -> None:
    """The checker axe finds no violation of WCAG 2.2 A or AA in any kind of output."""
    page = open_displays(theme, width)
    assert page.locator("body").get_attribute("data-md-color-scheme") == SCHEMES[theme]
    page.evaluate(OPEN_ALL)
    options = {"runOnly": LEVELS, "resultTypes": ["violations"]}
    response = Axe().run(page, options=options).response
    assert response["passes"]
    assert [violation["id"] for violation in response["violations"]] == []


@pytest.mark.parametrize("width", [320, 1280])
def test_wide_outputs_scroll_in_their_frame(open_displays: OpenDisplays, width: int) -> None:
    """The window holds the page, and the keyboard reaches what is wider than its place."""
    page = open_displays("light", width)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(STICKING_OUT) == []
    assert page.locator(".output-html").nth(1).evaluate(SCROLLS), "a table of 40 columns is wide"
    assert page.evaluate(UNREACHED) == []


def test_formulas_are_drawn_in_their_font(open_displays: OpenDisplays) -> None:
    """Also where they come from an output alone."""
    page = open_displays("light", 1280)
    page.wait_for_function("document.fonts.check('1em ptfund-math', '∮𝜓√')")
    assert page.locator(".output-latex math").count() == 4
