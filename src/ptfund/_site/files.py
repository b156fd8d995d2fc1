"""The chapters as MkDocs meets them: their files, what they offer, and where their links lead."""

import os
import posixpath
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from ptfund._site.chapter import Chapter
from ptfund._site.downloads import names
from ptfund._site.lines import Passage

__all__ = [
    "DOWNLOADS",
    "ChapterFile",
    "address_of",
    "document",
    "markdown_of",
    "offered",
    "root_of",
]

DOWNLOADS = "downloads"


class ChapterFile(File):
    """A script that MkDocs takes for a page: listed in the nav, linked by its name."""

    def __init__(self, chapter: Chapter, config: MkDocsConfig) -> None:
        folder = PurePosixPath(chapter.script).parent
        page = f"{chapter.slug}/index.html" if config.use_directory_urls else f"{chapter.slug}.html"
        super().__init__(
            chapter.script,
            src_dir=str(root_of(config)),
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


def root_of(config: MkDocsConfig) -> Path:
    """Return the project's folder."""
    return Path(config.config_file_path).resolve().parent


def document(file: File, config: MkDocsConfig) -> list[Passage]:
    """Return the text of a document, named as seen from the project."""
    folder = Path(os.path.relpath(config.docs_dir, root_of(config)))
    return [Passage((folder / file.src_uri).as_posix(), 1, file.content_string)]


def offered(chapter: Chapter, page: Page) -> list[tuple[str, str]]:
    """Return address and words of what a chapter's page offers."""
    return [(get_relative_url(f"{DOWNLOADS}/{n}", page.url), words) for n, words in names(chapter)]


def markdown_of(file: File) -> str:
    """Return the address of a chapter as Markdown, as llmstxt.org has it: that of the page, .md."""
    return f"{file.dest_uri}.md"


def address_of(target: str, *, script: str, config: MkDocsConfig, files: Files) -> str | None:
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
