"""What a reader does with marks of progress, and what the browser keeps of them."""

import re

from playwright.sync_api import Locator, Page

CHAPTER = "tutorials/tensors/"
KEY = "/book/.progress"
MARKS = """["tutorials/tensors/", "tutorials/tensors/#1-predict-five-shapes",
    "tutorials/autograd/#3-find-the-lost-leaf", "tutorials/autograd/#renamed-since"]"""


def marks_of(page: Page) -> list[Locator]:
    """Return the buttons that mark something, in order."""
    return page.get_by_role("button", name=re.compile("^(Chapter done|Done): ")).all()


def exercise(page: Page) -> Locator:
    """Return the button of chapter 1's second exercise."""
    return page.get_by_role("button", name="Done: 2. One-hot by comparison", exact=True)


def stored(page: Page, key: str = KEY) -> str | None:
    """Return what the browser keeps under a name."""
    text: str | None = page.evaluate("(key) => localStorage.getItem(key)", key)
    return text


def store(page: Page, text: str, key: str = KEY) -> None:
    """Let the browser keep a text under a name, and open the page anew."""
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [key, text])
    page.reload()


def errors_of(page: Page) -> list[str]:
    """Return a list to which each error of the page's scripts will be added."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def ticked(page: Page, where: str) -> list[str]:
    """Return the links of one part of the page that are told to be marked done."""
    links = page.locator(where).get_by_role("link", name=re.compile("marked done"))
    return [link.get_attribute("href") or "" for link in links.all()]
