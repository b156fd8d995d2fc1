"""Prose of the site as Jupyter reads it: values for expressions, quotes for boxes, whole links."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from ptfund._site.reading.chapter import replace_expressions
from ptfund._site.reading.prose import CODE

__all__ = ["Resolve", "fold", "replace_prose", "to_jupyter"]

Resolve = Callable[[str], str | None]
"""Returns the whole address of what a link names: a file, a section, or a name of the API."""

_BLOCK = re.compile(
    r'(?P<mark>!!!|\?\?\?\+?) (?P<kind>[\w-]+)(?: [\w -]+)?(?: "(?P<title>.*)")?'
    r'|===[!+]? "(?P<tab>.*)"'
)
_FENCE = re.compile(r" {0,3}(?P<bars>`{3,}|~{3,})")
# Code comes first: a dollar in it begins no formula. A formula has no empty line.
_KEPT = re.compile(
    rf"{CODE.pattern}"
    r"|(?<!\\)(?P<marks>\$\$?)(?!\s)(?:(?!\n\s*\n).)+?(?<![\s\\])(?P=marks)",
    re.DOTALL | re.MULTILINE,
)
_LINK = re.compile(
    r"(?P<image>!?)\[(?P<words>(?:[^\[\]`]|`[^`]*`|\[[^\[\]]*\])+)\]"
    r"(?:\((?P<address>[^()\s]+)(?P<title> +\"[^\"\n]*\")?\)|\[(?P<name>[\w.]*)\])"
)
# What a link's name leads to, below the text: [name]: address.
_DEFINITION = re.compile(r"^\[(?P<name>[^\[\]^][^\[\]]*)\]: (?P<address>\S+)\n?", re.MULTILINE)
# What the extension attr_list reads: `{ .class #id key=value }`.
_ATTRIBUTE = r"""(?:[.#][\w-]+|[\w-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s{}"']+))"""
_ATTRIBUTES = re.compile(rf"[ \t]*\{{:?[ ]*{_ATTRIBUTE}(?:[ ]+{_ATTRIBUTE})*[ ]*\}}")
# In running text these begin something; a value is text and must not.
_SPECIAL = re.compile(r"[\\`*_\[\]<>$|#]")


def to_jupyter(prose: str, values: Sequence[str] | None, resolve: Resolve) -> str:
    """Return prose without what only this site's Markdown knows.

    Args:
        prose: The Markdown of a cell or of a page.
        values: What each of its expressions gave; None for a page, which has no expressions.
        resolve: Where a link leads; words whose address is not known stay without a link.
    """
    prose = replace_prose(_ATTRIBUTES, lambda _: "", _linked(prose, resolve))
    if values is not None:
        texts = [_SPECIAL.sub(r"\\\g<0>", value) for value in values]
        prose = replace_expressions(prose, texts)
    return "\n".join(_blocks(prose.split("\n")))


def replace_prose(
    pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str], prose: str
) -> str:
    """Return prose with each match of a pattern replaced, unless it begins in code or a formula."""
    kept = [match.span() for match in _KEPT.finditer(prose)]
    starts = [start for start, _ in kept]

    def replaced(match: re.Match[str]) -> str:
        before = bisect_right(starts, match.start())
        is_kept = before > 0 and match.start() < kept[before - 1][1]
        return match[0] if is_kept else replace(match)

    return pattern.sub(replaced, prose)


def fold(title: str, text: str) -> str:
    """Return a text in a block that a reader opens."""
    summary = re.sub(r"`([^`]+)`", r"<code>\1</code>", title)
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


def _linked(prose: str, resolve: Resolve) -> str:
    """Return prose whose links lead to the site, from wherever it is read."""
    defined = dict[str, str]()

    def define(match: re.Match[str]) -> str:
        defined[match["name"]] = match["address"]
        return ""

    def whole(link: re.Match[str]) -> str:
        target = link["address"] or link["name"] or link["words"].strip("`")
        target = defined.get(target, target)
        address = target if "://" in target else resolve(target)
        title = link["title"] or ""
        return f"{link['image']}[{link['words']}]({address}{title})" if address else link["words"]

    return replace_prose(_LINK, whole, replace_prose(_DEFINITION, define, prose))


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
        yield _box(block, text)
        if position < len(lines):
            yield ""


def _box(block: re.Match[str], text: str) -> str:
    """Return the text of a block below its title: of a tab plainly, of a box as a quotation."""
    if block["tab"] is not None:
        return f"**{block['tab']}**\n\n{text}"
    title = block["kind"].capitalize() if block["title"] is None else block["title"]
    if block["mark"] != "!!!":
        return fold(title, text)
    lines = [*([f"**{title}**", ""] if title else []), *text.split("\n")]
    return "\n".join(f"> {line}".rstrip() for line in lines)
