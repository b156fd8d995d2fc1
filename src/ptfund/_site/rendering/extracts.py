"""Two pages made of what chapters hold: the index of errors and the cheat sheet."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from markdown import markdown
from nbformat import NotebookNode

from ptfund._site.reading.chapter import Chapter, choose_fence, read_error
from ptfund._site.rendering.links import mark_code

__all__ = ["compose_cheat_sheet", "compose_error_index", "find_sheet_cells"]

LONGEST_MESSAGE = 200  # characters
SHORTEST_BEGINNING = 30  # shorter ones would say too little

_ERRORS = """\
---
description: The errors that the chapters raise on purpose, with what was wrong and where.
---

# Errors

The errors that the chapters raise on purpose: the message, what was wrong, and the section that
explains it. In your message the numbers and names will be others, the words mostly the same. Where
a long one goes on, there is a `…`.
"""
_SHEET = """\
---
description: Pieces of code from the chapters, on one page for the wall.
hide:
  - toc
search:
  exclude: true # the chapters are found
---

# Cheat sheet

Pieces of code from the chapters, each under the section that explains it. On paper they fill
one sheet of A4.
"""

# Where a code cell stood, while Markdown reads the prose around it.
_MARK = "\ue000{}\ue001"
_HEADING_OR_MARK = re.compile(
    r'<h[1-6] id="(?P<anchor>[^"]*)"[^>]*>(?P<words>.*?)</h[1-6]>|\ue000(?P<cell>\d+)\ue001',
    re.DOTALL,
)
_END = re.compile(r"(?<=[.;])\s|(?<!:)\n")  # "Error(s) in loading:" says nothing alone
_EXTENSIONS = ("attr_list", "pymdownx.superfences", "toc")


class Place(NamedTuple):
    """A section of a chapter: the Markdown of its title, and its address."""

    title: str
    address: str


def compose_error_index(notebooks: Iterable[tuple[Chapter, NotebookNode]]) -> str:
    """Return the Markdown of a page that lists each deliberate error, with cause and sections.

    Args:
        notebooks: The chapters in the order of the book, each with what its cells gave.
    """
    found: dict[str, dict[str, dict[str, dict[str, None]]]] = {}
    for chapter, notebook in notebooks:
        places = _places(chapter)
        for number, cell in enumerate(notebook.cells):
            for name, message, cause in filter(None, map(read_error, cell.get("outputs", ()))):
                causes = found.setdefault(name, {}).setdefault(shorten(message), {})
                title, address = places[number]
                link = f"[Chapter {int(chapter.name[:2])}: {title}]({address})"
                causes.setdefault(cause, {})[link] = None
    lines = [_ERRORS] if found else [_ERRORS, "So far, no chapter raises one.\n"]
    for name in _sorted(found):
        lines.append(f"## {disarm_markup(name)}\n")
        for message in _sorted(found[name]):
            told = disarm_markup(message or name)
            # As a heading, it is found by the search before all running text.
            lines.append(f'### <code class="error-message">{told}</code>\n')
            for cause, links in found[name][message].items():
                lines.append(f"{_begun(cause)}In {', '.join(links)}\n")
    return "\n".join(lines)


def find_sheet_cells(chapter: Chapter) -> list[int]:
    """Return the numbers of a chapter's cells that are on the cheat sheet."""
    return [n for n, cell in enumerate(chapter.cells) if "cheat-sheet" in cell.tags]


def compose_cheat_sheet(chapters: Iterable[Chapter]) -> str:
    """Return the Markdown of a page of the cells that are tagged for it, by chapter and section.

    Before each there is a marker, for the links in its code.

    Args:
        chapters: The chapters in the order of the book.
    """
    lines, empty = [_SHEET], True
    for chapter in chapters:
        places, last = _places(chapter), None
        for number in find_sheet_cells(chapter):
            if last is None:
                lines.append(f"## {chapter.title}\n")
            title, address = places[number]
            if address != last:
                lines.append(f"[{title}]({address})\n")
            source = chapter.cells[number].source
            bars = choose_fence(source)
            lines.append(f"{mark_code(number)}\n\n{bars}python\n{source}\n{bars}\n")
            last, empty = address, False
    return "\n".join([*lines, "So far, no chapter has any.\n"] if empty else lines)


def shorten(message: str) -> str:
    """Return a message on one line, and of a long one what says enough: a sentence, or a line."""
    line = " ".join(message.split())
    if len(line) <= LONGEST_MESSAGE:
        return line
    # Where sentences and lines end, in the text without its superfluous spaces.
    ends = [len(" ".join(message[: m.start()].split())) for m in _END.finditer(message)]
    fitting = [end for end in ends if SHORTEST_BEGINNING <= end <= LONGEST_MESSAGE]
    end = fitting[0] if fitting else line.rfind(" ", 0, LONGEST_MESSAGE + 1)
    return f"{line[: end if end > 0 else LONGEST_MESSAGE]} …"


def disarm_markup(text: str) -> str:
    """Return text as Markdown in which no character means anything but itself."""
    return re.sub(r"[!-/:-@\[-`{-~]", lambda mark: f"&#{ord(mark[0])};", text)


def _begun(cause: str) -> str:
    """Return a cause as the beginning of a line, what stands between backticks as code."""
    parts = re.split(r"`([^`]+)`", cause[:1].upper() + cause[1:])
    pieces = [
        f"<code>{disarm_markup(p)}</code>" if n % 2 else disarm_markup(p)
        for n, p in enumerate(parts)
    ]
    return f"{''.join(pieces)}. " if cause else ""


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name.casefold(), name))


def _places(chapter: Chapter) -> dict[int, Place]:
    """Return for each code cell, by its number, the section in which it stands."""
    prose = [
        cell.source if cell.kind == "markdown" else _MARK.format(number)
        for number, cell in enumerate(chapter.cells)
    ]
    places, place = {}, Place(_title(markdown(chapter.title)), chapter.script)
    for match in _headings_and_marks("\n\n".join(prose)):
        if match["cell"]:
            places[int(match["cell"])] = place
        elif not match[0].startswith("<h1"):
            place = Place(_title(match["words"]), f"{chapter.script}#{match['anchor']}")
    return places


@lru_cache(maxsize=64)  # while serving, most chapters are as they were
def _headings_and_marks(prose: str) -> Sequence[re.Match[str]]:
    html = markdown(prose, extensions=_EXTENSIONS)
    return tuple(_HEADING_OR_MARK.finditer(html))


def _title(html: str) -> str:
    """Return a heading's words as Markdown; of its markup only code is left."""
    return "".join(_pieces(html))


def _pieces(html: str) -> Iterator[str]:
    for tag, text in re.findall(r"(<[^>]*>)|([^<]+)", html):
        yield tag if tag in {"<code>", "</code>"} else disarm_markup(unescape(text))
