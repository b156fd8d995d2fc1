"""Repositories on GitHub: which addresses name one, and where its files are."""

import pytest

from ptfund._site.repository import Repository, read_repository


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
