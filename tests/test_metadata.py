"""What a page says about itself: to search engines, to whoever shows a link, to programs."""

import importlib
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[1]
ADDRESS = "http://127.0.0.1/book/"
META = re.compile(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"(?: media="([^"]+)")?>')
LINK = re.compile(r'<link rel="([\w-]+)" (?:type="[^"]*" )?href="([^"]*)"')


@pytest.fixture(scope="session")
def heads(built_site: Path) -> dict[str, str]:
    """The head of each page, by the page's address within the site; of no 404."""
    pages = {
        path.parent.relative_to(built_site).as_posix(): path.read_text(encoding="utf-8")
        for path in built_site.rglob("index.html")
    }
    heads = {path: html.partition("</head>")[0] for path, html in pages.items()}
    return {"" if path == "." else f"{path}/": head for path, head in heads.items()}


def said(head: str) -> dict[str, str]:
    """Return what the head of a page says, by name."""
    return {name + media: unescape(content) for name, content, media in META.findall(head)}


def test_every_page_has_a_title_and_a_description_of_its_own(heads: dict[str, str]) -> None:
    """In plain words, long enough to say something, and not longer than engines show."""
    titles = [re.findall("<title>(.*?)</title>", head) for head in heads.values()]
    assert all(len(title) == 1 for title in titles)
    assert len({title[0] for title in titles}) == len(heads) > 20
    texts = {path: said(head)["description"] for path, head in heads.items()}
    assert len(set(texts.values())) == len(texts)
    for path, text in texts.items():
        assert 25 <= len(text) <= 160, path
        assert not re.search(r'[<>*`$\\\[\]"]|&\w+;|\s\s|\n', text), path
        assert text.endswith((".", "?", "…")), path


def test_a_module_is_described_by_its_docstring(heads: dict[str, str]) -> None:
    """After its name; what the page says first is what its link says."""
    modules = {path: head for path, head in heads.items() if path.startswith("reference/")}
    assert modules
    for path, head in modules.items():
        name = f"ptfund.{path.split('/')[1]}"
        words = (importlib.import_module(name).__doc__ or "").partition("\n\n")[0]
        assert said(head)["description"] == f"{name}: {' '.join(words.replace('`', '').split())}"


def test_a_link_to_a_page_can_be_shown(heads: dict[str, str]) -> None:
    """With the page's title, description and whole address, and no picture from elsewhere."""
    for path, head in heads.items():
        meta = said(head)
        (title,) = re.findall("<title>(.*?)</title>", head)
        assert unescape(title).removesuffix(" - PyTorch fundamentals") == meta["og:title"]
        assert meta["og:description"] == meta["description"]
        assert meta["og:type"] == ("article" if path else "website")
        assert meta["og:site_name"] == "PyTorch fundamentals"
        assert meta["og:url"] == ADDRESS + path
        assert ("canonical", ADDRESS + path) in LINK.findall(head)
        assert meta["twitter:card"] == "summary"
        assert "og:image" not in meta


def test_browsers_learn_of_both_themes(heads: dict[str, str]) -> None:
    """The colours of the browser's own bars are those of the header, which the style sheet has."""
    style = (ROOT / "docs/assets/stylesheets/colours.css").read_text(encoding="utf-8")
    light, dark = re.findall(r"--md-primary-fg-color: (#\w+);", style)
    for head in heads.values():
        meta = said(head)
        assert meta["color-scheme"] == "light dark"
        assert meta["theme-color(prefers-color-scheme: light)"] == light
        assert meta["theme-color(prefers-color-scheme: dark)"] == dark


def test_every_page_says_its_language(built_site: Path) -> None:
    """English, also that which is shown where there is no page."""
    for path in built_site.rglob("*.html"):
        assert re.search(r'<html lang="en"', path.read_text(encoding="utf-8")), path


def test_engines_find_every_page(built_site: Path, heads: dict[str, str]) -> None:
    """`robots.txt` names the sitemap, and that names the pages."""
    robots = (built_site / "robots.txt").read_text(encoding="utf-8").split("\n")
    assert robots[:2] == ["User-agent: *", "Allow: /"]
    assert f"Sitemap: {ADDRESS}sitemap.xml" in robots
    sitemap = ET.parse(built_site / "sitemap.xml")  # noqa: S314 - made here, not fetched
    assert {place.text for place in sitemap.iter() if place.tag.endswith("}loc")} == {
        ADDRESS + path for path in heads
    }
