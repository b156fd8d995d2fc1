"""The real site and the executed book, each made once for all tests that look at them."""

import subprocess
from pathlib import Path

import pytest

from ptfund._site.running.run import Run
from tests.displays import build_displays
from tests.engine.project import BUILD, Project, surroundings

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real site, built as `make site` builds it, for a sub-folder of a host.

    A repository's address is set, because it makes a page do more: edit links, and whatever
    else the theme would do with it.
    """
    folder = tmp_path_factory.mktemp("served") / "book"
    build = subprocess.run(
        [*BUILD, "--strict", "-d", str(folder)],
        cwd=ROOT,
        env=surroundings(
            PTFUND_REPO_URL="https://github.com/ptfund/ptfund",
            PTFUND_SITE_URL=f"http://127.0.0.1/{folder.name}/",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    if build.returncode:
        pytest.fail(f"the site does not build:\n{build.stdout}{build.stderr}", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def displays_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site in the book's dress, whose one chapter displays each kind of output."""
    folder = tmp_path_factory.mktemp("displays")
    build = build_displays(folder / "project", folder / "book")
    if build.returncode:
        pytest.fail(f"the displays do not build:\n{build.stdout}{build.stderr}", pytrace=False)
    return folder / "book"


@pytest.fixture(scope="session")
def executed_book() -> list[Run]:
    """A run of each chapter, as a build gets it: new only where something has changed."""
    return list(Project(ROOT).update().values())
