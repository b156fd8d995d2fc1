"""Drawings out of outputs: SVG that does nothing but be seen, with a name and its own ids."""

import re
from html import escape
from html.parser import HTMLParser

from ptfund._site.rendering.markup import UnshownError

__all__ = ["check_drawing", "make_ids_unique", "name_drawing"]

# What in a drawing acts, styles the whole page, or leads out of it.
_NOT_DRAWN = {
    "a",
    "audio",
    "embed",
    "foreignobject",
    "iframe",
    "object",
    "script",
    "set",
    "style",
    "video",
}
_ADDRESSES = {"href", "src", "xlink:href"}
_ELSEWHERE = re.compile(r"url\((?!\s*[\"']?#)", re.IGNORECASE)
# Drawings are long, and few hold a word that may mean any of that.
_SUSPICION = re.compile(
    rf"<(?:{'|'.join(_NOT_DRAWN)}|animate)|\son\w+\s*=|{_ELSEWHERE.pattern}"
    r"|(?:href|src)\s*=(?!\s*[\"'](?:#|data:image/))",
    re.IGNORECASE,
)
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'(url\(#|href="#)([^)"]+)')


def check_drawing(svg: str) -> None:
    """Check that an SVG is nothing but a drawing.

    Raises:
        UnshownError: If it holds a script, a style sheet, a link, or what lies elsewhere.
    """
    if _SUSPICION.search(svg):
        drawing = _Drawing()
        drawing.feed(svg)
        drawing.close()
        if drawing.found:
            raise UnshownError(f"a figure must be a drawing alone, got {drawing.found[0]} in it")


class _Drawing(HTMLParser):
    """Collects what in a drawing is not drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag and where its attributes lead."""
        if tag in _NOT_DRAWN or tag.startswith("animate"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            leads = name in _ADDRESSES and not (value or "").startswith(("#", "data:image/"))
            if leads or name.startswith("on") or _ELSEWHERE.search(value or ""):
                self.found.append(f"{name}={value!r}")


def name_drawing(svg: str, alt: str) -> str:
    """Return an SVG element, without what stands before it, that has a name for screen readers.

    Raises:
        UnshownError: If there is no such element.
    """
    _, mark, rest = svg.partition("<svg")
    if not mark:
        raise UnshownError("a figure must be an <svg> element")
    has_name = "aria-label=" in rest.partition(">")[0]
    name = "" if has_name else f' role="img" aria-label="{escape(alt)}"'
    return f"{mark}{name}{rest}"


def make_ids_unique(svg: str, prefix: str) -> str:
    """Return an SVG without the ids that nothing refers to, and the others made unique."""
    used = {name for _, name in _REFERENCE.findall(svg)}

    def rename(match: re.Match[str]) -> str:
        return f' id="{prefix}{match[1]}"' if match[1] in used else ""

    return _REFERENCE.sub(rf"\g<1>{prefix}\g<2>", _ID.sub(rename, svg))
