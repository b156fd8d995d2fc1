"""Links in code: where they lead, how they are reached, and that code stays code."""

from pathlib import Path
from urllib.parse import unquote, urldefrag

from playwright.sync_api import expect

from ptfund._site.rendering.inventory import FILE
from ptfund._site.rendering.links import read_inventory
from tests.browser.reader import OpenPage

ROOT = Path(__file__).parents[2]
LINKS = """(all) => all.map((link) => [link.textContent, link.href, link.title])"""


def test_links_lead_where_they_say(open_page: OpenPage, site_url: str, pages: list[str]) -> None:
    """To the name that the code says: a place on our pages, or an address of the inventory."""
    addresses = read_inventory(ROOT / FILE)
    page = open_page()
    places: dict[str, set[str]] = {}
    for path in pages:
        if not path.startswith(("tutorials/", "cheat-sheet/")):
            continue
        page.goto(site_url + path)
        found = page.locator("article .highlight a").evaluate_all(LINKS)
        assert len(found) > 50
        for text, href, title in found:
            # What code abbreviates or leaves out, the title says.
            if (external := addresses.get(title or text)) is not None:
                assert href == external
                continue
            target, name = urldefrag(href)
            assert target.startswith(f"{site_url}reference/")
            last = unquote(name).rpartition(".")[2]
            assert text.rpartition(".")[2] == last or (text, last) == ("ex", "experiments")
            places.setdefault(target, set()).add(unquote(name))
    for target, names in places.items():
        page.goto(target)
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert names <= set(ids)


def test_the_keyboard_reaches_them(open_page: OpenPage, site_url: str) -> None:
    """One is focused, seen to be so, and opened; the page it leads to says where it is used."""
    page = open_page("tutorials/tensors/")
    link = page.locator(".highlight a", has_text="load_digits").first
    page.keyboard.press("Tab")
    link.focus()
    expect(link).to_be_focused()
    assert link.evaluate("(e) => getComputedStyle(e).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site_url}reference/data/#ptfund.data.load_digits")
    uses = page.locator("details.doc-backlinks").filter(has_text="An image becomes a tensor").first
    uses.locator("summary").focus()
    page.keyboard.press("Enter")
    uses.get_by_role("link", name="An image becomes a tensor").click()
    page.wait_for_url(f"{site_url}tutorials/tensors/#an-image-becomes-a-tensor")


def test_uses_stand_in_the_order_of_the_book(open_page: OpenPage) -> None:
    """And each chapter once, with its sections."""
    page = open_page("reference/display/")
    uses = page.locator("#ptfund\\.display\\.show ~ .doc-contents details.doc-backlinks").first
    chapters = uses.locator("li > a:first-child").all_text_contents()
    order = page.locator(".md-nav--primary a[href*='tutorials/']").all_text_contents()
    assert [title.strip() for title in chapters] == [title.strip() for title in order]


def test_code_can_be_selected_as_it_stands(open_page: OpenPage) -> None:
    """A reader who marks a linked cell and copies it gets the code, and nothing of the links."""
    page = open_page("tutorials/tensors/")
    code = page.locator("article pre > code").first
    text = code.evaluate(
        """(e) => { const s = getSelection(); s.selectAllChildren(e); return s.toString() }"""
    )
    script = (ROOT / "tutorials" / "01_tensors.py").read_text(encoding="utf-8")
    assert text.startswith("import torch\nfrom torch.testing import assert_close")
    assert text.strip() in script
