"""HTML out of outputs: shown without what only decorates it, or not at all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser

import nh3

__all__ = ["UnshownError", "clean_html", "clean_rendered"]


class UnshownError(Exception):
    """Why an output, or one of its representations, cannot be shown."""


def _words(text: str) -> set[str]:
    return set(text.split())


_TEXT = _words("b br code del em i ins kbd math s samp small span strong sub sup u var")
_BLOCKS = _words("blockquote dd div dl dt hr li ol p pre ul")
_TABLES = _words("caption col colgroup table tbody td tfoot th thead tr")
_STRUCTURE = {
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}

# What the site's own Markdown makes beside that: formulas, coloured code, boxes.
_FORMULAS = _words(
    "maction menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot "
    "mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover"
)
_IN_FORMULAS = _words(
    "accent accentunder columnalign columnspacing depth display displaystyle fence form height "
    "largeop linethickness lspace mathvariant maxsize minsize movablelimits rowspacing rspace "
    "scriptlevel stretchy symmetric voffset width"
)
_BY_MARKDOWN = {
    **dict.fromkeys(_FORMULAS | {"math"}, _IN_FORMULAS),
    "*": {"class", "data-search-exclude", "style", "tabindex"},
    "details": {"open"},
}
_STYLES = {"justify-items", "padding-left", "padding-right", "text-align", "width"}

# What may go, since the same is said without it.
_DECORATION = _words(
    "align border cellpadding cellspacing class halign height id style valign width"
)
_DECORATES = re.compile(
    r"(?:border|margin|padding)(?:-[\w-]+)?|text-align|vertical-align|white-space"
    r"|(?:min-|max-)?(?:width|height)"
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BODY = re.compile(r"\{([^{}]*)\}")

# A tag that holds text holds no block, and what may be in a list or must be in one.
_HOLDS_TEXT = _TEXT | {"caption", "dt", "p", "pre", "summary"}
_ITEMS = {"dl": {"dd", "dt"}, "ol": {"li"}, "ul": {"li"}}
_OWNERS = {"dd": {"dl"}, "dt": {"dl"}, "li": {"ol", "ul"}, "summary": {"details"}}
_EMPTY = {"br", "col", "hr"}


class _Kind:
    """A kind of HTML: its name in messages, and what of it is kept."""

    def __init__(
        self,
        name: str,
        tags: set[str],
        attributes: Mapping[str, set[str]],
        styles: set[str],
        own: dict[str, dict[str, str]],
    ) -> None:
        self.name, self.tags, self.attributes, self.styles = name, tags, attributes, styles
        self._cleaner = nh3.Cleaner(
            tags=tags,
            clean_content_tags={"script", "style"},
            attributes=dict(attributes),
            set_tag_attribute_values=own,
            filter_style_properties=styles,
            link_rel=None,
        )

    def clean(self, html: str) -> str:
        """Return HTML without decoration, or say what else it would lose."""
        self._refuse(_find_losses(html, self))
        cleaned = self._cleaner.clean(html).strip()
        self._refuse(_find_misplaced(cleaned))
        if not cleaned:
            raise UnshownError(f"its {self.name} is empty")
        return cleaned

    def _refuse(self, faults: Iterable[str]) -> None:
        if fault := next(iter(faults), None):
            raise UnshownError(f"its {self.name} has {fault}, which an output cannot show")


# The theme moves tables without a class, those of prose, into boxes of its own.
_OWN = {"table": {"class": "output-table"}}
_HTML = _Kind("HTML", (_TEXT | _BLOCKS | _TABLES) - {"math"}, _STRUCTURE, set(), _OWN)
_RENDERED = _Kind(
    "Markdown",
    _TEXT | _BLOCKS | _TABLES | _FORMULAS | {"details", "summary"},
    {**_STRUCTURE, **_BY_MARKDOWN},
    _STYLES,
    {},
)


def clean_html(html: str) -> str:
    """Return HTML that says the same without classes, ids, and styles that align and space.

    Raises:
        UnshownError: If it needs more than that, such as a script, a colour or a link.
    """
    return _HTML.clean(html)


def clean_rendered(html: str) -> str:
    """Return HTML that was made from Markdown without its ids, which the page may have, too.

    Raises:
        UnshownError: If it holds what only a page may hold, such as a heading or a link.
    """
    return _RENDERED.clean(html)


class _Losses(HTMLParser):
    """Collects what HTML cannot lose without saying less."""

    def __init__(self, kind: _Kind) -> None:
        super().__init__()
        self._kind = kind
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that is not kept, and what is lost of one that is."""
        if tag not in self._kind.tags | {"style"}:
            self.found.append(f"<{tag}>")
            return
        attributes = self._kind.attributes
        may_stand = attributes.get(tag, set()) | attributes.get("*", set()) | _DECORATION
        if tag == "style":
            may_stand = may_stand | {"scoped", "type"}
        for name, value in attrs:
            if name not in may_stand:
                self.found.append(f"the attribute {name}")
            elif name == "style":
                self._note_styles([value or ""])

    def handle_data(self, data: str) -> None:
        """Note what a style element changes."""
        if self.cdata_elem == "style":
            rules = _COMMENT.sub("", data)
            self._note_styles([*_BODY.findall(rules), _BODY.sub("", rules).partition("@")[1]])

    def _note_styles(self, bodies: Iterable[str]) -> None:
        for declaration in ";".join(_COMMENT.sub("", body) for body in bodies).split(";"):
            name = declaration.partition(":")[0].strip().lower()
            if name and name not in self._kind.styles and not _DECORATES.fullmatch(name):
                self.found.append(f"the style {name}")


def _find_losses(html: str, kind: _Kind) -> Iterator[str]:
    losses = _Losses(kind)
    losses.feed(html)
    losses.close()
    yield from losses.found


class _Places(HTMLParser):
    """Collects tags that may not stand where they stand, in HTML that closes what it opens."""

    def __init__(self) -> None:
        super().__init__()
        self._open = [""]
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Compare a tag with the one that it stands in."""
        del attrs
        around = self._open[-1]
        misplaced = (
            (around in _HOLDS_TEXT and tag not in _TEXT)
            or tag not in _ITEMS.get(around, {tag})
            or around not in _OWNERS.get(tag, {around})
        )
        if misplaced and "math" not in self._open:
            self.found.append(f"<{tag}> in <{around}>" if around else f"<{tag}> by itself")
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        if tag not in _EMPTY:
            self._open.pop()


def _find_misplaced(html: str) -> Iterator[str]:
    places = _Places()
    places.feed(html)
    places.close()
    yield from places.found
