"""What all tests share: the real site, built once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: once it is started, its event loop owns the main thread."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real site, built as `make site` builds it, for a sub-folder of a host.

    A repository's address is set, because it makes a page do more: edit links, and whatever
    else the theme would do with it.
    """
    folder = tmp_path_factory.mktemp("served") / "book"
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)],
        cwd=ROOT,
        env={
            **os.environ,
            "NO_MKDOCS_2_WARNING": "1",
            "PTFUND_REPO_URL": "https://github.com/ptfund/ptfund",
            "PTFUND_SITE_URL": f"http://127.0.0.1/{folder.name}/",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if build.returncode:
        pytest.fail(f"the site does not build:\n{build.stdout}{build.stderr}", pytrace=False)
    return folder
