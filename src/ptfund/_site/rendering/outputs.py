"""Outputs of cells: which representation of each is shown, and its HTML.

An output may come in several representations. The first of these that a page can show is shown:

1. a figure, `image/svg+xml`, with alt text in its metadata;
2. an error that was raised on purpose;
3. `text/html`, if it says the same without style and script;
4. `text/markdown`, rendered as the site's pages are;
5. `text/latex`, with its formulas as MathML;
6. `text/plain`, unless it only stands in for what cannot be shown, such as a picture or a widget.

Without any of these, an output is refused; so is Markdown or LaTeX that is wrong.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple

from nbconvert.filters import ansi2html
from nbformat import NotebookNode

from ptfund._site.reading.chapter import Chapter, ChapterError, read_error
from ptfund._site.rendering.characters import find_fault, find_unseen
from ptfund._site.rendering.drawings import check_drawing, make_ids_unique, name_drawing
from ptfund._site.rendering.formatted import RenderMarkdown, render_latex
from ptfund._site.rendering.markup import UnshownError, clean_html
from ptfund._site.rendering.page import read_values

__all__ = [
    "HTML",
    "LATEX",
    "MARKDOWN",
    "PLAIN",
    "SVG",
    "Representation",
    "choose_representation",
    "fill_outputs",
    "refuse_outputs",
    "to_outputs",
]

SVG, PLAIN = "image/svg+xml", "text/plain"
HTML, MARKDOWN, LATEX = "text/html", "text/markdown", "text/latex"
_FORMATTED = {HTML: "html", MARKDOWN: "markdown", LATEX: "latex"}

_NO_ALT = "a figure without alt text: show it with ptfund.display.show(figure, alt=...)"
_UNKNOWN = "an output must be text, a table, Markdown, a formula or a figure, got {}"
# How objects name themselves that have nothing to say in plain text.
_NAME_ALONE = re.compile(r"<[\w.]+ (?:object|(?:object )?at 0x[0-9a-fA-F]+)>")
# Readers search for words, and for the messages of errors; numbers would swell the index.
_UNSEARCHED = "data-search-exclude"


class Representation(NamedTuple):
    """What is shown of an output."""

    kind: str
    """Its MIME type."""
    content: str
    """The text itself; of HTML, what is left when it was cleaned."""
    plain: str
    """The same in plain text, empty if the output has none that says anything."""


def refuse_outputs(
    chapter: Chapter, notebook: NotebookNode, render: RenderMarkdown
) -> Iterator[ChapterError]:
    """Yield an error for each output or value that may not appear on a page.

    Args:
        chapter: The chapter.
        notebook: The chapter, executed.
        render: What renders Markdown as the site does.
    """
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            try:
                _to_html(output, "", render)
            except UnshownError as error:
                yield chapter.error(number, str(error))
    for step, value in read_values(chapter, notebook):
        if fault := find_fault(value):
            yield ChapterError(chapter.script, step.line, fault)


def to_outputs(notebook: NotebookNode, render: RenderMarkdown) -> dict[int, str]:
    """Return the HTML of each cell's outputs, by the cell's number.

    Args:
        notebook: The chapter, executed, with outputs that are not refused.
        render: What renders Markdown as the site does.
    """
    blocks = {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.outputs:
            parts = [
                _to_html(output, f"cell-{number}-{part}-", render)
                for part, output in enumerate(cell.outputs)
            ]
            blocks[number] = (
                f'<div class="output" role="group" aria-label="Output">{"".join(parts)}</div>'
            )
    return blocks


def fill_outputs(html: str, outputs: dict[int, str], chapter: Chapter) -> str:
    """Return a page with its outputs in place of the markers that stood for them.

    Raises:
        ChapterError: If Markdown has lost or repeated a marker.
    """
    for number, block in outputs.items():
        marker = f'<div data-output="{number}"></div>'
        if html.count(marker) != 1:
            raise chapter.error(
                number, f"the page must hold {marker} once, got {html.count(marker)} times"
            )
        html = html.replace(marker, block)
    return html


def choose_representation(output: NotebookNode) -> Representation:
    """Return what is shown of an output.

    Raises:
        UnshownError: If there is nothing that a page can show.
    """
    if output.output_type == "stream":
        chosen = Representation(PLAIN, output.text, output.text)
    elif output.output_type == "error":
        raise UnshownError(f"the cell has failed: {output.ename}: {output.evalue}")
    else:
        chosen = _choose(output)
    kind, content, plain = chosen
    fault = find_fault(plain, colours=True)
    if kind == SVG:
        check_drawing(content)
        fault = fault or find_unseen(unescape(content) + _alt(output))
    elif kind != PLAIN:
        # Cleaning may drop a character, and a reference to one is as good as the character.
        fault = fault or find_unseen(output.data[kind]) or find_fault(unescape(content))
    if fault:
        raise UnshownError(fault)
    return chosen


def _choose(output: NotebookNode) -> Representation:
    data, loss = output.data, None
    plain = data.get(PLAIN, "")
    others = data.keys() - {PLAIN}
    if others and _NAME_ALONE.fullmatch(plain.strip()):
        plain = ""
    if SVG in data and (alt := _alt(output)):
        return Representation(SVG, data[SVG], plain or f"Figure: {alt}")
    if read_error(output):
        return Representation(PLAIN, plain, plain)
    if HTML in data:
        try:
            return Representation(HTML, clean_html(data[HTML]), plain)
        except UnshownError as error:
            loss = error
    for kind in (MARKDOWN, LATEX):
        if kind in data:
            return Representation(kind, data[kind], plain)
    if PLAIN in data and (plain or not others) and others <= _FORMATTED.keys():
        return Representation(PLAIN, plain, plain)
    if any(kind.startswith("image/") for kind in others):
        raise UnshownError(_NO_ALT)
    raise loss or UnshownError(_UNKNOWN.format(", ".join(sorted(others)) or "nothing"))


def _alt(output: NotebookNode) -> str:
    alt: str = output.metadata.get(SVG, {}).get("alt", "")
    return alt.strip()


def _to_html(output: NotebookNode, prefix: str, render: RenderMarkdown) -> str:
    kind, content, _ = choose_representation(output)
    if kind == SVG:
        svg = make_ids_unique(name_drawing(content, _alt(output)), prefix)
        return f'<figure class="output-figure" {_UNSEARCHED}>{svg}</figure>'
    if kind in _FORMATTED:
        html = {MARKDOWN: render, LATEX: render_latex}.get(kind, str)(content)
        return f'<div class="output-{_FORMATTED[kind]}" tabindex="0" {_UNSEARCHED}>{html}</div>'
    if error := read_error(output):
        name, message, _ = error
        return (
            f'<div class="output-error"><p>Raised on purpose: <code>{escape(name)}</code></p>'
            f'<pre tabindex="0">{escape(message)}</pre></div>'
        )
    extra = " output-stderr" if output.get("name") == "stderr" else ""
    text = ansi2html(content)
    return f'<pre class="output-text{extra}" tabindex="0" {_UNSEARCHED}>{text}</pre>'
