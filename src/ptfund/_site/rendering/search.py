"""What the search index is made of: a page without what nobody searches for."""

import re

__all__ = ["trim_for_search"]

# What an API page folds away: its source, whose names, signature and docstring stand above it
# already, and the list of the sections that use a name, which are found themselves.
_FOLDED = re.compile(
    r'<details class="(?:mkdocstrings-source|doc-backlinks)">.*?</details>', re.DOTALL
)
_CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
# Strings, comments and numbers, as Pygments marks them; a docstring has a mark of its own.
_NO_NAME = re.compile(r'<span class="(?:s1|s2|sa|si|c1|mi|mf)">[^<]*</span>')
_MARKS = re.compile(r"</?(?:span|a)\b[^>]*>")


def trim_for_search(html: str) -> str:
    """Return a page without what is folded away, and of its code names and docstrings alone.

    Who searches code looks for a name; what programs print and describe would be a tenth of
    the index. The marks that colour and link code are most of a page's elements, and the search
    plugin reads them one by one.
    """
    return _CODE.sub(lambda code: _names(code[0]), _FOLDED.sub("", html))


def _names(code: str) -> str:
    return _MARKS.sub("", _NO_NAME.sub("", code))
