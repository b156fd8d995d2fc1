"""What the search index is made of: a page without what nobody searches for."""

import re

__all__ = ["searchable"]

# The folded source of an API page: its names, signature and docstring stand above it already.
_SOURCE = re.compile(r'<details class="mkdocstrings-source">.*?</details>', re.DOTALL)
_CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
# Strings, comments and numbers, as Pygments marks them; a docstring has a mark of its own.
_NO_NAME = re.compile(r'<span class="(?:s1|s2|sa|si|c1|mi|mf)">[^<]*</span>')
_COLOUR = re.compile(r"</?span\b[^>]*>")


def searchable(html: str) -> str:
    """Return a page without folded sources, and of its code names and docstrings alone.

    Who searches code looks for a name; what programs print and describe would be a tenth of
    the index. The marks that colour code are most of a page's elements, and the search
    plugin reads them one by one.
    """
    return _CODE.sub(lambda code: _names(code[0]), _SOURCE.sub("", html))


def _names(code: str) -> str:
    return _COLOUR.sub("", _NO_NAME.sub("", code))
