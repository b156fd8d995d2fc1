"""The reader's marks of progress: made by hand, kept in the browser, shown wherever they matter."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ptfund._site.reading.exercises import read_exercises
from tests.book import CHAPTERS
from tests.browser.marking import (
    CHAPTER,
    KEY,
    MARKS,
    errors_of,
    exercise,
    marks_of,
    store,
    stored,
    ticked,
)
from tests.browser.reader import OpenPage, Theme
from tests.browser.visits import OPEN_ALL, violations

ROOT = Path(__file__).parents[2]
EXERCISES = sum(len(read_exercises(chapter)) for chapter in CHAPTERS)
API = "reference/data/"

# Where everything stands, and how high the page is.
PLACES = """() => [
  document.documentElement.scrollHeight,
  ...[...document.querySelectorAll("article > :not(.pt-progress), .md-nav__link, footer")]
    .map((element) => element.getBoundingClientRect().y + scrollY),
]"""


def test_every_exercise_and_chapter_can_be_marked(open_page: OpenPage, site_url: str) -> None:
    """Each has one button, large enough, not pressed, whose name says what it marks."""
    page = open_page()
    for chapter in CHAPTERS:
        page.goto(f"{site_url}tutorials/{chapter.slug}/")
        tasks = [chapter.cells[task.task].source for task in read_exercises(chapter)]
        titles = [re.findall("^### (.*)", task, flags=re.MULTILINE)[-1] for task in tasks]
        names = [*(f"Done: {title}" for title in titles), f"Chapter done: {chapter.title}"]
        buttons = marks_of(page)
        assert len(buttons) == len(names)
        for button, name in zip(buttons, names, strict=True):
            expect(button).to_have_accessible_name(name)
            expect(button).to_have_attribute("aria-pressed", "false")
            box = button.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 24


def test_marks_are_set_and_unset_by_keyboard_and_last(open_page: OpenPage) -> None:
    """Tab leads to an exercise and to the end; what is pressed there outlasts a reload."""
    page = open_page(CHAPTER)
    chapter = page.get_by_role("button", name="Chapter done: Tensors", exact=True)
    for state in ("true", "false"):
        page.locator("#key-observations .headerlink").focus()
        for button, key in ((exercise(page), "Space"), (chapter, "Enter")):
            for _ in range(60):
                page.keyboard.press("Tab")
                if button.evaluate("(button) => button === document.activeElement"):
                    break
            expect(button).to_be_focused()
            assert button.evaluate("(button) => getComputedStyle(button).outlineStyle") != "none"
            page.keyboard.press(key)
            expect(button).to_have_attribute("aria-pressed", state)
        page.reload()
        pressed = {"true": [exercise(page), chapter], "false": []}[state]
        names = [button.get_attribute("aria-label") for button in pressed]
        found = [b for b in marks_of(page) if b.get_attribute("aria-pressed") == "true"]
        assert [button.get_attribute("aria-label") for button in found] == names
    assert stored(page) is None, "nothing is left of it"


def test_a_mark_is_seen_by_its_shape(open_page: OpenPage) -> None:
    """A tick is drawn where none was: the state is not told by colour alone."""
    page = open_page(CHAPTER)
    tick = "(button) => getComputedStyle(button, '::after').content"
    assert exercise(page).evaluate(tick) == "none"
    exercise(page).click()
    assert exercise(page).evaluate(tick) != "none"


def test_chapters_are_ticked_where_they_are_listed(open_page: OpenPage, site_url: str) -> None:
    """In the list of pages everywhere, and on the home page's own; nowhere else, and no other."""
    page = open_page()
    store(page, MARKS)
    assert ticked(page, ".md-nav--primary") == [CHAPTER]
    assert ticked(page, "article") == [CHAPTER]
    words = page.locator("article .tick > span").bounding_box()
    assert words
    assert words["width"] < 2, "they are heard, not seen"
    for path, link in ((API, f"../../{CHAPTER}"), ("tutorials/autograd/", "../tensors/")):
        page.goto(site_url + path)
        assert ticked(page, ".md-nav--primary") == [link]
        assert ticked(page, "article, .md-footer") == []
    page.goto(site_url + API)
    outside = ".md-content .pt-progress, .md-header .pt-progress, .md-footer .pt-progress"
    expect(page.locator(outside)).to_have_count(0)


def test_a_phone_ticks_the_page_that_is_open(open_page: OpenPage) -> None:
    """There the theme shows the page as the label of its contents, which has the tick, too."""
    page = open_page(CHAPTER, width=360)
    store(page, MARKS)
    page.locator(".md-header label[for=__drawer]").click()
    label = page.locator(".md-nav--primary label.md-nav__link[for=__toc]")
    expect(label).to_be_visible()
    expect(label).to_contain_text("marked done")
    expect(label.locator(".tick")).to_be_in_viewport(ratio=1)


def test_the_home_page_sums_up(open_page: OpenPage) -> None:
    """It counts what there is to mark, not what has another name by now; without marks, nothing."""
    page = open_page()
    forget = page.get_by_role("button", name="Forget all marks")
    expect(forget).to_be_hidden()
    store(page, '["tutorials/autograd/#renamed-since"]')
    expect(forget).to_be_hidden()
    store(page, MARKS)
    words = f"1 of {len(CHAPTERS)} chapters, 2 of {EXERCISES} exercises marked done."
    expect(page.get_by_text(words, exact=True)).to_be_visible()
    expect(forget).to_be_visible()


def test_all_marks_are_forgotten_if_the_reader_means_it(open_page: OpenPage) -> None:
    """Asked first, who says no keeps them; who says yes is told, and the focus is not lost."""
    page = open_page()
    store(page, MARKS)
    forget = page.get_by_role("button", name="Forget all marks")
    page.once("dialog", lambda dialog: dialog.dismiss())
    forget.click()
    assert stored(page) == MARKS
    page.once("dialog", lambda dialog: dialog.accept())
    forget.press("Enter")
    assert stored(page) is None
    expect(page.get_by_text("All marks are forgotten.")).to_be_focused()
    expect(forget).to_be_hidden()
    expect(page.locator(".tick")).to_have_count(0)


def test_tabs_agree(open_page: OpenPage, site_url: str) -> None:
    """A mark made in one tab is seen in another at once, and neither overwrites the other's."""
    first = open_page(CHAPTER)
    second, home = first.context.new_page(), first.context.new_page()
    second.goto(site_url + CHAPTER)
    home.goto(site_url)
    exercise(first).click()
    expect(exercise(second)).to_have_attribute("aria-pressed", "true")
    marks_of(second)[-1].click()
    expect(marks_of(first)[-1]).to_have_attribute("aria-pressed", "true")
    expect(exercise(second)).to_have_attribute("aria-pressed", "true")
    words = re.compile(f"1 of {len(CHAPTERS)} chapters, 1 of .* marked done")
    expect(home.get_by_text(words)).to_be_visible()
    expect(home.locator("article .tick")).to_have_count(1)


def test_two_clicks_at_once_are_both_kept(open_page: OpenPage) -> None:
    """A tab that has not yet heard of another's mark keeps it when it sets its own."""
    page = open_page(CHAPTER)
    page.evaluate("(key) => localStorage.setItem(key, '[\"elsewhere/\"]')", KEY)
    exercise(page).click()
    assert stored(page) == '["elsewhere/","tutorials/tensors/#2-one-hot-by-comparison"]'


def test_a_page_from_the_history_is_up_to_date(open_page: OpenPage) -> None:
    """A page that the browser brings back as it was left shows the marks made since."""
    page = open_page()
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, MARKS])
    expect(page.locator("article .tick")).to_have_count(0)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("article .tick")).to_have_count(1)


def test_rubbish_is_no_obstacle(open_page: OpenPage) -> None:
    """What is stored and makes no sense counts as nothing, and the next mark replaces it."""
    page = open_page(CHAPTER)
    errors = errors_of(page)
    for rubbish in ("", "{", "null", "7", '"tutorials/tensors/"', '{"a": [1]}'):
        store(page, rubbish)
        pressed = {button.get_attribute("aria-pressed") for button in marks_of(page)}
        assert pressed == {"false"}, rubbish
        exercise(page).click()
        assert stored(page) == '["tutorials/tensors/#2-one-hot-by-comparison"]', rubbish
        page.reload()
        expect(exercise(page)).to_have_attribute("aria-pressed", "true")
    assert errors == []


def test_without_storage_there_are_no_controls(open_page: OpenPage, site_url: str) -> None:
    """A browser that refuses to store gets pages without buttons, and no error."""
    page = open_page()
    errors = errors_of(page)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {"
        "  get() { throw new DOMException('Access is denied', 'SecurityError'); } })"
    )
    for path in ("", CHAPTER, API):
        page.goto(site_url + path)
        expect(page.locator(".md-search")).to_be_visible()
        expect(page.locator(".pt-progress > *")).to_have_count(0)
    assert errors == []


def test_a_full_storage_is_no_error(open_page: OpenPage) -> None:
    """What cannot be stored is not shown as marked."""
    page = open_page(CHAPTER)
    errors = errors_of(page)
    page.evaluate("localStorage.setItem('x', 'x'.repeat(5 * 2 ** 20 - 1))")
    exercise(page).click()
    expect(exercise(page)).to_have_attribute("aria-pressed", "false")
    assert errors == []


def test_sites_on_one_host_are_kept_apart(open_page: OpenPage) -> None:
    """Marks carry the path of their site, and those of other sites are not touched."""
    page = open_page(CHAPTER)
    others = ["/.progress", "/other/.progress", "progress"]
    for key in others:
        store(page, MARKS, key)
    assert {button.get_attribute("aria-pressed") for button in marks_of(page)} == {"false"}
    expect(page.locator(".tick")).to_have_count(0)
    exercise(page).click()
    assert stored(page) == '["tutorials/tensors/#2-one-hot-by-comparison"]'
    assert [stored(page, key) for key in others] == [MARKS] * len(others)


def test_marks_stay_with_the_reader(open_page: OpenPage) -> None:
    """Setting one sends nothing and leaves no cookie."""
    page = open_page(CHAPTER)
    page.wait_for_load_state("networkidle")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for button in marks_of(page):
        button.click()
    page.wait_for_load_state("networkidle")
    assert requests == []
    assert page.context.cookies() == []


@pytest.mark.parametrize("path", ["", CHAPTER, API])
def test_nothing_moves(open_page: OpenPage, path: str) -> None:
    """With all that the script adds, and without, each part of a page stands at the same place."""
    page = open_page(path)
    store(page, MARKS)
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.reload()
        expect(page.locator(".pt-progress").first).to_be_attached()
        page.evaluate("document.fonts.ready")
        there = page.evaluate(PLACES)
        page.add_style_tag(content=".pt-progress { display: none !important }")
        assert page.evaluate(PLACES) == there, width


# As on every page, two of the four combinations tell all.
@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1280)])
def test_marks_are_accessible(open_page: OpenPage, site_url: str, theme: Theme, width: int) -> None:
    """The checker axe finds no violation where something is marked, nor after forgetting it."""
    page = open_page(theme=theme, width=width)
    store(page, MARKS)
    found: dict[str, object] = {}
    for path in (CHAPTER, API, "", "forgotten"):
        if path == "forgotten":
            page.once("dialog", lambda dialog: dialog.accept())
            page.get_by_role("button", name="Forget all marks").click()
        else:
            page.goto(site_url + path)
        page.evaluate(OPEN_ALL)
        page.evaluate("scrollTo(0, 0)")  # what has half scrolled out of sight would seem small
        found |= {f"{path}: {name}": nodes for name, nodes in violations(page, theme).items()}
    assert found == {}


def test_paper_has_no_controls(open_page: OpenPage, site_url: str) -> None:
    """Printed, a page shows neither buttons nor ticks, marked or not."""
    page = open_page(CHAPTER)
    store(page, MARKS)
    for path in (CHAPTER, ""):
        page.goto(site_url + path)
        controls = page.locator(".pt-progress")
        expect(controls.last).to_be_attached()
        page.emulate_media(media="print")
        assert not any(control.is_visible() for control in controls.all())
        page.emulate_media(media="screen")
        assert any(control.is_visible() for control in controls.all())


def test_the_script_is_small() -> None:
    """It weighs at most 3 KB in gzip."""
    script = (ROOT / "docs" / "assets" / "javascripts" / "progress.js").read_bytes()
    assert len(gzip.compress(script)) <= 3_000
