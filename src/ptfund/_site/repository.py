"""Where GitHub keeps a site's files, for those who open or install them from there."""

import re
from typing import NamedTuple

__all__ = ["Repository", "read_repository"]

_ADDRESS = re.compile(
    r"https?://(?:www\.)?github\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?",
    re.ASCII | re.IGNORECASE,
)


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
