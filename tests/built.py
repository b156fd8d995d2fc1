"""The real site and the executed book, each made once for all tests that look at them."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.displays import build_displays
from tests.engine.project import BUILD, Project, surroundings
from tests.sharing import hold, make_once

if TYPE_CHECKING:
    from ptfund._site.running.run import Run

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real site, built as `make site` builds it, for a sub-folder of a host.

    A repository's address is set, because it makes a page do more: edit links, and whatever
    else the theme would do with it.
    """

    def build(place: Path) -> None:
        done = subprocess.run(
            [*BUILD, "--strict", "-d", str(place / "book")],
            cwd=ROOT,
            env=surroundings(
                PTFUND_REPO_URL="https://github.com/ptfund/ptfund",
                PTFUND_SITE_URL="http://127.0.0.1/book/",
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(f"the site does not build:\n{done.stdout}{done.stderr}", pytrace=False)

    with hold(tmp_path_factory, "runs"):
        return make_once(tmp_path_factory, "served", build) / "book"


@pytest.fixture(scope="session")
def displays_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site in the book's dress, whose one chapter displays each kind of output."""

    def build(place: Path) -> None:
        done = build_displays(place / "project", place / "book")
        if done.returncode:
            pytest.fail(f"the displays do not build:\n{done.stdout}{done.stderr}", pytrace=False)

    return make_once(tmp_path_factory, "displays", build) / "book"


@pytest.fixture(scope="session")
def executed_book(tmp_path_factory: pytest.TempPathFactory) -> "list[Run]":
    """A run of each chapter, as a build gets it: new only where something has changed."""
    from mkdocs.config import load_config  # noqa: PLC0415 - it takes long to import

    plugin: Any = load_config(str(ROOT / "mkdocs.yml")).plugins["ptfund"]
    with hold(tmp_path_factory, "runs"):
        return list(Project(ROOT).update(preload=plugin.config.preload).values())
