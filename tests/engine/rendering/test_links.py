"""Links in code: round the right characters, to the right name, and nothing else changed."""

import re
from html import unescape
from pathlib import Path

import pytest
from markdown import markdown

from ptfund._site.reading.cells import Cell
from ptfund._site.reading.chapter import Chapter, ChapterError
from ptfund._site.rendering.links import (
    Code,
    Link,
    fill_links,
    mark_code,
    name_own_page,
    read_inventory,
    resolve_links,
)

TAG = re.compile(r"<autoref ([^>]*)>(.*?)</autoref>", re.DOTALL)


def chapter_of(*cells: str) -> Chapter:
    """Return a chapter of a title and cells of code."""
    title = Cell("markdown", "# X", 2)
    code = tuple(Cell("code", source, 10 * number) for number, source in enumerate(cells, 1))
    return Chapter(Path("tutorials/03_x.py"), "tutorials/03_x.py", "X", (title, *code))


def page_of(chapter: Chapter, *headings: str) -> str:
    """Return the page of a chapter as Markdown leaves it: headings before the cells."""
    parts = []
    for number, cell in enumerate(chapter.cells[1:], 1):
        parts += [*headings[number - 1 : number], mark_code(number)]
        parts += [f"```python\n{cell.source}\n```"]
    extensions = ["toc", "md_in_html", "pymdownx.highlight", "pymdownx.superfences"]
    return markdown("\n\n".join(["# X", *parts]), extensions=extensions)


def filled_in(page: str, chapter: Chapter, *found: list[Link]) -> str:
    """Return a page that shows all cells of a chapter, each with its links."""
    shown = [Code(chapter, number, here) for number, here in enumerate(found, 1)]
    return fill_links(page, chapter.script, shown, uses=True)


def text_of(html: str) -> str:
    """Return what is read."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_links_enclose_the_characters_that_they_name() -> None:
    """Whole elements, also where Pygments colours more in one piece; the text is untouched."""
    source = '@torch.no_grad()\ndef f(x):\n    return "<&>" + x.sum() - F.relu(x)'
    names = ("torch.no_grad", "sum", "F.relu")
    found = [Link(s := source.index(n), s + len(n), f"torch.{n}") for n in names]
    chapter = chapter_of(source)
    page = page_of(chapter)
    filled = filled_in(page, chapter, found)
    linked = [(tag, text_of(inside)) for tag, inside in TAG.findall(filled)]
    assert [text for _, text in linked] == list(names)
    assert all(f'identifier="torch.{text}"' in tag for tag, text in linked)
    assert text_of(filled) == text_of(page)
    for _, inside in TAG.findall(filled):
        assert inside.count("<span") == inside.count("</span>")
    assert re.sub(r"</?autoref[^>]*>", "", filled).count("<span") == page.count("<span") + 1


def test_a_link_may_end_within_a_piece() -> None:
    """Whatever Pygments takes together, what is linked are the characters that were named."""
    chapter = chapter_of("import torch.nn")
    filled = filled_in(page_of(chapter), chapter, [Link(7, 12, "torch")])
    assert [text_of(inside) for _, inside in TAG.findall(filled)] == ["torch"]
    assert text_of(filled) == text_of(page_of(chapter))


def test_nothing_is_left_of_the_markers_and_the_rest_is_untouched() -> None:
    """Without a link, the page is what Markdown made of it."""
    chapter = chapter_of("print(1)", "x = 2")
    page = page_of(chapter)
    filled = filled_in(page, chapter, [], [])
    assert filled == re.sub(r'<div data-code="\d"></div>', "", page)


def test_each_link_says_in_which_section_it_stands() -> None:
    """By its anchor, and by a type that sorts in the order of the book, of many sections too."""
    chapter = chapter_of(*["torch"] * 12)
    found = [Link(0, 5, "torch")]
    names = [f"s{number}" for number in range(2, 13)]
    page = page_of(chapter, "Text.", *(f"## {name}" for name in names))
    filled = filled_in(page, chapter, *[found] * 12)
    attributes = [tag for tag, _ in TAG.findall(filled)]
    anchors = [re.findall('backlink-anchor="(.*?)"', tag) for tag in attributes]
    assert anchors == [["x"], *([name] for name in names)]
    types = [re.findall('backlink-type="(.*?)"', tag)[0] for tag in attributes]
    assert types == sorted(set(types))
    assert all(kind.startswith("used-by-03-") for kind in types)


def test_the_keyboard_stops_once_in_a_section() -> None:
    """At the first of several links to one name; the others are there for the pointer."""
    chapter = chapter_of("torch.a, torch.b, torch.a", "torch.a", "torch.a")
    one = [Link(0, 7, "torch.a"), Link(9, 16, "torch.b"), Link(18, 25, "torch.a")]
    page = page_of(chapter, "Text.", "Text.", "## Second")
    filled = filled_in(page, chapter, one, one[:1], one[:1])
    skipped = ['tabindex="-1"' in tag for tag, _ in TAG.findall(filled)]
    assert skipped == [False, False, True, True, False]


def test_a_page_may_choose_from_chapters() -> None:
    """The cheat sheet does, and its links are no uses: those are noted in the chapters."""
    one, other = chapter_of("torch.a", "torch.b"), chapter_of("torch.c")
    page = page_of(one).partition(mark_code(2))[0] + page_of(other)
    found = [Link(0, 7, "torch.x")]
    filled = fill_links(page, "sheet.md", [Code(one, 1, found), Code(other, 1, found)])
    assert [text_of(inside) for _, inside in TAG.findall(filled)] == ["torch.a", "torch.c"]
    assert "backlink" not in filled
    with pytest.raises(ChapterError, match=r"sheet\.md:1: .*code"):
        fill_links(page, "sheet.md", [Code(one, 1, found)])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<div data-code="1"></div>', ""),
        ('<div data-code="2"></div>', '<div data-code="1"></div>'),
        ("print", "pint"),
        ("<code>", "<samp>"),
    ],
)
def test_a_page_that_lost_code_is_refused(old: str, new: str) -> None:
    """With the cell's line: something between notebook and page must be wrong."""
    chapter = chapter_of("print(1)", "print(2)")
    with pytest.raises(ChapterError, match=r"tutorials/03_x\.py:\d+: .*code"):
        filled_in(page_of(chapter).replace(old, new), chapter, [], [])


def test_the_first_documented_name_is_linked() -> None:
    """Of PyTorch what the inventory knows, of ptfund all; what is documented nowhere is not."""
    chapter = chapter_of("a.b.c.d")
    found = resolve_links(
        chapter,
        {
            "0": [
                [0, 1, ["torch.x", "torch.y"]],
                [2, 3, ["torch.nowhere"]],
                [4, 5, ["torch.nowhere", "ptfund.data.z"]],
                [6, 7, ["ptfund"]],
            ]
        },
        {"torch.y": ""},
    )
    assert found == {1: [Link(0, 1, "torch.y"), Link(4, 5, "ptfund.data.z")]}


def test_expressions_in_prose_are_no_code() -> None:
    """What a kernel tells of their names is not for the page."""
    prose = Cell("markdown", "# X\n\nIt is `{python} a`.", 2)
    chapter = Chapter(Path("tutorials/03_x.py"), "tutorials/03_x.py", "X", (prose,))
    assert resolve_links(chapter, {"0": [[0, 1, ["torch.a"]]]}, {"torch.a"}) == {}


def test_the_inventory_says_whole_addresses(tmp_path: Path) -> None:
    """A line is a name, with its address if that is not the usual one; no file is no name."""
    path = tmp_path / "names.txt"
    assert read_inventory(path) == {}
    path.write_text("https://host/2.0/\ntorch.add\ntorch.Tensor tensors.html#torch.Tensor\n")
    assert read_inventory(path) == {
        "torch.add": f"https://host/2.0/{name_own_page('torch.add')}",
        "torch.Tensor": "https://host/2.0/tensors.html#torch.Tensor",
    }
    assert name_own_page("torch.add") == "generated/torch.add.html#torch.add"
