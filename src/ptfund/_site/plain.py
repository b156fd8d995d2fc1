"""A chapter in plain words: as Markdown for programs that read, and in a line for who searches."""

import re
from html import unescape

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from ptfund._site.chapter import fence

__all__ = ["LONGEST", "description", "to_plain"]

LONGEST = 160  # characters of a description; engines that search show no more

_PARAGRAPH = re.compile(r"</h1>.*?<p>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_QUOTED = re.compile(r'"([^"]*)"')
_SENTENCE = re.compile(r"[.?!](?=\s|$)")


def description(html: str) -> str:
    """Return the first sentences of a page, as text; of a first one that is too long, its words."""
    paragraph = _PARAGRAPH.search(html)
    text = " ".join(unescape(_TAG.sub("", paragraph[1])).split()) if paragraph else ""
    text = _QUOTED.sub(r"“\1”", text)  # the theme sets it between straight quotes, as it is
    ends = [end.end() for end in _SENTENCE.finditer(text) if end.end() <= LONGEST]
    if ends:
        return text[: ends[-1]]
    return text if len(text) <= LONGEST else f"{text[: text.rfind(' ', 0, LONGEST - 1)]} …"


def to_plain(notebook: NotebookNode) -> str:
    """Return an executed chapter as Markdown: formulas in LaTeX, figures by their words.

    Args:
        notebook: The chapter as it can be downloaded.
    """
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(_fenced("python", cell.source))
        for output in cell.outputs:
            text = output.get("text") or output.data["text/plain"]
            parts.append(_fenced("text", strip_ansi(text).rstrip()))
    return "\n\n".join(parts) + "\n"


def _fenced(kind: str, text: str) -> str:
    bars = fence(text)
    return f"{bars}{kind}\n{text}\n{bars}"
