"""Repositories on GitHub: which addresses name one, and where its files are."""

import pytest

from ptfund._site.rendering.repository import Repository, name_repository, read_repository


@pytest.mark.parametrize("end", ["", "/", ".git", ".git/"])
@pytest.mark.parametrize("host", ["https://github.com", "http://www.GitHub.com"])
def test_an_address_names_a_repository(host: str, end: str) -> None:
    """However it is written."""
    found = read_repository(f"{host}/some-body/a_book.v2{end}", "pages")
    assert found == Repository("some-body", "a_book.v2", "pages")


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "https://gitlab.com/a/b",
        "https://github.com.evil.org/a/b",
        "https://host/github.com/a/b",
        "https://github.com/a",
        "https://github.com/a/b/tree/main",
        "https://github.com/a/b?c",
    ],
)
def test_another_address_names_none(address: str | None) -> None:
    """Another host, or no repository there."""
    assert read_repository(address, "gh-pages") is None


def test_a_file_has_an_address_for_pip_and_one_for_colab() -> None:
    """On the branch whose root is the site, as both hosts document it."""
    repository = Repository("a", "b", "gh-pages")
    assert (
        repository.find_raw("x/p.whl") == "https://raw.githubusercontent.com/a/b/gh-pages/x/p.whl"
    )
    assert repository.find_in_colab("x/n.ipynb") == (
        "https://colab.research.google.com/github/a/b/blob/gh-pages/x/n.ipynb"
    )


PAGE = """\
Clone it:

```sh
git clone ADDRESS ptfund
```

`ADDRESS` stands for the address
of the repository.

Then go on; an ADDRESS elsewhere stays.
"""


def test_the_command_that_clones_names_the_repository() -> None:
    """And nothing explains what no longer stands there."""
    assert (
        name_repository(PAGE, "https://host/a\\1/b")
        == """\
Clone it:

```sh
git clone https://host/a\\1/b ptfund
```

Then go on; an ADDRESS elsewhere stays.
"""
    )


@pytest.mark.parametrize("unknown", ["", None])
def test_without_an_address_the_page_stays(unknown: str | None) -> None:
    """The reader is told what to put there."""
    assert name_repository(PAGE, unknown) == PAGE
