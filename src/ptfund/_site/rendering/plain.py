"""Pages in plain words: as Markdown for programs that read, and in a line for search engines."""

import re
from html import unescape

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from ptfund._site.reading.chapter import choose_fence
from ptfund._site.rendering.formatted import latex_to_plain
from ptfund._site.rendering.notebooks import Resolve, replace_prose, to_jupyter
from ptfund._site.rendering.outputs import HTML, LATEX, MARKDOWN, choose_representation

__all__ = ["LONGEST", "chapter_to_plain", "describe_page", "page_to_plain"]

LONGEST = 160  # characters of a description; engines that search show no more

_PARAGRAPH = re.compile(r"</h1>.*?<p>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_QUOTED = re.compile(r'"([^"]*)"')
_SENTENCE = re.compile(r"[.?!](?=\s|$)")
# HTML that only the site needs: comments, pictures without words, and what wraps Markdown.
_MARKUP = re.compile(
    r"<!--.*?-->\n?|<(?P<name>svg|style|script)\b.*?</(?P=name)>\s*"
    r"|</?(?:div|section)\b[^>]*>\n?|^\[TOC\]$",
    re.DOTALL | re.MULTILINE,
)
_CODE = re.compile(r"<code\b[^>]*>(?P<code>.*?)</code>", re.DOTALL)
_MARKED = re.compile(r"""(?P<tag><\w+)\b[^<>]*\smarkdown(?:=["']?\w+["']?)?(?=[\s>])[^<>]*>""")
_CHARACTER = re.compile(r"&#(?P<number>\d+);")
_SPECIAL = "\\`*_[]<>$|#~&"  # they begin something in running text
# Terms, each on a line, and what they mean.
_ENTRY = re.compile(
    r"^(?P<terms>(?:(?!: )\S.*\n)+)\n?"
    r"(?P<meanings>: {1,3}\S.*(?:\n+(?: {4}.*|: {1,3}\S.*))*)",
    re.MULTILINE,
)
_GAP = re.compile(r"\n{3,}")
_MEANING = re.compile(r"^: {1,3}", re.MULTILINE)


def describe_page(html: str) -> str:
    """Return the first sentences of a page, as text; of a first one that is too long, its words."""
    paragraph = _PARAGRAPH.search(html)
    text = " ".join(unescape(_TAG.sub("", paragraph[1])).split()) if paragraph else ""
    text = _QUOTED.sub(r"“\1”", text)  # the theme sets it between straight quotes, as it is
    ends = [end.end() for end in _SENTENCE.finditer(text) if end.end() <= LONGEST]
    if ends:
        return text[: ends[-1]]
    return text if len(text) <= LONGEST else f"{text[: text.rfind(' ', 0, LONGEST - 1)]} …"


def chapter_to_plain(notebook: NotebookNode) -> str:
    """Return an executed chapter as Markdown: formulas in LaTeX, figures by their words.

    Outputs are shown as on the page, as far as Markdown can; tables in plain text.

    Args:
        notebook: The chapter, translated as for Jupyter.
    """
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(_fenced("python", cell.source))
        parts += map(_output, cell.outputs)
    return "\n\n".join(parts) + "\n"


def _output(output: NotebookNode) -> str:
    """Return an output as text in a fence, or as a quotation if its form matters."""
    kind, content, plain = choose_representation(output)
    if kind == MARKDOWN or (kind == HTML and not plain):
        return _quoted(content)
    if kind == LATEX:
        return _quoted(latex_to_plain(content))
    return _fenced("text", strip_ansi(plain).rstrip())


def page_to_plain(markdown: str, resolve: Resolve) -> str:
    """Return a page's Markdown without what only this site understands.

    Args:
        markdown: What somebody has written, or the build has made of the chapters.
        resolve: Where a link leads.
    """
    text = replace_prose(_MARKUP, lambda _: "", markdown)
    text = replace_prose(_MARKED, lambda tag: f"{tag['tag']}>", text)
    text = replace_prose(_CODE, lambda tag: _span(unescape(tag["code"])), text)
    text = replace_prose(_CHARACTER, _character, text)
    text = replace_prose(_ENTRY, _entry, text)
    text = to_jupyter(text, None, resolve)
    return replace_prose(_GAP, lambda _: "\n\n", text).strip() + "\n"


def _span(code: str) -> str:
    """Return code in as many backticks as it needs."""
    bars = choose_fence(code) if "`" in code else "`"
    space = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{bars}{space}{code}{space}{bars}"


def _character(number: re.Match[str]) -> str:
    character = chr(int(number["number"]))
    return f"\\{character}" if character in _SPECIAL else character


def _entry(entry: re.Match[str]) -> str:
    """Return an entry of a list of definitions as one of a plain list."""
    terms = ", ".join(f"**{term.strip()}**" for term in entry["terms"].splitlines())
    _, first, *others = (text.strip() for text in _MEANING.split(entry["meanings"]))
    return "\n\n    ".join([f"- {terms}: {first}", *others])


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))


def _fenced(kind: str, text: str) -> str:
    bars = choose_fence(text)
    return f"{bars}{kind}\n{text}\n{bars}"
