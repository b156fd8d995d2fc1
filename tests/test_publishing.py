"""What `make publish` puts on the branch: the whole site, whose addresses lead to its files."""

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.book import CHAPTERS
from tests.engine.project import surroundings
from tests.tools import read_recipe

ROOT = Path(__file__).parents[1]
# Where the tests' site says that it lies.
SITE = "http://127.0.0.1/book/"
COLAB = "https://colab.research.google.com/github/ptfund/ptfund/blob/gh-pages/"
LINK = re.compile(r'\s(?:href|src)="?([^"\s>]+)')
# Whatever the contributor's Git is told to do elsewhere.
COMMIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
COMMIT |= {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "a robot"), ("EMAIL", "robot@example.org"))
}


def git(folder: Path, *words: str) -> str:
    """Return what git says in a folder."""
    command = ["git", *words]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **COMMIT},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def published(built_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the branch, after two publications of the site as it was built."""
    place = tmp_path_factory.mktemp("publishing")
    clone = place / "clone"
    shutil.copytree(built_site, clone / "site")
    for name in ("Makefile", "pyproject.toml", "constraints.txt", ".gitignore"):
        shutil.copy(ROOT / name, clone / name)
    git(place, "init", "-q", "--bare", "remote")
    git(clone, "init", "-q", "-b", "main")
    git(clone, "add", ".")
    git(clone, "commit", "-q", "-m", "the project")
    git(clone, "remote", "add", "origin", str(place / "remote"))
    programs = str(Path(sys.executable).parent)
    push = read_recipe(clone, "publish")[-1].replace(".venv/bin", programs)
    for step in [push] * 2:  # published twice
        done = subprocess.run(
            ["bash", "-c", step],  # noqa: S607 - as make and the host do
            cwd=clone,
            env=surroundings(**COMMIT),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(f"{step}\n{done.stdout}{done.stderr}", pytrace=False)
    assert git(place / "remote", "rev-list", "--count", "gh-pages").strip() == "1"
    git(place, "clone", "-q", "-b", "gh-pages", "remote", "branch")
    return place / "branch"


@pytest.fixture(scope="module")
def pages(published: Path) -> dict[str, str]:
    """Each HTML file of the branch, by its path there."""
    return {
        path.relative_to(published).as_posix(): path.read_text("utf-8")
        for path in published.rglob("*.html")
    }


def file_at(published: Path, address: str) -> Path:
    """Return the file that a host sends for an address of the site."""
    path = published / unquote(urlsplit(address).path.removeprefix("/book/"))
    return path / "index.html" if address.partition("#")[0].endswith("/") else path


def test_the_whole_site_is_on_the_branch(published: Path, pages: dict[str, str]) -> None:
    """Pages, downloads, map and twins; nothing is left out by the host's own generator."""
    for chapter in CHAPTERS:
        assert f"tutorials/{chapter.slug}/index.html" in pages
        for end in (".py", ".ipynb", "_learner.ipynb"):
            assert (published / "downloads" / f"{chapter.name}{end}").is_file()
    for name in (".nojekyll", "404.html", "sitemap.xml", "robots.txt", "llms.txt", "objects.inv"):
        assert (published / name).is_file()


def test_every_address_of_the_site_leads_to_a_file(published: Path, pages: dict[str, str]) -> None:
    """As a browser resolves it below the site's path, with the anchors that it names."""
    ids = {path: set(re.findall(r'\sid="?([^"\s>]+)', html)) for path, html in pages.items()}
    seen = 0
    for path, html in pages.items():
        here = urljoin(SITE, path.removesuffix("index.html"))
        for link in map(unescape, LINK.findall(html)):
            address = urljoin(here, link)
            if not address.startswith(SITE):
                continue
            found = file_at(published, address)
            assert found.is_file(), f"{path}: {link}"
            seen += 1
            anchor = unquote(urlsplit(address).fragment)
            name = found.relative_to(published).as_posix()
            if anchor and name in ids and not anchor.startswith("__"):
                assert anchor in ids[name], f"{path}: {link}"
    assert seen > 1000


def test_colab_opens_what_is_on_the_branch(published: Path, pages: dict[str, str]) -> None:
    """Each chapter has one such link, to its own notebook; no other page has any."""
    opened = {
        path: re.findall(rf'href="{re.escape(COLAB)}([^"]+)"', html) for path, html in pages.items()
    }
    for chapter in CHAPTERS:
        (notebook,) = opened.pop(f"tutorials/{chapter.slug}/index.html")
        assert notebook == f"downloads/{chapter.name}_learner.ipynb"
        assert json.loads((published / notebook).read_text("utf-8"))["nbformat"] == 4
    assert not any(opened.values())


def test_notebooks_install_what_is_on_the_branch(published: Path) -> None:
    """The first cell of each names the wheel by its whole address."""
    for notebook in (published / "downloads").glob("*.ipynb"):
        first = "".join(json.loads(notebook.read_text("utf-8"))["cells"][0]["source"])
        (address,) = re.findall(r"%pip install --quiet --no-deps (\S+)", first)
        assert address.startswith(f"{SITE}downloads/ptfund-")
        assert file_at(published, address).is_file()


def test_what_is_for_programs_names_files_of_the_branch(published: Path) -> None:
    """The map of the site and llms.txt have whole addresses."""
    for name, pattern in (("sitemap.xml", r"<loc>(.+?)</loc>"), ("llms.txt", r"\]\((.+?)\)")):
        addresses = re.findall(pattern, (published / name).read_text("utf-8"))
        assert len(addresses) > 20
        for address in addresses:
            assert address.startswith(SITE)
            assert file_at(published, address).is_file()
