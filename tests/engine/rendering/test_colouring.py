"""Coloured code with fewer elements."""

import re

from markdown import markdown

from ptfund._site.rendering.colouring import drop_plain_spans

CODE = "for x in -y[0] @ z:  # each\n    print(f'{x:.1f} <', x not in set())\n"


def coloured(code: str) -> str:
    """Return code as the site's pages have it."""
    extensions = ["pymdownx.highlight", "pymdownx.superfences"]
    options = {"pymdownx.highlight": {"linenums": True}}
    fence = f"```python\n{code}```"
    return markdown(fence, extensions=extensions, extension_configs=options)


def text(html: str) -> str:
    """Return what is left without elements."""
    return re.sub(r"<[^>]*>", "", html)


def test_only_what_has_a_colour_is_an_element() -> None:
    """Words of the language, numbers, strings and comments are; names and brackets are not."""
    marked = re.findall(r'<span class="(\w+)">(.*?)</span>', drop_plain_spans(coloured(CODE)))
    assert marked[:4] == [("k", "for"), ("ow", "in"), ("mi", "0"), ("c1", "# each")]
    assert marked[4:8] == [("nb", "print"), ("sa", "f"), ("s1", "'"), ("si", "{")]
    assert {kind for kind, _ in marked[8:]} == {"si", "s1", "ow", "nb"}


def test_nothing_is_lost() -> None:
    """The text of the page is the same, its line numbers too."""
    html = coloured(CODE)
    assert "linenos" in html
    assert text(drop_plain_spans(html)) == text(html)


def test_other_elements_stay() -> None:
    """A link to a name, and a span that is no token."""
    held = '<span class="held">p</span>'
    link = '<a href="#x"><span class="n">nn</span><span class="o">.</span></a>'
    assert drop_plain_spans(link + held) == f'<a href="#x">nn.</a>{held}'


def test_a_block_says_how_many_lines_it_has() -> None:
    """Empty lines count; what is in a sentence, or is no code, does not."""
    html = '<p><code>a</code></p><pre>b\nc\n</pre><div class="highlight"><pre><code>d\n\ne\n</code>'
    blocks = drop_plain_spans(html + "</pre></div>")
    assert re.findall('<([^>]* style="[^"]*")>', blocks) == [
        'div class="highlight" style="--lines: 3"'
    ]
