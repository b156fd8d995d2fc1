r"""Outputs that are formatted text: Markdown and LaTeX, as HTML and in plain words.

LaTeX is read as Jupyter reads it: text with formulas in it, between dollars, `\(…\)` or `\[…\]`, or
an environment by itself.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from markdown import Markdown
from markdown.extensions import Extension

from ptfund._site.rendering.markup import UnshownError, clean_rendered
from ptfund._site.rendering.mathml import MathError, MathExtension, convert_formula

__all__ = ["RenderMarkdown", "configure_markdown", "latex_to_plain", "render_latex"]

RenderMarkdown = Callable[[str], str]
"""Returns Markdown as HTML, or raises an `UnshownError`."""

_FORMULA = re.compile(
    r"(?<!\\)\$\$(?P<dollars>(?:\\.|[^\\])+?)\$\$|(?<!\\)\$(?P<dollar>(?:\\.|[^\\$])+?)\$"
    r"|\\\[(?P<brackets>.+?)\\\]|\\\((?P<parentheses>.+?)\\\)"
    r"|(?P<environment>\\begin\{(?P<name>\w+\*?)\}.+?\\end\{(?P=name)\})",
    re.DOTALL,
)
# Outputs are not referred to, and an equation in one has no number.
_NUMBERED = re.compile(
    r"\\(?P<end>begin|end)\{"
    r"(?P<name>align|equation|gather|multline)\}"  # codespell:ignore multline
)
_DISPLAY_STYLE = re.compile(r"\\displaystyle(?![A-Za-z])\s*")
_ESCAPED = re.compile(r"\\([$%&#_{}])")


class _Piece(NamedTuple):
    """A formula, or the text between two of them."""

    kind: str
    """`text`, `inline` or `display`."""
    source: str
    """As it was written, dollars included."""
    content: str


def configure_markdown(
    extensions: Sequence[str | Extension], settings: Mapping[str, Any]
) -> RenderMarkdown:
    """Return a function that renders Markdown as the site renders its pages.

    Extensions that plugins have added are left out, since they work on pages: they link names and
    insert documentation.

    Args:
        extensions: The extensions of the site: those that it lists, by name, and others.
        settings: What is set for each, by name.
    """
    listed = [extension for extension in extensions if isinstance(extension, str)]

    @lru_cache(maxsize=64)  # each output is first checked, then shown
    def render(text: str) -> str:
        wrong: list[MathError] = []
        formulas = MathExtension(wrong.append)
        html = Markdown(extensions=[*listed, formulas], extension_configs=settings).convert(text)
        if wrong:
            raise UnshownError(str(wrong[0]))
        return clean_rendered(html)

    return render


def render_latex(text: str) -> str:
    """Return LaTeX as HTML: formulas as MathML, in paragraphs of their text.

    Raises:
        UnshownError: If a formula is wrong, or a command stands outside formulas.
    """
    if not text.strip():
        raise UnshownError("its LaTeX is empty")
    return f"<p>{''.join(map(_render_piece, _split_latex(text)))}</p>"


def latex_to_plain(text: str) -> str:
    """Return LaTeX as Markdown whose formulas all stand between dollars."""
    marks = {"text": "", "inline": "$", "display": "$$"}
    return "".join(
        f"{marks[piece.kind]}{piece.content}{marks[piece.kind]}" for piece in _split_latex(text)
    )


def _split_latex(text: str) -> Iterator[_Piece]:
    text, end = text.strip(), 0
    for match in _FORMULA.finditer(text):
        if match.start() > end:
            yield _Piece("text", text[end : match.start()], text[end : match.start()])
        end = match.end()
        inline = match["dollar"] or match["parentheses"]
        content = inline or match["dollars"] or match["brackets"] or match["environment"]
        # So IPython's Math and SymPy write a formula that is the whole output.
        alone = match[0] == text
        yield _Piece("inline" if inline and not alone else "display", match[0], content.strip())
    if end < len(text):
        yield _Piece("text", text[end:], text[end:])


def _render_piece(piece: _Piece) -> str:
    if piece.kind == "text":
        if command := re.search(r"\\[A-Za-z]+|\\\\|\$", _ESCAPED.sub("", piece.content)):
            message = "LaTeX outside a formula must be plain text"
            raise UnshownError(f"{message}, got {command[0]!r} in {piece.source.strip()!r}")
        paragraphs = re.split(r"\n\s*\n", escape(_ESCAPED.sub(r"\1", piece.content)))
        return "</p><p>".join(paragraphs)
    latex = _NUMBERED.sub(r"\\\g<end>{\g<name>*}", piece.content)
    display = piece.kind == "display"
    if display and (style := _DISPLAY_STYLE.match(latex)):
        latex = latex[style.end() :]  # it has that style by itself
    try:
        return convert_formula(latex, display=display)
    except ValueError as error:
        raise UnshownError(str(MathError(piece.source, str(error)))) from error
