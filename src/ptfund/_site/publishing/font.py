"""The font of formulas, cut down to what the pages show.

Browsers stretch brackets and place limits only with a font that has a table for it. STIX Two Math
has one, and weighs 1.5 MB; the characters of a book are a fiftieth of that.
"""

import hashlib
import re
from base64 import b64encode
from functools import lru_cache
from html import unescape
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from unicodedata import decomposition

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

__all__ = ["LICENCE", "MathFont", "cut_math_font", "find_formula_characters"]

# What the font's licence wants beside each copy.
LICENCE = Path(__file__).with_name("STIX-OFL.txt")

_FAMILY = "ptfund-math"  # the style sheet's name for it; changed fonts may not keep every name
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_VARIABLE = re.compile(r"<mi>([^<&])</mi>")

# Browsers show a variable of one letter, Latin or Greek, by a character of its own.
_ITALICS = {
    chr(int(decomposition(italic).removeprefix("<font> "), 16)): italic
    for italic in map(chr, (*range(0x1D434, 0x1D468), 0x210E, 0x1D6A4, *range(0x1D6E2, 0x1D71C)))
    if decomposition(italic)
}


class MathFont(NamedTuple):
    """A style sheet that holds the font, and its address within the site.

    No browser shows a page before its style sheets are there: formulas do not stand in another
    font first, to move the text when their own arrives.
    """

    address: str
    style: str

    def head(self, address: str) -> str:
        """Return what the head of a page needs that sees the style sheet at this address."""
        # Left to itself, a browser unpacks the font when it has laid out the first formula.
        unpack = f"<script>document.fonts.load('1em {_FAMILY}')</script>"
        return f'<link rel="stylesheet" href="{address}">{unpack}'


def find_formula_characters(html: str) -> frozenset[str]:
    """Return the characters that a page's formulas are shown with; none if it has no formula."""
    found: set[str] = set()
    for math in _MATH.findall(html):
        shown = _VARIABLE.sub(lambda variable: _ITALICS.get(variable[1], variable[1]), math)
        found |= set(unescape(_TAG.sub("", shown)))
        if "<msqrt" in math or "<mroot" in math:
            found.add("√")
    return frozenset(found)


@lru_cache(maxsize=1)
def cut_math_font(text: frozenset[str]) -> MathFont:
    """Return the font with these characters alone, the same bytes each time."""
    whole = distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
    font = TTFont(str(whole), recalcTimestamp=False)
    options = Options(
        # Letters without dots and flatter under accents. Own forms for exponents ("ssty") would
        # double what every reader waits for, and of the browsers only Firefox would show them.
        layout_features=["dtls", "flac"],
        name_IDs=[0, 1, 2, 4, 6, 7, 13, 14],
        hinting=False,
    )
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(text))
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 4, 6}:
            record.string = _FAMILY
    font.flavor = "woff2"
    file = BytesIO()
    font.save(file)
    data = b64encode(file.getvalue()).decode()
    source = f"url(data:font/woff2;base64,{data})"
    style = f"@font-face{{font-family:{_FAMILY};src:{source};font-display:block}}\n"
    name = f"math-{hashlib.sha256(style.encode()).hexdigest()[:8]}.css"
    return MathFont(f"assets/fonts/{name}", style)
