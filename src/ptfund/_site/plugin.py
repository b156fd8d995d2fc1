"""The MkDocs plugin `ptfund`: where the build of the book meets MkDocs' events."""

import logging
import os
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from jinja2 import Environment
from mkdocs.config import base
from mkdocs.config import config_options as c
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler, get_relative_url
from tqdm.contrib.logging import logging_redirect_tqdm

from ptfund._site.publishing.files import (
    ChapterFile,
    bundle_downloads,
    find_root,
    join_files,
    link_downloads,
    list_places_to_work,
    make_mistake_reporter,
    read_document,
)
from ptfund._site.publishing.font import LICENCE, MathFont, cut_math_font, find_formula_characters
from ptfund._site.publishing.publish import (
    CleanupError,
    discard_staged,
    make_staging_folder,
    publish,
    read_commit_time,
)
from ptfund._site.publishing.twins import link_to_twin, make_twins, name_twin
from ptfund._site.reading.book import read_book
from ptfund._site.reading.chapter import Chapter, ChapterError
from ptfund._site.reading.exercises import read_exercises
from ptfund._site.rendering.colouring import drop_plain_spans
from ptfund._site.rendering.extracts import (
    compose_cheat_sheet,
    compose_error_index,
    find_sheet_cells,
)
from ptfund._site.rendering.formatted import configure_markdown
from ptfund._site.rendering.lines import (
    FormulaError,
    LinkLines,
    locate_formulas,
    read_prose,
    read_sources,
)
from ptfund._site.rendering.links import Code, fill_links, read_inventory, resolve_links
from ptfund._site.rendering.mathml import MathError, MathExtension
from ptfund._site.rendering.outputs import fill_outputs, refuse_outputs, to_outputs
from ptfund._site.rendering.page import add_header, fill_values, render_failure, to_markdown
from ptfund._site.rendering.plain import describe_page
from ptfund._site.rendering.repository import name_repository
from ptfund._site.rendering.search import trim_for_search
from ptfund._site.rendering.terms import Term, add_anchors, mark_terms, read_glossary
from ptfund._site.running.book import run_book
from ptfund._site.running.rules import Rules
from ptfund._site.running.run import Run
from ptfund._site.serve import show_failure_as_page

__all__ = ["PtfundConfig", "PtfundPlugin"]

log = logging.getLogger("mkdocs.plugins.ptfund")

ERRORS, CHEAT_SHEET, GLOSSARY = "errors.md", "cheat-sheet.md", "glossary.md"
PYTORCH_NAMES = "pytorch-names.txt"
STYLES, SCRIPTS = "assets/stylesheets/ptfund.{}.css", "assets/javascripts/ptfund.{}.js"


class Seconds(c.Type[float]):
    """A number of seconds above 0."""

    def __init__(self, default: float) -> None:
        super().__init__((int, float), default=default)

    def run_validation(self, value: object) -> float:
        """Return the number, or say what it must be."""
        seconds = float(super().run_validation(value))
        if not seconds > 0:
            raise base.ValidationError(f"must be a number of seconds above 0, got {value}")
        return seconds


class PtfundConfig(base.Config):
    """What mkdocs.yml may say to the plugin."""

    cell_timeout = Seconds(default=Rules.cell_timeout)
    preload = c.ListOfItems(c.Type(str), default=[])


class PtfundPlugin(BasePlugin[PtfundConfig]):
    """Runs the chapters, gives MkDocs their pages, and publishes a site only when whole."""

    def __init__(self) -> None:
        self._runs = dict[str, Run]()
        self._errors: dict[str, list[ChapterError]] = {}
        self._serves = False
        self._publishes = False
        self._site = Path()
        self._staged: Path | None = None
        # Markdown reports formulas as it meets them, and knows no file: see on_page_content.
        self._wrong_formulas: list[MathError] = []
        self._formula_errors: set[FormulaError] = set()
        self._render = configure_markdown((), {})
        self._inventory: dict[str, str] = {}
        self._font: MathFont | None = None
        self._whole: str | None = None
        self._terms: list[Term] = []
        self._glossary = ""

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note whether a site is built to stay."""
        self._serves = command == "serve"
        self._publishes = not self._serves and not dirty

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Register the math extension, and prefix link warnings with file and line."""
        self._wrong_formulas, self._formula_errors = [], set()
        extension = MathExtension(self._wrong_formulas.append)
        config.markdown_extensions.append(extension)  # type: ignore[arg-type] # MkDocs types names
        if autorefs := config.plugins.get("autorefs"):
            autorefs.scan_toc = False  # headings are no API's names
        if not config.repo_url:
            config.edit_uri = None
        root = find_root(config)
        for handler in logging.getLogger("mkdocs").handlers:
            if isinstance(handler, CountHandler):
                if self._serves:
                    # While serving a warning is for reading: strict mode would end the server.
                    handler.setLevel(logging.CRITICAL + 1)
            elif not any(isinstance(known, LinkLines) for known in handler.filters):
                handler.addFilter(LinkLines(root, (root, Path(config.docs_dir))))
        # Every date that MkDocs writes is that of the commit.
        os.environ.setdefault("SOURCE_DATE_EPOCH", read_commit_time(root))
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Read and run the chapters; stop here, with all failures, before a page is written."""
        root = find_root(config)
        chapters, errors = read_book(root)
        with logging_redirect_tqdm(loggers=[logging.getLogger("mkdocs")]):
            runs = run_book(
                chapters,
                Rules(root, self.config.cell_timeout, self.config.preload),
                before=self._runs,
                say=log.info,
            )
        self._runs = {run.chapter.script: run for run in runs}
        self._render = configure_markdown(config.markdown_extensions, config.mdx_configs)
        for run in runs:
            refused = refuse_outputs(run.chapter, run.notebook, self._render)
            errors += [run.error] if run.error else refused
        if errors and not self._serves:
            raise _abort(errors)
        self._inventory = read_inventory(Path(config.docs_dir) / PYTORCH_NAMES)
        if autorefs := config.plugins.get("autorefs"):  # mkdocstrings brings it
            for name, address in self._inventory.items():
                autorefs.register_url(name, address)
        self._errors = {}
        for error in errors:
            log.info(f"{error}\n")
            self._errors.setdefault(error.script, []).append(error)
        if self._publishes:
            self._site = Path(config.site_dir)
            self._staged = make_staging_folder(self._site)
            config.site_dir = str(self._staged)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the chapters to MkDocs' files, and the pages that are made of them."""
        chapters = {script: run.chapter for script, run in self._runs.items()}
        for script in self._errors.keys() - chapters.keys():
            # While serving, also what cannot be read has a page: it says why.
            path = find_root(config) / script
            chapters[script] = Chapter(path, script, path.stem, ())
        for _, chapter in sorted(chapters.items()):
            files.append(ChapterFile(chapter, config))
        shown = self._shown()
        pages = {
            ERRORS: compose_error_index((run.chapter, run.notebook) for run in shown),
            CHEAT_SHEET: compose_cheat_sheet(run.chapter for run in shown),
        }
        for name, text in pages.items():
            if name not in files.src_uris:  # what somebody has written goes before it
                files.append(File.generated(config, name, content=text))
        if glossary := files.get_file_from_path(GLOSSARY):
            self._terms = read_glossary(glossary.content_string)
            self._glossary = glossary.url
        return files

    def on_page_read_source(self, *, page: Page, config: MkDocsConfig) -> str | None:
        """Give MkDocs a chapter's prose and code as Markdown."""
        script = page.file.src_uri
        run = self._runs.get(script)
        if script in self._errors:
            return f"# {run.chapter.title if run else PurePosixPath(script).stem}\n"
        return None if run is None else to_markdown(run.notebook, read_exercises(run.chapter))

    def on_page_markdown(self, markdown: str, *, config: MkDocsConfig, **_: Any) -> str:
        """Name the repository where the page says how to clone it."""
        return name_repository(markdown, config.repo_url)

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Say where formulas are wrong; put values and outputs where Markdown left room."""
        script = page.file.src_uri
        run = self._runs.get(script)
        if self._wrong_formulas:
            own = read_document(page.file, config) if run is None else read_prose(run.chapter)
            self._formula_errors |= locate_formulas(
                self._wrong_formulas, own, read_sources(find_root(config))
            )
            self._wrong_formulas.clear()
        if script in self._errors:
            return html + render_failure(self._errors[script])
        if script == GLOSSARY:
            return add_anchors(html, self._terms)
        try:
            if script == CHEAT_SHEET and page.file.generated_by:
                chosen = (
                    self._code(run, config, find_sheet_cells(run.chapter)) for run in self._shown()
                )
                html = fill_links(html, script, list(chain.from_iterable(chosen)))
                return f'<div class="cheat-sheet">{html}</div>'
            if run is None:
                return html
            html = fill_values(html, run.notebook, run.chapter)
            page.meta["description"] = describe_page(html)
            glossary = get_relative_url(self._glossary, page.url)
            html = mark_terms(html, self._terms, script, glossary)
            code = [n for n, c in enumerate(run.chapter.cells) if c.kind == "code" and c.source]
            html = fill_links(html, script, self._code(run, config, code), uses=True)
            scripts = sorted(self._runs.keys() | self._errors.keys())
            place = scripts.index(script) + 1, len(scripts)
            ways = list_places_to_work(run.chapter, page, config, files)
            html = add_header(html, run, place, link_downloads(run.chapter, page), ways)
            return fill_outputs(html, to_outputs(run.notebook, self._render), run.chapter)
        except ChapterError as error:
            if not self._serves:
                raise PluginError(str(error)) from error
            log.info(str(error))
            return render_failure([error])

    def _shown(self) -> list[Run]:
        """Return the runs of the chapters that can be shown, in the book's order."""
        return [run for script, run in sorted(self._runs.items()) if script not in self._errors]

    def _code(self, run: Run, config: MkDocsConfig, numbers: Iterable[int]) -> list[Code]:
        """Return cells of a chapter with what is linked in them: without autorefs, nothing."""
        found = resolve_links(run.chapter, run.names, self._inventory)
        linked = found if "autorefs" in config.plugins else {}
        return [Code(run.chapter, number, linked.get(number, ())) for number in numbers]

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., None]
    ) -> LiveReloadServer:
        """Keep the server alive: after a build that fails, MkDocs' own answers nothing."""
        server.builder = show_failure_as_page(
            builder, Path(config.site_dir), logging.getLogger("mkdocs")
        )
        return server

    def _add_files(self, /, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Stop if formulas are wrong, which a page shows while serving; add what is no page."""
        errors = [ChapterError(*error) for error in sorted(self._formula_errors)]
        if errors and not self._serves:
            raise _abort(errors)
        for error in errors:
            log.info(f"{error}")
        pages = [file.page.content or "" for file in files.documentation_pages() if file.page]
        text = frozenset[str]().union(*map(find_formula_characters, pages))
        self._font = cut_math_font(text) if text else None
        if self._font:
            folder = PurePosixPath(self._font.address).parent
            licence = LICENCE.read_text("utf-8")
            files.append(File.generated(config, self._font.address, content=self._font.style))
            files.append(File.generated(config, f"{folder}/OFL.txt", content=licence))
        shown = self._shown()
        for file in [*bundle_downloads(shown, config, files), *make_twins(shown, config, files)]:
            files.append(file)
        env.globals.update(twin_of=name_twin, report_mistake=make_mistake_reporter(config))
        return env

    @event_priority(-50)
    def _join_files(self, /, env: Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Let pages ask for one style sheet, with what mkdocstrings has written, and one script."""
        config.extra_css = join_files(files, config.extra_css, STYLES, config)
        config.extra_javascript = join_files(files, config.extra_javascript, SCRIPTS, config)

    on_env = CombinedEvent(_add_files, _join_files)

    @event_priority(50)
    def _before_search(self, /, context: Any, *, page: Page, **_: Any) -> None:
        """Let the search plugin, whose turn is next, read less."""
        self._whole = page.content
        page.content = trim_for_search(page.content or "")

    @event_priority(-50)
    def _after_search(self, /, context: Any, *, page: Page, **_: Any) -> None:
        """Let the template, whose turn is last, have it all; beside errors, their types alone."""
        page.content = self._whole
        if page.file.src_uri == ERRORS:
            for title in page.toc:
                for kind in title.children:
                    kind.children.clear()

    on_page_context = CombinedEvent(_before_search, _after_search)

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Drop elements that colour nothing; name the page's twin, and the font of its formulas."""
        head = link_to_twin(page)
        if self._font and find_formula_characters(page.content or ""):
            head += self._font.head(get_relative_url(self._font.address, page.url))
        return drop_plain_spans(output).replace("</head>", f"{head}</head>", 1)

    @event_priority(-100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Publish the site, unless strict mode is about to refuse it."""
        if self._staged is None:
            return
        config.site_dir = str(self._site)
        if not (config.strict and _warnings_so_far()):
            try:
                publish(self._staged, self._site)
            except CleanupError as error:
                log.warning(error)
            self._staged = None
            log.info(f"The site is in {self._site}")

    def on_build_error(self, *, error: Exception) -> None:
        """Say in one line what the disk refused."""
        if isinstance(error, OSError):
            where = f"{error.filename}: " if error.filename else ""
            raise Abort(f"{where}{error.strerror or error}\nThe site is as it was.") from error

    def on_shutdown(self) -> None:
        """Remove a site that was not finished."""
        if self._staged is not None:
            discard_staged(self._staged)


def _abort(errors: list[ChapterError]) -> Abort:
    report = "\n\n".join(map(str, sorted(errors, key=lambda error: (error.script, error.line))))
    return Abort(f"{report}\n\nThe site is as it was: pages with errors are not published.")


def _warnings_so_far() -> bool:
    """Ask the counter by which MkDocs itself decides at the very end."""
    counters = [h for h in logging.getLogger("mkdocs").handlers if isinstance(h, CountHandler)]
    return any(counter.get_counts() for counter in counters)
