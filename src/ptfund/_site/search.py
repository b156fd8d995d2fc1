"""What the search index is made of: a page without what nobody searches for."""

import re

__all__ = ["searchable"]

# The folded source of an API page: its names, signature and docstring stand above it already.
_SOURCE = re.compile(r'<details class="mkdocstrings-source">.*?</details>', re.DOTALL)
_CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_COLOUR = re.compile(r"</?span\b[^>]*>")


def searchable(html: str) -> str:
    """Return a page without folded sources, and without the marks that colour its code.

    Searching finds the same text in code either way. But those marks are most of a page's
    elements, and the search plugin reads them one by one.
    """
    return _CODE.sub(lambda code: _COLOUR.sub("", code[0]), _SOURCE.sub("", html))
