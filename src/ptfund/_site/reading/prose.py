"""Lists that Markdown loses without a word: below a paragraph, or nested by too few spaces.

What Markdown does is what counts. Each line that looks like an item of a list gets a mark, and the
places of the marks in Markdown's tree show which lines are items, and of which list.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from textwrap import shorten
from typing import NamedTuple
from xml.etree import ElementTree as ET

from markdown import Markdown

from ptfund._site.reading.cells import Cell
from ptfund._site.reading.source import Fault

__all__ = ["CODE", "check_lists"]

# What is code in prose, as Markdown reads it: fenced blocks, and spans.
CODE = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,})[^`\n]*\n(?:.*?^[ \t>]*(?P=fence)[`~]*[ \t]*$|.*\Z)"
    r"|(?<![\\`])(?P<ticks>`+)(?!`)(?P<code>(?:(?!\n[ \t>]*\n).)+?)(?<!`)(?P=ticks)(?!`)",
    re.DOTALL | re.MULTILINE,
)
# Formulas and comments: their lines, too, may begin with a minus or a number.
_NO_PROSE = re.compile(
    r"<!--.*?-->|(?<!\\)\$\$.+?\$\$|\\\[.+?\\\]|\\begin\{.+?\\end\{"
    r"|(?<!\\)\$(?![\s$])(?:\\.|(?!\n\n)[^\\$])+?(?<!\s)\$(?!\d)",
    re.DOTALL,
)
# Minuses and stars alone are a line across the page.
_ITEM = re.compile(
    r"^(?P<before>[ >]*)(?![-* ]+$)(?:[-*+]|(?P<number>[0-9]+)\.) +(?=\S)", re.MULTILINE
)
_MARKED = "\ue000{}\ue001"
_MARK = re.compile(_MARKED.format("([0-9]+)"))
_SENTENCE_END = re.compile(r"""[.:;!?][ *_)"'”]*$""")
# Of what a site may add to Markdown, that which decides where a block begins and ends.
EXTENSIONS = (
    "admonition",
    "def_list",
    "footnotes",
    "md_in_html",
    "tables",
    "pymdownx.details",
    "pymdownx.superfences",
    "pymdownx.tabbed",
)


class _Item(NamedTuple):
    """A line that looks like an item of a list."""

    quotes: int
    indent: int
    number: str | None
    text: str


def check_lists(cell: Cell) -> None:
    """Raise an error if Markdown loses a list of a cell that looks like one to its reader.

    Raises:
        Fault: At the first item that an empty line or more spaces would mend.
    """
    items = dict(_find_items(cell.source))
    if not items:
        return
    lines = cell.source.split("\n")
    places = _place_items(lines, items)
    for number, item in items.items():
        if number in places:
            parent = _find_parent(lines, items, number)
            if parent is not None and parent not in places[number]:
                spaces = item.indent - items[parent].indent
                message = (
                    "a nested list must be indented by four spaces for each level, "
                    f"got {spaces}: Markdown does not put {item.text!r} below the item above it"
                )
                raise Fault(cell.line + number, message)
        elif _needs_space(lines, items, number):
            message = (
                "a list must have an empty line above it: without one, Markdown makes "
                f"{item.text!r} a part of the text above it"
            )
            raise Fault(cell.line + number, message)


def _find_items(prose: str) -> Iterator[tuple[int, _Item]]:
    """Yield what looks like an item, by the number of its line, outside code and formulas."""
    hidden = [m.span() for pattern in (CODE, _NO_PROSE) for m in pattern.finditer(prose)]
    for match in _ITEM.finditer(prose):
        if not any(start <= match.start() < end for start, end in hidden):
            quotes = match["before"].count(">")
            indent = len(re.sub("> ?", "", match["before"]))
            text = shorten(prose[match.start() :].partition("\n")[0], 40, placeholder=" …")
            yield prose.count("\n", 0, match.start()), _Item(quotes, indent, match["number"], text)


def _place_items(lines: Sequence[str], items: Mapping[int, _Item]) -> dict[int, tuple[int, ...]]:
    """Return which lines Markdown makes items, each with the items that hold it.

    A row of a table is placed, too: it is what it looks like.
    """
    marked = [
        _ITEM.sub(rf"\g<0>{_MARKED.format(number)}", line) if number in items else line
        for number, line in enumerate(lines)
    ]
    return dict(_walk(_parse(marked)))


def _parse(lines: list[str]) -> ET.Element:
    """Return the blocks of a text as Markdown's tree, what is in their lines left as it is."""
    markdown = _make_markdown()
    markdown.reset()
    for step in markdown.preprocessors:
        lines = step.run(lines)
    root = ET.Element("div")
    markdown.parser.parseChunk(root, "\n".join(lines))
    markdown.treeprocessors["footnote"].run(root)
    return root


@cache
def _make_markdown() -> Markdown:
    return Markdown(extensions=EXTENSIONS)


def _walk(
    element: ET.Element, above: tuple[int, ...] = ()
) -> Iterator[tuple[int, tuple[int, ...]]]:
    for child in element:
        held = above
        text = "".join(child.itertext())
        if child.tag == "li" and (mark := _MARK.match(text.lstrip())):
            yield int(mark[1]), above
            held = (*above, int(mark[1]))
        elif child.tag == "tr" and sum(bool(cell.text) for cell in child) > 1:
            yield from ((int(number), above) for number in _MARK.findall(text))
        yield from _walk(child, held)


def _find_parent(lines: Sequence[str], items: Mapping[int, _Item], number: int) -> int | None:
    """Return the item below which a line seems to be nested, as its reader sees it."""
    item = items[number]
    for above in range(number - 1, -1, -1):
        if other := items.get(above):
            if other.quotes != item.quotes:
                return None
            if other.indent < item.indent:
                return above
        else:
            text = lines[above].lstrip("> ")
            indent = len(lines[above]) - len(text)
            begins = above == 0 or not lines[above - 1].strip("> ")
            if text and begins and indent < item.indent:
                return None
    return None


def _needs_space(lines: Sequence[str], items: Mapping[int, _Item], number: int) -> bool:
    """Return whether an empty line above would make an item of a line that is none.

    Where the line above ends with no full stop, its sentence may end with the number; Jupyter,
    too, takes 1 alone for the beginning of a list.
    """
    item = items[number]
    if item.number not in {None, "1"} and not _SENTENCE_END.search(lines[number - 1]):
        return False
    space = ">" * item.quotes
    spaced = {n + (n >= number): other for n, other in items.items()}
    return number + 1 in _place_items([*lines[:number], space, *lines[number:]], spaced)
