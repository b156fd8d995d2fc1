"""A page is HTML: scripts add comfort and hold nothing back."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.reader import OpenPage


def test_outputs_are_there(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """Without JavaScript chapter 1 shows printed outputs, an error raised on purpose, a figure."""
    path, _ = chapter
    page = open_page(path, javascript=False)
    for part in ("output-text", "output-error", "output-figure"):
        expect(page.locator(f".output .{part}").first).to_be_visible()


def test_collapsed_boxes_open(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """Without JavaScript the keyboard opens a collapsed answer."""
    path, _ = chapter
    page = open_page(path, javascript=False)
    answer = page.locator("article details").first
    content = answer.locator("p").last
    expect(content).to_be_hidden()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(content).to_be_visible()


def test_a_solution_opens_with_its_check(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """Without JavaScript too: code, executed check and reason, all of it behind one key."""
    path, _ = chapter
    page = open_page(path, javascript=False)
    solution = page.locator("details.example").first
    check = solution.locator(".output-text")
    expect(check).to_be_hidden()
    solution.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(check).to_have_text("five_shapes: passed.")
    expect(solution.locator("pre > code").first).to_contain_text("def five_shapes")
    expect(solution.locator("p").last).to_be_visible()


def test_downloads_are_files(open_page: OpenPage, chapter: tuple[str, Path]) -> None:
    """Each link below the title saves what it names."""
    path, script = chapter
    page = open_page(path, javascript=False)
    links = page.locator(".downloads").get_by_role("link")
    expect(links).to_have_count(4)
    saved = {}
    for link in links.all():
        with page.expect_download() as download:
            link.click()
        saved[download.value.suggested_filename] = Path(download.value.path()).read_bytes()
    assert saved.keys() == {
        "01_tensors.py",
        "01_tensors.ipynb",
        "01_tensors_learner.ipynb",
        "ptfund-chapters.zip",
    }
    assert saved["01_tensors.py"] == script.read_bytes()


@pytest.mark.parametrize("path", ["", "tutorials/tensors/"])
def test_nothing_pretends_to_work(open_page: OpenPage, path: str) -> None:
    """Without JavaScript there is no search box, no theme switch, no mark, which need it."""
    page = open_page(path, javascript=False)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.locator("label[for=__search]:visible")).to_have_count(0)
