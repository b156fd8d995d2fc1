"""The twins of another book: whatever its pages are called, and wherever they lie."""

import re

import pytest

from tests.engine.project import CONFIGURATION, Project

PLUGINS = """
plugins:
  - search
  - ptfund
  - mkdocstrings: {handlers: {python: {paths: [src], options: {heading_level: 1}}}}
nav: [index.md, {Deep: [{Deeper: [tutorials/01_a.py, api.md]}]}]
not_in_nav: |
  /hidden/
  /errors.md
  /cheat-sheet.md
"""
HOME = """\
---
description: At home.
---

# Home

To [the chapter](tutorials/01_a.py#by-hand), [a hidden page](hidden/way%20out.md),
[a picture](a.svg), [above](#home) and [`toy.play`][].
"""
HIDDEN = (
    "Back [home](../index.md), to [the chapter](../tutorials/01_a.py) or [out](https://out/).\n"
)
API = """\
Of toys.

::: toy
    options:
      members_order: source
      merge_init_into_class: true
      show_root_heading: true

And no more.
"""
TOY = '''\
"""Toys."""


def play(first: str, /, *others: int, again: bool = False, **more: str) -> None:
    """Play with [toys][toy].

    Args:
        first: What to begin with.
    """


class Toy:
    """A toy, made by [play][toy.play]."""

    size: int = 3
    """How large."""

    def __init__(self, colour: str):
        """Paint it."""

    @classmethod
    def make(cls, *, size: int = 1, old: bool = False) -> "Toy":
        """Make one."""

    @property
    def weight(self) -> float:
        """How heavy."""

    def _hidden(self): ...
'''


@pytest.fixture
def book(project: Project) -> Project:
    """A chapter, an API page, and a page that no navigation lists and that has no title."""
    project.write("mkdocs.yml", re.sub(r"plugins: .*\n", "", CONFIGURATION) + PLUGINS)
    project.chapter("01_a", "x = 1\nprint(x)")
    with (project.root / "tutorials" / "01_a.py").open("a") as file:
        file.write(
            "\n# %% [markdown]\n# ## By hand\n# Back [home](../index.md), [here](#by-hand).\n"
        )
    project.write("docs/index.md", HOME)
    project.write("docs/a.svg", "<svg/>")
    project.write("docs/hidden/way out.md", HIDDEN)
    project.write("docs/api.md", API)
    project.write("src/toy.py", TOY)
    return project


def links(project: Project, name: str) -> list[str]:
    """Return where the links of a text lead."""
    text = (project.root / "site" / name).read_text(encoding="utf-8")
    return re.findall(r"\]\(([^()]+)\)", text)


def test_without_an_address_links_lead_from_twin_to_twin(book: Project) -> None:
    """As seen from where each text lies; the one with all chapters lies at the root."""
    built = book.build()
    assert built.returncode == 0, built.stderr
    assert links(book, "index.html.md") == [
        "tutorials/a/index.html.md#by-hand",
        "hidden/way%20out/index.html.md",
        "a.svg",
        "index.html.md#home",
        "api/index.html.md#toy.play",
    ]
    hidden = book.root / "site" / "hidden" / "way out" / "index.html.md"
    assert hidden.read_text().startswith("# Way out\n\nBack [home]")
    assert links(book, "hidden/way out/index.html.md") == [
        "../../index.html.md",
        "../../tutorials/a/index.html.md",
        "https://out/",
    ]
    chapter = ["../../index.html.md", "index.html.md#by-hand"]
    assert links(book, "tutorials/a/index.html.md") == chapter
    assert links(book, "llms-full.txt") == ["index.html.md", "tutorials/a/index.html.md#by-hand"]


def test_with_an_address_links_are_whole(book: Project) -> None:
    """A text can be read anywhere; the page's head names its twin as seen from the page."""
    text = (book.root / "mkdocs.yml").read_text()
    book.write("mkdocs.yml", f"{text}site_url: https://host/book/\nuse_directory_urls: false\n")
    built = book.build()
    assert built.returncode == 0, built.stderr
    assert links(book, "hidden/way out.html.md") == [
        "https://host/book/index.html.md",
        "https://host/book/tutorials/a.html.md",
        "https://out/",
    ]
    page = (book.root / "site" / "hidden" / "way out.html").read_text()
    assert 'type="text/markdown" title="Markdown" href="way%20out.html.md">' in page


SAID = """\
Of toys.

# `toy`

Toys.

## `toy.play`

```python
def play(first: str, /, *others: int, again: bool = False, **more: str) -> None
```

Play with [toys](index.html.md#toy).

**Parameters**

- `first` (`str`): What to begin with.

## `toy.Toy`

```python
class Toy(colour: str)
```

A toy, made by [play](index.html.md#toy.play).

Paint it.

### `toy.Toy.size`

```python
size: int = 3
```

How large.

### `toy.Toy.make`

```python
@classmethod
def make(*, size: int = 1, old: bool = False) -> Toy
```

Make one.

### `toy.Toy.weight`

```python
@property
def weight(self) -> float
```

How heavy.

And no more.
"""


def test_an_api_page_says_what_the_package_says(book: Project) -> None:
    """Names with signatures and docstrings, in the order and with the options of the page."""
    assert book.build().returncode == 0
    text = (book.root / "site" / "api" / "index.html.md").read_text(encoding="utf-8")
    assert text == SAID


def test_of_other_options_other_parts_come(book: Project) -> None:
    """As on the page: the heading is left out, and `__init__` is a method."""
    options = "members: [Toy, play]\n      filters: ['!^_[^_]']\n      merge_init_into_class: false"
    book.write("docs/index.md", "# Home\n")
    book.write("docs/api.md", f"## ::: toy\n    options:\n      {options}\n")
    assert book.build().returncode == 0
    text = (book.root / "site" / "api" / "index.html.md").read_text(encoding="utf-8")
    assert re.findall(r"^#.*", text, re.MULTILINE) == [
        "# Api",
        "## `toy.Toy`",
        "### `toy.Toy.__init__`",
        "### `toy.Toy.make`",
        "### `toy.Toy.size`",
        "### `toy.Toy.weight`",
        "## `toy.play`",
    ]
    assert "class Toy\n" in text
