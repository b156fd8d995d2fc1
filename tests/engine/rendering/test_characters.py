"""Which texts may not appear: with characters that nobody sees, with addresses, too long."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptfund._site.rendering.characters import LONGEST_OUTPUT, find_fault, find_unseen

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART = "\u2764\ufe0f\u200d\U0001f525"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\x00", "U+0000 NULL"),
        ("\x08", "U+0008 BACKSPACE"),
        ("\r", "U+000D CARRIAGE RETURN"),
        ("\x0c", "U+000C FORM FEED"),
        ("\x1b", "U+001B ESCAPE"),
        ("\x7f", "U+007F CONTROL CHARACTER"),
        ("\x9b", "U+009B CONTROL CHARACTER"),
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\u200d", "U+200D ZERO WIDTH JOINER"),
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u2028", "U+2028 LINE SEPARATOR"),
        ("\u2066", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("\u2069", "U+2069 POP DIRECTIONAL ISOLATE"),
        ("\ufeff", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("\ufffe", "U+FFFE NONCHARACTER"),
        ("\ud800", "U+D800 LONE SURROGATE"),
        ("\U000e0041", "U+E0041 TAG LATIN CAPITAL LETTER A"),
    ],
)
def test_a_character_that_nobody_sees_is_named(character: str, name: str) -> None:
    """Wherever it stands, by its number and its name."""
    for text in (f"a{character}b", character, f"{'x' * 50}\n{character}"):
        assert find_fault(text) == f"the output holds {name}, which a page cannot show"


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cf", "Cn", "Cs", "Zl", "Zp"])
        | st.sampled_from("\n\t")
    )
)
def test_all_other_characters_pass(text: str) -> None:
    """Letters of every script, marks, signs, blanks, private characters, lines and tabs."""
    assert find_unseen(text) is None


def test_no_control_or_format_character_passes() -> None:
    """Unicode's own tables are asked; Arabic and other signs that are seen are let through."""
    seen = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    scripts = {*range(0x13430, 0x13460), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)}
    unseen = {n for n in range(0x110000) if unicodedata.category(chr(n)) in {"Cc", "Cf", "Cs"}}
    passed = {n for n in unseen if find_unseen(chr(n)) is None}
    assert passed <= {0x09, 0x0A} | seen | scripts


@pytest.mark.parametrize("emoji", [FAMILY, HEART, ENGLAND, f"{FAMILY}{ENGLAND}"])
def test_emoji_may_be_joined(emoji: str) -> None:
    """What joins their parts, or spells a flag, belongs to them."""
    assert find_unseen(f"a {emoji} b") is None
    assert find_unseen(f"{emoji}\u200d") is not None


def test_no_joiner_is_left_beside_an_emoji() -> None:
    """Between letters, or at the end of an emoji, it is hidden."""
    for text in ("a\u200db", f"{FAMILY}\u200da", f"{ENGLAND}\U000e0067"):
        assert find_unseen(text) is not None


@pytest.mark.parametrize("sequence", ["\x1b[31m", "\x1b[0m", "\x1b[m", "\x1b[38;5;17m"])
def test_a_terminal_s_colours_pass_where_they_are_shown(sequence: str) -> None:
    """In what was printed; elsewhere they would be characters."""
    text = f"a{sequence}b"
    assert find_fault(text, colours=True) is None
    assert "U+001B ESCAPE" in (find_fault(text) or "")


@pytest.mark.parametrize("sequence", ["\x1b[2K", "\x1b[1A", "\x1b]8;;x\x1b\\", "\x1b", "\x1b[?25m"])
def test_a_terminal_s_other_sequences_are_refused(sequence: str) -> None:
    """They move, clear or link; left out, they would change what was printed."""
    assert "U+001B ESCAPE" in (find_fault(f"a{sequence}b", colours=True) or "")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<object object at 0x7f12ab>", "at 0x7f12ab"),
        ("\x1b[1m0x7f0011223344\x1b[0m", "0x7f0011223344"),
        ("<f at 0x55>", "at 0x55"),
    ],
)
def test_an_address_is_refused(text: str, address: str) -> None:
    """It differs in each run; a short number is a result."""
    message = f"the output holds an address, which differs in each run: {address}"
    assert find_fault(text, colours=True) == message
    assert find_fault("0xff and 0x1234") is None


def test_a_long_output_is_refused() -> None:
    """With its length and the limit."""
    assert find_fault("x" * LONGEST_OUTPUT) is None
    message = "an output must have at most 100,000 characters, got 100,001"
    assert find_fault("x" * (LONGEST_OUTPUT + 1)) == message
