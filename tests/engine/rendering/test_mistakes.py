"""The address at which a mistake is reported."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from ptfund._site.rendering.mistakes import make_report_address

REPOSITORY = "https://host/owner/book"


@pytest.mark.parametrize("page", ["https://host/a/?b=c&d#e", "/größe/100 %+1/"])
def test_the_form_gets_what_is_known(page: str) -> None:
    """Each field comes back whole, whatever characters it has, and no space is a plus sign."""
    address = urlsplit(make_report_address(f"{REPOSITORY}/", page, "c0ffee") or "")
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{REPOSITORY}/issues/new"
    assert parse_qsl(address.query) == [
        ("template", "mistake.yml"),
        ("page", page),
        ("commit", "c0ffee"),
    ]
    assert address.fragment == ""
    assert address.query.isascii()
    assert "+" not in address.query


def test_what_is_unknown_is_left_out() -> None:
    """The page of an unknown address, and the commit outside of a repository."""
    assert (
        make_report_address(REPOSITORY, None, "") == f"{REPOSITORY}/issues/new?template=mistake.yml"
    )


@pytest.mark.parametrize("repository", [None, ""])
def test_without_a_repository_nothing_is_reported(repository: str | None) -> None:
    """There is nobody to report to."""
    assert make_report_address(repository, "/", "c0ffee") is None
