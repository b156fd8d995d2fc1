"""Names in code, linked to where they are documented: PyTorch's pages and ours."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from html import escape, unescape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ptfund._site.reading.chapter import Chapter, ChapterError
from ptfund._site.running.names import Meanings

__all__ = [
    "Code",
    "Link",
    "fill_links",
    "mark_code",
    "name_own_page",
    "read_inventory",
    "resolve_links",
]

# A block of code as it was coloured: pieces of text, each in an element of its own or in none.
_CODE = re.compile(r'<div class="[^"]*highlight[^"]*">.*?<code>(?P<code>.*?)</code>', re.DOTALL)
_PIECE = re.compile(r'<span class="(?P<kind>[^"]*)">(?P<inside>[^<]*)</span>|(?P<plain>[^<]+)')
_MARKER = re.compile(r'<div data-code="(\d+)"></div>')
_HEADING = re.compile(r'<h[1-6] id="([^"]+)"')


class Link(NamedTuple):
    """Which characters of a cell lead to which name."""

    start: int
    end: int
    name: str


class Code(NamedTuple):
    """A cell whose code a page shows, and what is linked in it."""

    chapter: Chapter
    number: int
    links: Sequence[Link]


def name_own_page(name: str) -> str:
    """Return the address that most of PyTorch's names have, as seen from its documentation."""
    return f"generated/{name}.html#{name}"


def read_inventory(path: Path) -> dict[str, str]:
    """Return the whole address of each name of PyTorch; none if there is no such file."""
    if not path.is_file():
        return {}
    root, *lines = path.read_text(encoding="utf-8").splitlines()
    named = (line.partition(" ") for line in lines)
    return {name: root + (address or name_own_page(name)) for name, _, address in named}


def resolve_links(
    chapter: Chapter, names: Meanings, inventory: Iterable[str]
) -> dict[int, list[Link]]:
    """Return what is linked in each cell, by the cell's number.

    Args:
        chapter: The chapter.
        names: What its names may be documented as.
        inventory: PyTorch's documented names. Those of ptfund are all documented.
    """
    known = frozenset(inventory)
    found: dict[int, list[Link]] = {}
    for number, step in enumerate(chapter.steps):
        if step.kind != "code":
            continue
        for start, end, candidates in names.get(str(number), ()):
            fitting = (name for name in candidates if name in known or name.startswith("ptfund."))
            if name := next(fitting, None):
                found.setdefault(step.cell, []).append(Link(start, end, name))
    return found


def mark_code(number: int) -> str:
    """Return what stands before a cell's code until its names are linked."""
    return f'<div data-code="{number}"></div>'


def fill_links(html: str, name: str, shown: Sequence[Code], *, uses: bool = False) -> str:
    """Return a page in whose code the names are linked, without the markers before it.

    The links are resolved when all pages are there.

    Args:
        html: The page.
        name: What the page is made of, for errors.
        shown: What code the page shows behind its markers, in their order.
        uses: Whether each link is noted at its target as a use in the section in which it stands.

    Raises:
        ChapterError: If behind a marker there is not the cell's code, or one is missing.
    """
    first, *rest = _MARKER.split(html)
    numbers = [code.number for code in shown]
    pieces, sections, reached = [first], [""], set[str]()
    if numbers != list(map(int, rest[::2])):
        message = f"the page must hold the code of cells {numbers}, got {rest[::2]}"
        raise ChapterError(name, 1, message)
    for (chapter, number, found), part in zip(shown, rest[1::2], strict=True):
        if headings := _HEADING.findall(pieces[-1]):
            sections += headings
            reached.clear()
        block = _CODE.search(part)
        if block is None or _text(block["code"]).strip() != chapter.cells[number].source.strip():
            raise chapter.error(number, "behind its marker the page must hold the cell's code")
        # A type for each section: what uses a name is listed by type, in their order.
        kind = f"used-by-{chapter.name[:2]}-{len(sections):03}"
        use = f' backlink-type="{kind}" backlink-anchor="{sections[-1]}"'
        tags = _tags(found, use if uses and sections[-1] else "", reached)
        code = _linked(block["code"], tags, {link.end for link in found})
        pieces.append(f"{part[: block.start('code')]}{code}{part[block.end('code') :]}")
    return "".join(pieces)


def _text(code: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", code))


def _tags(found: Iterable[Link], use: str, reached: set[str]) -> dict[int, str]:
    """Return what opens each link; the keyboard stops at a name once in a section."""
    tags = {}
    for start, _, name in found:
        again = ' tabindex="-1"' if name in reached else ""
        tags[start] = f'<autoref optional identifier="{escape(name)}"{use}{again}>'
        reached.add(name)
    return tags


def _linked(code: str, opens: Mapping[int, str], closes: Container[int]) -> str:
    """Return coloured code with links, which open before and close behind a character."""
    pieces, position = [], 0
    for piece in _PIECE.finditer(code):
        text = unescape(piece["inside"] or piece["plain"] or "")
        end = position + len(text)
        cuts = [n for n in range(position + 1, end) if n in opens or n in closes]
        for start, stop in pairwise([position, *cuts, end]):
            inside = escape(text[start - position : stop - position], quote=False)
            kind = piece["kind"]
            pieces += [
                opens.get(start, ""),
                f'<span class="{kind}">{inside}</span>' if kind else inside,
                "</autoref>" if stop in closes else "",
            ]
        position = end
    return "".join(pieces)
