"""The repository of a site: its address in commands, and where GitHub keeps the site's files."""

import re
from typing import NamedTuple

__all__ = ["Repository", "name_repository", "read_repository"]

_ADDRESS = re.compile(
    r"https?://(?:www\.)?github\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?",
    re.ASCII | re.IGNORECASE,
)

_CLONE = re.compile(r"(?<=git clone )ADDRESS\b")
_EXPLANATION = re.compile(r"^`ADDRESS` stands for .*(?:\n.+)*\n\n?", re.MULTILINE)


class Repository(NamedTuple):
    """A repository on github.com, and the branch whose root is the published site."""

    owner: str
    name: str
    branch: str

    def find_raw(self, path: str) -> str:
        """Return the address from which a file of the site can be downloaded."""
        return f"https://raw.githubusercontent.com/{self.owner}/{self.name}/{self.branch}/{path}"

    def find_in_colab(self, path: str) -> str:
        """Return the address that opens a notebook of the site in Google Colab."""
        repository = f"https://colab.research.google.com/github/{self.owner}/{self.name}"
        return f"{repository}/blob/{self.branch}/{path}"


def read_repository(address: str | None, branch: str) -> Repository | None:
    """Return the repository at an address; None if it is not on github.com.

    Args:
        address: The repository's page, with or without a closing slash or `.git`.
        branch: The branch to which the site is published.
    """
    found = _ADDRESS.fullmatch(address or "")
    return Repository(found["owner"], found["name"], branch) if found else None


def name_repository(markdown: str, address: str | None) -> str:
    """Return a page whose `git clone ADDRESS` names the repository, if its address is known.

    Then the paragraph that begins with "`ADDRESS` stands for" is left out.

    Args:
        markdown: The page.
        address: The repository's page.
    """
    if not address:
        return markdown
    return _CLONE.sub(lambda _: address, _EXPLANATION.sub("", markdown))
