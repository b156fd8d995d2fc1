"""Links to other hosts: no test can follow them, so each is looked at once, and listed."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[1]
LIST = ROOT / "docs" / "external-links.txt"
LISTED = LIST.read_text(encoding="utf-8").splitlines()
# As the site is built here. Colab opens notebooks of the repository.
OWN = (
    "http://127.0.0.1/",
    "https://colab.research.google.com/github/ptfund/ptfund/",
    "https://github.com/ptfund/ptfund",
)
LINK = re.compile(r'<a\b(?P<before>[^>]*?)\shref="(?P<address>\w+:[^"]*)"(?P<after>[^>]*)>')


def links(html: str) -> set[str]:
    """Return a page's links to elsewhere, but names of code: these come from an inventory."""
    found = LINK.finditer(html)
    prose = (link for link in found if "autorefs" not in link["before"] + link["after"])
    return {address for link in prose if not (address := unescape(link["address"])).startswith(OWN)}


def test_every_link_is_listed(built_site: Path) -> None:
    """Those of all pages are those of `docs/external-links.txt`, in order, each once."""
    pages = (page.read_text(encoding="utf-8") for page in built_site.rglob("*.html"))
    assert sorted(set[str]().union(*map(links, pages))) == LISTED


@pytest.mark.parametrize("address", LISTED)
def test_a_link_is_well_formed(address: str) -> None:
    """Encrypted, to a host by its name, without a query or a place that may be renamed."""
    parts = urlsplit(address)
    assert parts.scheme == "https"
    assert re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", parts.netloc)
    assert parts.path.startswith("/")
    assert re.fullmatch(r"[\w/.+-]+", parts.path, re.ASCII)
    assert not parts.query
    assert not parts.fragment
    assert urlsplit(address).geturl() == address


def test_code_is_told_from_prose() -> None:
    """A name that was linked by the inventory is left out, and a link of the text is not."""
    page = (
        '<a class="autorefs autorefs-external" href="https://a.org/x">x</a>'
        '<a href="https://b.org/?a&amp;b" class="y">y</a><a href="../z/">z</a>'
        '<a href="https://github.com/ptfund/ptfund/edit/main/x">edit</a><a href="http://c.org/">'
    )
    assert links(page) == {"https://b.org/?a&b", "http://c.org/"}
