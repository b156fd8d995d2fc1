"""What no output may hold, in whatever form it is shown: unseen characters, addresses, too much."""

import re
import unicodedata

from nbconvert.filters import strip_ansi

__all__ = ["LONGEST_OUTPUT", "find_fault", "find_unseen"]

LONGEST_OUTPUT = 100_000  # characters

# As `print(object())` writes it; a short number such as 0xff is somebody's result.
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+|\b0x[0-9a-fA-F]{7,}")

# What a terminal reads as a colour or a weight, and the page shows as one.
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
# In emoji, characters without a form of their own join others, or spell a flag.
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_IN_EMOJI = re.compile(
    f"(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])|(?<=\U0001f3f4)[\U000e0020-\U000e007e]{{1,6}}\U000e007f"
)
# Control characters, marks that turn or hide text, and code points that are no characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_UNNAMED = {"Cc": "CONTROL CHARACTER", "Cn": "NONCHARACTER", "Cs": "LONE SURROGATE"}
# Unicode has a picture for each of the first control characters, such as SYMBOL FOR NULL.
_PICTURES, _LAST_PICTURED = 0x2400, 0x1F


def find_fault(text: str, *, colours: bool = False) -> str | None:
    """Return why a text may not appear on a page, None if it may.

    Args:
        text: What was printed or displayed.
        colours: Whether a terminal's sequences for colours are shown as such.
    """
    if len(text) > LONGEST_OUTPUT:
        return f"an output must have at most {LONGEST_OUTPUT:,} characters, got {len(text):,}"
    if unseen := find_unseen(_COLOUR.sub("", text) if colours else text):
        return unseen
    if address := _ADDRESS.search(strip_ansi(text)):
        return f"the output holds an address, which differs in each run: {address[0]}"
    return None


def find_unseen(text: str) -> str | None:
    """Return which character of a text a page cannot show, None if there is none."""
    if not _UNSEEN.search(text):
        return None
    if found := _UNSEEN.search(_IN_EMOJI.sub("", text)):
        return f"the output holds {_describe(found[0])}, which a page cannot show"
    return None


def _describe(character: str) -> str:
    """Return a character's number and name, such as U+200B ZERO WIDTH SPACE."""
    code = ord(character)
    name = unicodedata.name(character, "") or _UNNAMED[unicodedata.category(character)]
    if code <= _LAST_PICTURED:  # a control character has no name, but its picture has
        name = unicodedata.name(chr(_PICTURES + code)).removeprefix("SYMBOL FOR ")
    return f"U+{code:04X} {name}"
