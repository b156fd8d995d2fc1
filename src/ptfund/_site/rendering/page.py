"""From an executed notebook to its page: Markdown with places for values and outputs."""

import itertools
import logging
import platform
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape, unescape
from pathlib import Path

import nbformat
from mkdocs_jupyter import convert
from mkdocs_jupyter.config import settings
from nbformat import NotebookNode

from ptfund._site.reading.chapter import (
    Chapter,
    ChapterError,
    Step,
    choose_fence,
    replace_expressions,
)
from ptfund._site.reading.exercises import Exercise
from ptfund._site.running.folders import make_work_folder
from ptfund._site.running.run import Run

# It would name a temporary file for each chapter.
logging.getLogger("mkdocs.mkdocs-jupyter").setLevel(logging.WARNING)

__all__ = [
    "add_header",
    "fill_values",
    "read_values",
    "render_failure",
    "to_markdown",
]

_TEMPLATES = Path(__file__).parent / "templates"

# Who searches looks for words of the chapter, not for those of its frame.
_UNSEARCHED = "data-search-exclude"
# Where a value goes: characters that no keyboard has and that Markdown lets pass.
_PLACE = "\ue000{}\ue001"
_PLACES = re.compile(r"\ue000(\d+)\ue001")
_NO_PLACE = re.compile(r"<(h[1-6]|math|pre|code)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_ELSEWHERE = "in a heading, a formula, a comment, code, or where Markdown drops it"
# Below an exercise's title, where a script puts its mark of progress.
_MARK = '<div class="pt-progress"></div>'
_TITLE = re.compile(r"^### .*", re.MULTILINE)


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
    values = list(read_values(chapter, notebook))
    found = {int(number) for number in _PLACES.findall(html)}
    refused = {int(n) for part in _NO_PLACE.finditer(html) for n in _PLACES.findall(part[0])}
    for number, (step, _) in enumerate(values):
        if number in refused or number not in found:
            message = f"an expression must stand in running text, got {step.source!r} {_ELSEWHERE}"
            raise ChapterError(chapter.script, step.line, message)
    return _PLACES.sub(lambda place: escape(values[int(place[1])][1]), html)


def render_failure(errors: Sequence[ChapterError]) -> str:
    """Return the HTML that stands for a chapter while it cannot be shown."""
    reports = "".join(f'<pre tabindex="0">{escape(str(error))}</pre>' for error in errors)
    return (
        '<div class="output"><div class="output-error"><p>This chapter failed. '
        f"It will be shown here as soon as that is mended.</p>{reports}</div></div>"
    )


def read_values(chapter: Chapter, notebook: NotebookNode) -> Iterator[tuple[Step, str]]:
    """Yield each expression with the text of its value."""
    steps = (step for step in chapter.steps if step.kind == "expression")
    values = (value for cell in notebook.cells for value in cell.metadata.get("values", ()))
    return zip(steps, values, strict=True)
