"""Lists that Markdown would lose, refused; and all that only looks like such a list."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import markdown

from ptfund._site.reading.cells import Cell
from ptfund._site.reading.chapter import ChapterError, read_chapter
from ptfund._site.reading.prose import EXTENSIONS, check_lists
from ptfund._site.reading.source import Fault
from tests.engine.project import Project

ROOT = Path(__file__).parents[3]
SPACE = "a list must have an empty line above it"
NESTED = "a nested list must be indented by four spaces for each level"


class Loader(yaml.SafeLoader):
    """Reads mkdocs.yml, of which nothing with a tag matters here."""


Loader.add_multi_constructor("!", lambda *_: None)
SITE = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader)  # noqa: S506 - it is a safe one
SITES_EXTENSIONS = [
    name
    for entry in SITE["markdown_extensions"]
    for name in (entry if isinstance(entry, dict) else [entry])
]


def refusal(prose: str) -> Fault | None:
    """Return why a cell of prose, which begins at line 1, is refused."""
    try:
        check_lists(Cell("markdown", prose, 1))
    except Fault as fault:
        return fault
    return None


@pytest.mark.parametrize(
    ("prose", "line", "message"),
    [
        ("We need:\n- bread", 2, SPACE),
        ("We need:\n* bread\n* butter", 2, SPACE),
        ("We need\n+ bread", 2, SPACE),
        ("Steps:\n1. First\n2. Second", 2, SPACE),
        ("Steps\n1. First", 2, SPACE),
        ("Two\nlines:\n- a", 3, SPACE),
        ("Text:\n  - a", 2, SPACE),
        ("Text:\n   1. a", 2, SPACE),
        ("Text with `code`:\n- `more`", 2, SPACE),
        ("The sum is\n- 3 apples", 2, SPACE),
        ("1. First\n\nText between.\n2. Second", 4, SPACE),
        ("- a\n- b\n\nText:\n- c", 5, SPACE),
        ("- a\n\n    Text:\n    - b", 4, SPACE),
        ("> Text:\n> - a", 2, SPACE),
        ("> Text:\n- a", 2, SPACE),
        ("> > Text:\n> > 1. a", 2, SPACE),
        ("!!! note\n    Text:\n    - a", 3, SPACE),
        ('!!! question "Predict"\n    Which?\n    1. a\n    2. b', 3, SPACE),
        ('??? success "Answer"\n    !!! note\n        Text:\n        * a', 4, SPACE),
        ('=== "A"\n    Text:\n    - a\n\n=== "B"\n    Text', 3, SPACE),
        ('=== "A"\n    Text\n\n=== "B"\n    Text:\n    - a', 6, SPACE),
        ("Text[^1].\n\n[^1]: A note:\n    - a", 4, SPACE),
        ("Term\n:   Words:\n- a", 3, SPACE),
        ('<div markdown="1">\nText:\n- a\n</div>', 3, SPACE),
        ("```\ncode\n```\n\nText:\n- a", 6, SPACE),
        ("Text:\n- a with $x$", 2, SPACE),
        ("```\ncode\n```\n- a", 4, SPACE),
        ("$$\nx\n$$\n- a", 4, SPACE),
        ("a | b\n--- | ---\n3 | 4\n- c", 4, SPACE),
        ("- a\n  - b", 2, f"{NESTED}, got 2"),
        ("- a\n - b", 2, f"{NESTED}, got 1"),
        ("1. a\n   - b", 2, f"{NESTED}, got 3"),
        ("1. a\n   1. b", 2, f"{NESTED}, got 3"),
        ("* a\n  + b\n    - c", 2, f"{NESTED}, got 2"),
        ("- a\n    - b\n      - c", 3, f"{NESTED}, got 2"),
        ("- a\n- b\n\n  - c", 4, f"{NESTED}, got 2"),
        ("- a\n  more of it\n  - b", 3, f"{NESTED}, got 2"),
        ("- a\nmore of it\n  - b", 3, f"{NESTED}, got 2"),
        ("1. a\n\n   More of it.\n\n   - b", 5, f"{NESTED}, got 3"),
        ("  - a\n- b\n  - c", 3, f"{NESTED}, got 2"),
        ("> - a\n>   - b", 2, f"{NESTED}, got 2"),
        ("!!! note\n    - a\n      - b", 3, f"{NESTED}, got 2"),
        ('=== "A"\n    Text\n\n    1. a\n       - b', 5, f"{NESTED}, got 3"),
        ("Text[^1].\n\n[^1]: A note:\n\n    - a\n      - b", 6, f"{NESTED}, got 2"),
    ],
)
def test_lists_that_markdown_loses_are_refused(prose: str, line: int, message: str) -> None:
    """With the line of the first item that is lost, and with the cure."""
    fault = refusal(prose)
    assert fault is not None
    assert (fault.line, fault.message.startswith(message)) == (line, True), fault


@pytest.mark.parametrize(
    "prose",
    [
        "- a\n- b\n- c",
        "1. a\n2. b\n\n3. c",
        "Text:\n\n- a\n    - b\n        - c\n    - d\n- e",
        "- a\n\n    More of it.\n\n    - b\n\n- c",
        "1. a\n    - b\n    - c\n2. d",
        "- a\n  more of it\n- b",
        "  - a\n  - b",
        " 9. a\n10. b",
        "## A title\n- a",
        "---\n- a",
        "<div>\nText\n</div>\n- a",
        "# A title\n\n1. a",
        "- a\n\nText.\n\n  - b",
        "- a\n\n> - b",
        "- a\n\n>   - b",
        "!!! note\n    - a\n    - b",
        "!!! note\n\n    - a\n\n- b",
        '=== "A"\n    - a\n\n=== "B"\n    - b',
        "> - a\n> - b\n>     - c",
        "The difference is -3, or\n-3.5, or\n+5.",
        "In the year\n2024. It was late.",
        "It errs by\n2. What follows?",
        "See\n1) and\n(2) and a.\nb) c",
        "A *word*\n*another* word\n**and** one.",
        "A line\n-- and a dash\n--- and another",
        "A title\n-------",
        "A title\n- - -",
        "Text\n\n- a\n\n* * *\n\n  - b",
        "| a | b |\n|---|---|\n| 1. x | - y |",
        "a | b\n--- | ---\n- 3 | 4\n1. x | 5",
        "```\nText:\n- a\n  - b\n```",
        "- a\n\n    ```yaml\n    b:\n      - c\n    - d\n    ```",
        "> ```\n> Text:\n> - a\n> ```",
        "Text\n\n    code:\n    - a\n      - b",
        "Text\n    - no list, nor with an empty line: that is code",
        "<ul>\nText\n- a\n</ul>",
        "<!-- Text:\n- a -->",
        "Text <!-- and\n\n- a --> more",
        "Inline `code\n- more` of it.",
        "The value `{python} x\n- y`.",
        "$$\nx\n- y\n$$",
        "$$\nx\n\\\\\n1. y\n$$",
        "The sum $x\n+ y$ is.",
        "\\[\nx\n- y\n\\]",
        "\\begin{aligned}\nx\n- y\n\\end{aligned}",
        "Text[^1].\n\n[^1]: 1. May, or\n    -3 degrees.",
        "Term\n:   - a\n    - b",
        "A backslash before\n\\- a.",
        "-\n-",
    ],
)
def test_what_markdown_reads_as_it_looks_is_left_alone(prose: str) -> None:
    """Lists that are lists, and lines that are none and would not be with an empty line."""
    assert refusal(prose) is None


def test_the_message_names_the_cure_and_the_line(project: Project) -> None:
    """In a chapter, with the script's own line."""
    text = "# %% [markdown]\n# # T\n\n# %% [markdown]\n# Text:\n# - a long item, of which the\n"
    path = project.write("tutorials/01_x.py", text)
    with pytest.raises(ChapterError) as refused:
        read_chapter(path, project.root)
    assert str(refused.value) == (
        "tutorials/01_x.py:6: a list must have an empty line above it: without one, Markdown "
        "makes '- a long item, of which the' a part of the text above it"
    )


def test_lists_are_read_by_the_site_s_own_rules() -> None:
    """Of what the site adds to Markdown, only what changes no block is left out."""
    assert set(SITES_EXTENSIONS) - set(EXTENSIONS) == {"attr_list", "pymdownx.highlight", "toc"}
    assert set(EXTENSIONS) <= set(SITES_EXTENSIONS)


def is_item(lines: list[str], number: int) -> bool:
    """Return whether the site's own Markdown makes an item of a list of a line."""
    word = lines[number].split()[-1]
    html = markdown("\n".join(lines), extensions=SITES_EXTENSIONS)
    return re.search(rf"<li>\s*(<p>)?{word}\b", html) is not None


FORMS = ["", "", "Text {}", "- {}", "1. {}", "* {}", "    - {}", "    Text {}", "    1. {}"]
BLOCKS = ["!!! note", "## T", "> Text {}", "> - {}", "| {}\n|--", '=== "A"', "  - {}"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(FORMS + BLOCKS), max_size=8))
def test_a_line_is_refused_only_if_an_empty_line_mends_it(written: list[str]) -> None:
    """Every line that an empty line would make an item is one already, or is refused."""
    text = "\n".join(written).strip("\n")
    lines = [line.format(f"word{number}") for number, line in enumerate(text.split("\n"))]
    fault = refusal("\n".join(lines))
    for number, line in enumerate(lines):
        if fault is not None and number >= fault.line:
            break
        if re.match(r"[> ]*(?:[-*]|1\.) ", line):
            space = [*lines[:number], ">" * line.count(">"), *lines[number:]]
            lost = not is_item(lines, number) and is_item(space, number + 1)
            here = fault is not None and fault.line == number + 1
            assert lost == (here and fault is not None and fault.message.startswith(SPACE))
