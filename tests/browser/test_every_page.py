"""What holds for every page: nothing outside, nothing broken, nothing that shuts readers out."""

import re
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import UNKNOWN
from tests.browser.reader import OpenPage, Theme
from tests.browser.visits import (
    OPEN_ALL,
    READ,
    Visit,
    look_as_newcomer,
    look_on_phone,
    open_slowly,
    opened,
    violations,
)

FIRST_VIEW = 250_000  # bytes in gzip
LARGEST_SHIFT = 0.02
FORM = "https://github.com/ptfund/ptfund/issues/new?"


@pytest.fixture(scope="module")
def visits(browser: Browser, site_url: str, pages: list[str]) -> dict[str, Visit]:
    """Each page opened twice: by a reader who has never been here, and on a phone."""
    visits = {}
    with opened(browser, "light", 360) as phone:
        for path in pages:
            with opened(browser, "dark", 1280) as page:
                visit = visits[path] = look_as_newcomer(page, site_url + path)
            look_on_phone(phone, site_url + path, visit)
    # The browser itself complains that the page which is not there is not there.
    unknown = visits[UNKNOWN]
    unknown.complaints = [c for c in unknown.complaints if not c.endswith("(Not Found)")]
    return visits


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
def test_pages_are_accessible(visits: dict[str, Visit]) -> None:
    """The checker axe finds no violation of WCAG 2.2 A or AA, with all collapsed boxes opened.

    It looks at each page in the light theme on a phone, and in the dark one on a wide screen.
    """
    assert {path: visit.violations for path, visit in visits.items() if visit.violations} == {}


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
@pytest.mark.parametrize("path", ["", "tutorials/model/", "reference/data/", "errors/", UNKNOWN])
def test_kinds_of_pages_are_accessible_the_other_way(
    open_page: OpenPage, path: str, theme: Theme, width: int
) -> None:
    """What stands beside the text on a wide screen alone is seen in the light theme, too."""
    page = open_page(path, theme=theme, width=width)
    page.evaluate(OPEN_ALL)
    assert violations(page, theme) == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_faint_code_is_seen(open_page: OpenPage, theme: Theme) -> None:
    """One kind of token alone, however often it comes, is found by the checker."""
    page = open_page("cheat-sheet/", theme=theme)
    assert violations(page, theme) == {}
    page.add_style_tag(content=".highlight .nb { color: #888 !important; background: #777 }")
    assert violations(page, theme).keys() == {f"{theme}: color-contrast"}


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_keep_still(visits: dict[str, Visit], width: int) -> None:
    """What scripts do after the first painting shifts the layout by at most 0.02."""
    found = {path: visit.shifts[width] for path, visit in visits.items()}
    assert {path: shift for path, shift in found.items() if shift > LARGEST_SHIFT} == {}


def test_a_shift_is_seen(browser: Browser, site_url: str) -> None:
    """A page that puts something above its text when it is there moves a reader's place."""
    late = """addEventListener("load", () => {
      const box = document.createElement("div");
      box.style.height = "300px";
      document.body.prepend(box);
    })"""
    with opened(browser, "light", 360) as page:
        page.add_init_script(late)
        assert open_slowly(page, site_url) > LARGEST_SHIFT


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_pages_do_not_scroll_sideways(visits: dict[str, Visit], width: int) -> None:
    """At any width the window holds the page; what is wider scrolls inside its own block."""
    found = {path: out for path, visit in visits.items() if (out := visit.sideways[width])}
    assert found == {}


def test_text_is_complete(visits: dict[str, Visit], open_page: OpenPage, site_url: str) -> None:
    """Without JavaScript each page shows the same, but for words on what needs it, and marks."""
    plain = open_page(javascript=False)
    different = []
    for path, visit in visits.items():
        plain.goto(site_url + path)
        if plain.evaluate(READ) != visit.read:
            different.append(path)
        assert visit.read[0].strip()
    assert different == []


def test_every_character_is_in_the_font(visits: dict[str, Visit]) -> None:
    """What the build cut away is nowhere missed: no formula falls back on another font."""
    assert set[str]().union(*(visit.fonts for visit in visits.values())) == {"ptfund-math"}


def test_formulas_in_sentences_fit(visits: dict[str, Visit]) -> None:
    """On the narrowest screen too: a longer one must be a formula of its own, which scrolls."""
    assert {p: visit.wide_formulas for p, visit in visits.items() if visit.wide_formulas} == {}


def test_terms_are_marked_in_running_text(visits: dict[str, Visit]) -> None:
    """None is in a heading, a link, code, an output, a formula or on a page of the reference."""
    for path, visit in visits.items():
        assert visit.misplaced_terms == 0, path
        assert (visit.terms > 0) == path.startswith("tutorials/"), path


def test_every_page_ends_with_the_way_to_report(
    visits: dict[str, Visit], open_page: OpenPage
) -> None:
    """Chapters, documents, API pages, home, and the page for unknown addresses; not on paper."""
    form = re.compile(f"{re.escape(FORM)}template=mistake.yml&")
    assert [path for path, visit in visits.items() if not form.match(visit.report or "")] == []
    page = open_page(UNKNOWN)
    link = page.get_by_role("article").get_by_role("link", name="Report a mistake")
    expect(link).to_be_visible()
    page.emulate_media(media="print")
    expect(link).not_to_be_visible()
