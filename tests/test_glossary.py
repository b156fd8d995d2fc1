"""The glossary: in order, and true to the sections that it names."""

import re
from pathlib import Path

import pytest
from markdown.extensions.toc import slugify

from ptfund._site.rendering.terms import read_glossary
from tests.tutorials.reading import cells_of, sections, text_of

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
GLOSSARY = SOURCE.replace(" {.everyday}\n", "\n")
ENTRY = re.compile(r"^(?P<term>\w.*)\n:   (?P<text>.+(?:\n    .+)*)", re.MULTILINE)
ENTRIES = [(entry["term"], entry["text"]) for entry in ENTRY.finditer(GLOSSARY)]


def test_terms_stand_in_order() -> None:
    """As in a dictionary, each once."""
    terms = [term.casefold() for term, _ in ENTRIES]
    assert len(terms) == GLOSSARY.count("\n:   ") > 30
    assert terms == sorted(set(terms))


def test_every_entry_is_read() -> None:
    """What chapters show of an entry is what stands there, as text without markup."""
    terms = read_glossary(SOURCE)
    assert [term.name for term in terms] == [name for name, _ in ENTRIES]
    for term, (_, text) in zip(terms, ENTRIES, strict=True):
        said, link = re.fullmatch(r"(?s)(.*)\[Chapter \d+\]\((.*)\)", text).groups()  # type: ignore[union-attr] # every entry ends so
        assert term.text == " ".join(said.replace("`", "").split())
        assert term.place == link
        assert not re.search(r"[`*\[\]$<>]|\bhttp", term.text)
    assert 0 < sum(term.everyday for term in terms) < len(terms) / 4


@pytest.mark.parametrize(("term", "text"), ENTRIES, ids=[term for term, _ in ENTRIES])
def test_the_section_named_introduces_the_term(term: str, text: str) -> None:
    """There, or in the opening of the chapter, the term is set off; the link says which chapter."""
    link = re.fullmatch(r"(?s).*\[Chapter (\d+)\]\(tutorials/((\d+)_\w+\.py)(?:#([\w-]+))?\)", text)
    assert link is not None
    assert int(link[1]) == int(link[3])
    chapter = text_of(cells_of((ROOT / "tutorials" / link[2]).read_text(encoding="utf-8")))
    if link[4] is None:
        place = chapter.partition("\n## ")[0]
    else:
        places = {
            slugify(heading.replace("`", ""), "-"): content
            for level in (2, 3)
            for heading, content in sections(chapter, level)
        }
        place = places[link[4]]
    assert re.search(rf"\*{re.escape(term)}s?\*", " ".join(place.split()), re.IGNORECASE)
