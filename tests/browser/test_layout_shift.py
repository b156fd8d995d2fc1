"""Whether pages keep still: nothing moves once a reader has begun to read."""

import pytest
from playwright.sync_api import Route

from tests.browser.reader import OpenPage

LARGEST_SHIFT = 0.02

# Kept in the page, so that what moves before anybody asks is counted too.
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


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_keep_still(open_page: OpenPage, pages: list[str], site_url: str, width: int) -> None:
    """What scripts do after the first painting shifts the layout by at most 0.02."""
    page = open_page(width=width)
    held = list[Route]()
    page.route("**/javascripts/*.js", lambda route: held.append(route))  # noqa: PLW0108 - takes no built-in
    page.add_init_script(f"({WATCH})()")
    found = {}
    for path in pages:
        page.goto(site_url + path, wait_until="commit")
        # As on a slow line, the page is there before its scripts are.
        page.wait_for_function(PAINTED)
        assert held
        while held:
            held.pop().continue_()
        page.wait_for_function("document.documentElement.classList.contains('js')")
        page.wait_for_load_state("load")
        shift = page.evaluate(SHIFT)
        if shift > LARGEST_SHIFT:
            found[path or "home"] = round(shift, 3)
    assert found == {}
