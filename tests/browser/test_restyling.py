"""What scripts do when a page is there: nothing that would have all of it styled anew."""

from playwright.sync_api import expect

from tests.browser.reader import OpenPage

CHAPTER = "tutorials/model/"
PARTS = "(article) => [...article.children].map((part) => `${part.tagName} ${part.className}`)"


def test_the_root_has_its_classes_before_anything_is_styled(open_page: OpenPage) -> None:
    """Those that the theme's scripts would give it, and they give it no other."""
    page = open_page(CHAPTER)
    expect(page.locator(".mark").first).to_be_attached()  # all scripts have run
    classes = page.locator("html").get_attribute("class")
    assert classes
    source = page.request.get(page.url).text()
    given = source.index(f'document.documentElement.className = "{classes}"')
    assert given < source.index("stylesheet")


def test_nothing_is_put_among_the_parts_of_a_chapter(open_page: OpenPage) -> None:
    """A script may fill what is there; a new part would have all its neighbours styled anew."""
    plain, full = open_page(CHAPTER, javascript=False), open_page(CHAPTER)
    expect(full.locator(".mark").first).to_be_attached()
    assert full.locator("article").evaluate(PARTS) == plain.locator("article").evaluate(PARTS)


def test_code_gets_its_copy_button_when_it_is_seen(open_page: OpenPage) -> None:
    """Not at once: a long chapter has dozens."""
    page = open_page(CHAPTER)
    button = page.get_by_role("button", name="Copy to clipboard")
    expect(button.first).to_be_visible()
    blocks = page.locator("article .highlight")
    assert button.count() < blocks.count() / 2
    blocks.last.evaluate(
        "(block) => { for (let e = block; e; e = e.parentElement) e.open = true; }"
    )
    blocks.last.scroll_into_view_if_needed()
    expect(blocks.last.get_by_role("button", name="Copy to clipboard")).to_be_visible()
