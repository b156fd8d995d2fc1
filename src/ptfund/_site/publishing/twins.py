"""The Markdown twin of every page, for programs that read: where it lies, and what it says."""

import posixpath
from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.yaml import yaml_load

from ptfund._site.publishing.downloads import translate_notebook
from ptfund._site.rendering.plain import chapter_to_plain, page_to_plain
from ptfund._site.rendering.reference import fill_reference
from ptfund._site.running.run import Run

__all__ = ["link_to_twin", "make_twins", "name_twin"]

_WHOLE = "llms-full.txt"

# Material takes what a selector finds as `link[rel=alternate]` for translations, and asks for their
# sitemaps, which are not there. Programs find it: to them a space at the end says nothing.
_HIDDEN = '<script>document.currentScript.previousElementSibling.rel += " "</script>'


def name_twin(file: File) -> str:
    """Return the address of a page's twin, as llmstxt.org has it: that of the page, and `.md`."""
    return quote(f"{file.dest_uri}.md")


def link_to_twin(page: Page) -> str:
    """Return what names a page's twin in the page's head."""
    address = escape(get_relative_url(name_twin(page.file), page.url))
    link = f'<link rel="alternate" type="text/markdown" title="Markdown" href="{address}">'
    return f"{link}{_HIDDEN}"


def make_twins(runs: Sequence[Run], config: MkDocsConfig, files: Files) -> Iterator[File]:
    """Yield the twin of each page, and the chapters' twins in one file.

    Args:
        runs: The runs of the chapters that are shown, in the book's order.
        config: The site's configuration.
        files: The site's files, among which the pages are.
    """
    chapters = {run.chapter.script: run for run in runs}
    for file in files.documentation_pages():
        run = chapters.get(file.src_uri)
        if run:
            text = _chapter(run, file, name_twin(file), config, files)
        elif file.page and file.page.markdown is not None:
            text = _page(file, file.page, config, files)
        else:
            continue  # it is not built this time
        yield _text(f"{file.dest_uri}.md", text, config)
    listed = [(run, files.get_file_from_path(run.chapter.script)) for run in runs]
    texts = [_chapter(run, file, _WHOLE, config, files) for run, file in listed if file]
    yield _text(_WHOLE, "\n".join(texts), config)


def _text(address: str, content: str, config: MkDocsConfig) -> File:
    file = File.generated(config, f"{address}.txt", content=content)
    file.dest_uri = address  # of a source with such a name MkDocs would make a page
    return file


def _chapter(run: Run, file: File, reader: str, config: MkDocsConfig, files: Files) -> str:
    resolve = partial(_address, source=file, reader=reader, config=config, files=files)
    return chapter_to_plain(translate_notebook(run.notebook, resolve))


def _page(file: File, page: Page, config: MkDocsConfig, files: Files) -> str:
    markdown = page.markdown or ""
    plugin: Any = config.plugins.get("mkdocstrings")
    if plugin and plugin.plugin_enabled:
        markdown = fill_reference(markdown, plugin.handlers, yaml_load)
    resolve = partial(_address, source=file, reader=name_twin(file), config=config, files=files)
    text = page_to_plain(markdown, resolve)
    has_title = "<h1" in (page.content or "")  # else the theme shows the one of the navigation
    return text if has_title else f"# {page.title}\n\n{text}"


def _address(
    target: str, *, source: File, reader: str, config: MkDocsConfig, files: Files
) -> str | None:
    """Return where a link leads: to a page's twin, to another file, or out of the site.

    Args:
        target: What the source names: a file, a section, a name of the API, or an address.
        source: Where the link stands.
        reader: The address of the text in which it will stand.
        config: The site's configuration.
        files: The site's files.

    Returns:
        A whole address if that of the site is known, else one as seen from the reader's text; None
        if there is no such file or name.
    """
    if urlsplit(target).scheme or target.startswith("/"):
        return urljoin(config.site_url or "", target)
    path, mark, anchor = target.partition("#")
    beside = posixpath.join(source.src_uri, "..", unquote(path))
    file = files.get_file_from_path(posixpath.normpath(beside)) if path else source
    if file is None:
        try:
            named: str = config.plugins["autorefs"].get_item_url(target)[0]  # type: ignore[attr-defined] # mkdocstrings brings it
        except KeyError:
            return None
        url, mark, anchor = named.partition("#")
        file = next((page for page in files.documentation_pages() if page.url == url), None)
        if file is None:
            return named
    address = name_twin(file) if file.is_documentation_page() else file.url
    site = config.site_url
    whole = urljoin(site, address) if site else get_relative_url(address, reader)
    return f"{whole}{mark}{anchor}"
