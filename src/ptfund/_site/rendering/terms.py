"""The terms of the glossary in the chapters: each leads to its entry, and says what it means."""

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from markdown.extensions.toc import slugify

__all__ = ["Term", "add_anchors", "mark_terms", "read_glossary"]

# `{.everyday}` behind a term: the word mostly needs no explanation, or means something else.
_ENTRY = re.compile(
    r"^(?P<name>\w.*?)(?P<everyday> \{\.everyday\})?\n"
    r":   (?P<text>.+(?:\n    .+)*?)\s+\[Chapter \d+\]\((?P<place>\S+)\)$",
    re.MULTILINE,
)
_PIECE = re.compile(
    r'<h(?P<level>[1-6])\b(?: id="(?P<id>[^"]*)")?.*?</h(?P=level)>'
    r"|<(?P<kind>a|code|math|pre|script|style|summary)\b.*?</(?P=kind)>"
    r'|<p class="admonition-title">.*?</p>|<!--.*?-->|<[^>]*>'
    r"|(?P<text>[^<]+)",
    re.DOTALL,
)
_ONE_OR_MANY = {
    "ss": "ss(?:es)?",
    "s": "s?",
    "x": "x(?:es)?",
    "ch": "ch(?:es)?",
    "y": "(?:y|ies)",
}


class Term(NamedTuple):
    """An entry of the glossary."""

    name: str
    text: str
    place: str
    """The section that introduces it, as `tutorials/01_tensors.py#views`."""
    everyday: bool

    @property
    def anchor(self) -> str:
        """Its place on the glossary's page."""
        return slugify(self.name, "-")

    @property
    def forms(self) -> str:
        """A pattern of the words that mean it: one or many, wherever a line ends."""
        words = r"\s+".join(map(re.escape, self.name.split()))
        for ending, either in _ONE_OR_MANY.items():
            if words.endswith(ending):
                return words.removesuffix(ending) + either
        return f"{words}s?"


def read_glossary(text: str) -> list[Term]:
    """Return the terms of a glossary's Markdown, and of each its definition as plain text."""
    return [
        Term(
            entry["name"],
            " ".join(entry["text"].replace("`", "").split()),
            entry["place"],
            bool(entry["everyday"]),
        )
        for entry in _ENTRY.finditer(text)
    ]


def add_anchors(html: str, terms: Sequence[Term]) -> str:
    """Return the glossary's page with a place for each entry."""
    for term in terms:
        html = re.sub(
            rf"<dt\b[^>]*>{re.escape(escape(term.name))}</dt>",
            f'<dt id="{term.anchor}">{escape(term.name)}</dt>',
            html,
        )
    return html


def mark_terms(html: str, terms: Sequence[Term], script: str, address: str) -> str:
    """Return a chapter's page in which terms lead to the glossary.

    Of each term it is the first mention outside the section that introduces it, and outside
    headings, links, code and formulas: one mark is a help, and many are a nuisance.

    Args:
        html: The page, still without outputs.
        terms: The glossary.
        script: The chapter.
        address: The glossary's, as seen from the page.
    """
    left = {term.name.casefold(): term for term in terms if not term.everyday}
    names = sorted(left.values(), key=lambda term: -len(term.name))
    if not names:
        return html
    one = "|".join(f"(?P<t{number}>{term.forms})" for number, term in enumerate(names))
    pattern = re.compile(rf"(?<![\w-])(?:{one})(?![\w-])", re.IGNORECASE)
    places = [script]

    def marked(mention: re.Match[str]) -> str:
        term = names[int((mention.lastgroup or "t0")[1:])]
        if term.place in places or left.pop(term.name.casefold(), None) is None:
            return mention[0]
        where = f"{address}#{term.anchor}"
        return f'<a class="term" href="{where}" title="{escape(term.text)}">{mention[0]}</a>'

    def passed(piece: re.Match[str]) -> str:
        if piece["text"]:
            return pattern.sub(marked, piece["text"])
        if piece["id"]:
            here = f"{script}#{piece['id']}"
            if piece["level"] == "2":
                places[:] = [here]
            elif piece["level"] == "3":
                places[1:] = [here]
        return piece[0]

    return _PIECE.sub(passed, html)
