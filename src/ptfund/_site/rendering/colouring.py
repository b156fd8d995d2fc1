"""Coloured code that a browser has less to do with."""

import re

__all__ = ["drop_plain_spans"]

# Names, operators, brackets, spaces and numbers of lines have the colour of plain code.
_PLAIN = re.compile(r'<span class="(?:n|o|p|w|normal)">([^<]*)</span>')
_BLOCK = re.compile(r'<div class="highlight"><pre>(?P<code>.*?)</pre>', re.DOTALL)


def drop_plain_spans(html: str) -> str:
    """Return a page whose code has elements only where a colour or a link needs one.

    Pygments gives every token its own, colour or not: half of a chapter's elements, and what a
    phone is busiest with before it shows the page. Each block also says how many lines it has,
    so that the style sheet knows its height before it is laid out.
    """
    return _BLOCK.sub(_measured, _PLAIN.sub(r"\1", html))


def _measured(block: re.Match[str]) -> str:
    lines = block["code"].count("\n")
    return f'<div class="highlight" style="--lines: {lines}"><pre>{block["code"]}</pre>'
