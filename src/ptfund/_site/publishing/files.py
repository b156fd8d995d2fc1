"""The files of a site: chapters as MkDocs meets them, what they offer, what pages ask for."""

import hashlib
import os
import posixpath
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from ptfund._site.publishing.downloads import (
    ARCHIVE,
    build_package,
    list_downloads,
    make_downloads,
    name_learners_notebook,
    pack_archive,
    translate_notebook,
)
from ptfund._site.publishing.publish import read_commit_id
from ptfund._site.reading.chapter import Chapter
from ptfund._site.rendering.lines import Passage
from ptfund._site.rendering.mistakes import make_report_address
from ptfund._site.rendering.repository import read_repository
from ptfund._site.running.run import Run

__all__ = [
    "ChapterFile",
    "bundle_downloads",
    "find_root",
    "join_files",
    "link_downloads",
    "list_places_to_work",
    "make_mistake_reporter",
    "read_document",
]

_DOWNLOADS = "downloads"
_SETUP, _SETUP_SECTION = "setup.md", "in-jupyter"


class ChapterFile(File):
    """A script that MkDocs takes for a page: listed in the nav, linked by its name."""

    def __init__(self, chapter: Chapter, config: MkDocsConfig) -> None:
        folder = PurePosixPath(chapter.script).parent
        page = f"{chapter.slug}/index.html" if config.use_directory_urls else f"{chapter.slug}.html"
        super().__init__(
            chapter.script,
            src_dir=str(find_root(config)),
            dest_dir=config.site_dir,
            use_directory_urls=config.use_directory_urls,
            dest_uri=str(folder / page),
        )
        # MkDocs' `edit_uri` leads to the documents' folder, and scripts lie beside it.
        self._edit_uri = Path(os.path.relpath(chapter.path, config.docs_dir)).as_posix()

    @property
    def edit_uri(self) -> str:
        """The script, as seen from the documents' folder."""
        return self._edit_uri

    def is_documentation_page(self) -> bool:
        """Say yes, whatever the ending."""
        return True


def find_root(config: MkDocsConfig) -> Path:
    """Return the project's folder."""
    return Path(config.config_file_path).resolve().parent


def read_document(file: File, config: MkDocsConfig) -> list[Passage]:
    """Return the text of a document, named as seen from the project."""
    folder = Path(os.path.relpath(config.docs_dir, find_root(config)))
    return [Passage((folder / file.src_uri).as_posix(), 1, file.content_string)]


def join_files(
    files: Files, addresses: Sequence[Any], into: str, config: MkDocsConfig
) -> list[Any]:
    """Put files into one, in their order, so that a page asks for one instead of many.

    Args:
        files: The site's files. Those that are joined are taken out.
        addresses: What pages ask for. An address may be a pattern, such as `theme/*.css`: these
            come first, as what they find is the theme's, which all others build upon.
        into: The address of the one file, in which `{}` stands for a digest of what it holds.
        config: The site's configuration.

    Returns:
        What is left to ask for: what is not among the files, or has settings of its own, is first.

    Raises:
        PluginError: If a pattern finds nothing.
    """
    parts, others = list[str](), list[Any]()
    for address in sorted(addresses, key=lambda address: "*" not in str(address)):
        taken = _taken(files, address, config) if isinstance(address, str) else []
        if taken:
            parts += taken
        elif "*" in str(address):
            raise PluginError(f"mkdocs.yml: no file of the site or its theme is named {address}")
        else:
            others.append(address)
    if not parts:
        return others
    content = "\n".join(parts)
    into = into.format(hashlib.sha256(content.encode()).hexdigest()[:8])
    files.append(File.generated(config, into, content=content))
    return [*others, into]


def _taken(files: Files, address: str, config: MkDocsConfig) -> list[str]:
    """Take away the files with an address, or one that a plugin has written; return their text."""
    found = [file for file in files if fnmatchcase(file.src_uri, address)]
    for file in found:
        files.remove(file)
    written = Path(config.site_dir, address)
    if found or not written.is_file():
        return [file.content_string for file in found]
    content = written.read_text(encoding="utf-8")
    written.unlink()
    return [content]


def link_downloads(chapter: Chapter, page: Page) -> list[tuple[str, str]]:
    """Return address and words of what a chapter's page offers."""
    return [
        (get_relative_url(f"{_DOWNLOADS}/{n}", page.url), words)
        for n, words in list_downloads(chapter)
    ]


def list_places_to_work(
    chapter: Chapter, page: Page, config: MkDocsConfig, files: Files
) -> list[tuple[str, str]]:
    """Return address and words of where a chapter can be worked in, Google Colab first.

    Colab opens notebooks from GitHub alone: without a repository there the list is empty.
    """
    repository = read_repository(config.repo_url, config.remote_branch)
    if repository is None:
        return []
    # The learner's notebook: what the executed one shows, its reader has before them on the page.
    notebook = f"{_DOWNLOADS}/{name_learners_notebook(chapter)}"
    places = [(repository.find_in_colab(notebook), "Open in Colab")]
    if setup := files.get_file_from_path(_SETUP):
        address = f"{get_relative_url(setup.url, page.url)}#{_SETUP_SECTION}"
        places.append((address, "work in Jupyter or VS Code"))
    return places


def make_mistake_reporter(config: MkDocsConfig) -> Callable[[Page | None], str | None]:
    """Return a function for templates: the address at which mistakes of a page are reported.

    Of the page that stands for unknown ones, which is None, only the reader knows the address.
    """
    commit = read_commit_id(find_root(config)) if config.repo_url else ""

    def report_mistake(page: Page | None) -> str | None:
        address = (page.canonical_url or f"/{page.url}") if page else None
        return make_report_address(config.repo_url, address, commit)

    return report_mistake


def bundle_downloads(runs: Sequence[Run], config: MkDocsConfig, files: Files) -> Iterator[File]:
    """Yield what readers take with them.

    Args:
        runs: The runs of the chapters that are shown.
        config: The site's configuration.
        files: The site's files, among which the chapters are.
    """
    package, taken = "ptfund", dict[str, bytes]()
    if wheel := build_package(find_root(config)):
        package, taken[package] = wheel
    source = _find_package(package, config)
    for run in runs:
        script = run.chapter.script
        resolve = partial(_address, script=script, config=config, files=files)
        notebook = translate_notebook(run.notebook, resolve)
        taken |= make_downloads(run.chapter, notebook, source)
    taken[ARCHIVE] = pack_archive(taken, package, int(os.environ["SOURCE_DATE_EPOCH"]))
    for name, content in taken.items():
        yield File.generated(config, f"{_DOWNLOADS}/{name}", content=content)


def _find_package(name: str, config: MkDocsConfig) -> str:
    """Return from where pip can install the package: an address, or else the file's name."""
    path = f"{_DOWNLOADS}/{name}"
    if config.site_url:
        return urljoin(config.site_url, path)
    repository = read_repository(config.repo_url, config.remote_branch)
    return repository.find_raw(path) if repository else name


def _address(target: str, *, script: str, config: MkDocsConfig, files: Files) -> str | None:
    """Return the whole address of what a chapter links to; None if the site has none."""
    if not config.site_url:
        return None
    path, mark, anchor = target.partition("#")
    file = files.get_file_from_path(posixpath.normpath(posixpath.join(script, "..", path)))
    if not path:
        file = files.get_file_from_path(script)
    if file is not None:
        return urljoin(config.site_url, f"{file.url}{mark}{anchor}")
    try:
        api: str = config.plugins["autorefs"].get_item_url(target)[0]  # type: ignore[attr-defined] # mkdocstrings brings it
    except KeyError:
        return None
    return urljoin(config.site_url, api)
