"""What a reader does on a page: search, copy, switch the theme, scroll, print."""

import re
from pathlib import Path

import jupytext
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.reader import SCHEMES, OpenPage, Theme

DARK, LIGHT = 96, 160  # of 255
A4 = (297 - 12) * 960 // 254, (210 - 12) * 960 // 254  # pixels inside margins of 6 mm


@pytest.mark.parametrize(
    ("term", "path"),
    [
        ("broadcasting", "tensors"),
        ("saliency", "autograd"),
        ("stratified split", "data"),
        ("register_buffer", "model"),
        ("momentum", "loss-and-optimizer"),
        ("clip_grad_norm_", "training-loop"),
        ("calibration", "evaluation"),
        ("smallest_visible", "observations"),
        ("three ways to train", "conclusion"),
    ],
)
def test_search_finds_a_term_of_each_chapter(
    open_page: OpenPage, site_url: str, term: str, path: str
) -> None:
    """From the home page, the keyboard alone leads over the search to the chapter."""
    page = open_page()
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    page.keyboard.type(term)
    # What was found for the first letters is shown, too, until the whole term has been typed.
    found = page.wait_for_function(
        """(path) => {
          const results = [...document.querySelectorAll(".md-search-result__item > a")];
          const place = results.findIndex((link) => link.href.includes(path));
          return 0 <= place && place < 5 && { place };
        }""",
        arg=f"/tutorials/{path}/",
    )
    place = found.json_value()["place"]
    for _ in range(place + 1):
        page.keyboard.press("ArrowDown")
    focused = page.locator(":focus")
    while f"/tutorials/{path}/" not in (focused.get_attribute("href") or ""):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site_url}tutorials/{path}/**")


@pytest.mark.parametrize(
    ("message", "entry"),
    [
        (
            "RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x7 and 8x3)",
            "mat1 and mat2 shapes cannot be multiplied",
        ),
        (
            (
                "RuntimeError: one of the variables needed for gradient computation has been "
                "modified by an inplace operation: [torch.FloatTensor [7, 2]], which is output 0 "
                "of ReluBackward0, is at version 1; expected version 0 instead. Hint: enable "
                "anomaly detection to find the operation that failed to compute its gradient."
            ),
            "one of the variables needed for gradient computation",
        ),
        ("ValueError: optimizer got an empty parameter list", "optimizer got an empty"),
    ],
)
def test_search_finds_a_message(
    open_page: OpenPage, site_url: str, message: str, entry: str
) -> None:
    """Pasted whole, with a learner's own numbers, it leads to its entry in the index of errors."""
    page = open_page()
    page.keyboard.press("/")
    expect(page.locator(".md-search-result__meta")).to_contain_text("Type to start")
    page.keyboard.insert_text(message)
    page.keyboard.press("End")  # the theme looks when a key is let go, as that of pasting is
    first = page.locator(".md-search-result__item").first
    first.get_by_role("link").filter(has_text=entry).first.click()
    page.wait_for_url(f"{site_url}errors/**")
    heading = page.locator("h3:target")
    expect(heading).to_contain_text(entry)
    expect(heading.locator("+ p").get_by_role("link").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_search_results_are_accessible(open_page: OpenPage, theme: Theme) -> None:
    """The checker axe finds no violation while the search shows what it found."""
    page = open_page(theme=theme)
    page.keyboard.press("/")
    page.keyboard.type("broadcasting")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    response = (
        Axe().run(page, options={"resultTypes": ["violations"]}, context=".md-search").response
    )
    assert response["violations"] == []


def test_copy_gives_the_code_alone(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """The copy button of each cell of chapter 1 copies what the script says, to the letter."""
    path, script = chapter
    cells = [cell.source for cell in jupytext.read(script).cells if cell.cell_type == "code"]
    page = open_page(path)
    page.locator("details:not([open])").evaluate_all("(all) => all.forEach((e) => e.open = true)")
    copied = []
    for block in page.locator("article .highlight").all():
        block.scroll_into_view_if_needed()  # what nobody has seen has no button yet
        page.evaluate("navigator.clipboard.writeText('')")
        block.get_by_role("button", name="Copy to clipboard").click()
        page.wait_for_function("async () => await navigator.clipboard.readText() !== ''")
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert cells
    assert [text for text in copied if text in cells] == cells


@pytest.mark.parametrize(("system", "chosen"), [("light", "dark"), ("dark", "light")])
def test_theme_switches_by_keyboard(open_page: OpenPage, system: Theme, chosen: Theme) -> None:
    """The theme is the system's, until the keyboard reaches the switch; the choice lasts."""
    page = open_page(theme=system)
    body = page.locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", SCHEMES[system])
    for _ in range(3):  # past the link to the content and the logo
        page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_accessible_name(f"Switch to {chosen} theme")
    page.keyboard.press("Enter")
    expect(body).to_have_attribute("data-md-color-scheme", SCHEMES[chosen])
    expect(page.locator(":focus")).to_have_accessible_name(f"Switch to {system} theme")
    page.reload()
    expect(body).to_have_attribute("data-md-color-scheme", SCHEMES[chosen])


def test_theme_follows_the_system(open_page: OpenPage) -> None:
    """A reader who has chosen nothing sees the theme change with the system's."""
    page = open_page(theme="light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", SCHEMES["dark"])


def test_wide_blocks_scroll_by_keyboard(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """On a narrow screen each block wider than the screen takes the focus and scrolls."""
    path, _ = chapter
    page = open_page(path, width=320)
    blocks = page.locator("article :is(pre, pre > code, .output-html, .md-typeset__scrollwrap)")
    wide = [
        block
        for block in blocks.all()
        if block.evaluate(
            "(e) => e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX === 'auto'"
            " && e.checkVisibility()"
        )
    ]
    assert wide
    for block in wide:
        block.focus()
        expect(block).to_be_focused()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => document.activeElement.scrollLeft > 0")


def test_code_far_away_can_be_reached(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """Wide code takes the focus before it is laid out, and no other code does."""
    path, _ = chapter
    page = open_page(path, width=320)
    far = page.locator(".md-content__inner > .highlight code").last
    assert not far.evaluate("(code) => code.checkVisibility({ contentVisibilityAuto: true })")
    wrong = """() => [...document.querySelectorAll("article > .highlight code")].filter(
      (code) => code.scrollWidth > code.clientWidth !== (code.tabIndex === 0)
    ).length"""
    page.wait_for_function(f"({wrong})() === 0")


def test_code_far_away_is_as_high_as_it_will_be(
    open_page: OpenPage, chapter: tuple[str, Path]
) -> None:
    """Where a link leads does not move when the code above it is laid out."""
    path, _ = chapter
    for width in (360, 1280):
        page = open_page(path, width=width)
        height = "document.documentElement.scrollHeight"
        before, ready = page.evaluate(height), page.locator("article > .highlight > pre")
        ready.evaluate_all("(all) => all.forEach((e) => { e.style.contentVisibility = 'visible' })")
        assert abs(page.evaluate(height) - before) < 0.25 * ready.count()


def test_focus_is_seen(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """An output and wide code that have the keyboard's focus are outlined, inside their frame."""
    path, _ = chapter
    page = open_page(path, width=320)
    page.keyboard.press("Tab")
    for place in (".output-text", "article > .highlight code[tabindex]"):
        block = page.locator(place).first
        block.focus()
        style = block.evaluate(
            "(e) => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineOffset]"
        )
        assert style[0] != "none"
        assert style[1].startswith("-")


def test_print_is_whole_and_white(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """On paper the text is dark even in the dark theme, and collapsed answers are open."""
    path, _ = chapter
    page = open_page(path, theme="dark")
    answer = page.locator("details:not([open]) > p:not(.admonition-title)").first
    expect(answer).to_be_hidden()
    page.emulate_media(media="print")
    expect(answer).to_be_visible()
    expect(page.locator(".md-header")).to_be_hidden()
    assert max(_channels(page.get_by_role("article"), "color")) < DARK
    assert min(_channels(page.locator("article pre > code").first, "backgroundColor")) > LIGHT


UNDER = """async (nav) => {
  // What has just come near the screen is laid out in the next frame.
  for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame);
  const button = nav.getBoundingClientRect();
  const text = document.createRange();
  text.selectNodeContents(nav.parentElement.querySelector("code"));
  return [...text.getClientRects()].filter((piece) => piece.width && piece.right > button.left
    && piece.top + 2 < button.bottom && piece.bottom - 2 > button.top)
    .map(({ left, top, right, bottom }) => [left, top, right, bottom, button.left, button.top]);
}"""


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_code_of_the_cheat_sheet_is_under_its_button(open_page: OpenPage, width: int) -> None:
    """Its lines wrap instead of scrolling, so that nobody could move them from there."""
    page = open_page("cheat-sheet/", width=width)
    blocks = page.locator(".cheat-sheet .highlight").all()
    for block in blocks:
        block.scroll_into_view_if_needed()
        nav = block.locator(".md-code__nav")
        expect(nav).to_be_attached()
        assert nav.evaluate(UNDER) == []


def test_the_cheat_sheet_fits_one_sheet(open_page: OpenPage) -> None:
    """On paper it is one page of A4, all of it inside the margins, and without buttons."""
    page = open_page("cheat-sheet/", theme="dark", width=A4[0])
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [round(float(side) / 72 * 25.4) for side in box] == [297, 210]

    page.emulate_media(media="print")
    expect(page.locator(".cheat-sheet .md-code__nav").first).to_be_hidden()
    expect(page.locator(".md-header")).to_be_hidden()
    sheet = page.locator(".cheat-sheet")
    expect(sheet).to_have_css("column-count", "3")
    outer = sheet.bounding_box()
    assert outer
    assert outer["height"] <= A4[1]
    parts = page.locator(".cheat-sheet :is(h1, h2, h2 ~ p, .highlight)").all()
    assert len(parts) > 10
    for part in parts:
        inner = part.bounding_box()
        assert inner
        assert outer["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
        assert inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1
    for code in page.locator(".cheat-sheet pre > code").all():
        assert code.evaluate("(e) => e.scrollWidth <= e.clientWidth")


def _channels(element: Locator, colour: str) -> list[int]:
    """Return red, green and blue, from 0 to 255, of one of an element's colours."""
    value = element.evaluate(f"(element) => getComputedStyle(element).{colour}")
    return [int(channel) for channel in re.findall(r"\d+", value)[:3]]


def test_missing_page_helps(open_page: OpenPage, site_url: str, pages: list[str]) -> None:
    """An address without a page says so, and leads to the home page."""
    page = open_page(pages[-1])
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    page.get_by_role("article").get_by_role("link").first.click()
    expect(page).to_have_url(site_url)


def test_home_is_one_click_from_chapter_1(
    open_page: OpenPage, site_url: str, chapter: tuple[str, Path]
) -> None:
    """On the first screen of the home page stands a link to chapter 1."""
    path, _ = chapter
    page = open_page()
    link = page.get_by_role("article").get_by_role("link", name="chapter 1")
    expect(link).to_be_in_viewport()
    link.click()
    expect(page).to_have_url(site_url + path)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_chapter_ends_with_ways_on(open_page: OpenPage, width: int) -> None:
    """Its neighbours are named in full, its script can be edited, and the licence is told."""
    page = open_page("tutorials/evaluation/", width=width)
    footer = page.get_by_role("contentinfo")
    ways = {"Previous": "The training loop", "Next": "Key observations, measured"}
    for direction, title in ways.items():
        words = footer.get_by_role("link", name=f"{direction}: {title}").get_by_text(title)
        expect(words).to_be_visible()
        assert words.evaluate("(e) => e.scrollWidth <= e.clientWidth"), "the title is cut off"
    expect(footer).to_contain_text("MIT licence")
    expect(footer.get_by_role("link")).to_have_count(len(ways))
    edit = page.get_by_role("article").get_by_role("link", name="edit this page", exact=True)
    address = "https://github.com/ptfund/ptfund/edit/main/tutorials/07_evaluation.py"
    expect(edit).to_have_attribute("href", address)
