"""Prose of the site as Jupyter reads it: values for expressions, quotes for boxes, whole links."""

import re
from collections.abc import Callable, Iterator, Sequence

from ptfund._site.chapter import CODE, replace_expressions

__all__ = ["Resolve", "folded", "to_jupyter"]

Resolve = Callable[[str], str | None]
"""Returns the whole address of what a link names: a file, a section, or a name of the API."""

_BLOCK = re.compile(r'(?P<mark>!!!|\?\?\?\+?) (?P<kind>[\w-]+)(?: "(?P<title>.*)")?')
_FENCE = re.compile(r" {0,3}(?P<bars>`{3,}|~{3,})")
_FORMULA = re.compile(r"(?<!\\)(?P<marks>\$\$?)(?!\s).+?(?<![\s\\])(?P=marks)", re.DOTALL)
_LINK = re.compile(
    r"(?P<image>!?)\[(?P<words>(?:[^\[\]`]|`[^`]*`|\[[^\[\]]*\])+)\]"
    r"(?:\((?P<address>[^()\s]+)\)|\[(?P<name>[\w.]*)\])"
)
# What a link's name leads to, below the text: [name]: address.
_DEFINITION = re.compile(r"^\[(?P<name>[^\[\]]+)\]: (?P<address>\S+)\n?", re.MULTILINE)
# In running text these begin something; a value is text and must not.
_SPECIAL = re.compile(r"[\\`*_\[\]<>$|#]")


def to_jupyter(prose: str, values: Sequence[str], resolve: Resolve) -> str:
    """Return prose without what only this site's Markdown knows.

    Args:
        prose: The Markdown of a cell.
        values: What each of its expressions gave.
        resolve: Where a link leads; words whose address is not known stay without a link.
    """
    texts = [_SPECIAL.sub(r"\\\g<0>", value) for value in values]
    prose = replace_expressions(_linked(prose, resolve), texts)
    return "\n".join(_blocks(prose.split("\n")))


def folded(title: str, text: str) -> str:
    """Return a text in a block that a reader opens."""
    summary = re.sub(r"`([^`]+)`", r"<code>\1</code>", title)
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


def _linked(prose: str, resolve: Resolve) -> str:
    """Return prose whose links lead to the site, from wherever it is read."""
    defined = {match["name"]: match["address"] for match in _DEFINITION.finditer(prose)}
    prose = _DEFINITION.sub("", prose)
    kept = [m.span() for pattern in (CODE, _FORMULA) for m in pattern.finditer(prose)]

    def whole(link: re.Match[str]) -> str:
        if any(start <= link.start() < end for start, end in kept):
            return link[0]
        target = link["address"] or link["name"] or link["words"].strip("`")
        target = defined.get(target, target)
        address = target if "://" in target else resolve(target)
        return f"{link['image']}[{link['words']}]({address})" if address else link["words"]

    return _LINK.sub(whole, prose)


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines with each block as a quotation, or folded away if it is so on the site."""
    position, bars = 0, ""
    while position < len(lines):
        line = lines[position]
        position += 1
        if fence := _FENCE.match(line):
            if not bars:
                bars = fence["bars"]
            elif line.strip().startswith(bars):
                bars = ""
        block = None if bars else _BLOCK.fullmatch(line.rstrip())
        if block is None:
            yield line
            continue
        begin = position
        while position < len(lines) and (lines[position].startswith("    ") or not lines[position]):
            position += 1
        inside = [text.removeprefix("    ") for text in lines[begin:position]]
        text = "\n".join(_blocks(inside)).strip()
        title = block["title"] if block["title"] is not None else block["kind"].capitalize()
        yield folded(title, text) if block["mark"] != "!!!" else _quoted(title, text)
        if position < len(lines):
            yield ""


def _quoted(title: str, text: str) -> str:
    lines = [f"**{title}**", "", *text.split("\n")]
    return "\n".join(f"> {line}".rstrip() for line in lines)
