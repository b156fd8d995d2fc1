r"""Formulas: LaTeX between dollars becomes MathML, which browsers show without a script.

`$x$` stands in a sentence, `$$x$$` on lines of its own. As in pandoc, what a dollar opens begins
and ends with something other than a space, and no digit follows it, so that `$5 and $6` are
prices; `\$` is always a dollar.
"""

import re
from collections.abc import Callable
from html import unescape
from typing import NamedTuple
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.serializers import to_html_string
from markdown.util import AtomicString
from math_core import LatexError, LatexToMathML

__all__ = ["MathError", "MathExtension", "convert_formula"]

# A formula holds no code: by the time formulas are read, code spans are marks that begin so.
_CODE_MARK = "\x02"
_INLINE = rf"\$(?!\s)(?P<inline>(?:\\.|[^\\${_CODE_MARK}])+?)(?<!\s)\$(?![\d$])"
_DISPLAY = rf"\$\$(?!\s*\$)(?P<display>(?:\\.|(?!\$\$)[^\\{_CODE_MARK}])+?)\$\$"
_FORMULA = rf"(?<!\\)(?:{_DISPLAY}|{_INLINE})"
_UNCLOSED = r"(?<!\\)(?P<unclosed>\$\$.*)"
# Code spans are left alone, and quoted lines, which come back without their mark.
_LEFT_ALONE = r"(?P<left>(?<![\\`])(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)|^ {0,3}>[^\n]*)"
_LINES = re.compile(f"{_LEFT_ALONE}|{_FORMULA}", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"&(?!lt;|gt;|amp;|quot;)\w+;")
_COMMENT = re.compile(r"(?<!\\)%.*\n")

# What follows a formula without a space: a browser would break the line there.
_BEHIND = re.compile(r"[A-Za-z0-9.,;:!?)-]+(?!\S)")

# So many signs fit on the narrowest screen; where more may scroll, the keyboard must get to them.
_SURE_TO_FIT = 10

_LATEX = LatexToMathML(fancy_error=False)


class MathError(NamedTuple):
    """A formula as it was written, dollars included, and what is wrong with it."""

    formula: str
    message: str

    def __str__(self) -> str:
        return f"math: {self.message} in {self.formula}"


class MathExtension(Extension):
    """Teaches Markdown formulas; `report` learns of each that is wrong, and the page shows it."""

    def __init__(self, report: Callable[[MathError], object]) -> None:
        super().__init__()
        self._report = report

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Read formulas after code spans and before everything else that is in a line."""
        md.ESCAPED_CHARS.append("$")
        # A formula is a part of its sentence: no line breaks round it.
        md.block_level_elements.remove("math")
        md.parser.blockprocessors.register(_Joiner(md.parser), "ptfund-math-lines", 200)
        md.inlinePatterns.register(_Converter(md, self._report), "ptfund-math", 185)


def convert_formula(latex: str, *, display: bool) -> str:
    """Return the HTML of a formula that stands by itself, as on a page.

    Args:
        latex: The formula, without dollars.
        display: Whether it stands on lines of its own.

    Raises:
        ValueError: If it is wrong.
    """
    try:
        return to_html_string(_element(latex, display=display))
    except LatexError as error:
        raise ValueError(_message(error)) from error


class _Joiner(BlockProcessor):
    """Puts each formula on one line, where none of its lines can pass for a list or a quote."""

    def test(self, parent: ET.Element, block: str) -> bool:
        """Leave alone what is indented: code, or a box whose content comes here by itself."""
        del parent
        return "$" in block and not block.startswith("    ")

    def run(self, parent: ET.Element, blocks: list[str]) -> bool:
        """Change the block, and leave its meaning to the other rules."""
        del parent
        blocks[0] = _LINES.sub(_joined, blocks[0])
        return False


def _joined(match: re.Match[str]) -> str:
    return match[0] if match["left"] else " ".join(_COMMENT.sub("\n", match[0]).split())


class _Converter(InlineProcessor):
    """Turns formulas into MathML that no other rule looks into."""

    def __init__(self, md: Markdown, report: Callable[[MathError], object]) -> None:
        super().__init__(f"{_FORMULA}|{_UNCLOSED}", md)
        self._report = report

    def handleMatch(  # type: ignore[override] # noqa: N802 - Markdown's name
        self, match: re.Match[str], data: str
    ) -> tuple[ET.Element, int, int]:
        """Return the formula's element and where in the text it stood."""
        latex = match["display"] or match["inline"]
        if latex is None:
            start = re.split(rf"[\n{_CODE_MARK}]", match[0])[0].strip()
            element = self._wrong(start, "the closing $$ is missing")
        else:
            try:
                element = _element(latex, display=match["inline"] is None)
            except LatexError as error:
                element = self._wrong(match[0], _message(error))
        if match["inline"] is None:
            return element, match.start(), match.end()
        before = "(" if data.endswith("(", 0, match.start()) else ""
        found = _BEHIND.match(data, match.end())
        behind = found[0] if found else ""
        held = _held(before, element, behind)
        return held, match.start() - len(before), match.end() + len(behind)

    def _wrong(self, formula: str, message: str) -> ET.Element:
        error = MathError(formula, message)
        self._report(error)
        element = ET.Element("code", {"class": "formula-error"})
        element.text = AtomicString(str(error))
        return element


def _element(latex: str, *, display: bool) -> ET.Element:
    html = _LATEX.convert_with_local_state(latex, displaystyle=display)
    # The names that HTML has for characters, such as &ApplyFunction;, are unknown to XML.
    xml = _NAME.sub(lambda name: unescape(name[0]), html)
    math = ET.fromstring(xml)  # noqa: S314 - made here, not fetched
    for part in math.iter():
        if part.text:
            part.text = AtomicString(part.text)
    if not display:
        return math
    # Read in a row, as the search would have it, the signs of a large formula make no sense.
    block = ET.Element("span", {"class": "formula", "data-search-exclude": ""})
    if len("".join(math.itertext())) > _SURE_TO_FIT:
        block.set("tabindex", "0")
    block.append(math)
    return block


def _held(before: str, element: ET.Element, behind: str) -> ET.Element:
    """Return an element together with what must stay on its line."""
    if not before + behind:
        return element
    held = ET.Element("span", {"class": "held"})
    held.text, element.tail = AtomicString(before), AtomicString(behind)
    held.append(element)
    return held


def _message(error: LatexError) -> str:
    r"""Return `unknown command \foo` for `0: Unknown command "\foo".`."""
    message = str(error).partition(": ")[2].rstrip(".").replace('"', "")
    return message[:1].lower() + message[1:]
