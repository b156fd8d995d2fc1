"""The font of formulas: small, complete, the same each time, and only where it is needed."""

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from markdown import markdown

from ptfund._site.publishing.font import cut_math_font, find_formula_characters
from ptfund._site.rendering.mathml import MathExtension
from tests.engine.project import Project


def shown(latex: str) -> frozenset[str]:
    """Return the characters that a formula is shown with."""
    return find_formula_characters(
        markdown(f"ABC ${latex}$ DEF", extensions=[MathExtension(print)])
    )


def opened(latex: str) -> TTFont:
    """Return the font that is made for a formula."""
    return TTFont(BytesIO(inside(cut_math_font(shown(latex)).style)))


def inside(style: str) -> bytes:
    """Return the font file that a style sheet holds."""
    (data,) = re.findall(r"src:url\(data:font/woff2;base64,([\w+/=]+)\)", style)
    return b64decode(data)


@pytest.mark.parametrize(
    ("latex", "seen"),
    [
        # A variable of one letter is italic, which in Unicode is another character.
        ("x + h", "\U0001d465+\u210e"),
        (r"\theta \vartheta \partial \imath", "\U0001d703\U0001d717\U0001d715\U0001d6a4"),
        (r"\mathrm{d} \nabla \mathbf{x} \mathbb{R}", "d\u2207\U0001d431\u211d"),
        (r"\log 10 < \text{a b}", "log10<a\u00a0b\u2061"),
        (r"\sqrt{2}", "2\u221a"),
        (r"\sqrt[3]{2}", "32\u221a"),
    ],
)
def test_the_characters_are_those_that_are_seen(latex: str, seen: str) -> None:
    """Letters of variables in italics, root signs, and nothing that stands outside formulas."""
    assert shown(latex) == set(seen)


def test_a_page_without_formulas_needs_no_font() -> None:
    """Text, code and a word that begins alike are no formulas."""
    assert (
        find_formula_characters("<p>x</p><code>&lt;math&gt;</code><mathlike>x</mathlike>")
        == frozenset()
    )


def test_the_font_has_the_characters_and_their_larger_forms() -> None:
    """A bracket can stretch, a sum can grow, an i loses its dot; the rest is gone."""
    font = opened(r"\left( \sum i \right)")
    letters = font.getBestCmap()
    assert {chr(code) for code in letters} == shown(r"\left( \sum i \right)")
    variants = font["MATH"].table.MathVariants
    taller = dict(
        zip(variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True)
    )
    for sign in "(\u2211":
        assert len(taller[letters[ord(sign)]].MathGlyphVariantRecord) > 1
    assert taller[letters[ord("(")]].GlyphAssembly.PartRecords
    features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert features == {"dtls"}


def test_the_font_says_whose_it_is() -> None:
    """Authors and licence are named in the file, and its name is not theirs."""
    names = {record.nameID: str(record) for record in opened("x")["name"].names}
    assert "STIX Fonts Project Authors" in names[0]
    assert "SIL Open Font License" in names[13]
    assert {names[1], names[4], names[6]} == {"ptfund-math"}


def test_the_font_is_small_and_the_same_each_time() -> None:
    """A book's worth of characters stays below 14 KB; made again, it is equal to the byte."""
    letters = "abcdefghijklmnopqrstuvwxyzLNWXY"
    signs = r"\alpha\beta\eta\theta\lambda\mu\sigma\nabla\partial\sum\prod\approx\leq\in\top\infty"
    text = shown(
        f"{' '.join(letters)} {signs} " + r"\sqrt{0123456789} ()[]\{\}\lvert\lVert\hat\bar.,+-=<>"
    )
    font = cut_math_font(text)
    assert len(inside(font.style)) < 14_000
    cut_math_font.cache_clear()
    assert cut_math_font(frozenset(sorted(text, reverse=True))) == font


def test_a_font_of_other_characters_has_another_address() -> None:
    """A browser never shows a new page with the font of an old one."""
    assert cut_math_font(shown("x")).address != cut_math_font(shown("y")).address


def files(project: Project) -> list[Path]:
    """Return the style sheets that hold fonts, and what lies beside them."""
    site = project.root / "site"
    return sorted(path.relative_to(site) for path in site.glob("assets/fonts/*"))


def test_pages_with_formulas_load_the_font(project: Project) -> None:
    """They name it as seen from their address; other pages do not; its licence lies beside it."""
    project.write("docs/with.md", "# With $x$\n")
    project.write("tutorials/01_a.py", "# %% [markdown]\n# # A $y$\n")
    built = project.build()
    assert built.returncode == 0, built.stderr
    licence, font = files(project)
    assert (project.root / "site" / licence).read_text().startswith("Copyright")
    assert "SIL OPEN FONT LICENSE" in (project.root / "site" / licence).read_text()
    site = project.root / "site"
    assert inside((site / font).read_text()).startswith(b"wOF2")
    for page, up in (("with", ".."), ("tutorials/a", "../..")):
        html = (site / page / "index.html").read_text()
        head = html.partition("</head>")[0]
        assert head.count(f'<link rel="stylesheet" href="{up}/{font}"><script>') == 1
    assert "assets/fonts" not in (site / "index.html").read_text()
    before = {path: path.read_bytes() for path in site.rglob("*.html")}
    assert project.build().returncode == 0
    assert {path: path.read_bytes() for path in site.rglob("*.html")} == before


def test_a_site_without_formulas_has_no_font(project: Project) -> None:
    """Nothing is written and nothing is named."""
    assert project.build().returncode == 0
    assert files(project) == []
    assert "assets/fonts" not in (project.root / "site" / "index.html").read_text()
