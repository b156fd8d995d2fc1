"""From an executed notebook to the parts of its page: Markdown, values, outputs as HTML."""

import itertools
import logging
import platform
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape, unescape
from pathlib import Path

import bleach
import nbformat
from mkdocs_jupyter import convert
from mkdocs_jupyter.config import settings
from nbconvert.filters import ansi2html, strip_ansi
from nbformat import NotebookNode

from ptfund._site.reading.chapter import (
    Chapter,
    ChapterError,
    Step,
    choose_fence,
    read_error,
    replace_expressions,
)
from ptfund._site.reading.exercises import Exercise
from ptfund._site.running.folders import make_work_folder
from ptfund._site.running.run import Run

# It would name a temporary file for each chapter.
logging.getLogger("mkdocs.mkdocs-jupyter").setLevel(logging.WARNING)

__all__ = [
    "add_header",
    "fill_outputs",
    "fill_values",
    "refuse_outputs",
    "render_failure",
    "to_markdown",
    "to_outputs",
]

_TEMPLATES = Path(__file__).parent / "templates"

# As `print(object())` writes it; a short number such as 0xff is somebody's result.
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+|\b0x[0-9a-fA-F]{7,}")

# What a table and the words in it may be made of. Anything else is shown as text.
_TEXT_TAGS = {"b", "br", "code", "em", "i", "pre", "small", "span", "strong", "sub", "sup"}
_BLOCK_TAGS = {"div", "li", "ol", "p", "ul"}
_TABLE_TAGS = {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_TAGS = _TEXT_TAGS | _BLOCK_TAGS | _TABLE_TAGS
_ATTRIBUTES = ["class", "colspan", "rowspan", "scope"]
_NO_ALT = "a figure without alt text: show it with ptfund.display.show(figure, alt=...)"
# Readers search for words, and for the messages of errors; numbers would swell the index.
_UNSEARCHED = "data-search-exclude"
# Where a value goes: characters that no keyboard has and that Markdown lets pass.
_PLACE = "\ue000{}\ue001"
_PLACES = re.compile(r"\ue000(\d+)\ue001")
_NO_PLACE = re.compile(r"<(h[1-6]|math|pre|code)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_ELSEWHERE = "in a heading, a formula, a comment, code, or where Markdown drops it"
# Below an exercise's title, where a script puts its mark of progress.
_MARK = '<div class="pt-progress"></div>'
_TITLE = re.compile(r"^### .*", re.MULTILINE)
_STYLE = re.compile(r"<style\b.*?</style>\s*", re.DOTALL)


def to_markdown(notebook: NotebookNode, exercises: Sequence[Exercise] = ()) -> str:
    """Return a page's Markdown: prose, code as fenced blocks, markers for values and outputs.

    Args:
        notebook: The chapter, executed.
        exercises: Its exercises: stubs are shown, hints and solutions are folded away.
    """
    notebook = nbformat.from_dict(notebook)
    places = map(_PLACE.format, itertools.count())
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            count = len(cell.metadata.get("values", ()))
            cell.source = replace_expressions(cell.source, list(itertools.islice(places, count)))
        else:
            cell.metadata.update(fence=choose_fence(cell.source), number=number)
    for exercise in exercises:
        task = notebook.cells[exercise.task]
        task.source = _TITLE.sub(rf"\g<0>\n\n{_MARK}\n", task.source)
        hint, why = notebook.cells[exercise.hint], notebook.cells[exercise.why]
        bars = choose_fence(exercise.stub)
        stub = "" if exercise.shown else f"{bars}python\n{exercise.stub}\n{bars}\n\n"
        hint.source = f"{stub}{_folded('tip', 'Hint')}{hint.source}\n\n</details>\n\n"
        hint.source += _folded("example", "Solution").rstrip()
        why.source += "\n\n</details>"
    return _converted(nbformat.writes(notebook))


def _folded(kind: str, title: str) -> str:
    """Return the beginning of a block that a reader opens, and no search, with Markdown inside."""
    return f'<details class="{kind}" markdown="1" {_UNSEARCHED}="">\n<summary>{title}</summary>\n\n'


@lru_cache(maxsize=64)  # while serving, most chapters are as they were
def _converted(notebook: str) -> str:
    with make_work_folder() as folder:
        path = folder / "chapter.ipynb"
        path.write_text(notebook, encoding="utf-8")
        settings.templates_dir = str(_TEMPLATES)
        converted = convert.nb2html(str(path), execute=False, custom_mathjax_url="")
    # mkdocs-jupyter closes with the style of Jupyter's own pages, which ours is not.
    escaped, _, _ = converted.partition("<style>")
    return unescape(escaped).strip() + "\n"


def to_outputs(notebook: NotebookNode) -> dict[int, str]:
    """Return the HTML of each cell's outputs, by the cell's number."""
    blocks = {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.outputs:
            parts = [
                _output(output, f"cell-{number}-{part}-")
                for part, output in enumerate(cell.outputs)
            ]
            blocks[number] = (
                f'<div class="output" role="group" aria-label="Output">{"".join(parts)}</div>'
            )
    return blocks


def add_header(
    html: str,
    run: Run,
    place: tuple[int, int],
    offered: Sequence[tuple[str, str]],
    places_to_work: Sequence[tuple[str, str]] = (),
) -> str:
    """Return a page that says below its title where in the book it is, and offers files.

    Args:
        html: The page.
        run: The chapter's run, which knows what it ran with.
        place: The chapter's number, and how many chapters there are.
        offered: Address and words of each file.
        places_to_work: Address and words of each place where the chapter can be worked in.
    """
    links = ", ".join(_link(*file, attribute=" download") for file in offered)
    ways = ", or ".join(itertools.starmap(_link, places_to_work))
    number, count = place
    header = (
        f'<div class="chapter-header" {_UNSEARCHED}>\n'
        f"<p>Chapter {number} of {count}, run with {' and '.join(_versions(run))}.</p>\n"
        + (f'<p class="places-to-work">{ways}.</p>\n' if ways else "")
        + f'<p class="downloads">Download: {links}.</p>\n</div>'
    )
    return html.replace("</h1>", f"</h1>\n{header}", 1)


def _link(address: str, words: str, attribute: str = "") -> str:
    return f'<a href="{escape(address)}"{attribute}>{escape(words)}</a>'


def _versions(run: Run) -> Iterator[str]:
    """Yield what a chapter ran with: Python, and PyTorch if it was used.

    Chapters run with the Python that builds, and a stored run counts under it alone.
    """
    yield f"Python {platform.python_version()}"
    if torch := run.inputs and run.inputs["distribution"].get("torch"):
        release, _, _ = torch.partition("+")  # the rest says for which hardware it was built
        yield f"PyTorch {release}"


def fill_values(html: str, notebook: NotebookNode, chapter: Chapter) -> str:
    """Return a page with the text of each inline expression in its place.

    It is put there as text: whatever it looks like, it is no Markdown and no HTML any more.

    Raises:
        ChapterError: If an expression stands where it must not, or Markdown has dropped it.
    """
    values = list(_values(chapter, notebook))
    found = {int(number) for number in _PLACES.findall(html)}
    refused = {int(n) for part in _NO_PLACE.finditer(html) for n in _PLACES.findall(part[0])}
    for number, (step, _) in enumerate(values):
        if number in refused or number not in found:
            message = f"an expression must stand in running text, got {step.source!r} {_ELSEWHERE}"
            raise ChapterError(chapter.script, step.line, message)
    return _PLACES.sub(lambda place: escape(values[int(place[1])][1]), html)


def fill_outputs(html: str, outputs: dict[int, str], chapter: Chapter) -> str:
    """Return a page with its outputs in place of the markers that stood for them.

    Raises:
        ChapterError: If Markdown has lost or repeated a marker.
    """
    for number, block in outputs.items():
        marker = f'<div data-output="{number}"></div>'
        if html.count(marker) != 1:
            raise chapter.error(
                number, f"the page must hold {marker} once, got {html.count(marker)} times"
            )
        html = html.replace(marker, block)
    return html


def render_failure(errors: Sequence[ChapterError]) -> str:
    """Return the HTML that stands for a chapter while it cannot be shown."""
    reports = "".join(f'<pre tabindex="0">{escape(str(error))}</pre>' for error in errors)
    return (
        '<div class="output"><div class="output-error"><p>This chapter failed. '
        f"It will be shown here as soon as that is mended.</p>{reports}</div></div>"
    )


def refuse_outputs(chapter: Chapter, notebook: NotebookNode) -> Iterator[ChapterError]:
    """Yield an error for each output or value that may not appear on a page."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if message := _refusal(output):
                yield chapter.error(number, message)
    for step, value in _values(chapter, notebook):
        if message := _refused_text(value):
            yield ChapterError(chapter.script, step.line, message)


def _values(chapter: Chapter, notebook: NotebookNode) -> Iterator[tuple[Step, str]]:
    """Yield each expression with the text of its value."""
    steps = (step for step in chapter.steps if step.kind == "expression")
    values = (value for cell in notebook.cells for value in cell.metadata.get("values", ()))
    return zip(steps, values, strict=True)


def _refusal(output: NotebookNode) -> str | None:
    data = output.get("data", {})
    if "image/svg+xml" in data:
        alt = output.metadata.get("image/svg+xml", {}).get("alt", "")
        return None if alt.strip() else _NO_ALT
    if any(kind.startswith("image/") for kind in data):
        return _NO_ALT
    if data and not data.keys() & {"text/html", "text/plain"}:
        return f"an output must be text, an HTML table or a figure, got {', '.join(sorted(data))}"
    text = data.get("text/html") or data.get("text/plain") or output.get("text", "")
    return _refused_text(strip_ansi(text))


def _refused_text(text: str) -> str | None:
    if found := _ADDRESS.search(text):
        return f"the output holds an address, which differs in each run: {found[0]}"
    return None


def _output(output: NotebookNode, prefix: str) -> str:
    if output.output_type == "stream":
        extra = " output-stderr" if output.name == "stderr" else ""
        return _text(output.text, extra)
    data = output.data
    if "image/svg+xml" in data:
        svg = _unique_ids(data["image/svg+xml"], prefix)
        return f'<figure class="output-figure" {_UNSEARCHED}>{svg}</figure>'
    if "text/html" in data:
        html = _STYLE.sub("", data["text/html"])
        html = bleach.clean(html, tags=_TAGS, attributes=_ATTRIBUTES)
        return f'<div class="output-html" tabindex="0" {_UNSEARCHED}>{html}</div>'
    if error := read_error(output):
        name, message, _ = error
        return (
            f'<div class="output-error"><p>Raised on purpose: <code>{escape(name)}</code></p>'
            f'<pre tabindex="0">{escape(message)}</pre></div>'
        )
    return _text(data["text/plain"])


def _text(text: str, extra: str = "") -> str:
    return f'<pre class="output-text{extra}" tabindex="0" {_UNSEARCHED}>{ansi2html(text)}</pre>'


def _unique_ids(svg: str, prefix: str) -> str:
    """Return an SVG without the ids that nothing refers to, and the others made unique."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))

    def rename(match: re.Match[str]) -> str:
        return f' id="{prefix}{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]*)"', rename, svg)
    return re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}", svg)
