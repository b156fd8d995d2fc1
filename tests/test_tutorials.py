"""The chapters: each runs as a plain program, and keeps the rules of the book."""

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import matplotlib.pyplot as plt
import pytest
import torch
from markdown.extensions.toc import slugify
from nbformat import NotebookNode
from torch import Tensor

from ptfund._site.run import Run

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "tutorials").glob("*.py"))

LONGEST_CELL = 20  # lines
LONGEST_PROSE = 80  # words
CLOSING = "## What you can do now"
SHAPE = re.compile(r"# \((|[A-Z],|\d+,|(?:[A-Z]|\d+)(?:, (?:[A-Z]|\d+))+)\)")


class Program(NamedTuple):
    """A chapter that was run as a script: what came of it, and in which folder."""

    result: subprocess.CompletedProcess[str]
    folder: Path


every_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


def cells_of(source: str) -> list[NotebookNode]:
    """Read a script as Jupytext does."""
    return list(jupytext.reads(source, fmt="py:percent").cells)


# The rules, each as a function that lists what breaks it.


def long_cells(cells: list[NotebookNode]) -> list[str]:
    """List code that does not fit on a screen together with its output."""
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    return [source for source in code if len(source.splitlines()) > LONGEST_CELL]


def long_prose(cells: list[NotebookNode]) -> list[str]:
    """List what stands between two code cells and is too long to be read in one breath."""
    found, prose, begun = [], "", False
    for cell in cells:
        if cell.cell_type == "code":
            if begun and len(words(prose)) > LONGEST_PROSE:
                found.append(prose)
            prose, begun = "", True
        elif re.search(f"^{CLOSING}$", cell.source, flags=re.MULTILINE):
            before = cell.source.partition(CLOSING)[0]
            return found + [before] * (len(words(prose + before)) > LONGEST_PROSE)
        else:
            prose += cell.source + "\n\n"
    return found


def words(prose: str) -> list[str]:
    """Return the words outside collapsed blocks and fenced code."""
    prose = re.sub(r"^\?\?\?.*\n(?:(?: {4}.*)?(?:\n|$))*", "", prose, flags=re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", prose, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"\]\([^)]*\)|\]\[[^]]*\]", "]", prose)
    return [word for word in prose.split() if re.search(r"\w", word)]


def unpaired_questions(cells: list[NotebookNode]) -> list[str]:
    """List questions without an answer after the next code cell, and answers without one."""
    events: list[str] = []
    for cell in cells:
        if cell.cell_type == "code":
            events.append("code")
        else:
            events += re.findall(
                r'^(?:!!! question|\?\?\? success) "(\w+)', cell.source, re.MULTILINE
            )
    return re.sub(r"Predict (?:code )+Answer|code", "", " ".join(events)).split()


def broken_links(cells: list[NotebookNode]) -> list[str]:
    """List links to a heading that the chapter does not have."""
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    slugs = {slugify(heading.replace("`", ""), "-") for heading in headings}
    return [slug for slug in re.findall(r"\]\(#([^)]*)\)", text) if slug not in slugs]


def unproven_observations(cells: list[NotebookNode]) -> list[str]:
    """List key observations that do not link to the section that proved them."""
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    section = re.search(r"^## Key observations$(.*?)(?:^## |\Z)", text, re.MULTILINE | re.DOTALL)
    bullets = re.split(r"^- ", section[1], flags=re.MULTILINE)[1:] if section else []
    return [bullet for bullet in bullets if "](#" not in bullet]


def misplaced_figures(cells: list[NotebookNode]) -> list[str]:
    """List calls of show without alt, or that are not the last statement of their cell."""
    found = []
    for cell in cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "show":
                last = tree.body[-1]
                if not (isinstance(last, ast.Expr) and last.value is call):
                    found.append(f"not last in its cell: {ast.unparse(call)}")
                if "alt" not in {keyword.arg for keyword in call.keywords}:
                    found.append(f"no alt: {ast.unparse(call)}")
    return found


def comments(source: str) -> Iterator[tuple[int, bool, str]]:
    """Yield line, whether code stands before it, and text of each comment."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            yield row, bool(token.line[:column].strip()), token.string


def run(cells: list[NotebookNode]) -> list[str]:
    """Run the code; list false or misplaced shape comments and values left to be echoed."""
    found: list[str] = []
    letters: dict[str, int] = {}
    names: dict[str, Any] = {"__name__": "__main__"}
    for source in (cell.source for cell in cells if cell.cell_type == "code"):
        lines = source.splitlines()
        shapes = {
            line: text
            for line, trailing, text in comments(source)
            if (trailing and text.startswith("# (")) or SHAPE.fullmatch(text)
        }
        statements = ast.parse(source).body
        for statement in statements:
            if statement is statements[-1] and isinstance(statement, ast.Expr):
                code = compile(ast.Expression(statement.value), "<cell>", "eval")
                if eval(code, names) is not None:  # noqa: S307 - the chapter itself
                    found.append(f"echoes a value: {ast.unparse(statement)}")
                continue
            exec(compile(ast.Module([statement], []), "<cell>", "exec"), names)  # noqa: S102
            comment = shapes.get(statement.end_lineno or 0)
            if comment is not None and isinstance(statement, ast.Assign):
                del shapes[statement.end_lineno or 0]
                value = names.get(getattr(statement.targets[0], "id", ""))
                if not agrees(comment, value, letters):
                    found.append(f"{ast.unparse(statement)}  {comment}")
        found += [f"misplaced shape: {lines[line - 1]}" for line in shapes]
    return found


def agrees(comment: str, value: object, letters: dict[str, int]) -> bool:
    """Compare a comment with a tensor's shape; a letter is bound where it first stands."""
    match = SHAPE.fullmatch(comment)
    if match is None or not isinstance(value, Tensor):
        return False
    stated = re.findall(r"\w+", match[1])
    if len(stated) != value.ndim:
        return False
    return all(
        (int(size) if size.isdigit() else letters.setdefault(size, actual)) == actual
        for size, actual in zip(stated, value.shape, strict=True)
    )


@pytest.fixture(autouse=True)
def _leaves_no_trace() -> Iterator[None]:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    yield
    plt.close("all")
    assert torch.get_num_threads() == threads
    torch.set_rng_state(state)


def test_there_are_chapters_and_their_names_say_their_order() -> None:
    """An empty list would make every test below pass."""
    assert CHAPTERS
    assert all(re.fullmatch(r"\d\d_[a-z_]+\.py", path.name) for path in CHAPTERS)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Program]:
    """Each chapter run once, from a folder of its own, without a screen, warnings as errors."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND", "PTFUND_FIGURES"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    programs = {}
    for chapter in CHAPTERS:
        folder = tmp_path_factory.mktemp(chapter.stem)
        result = subprocess.run(
            [sys.executable, "-W", "error", chapter],
            cwd=folder,
            env=environment | {"OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        programs[chapter] = Program(result, folder)
    return programs


@every_chapter
def test_runs_as_a_plain_program(chapter: Path, programs: dict[Path, Program]) -> None:
    """From any folder, without a screen, on one thread, with warnings as errors."""
    result, folder = programs[chapter]
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.strip()
    assert "0x" not in result.stdout, "an address varies from run to run"
    assert str(ROOT) not in result.stdout, "a path varies from machine to machine"
    assert list(folder.iterdir()) == []


@every_chapter
def test_prints_what_its_page_shows(
    chapter: Path, programs: dict[Path, Program], executed_book: list[Run]
) -> None:
    """Script and page say the same, figures by their words, deliberate errors by their message."""
    (executed,) = (run for run in executed_book if run.chapter.path == chapter)
    shown = ""
    for cell in executed.notebook.cells:
        for output in cell.get("outputs", ()):
            shown += output.get("text") or output.data["text/plain"] + "\n"
    assert programs[chapter].result.stdout == shown


@every_chapter
def test_shape_comments_are_true(chapter: Path) -> None:
    """After each statement its shape comment holds; letters keep their first meaning."""
    assert run(cells_of(chapter.read_text())) == []


@every_chapter
def test_opens_with_its_title(chapter: Path) -> None:
    """No header, and one title at the very start."""
    source = chapter.read_text()
    assert source.startswith("# %% [markdown]\n# # ")
    prose = [cell.source for cell in cells_of(source) if cell.cell_type == "markdown"]
    unfenced = re.sub(r"^```.*?^```", "", "\n".join(prose), flags=re.MULTILINE | re.DOTALL)
    assert len(re.findall(r"^# ", unfenced, flags=re.MULTILINE)) == 1


@every_chapter
@pytest.mark.parametrize(
    "rule",
    [
        long_cells,
        long_prose,
        unpaired_questions,
        broken_links,
        unproven_observations,
        misplaced_figures,
    ],
    ids=lambda rule: rule.__name__,
)
def test_keeps_the_rules(chapter: Path, rule: Any) -> None:
    """Nothing is found that breaks the rule."""
    assert rule(cells_of(chapter.read_text())) == []


# The rules are code, too: each must find what breaks it.


def code(source: str) -> str:
    """Write a code cell."""
    return f"# %%\n{source}\n\n"


def prose(text: str) -> str:
    """Write a Markdown cell."""
    return "# %% [markdown]\n" + "".join(f"# {line}".rstrip() + "\n" for line in text.split("\n"))


def test_long_cells_are_found() -> None:
    """Twenty lines pass, twenty-one do not."""
    assert long_cells(cells_of(code("a = 1\n" * 19 + "a = 1"))) == []
    assert len(long_cells(cells_of(code("a = 1\n" * 20 + "a = 1")))) == 1


EIGHTY = "word " * 79 + "word"


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        (EIGHTY, 0),
        (EIGHTY + " more", 1),
        (EIGHTY + '\n\n??? note "Aside"\n    Much more.\n\n    And more.\n', 0),
        (EIGHTY + '\n\n??? note "Aside"\n    Inside.\n\nOutside.', 1),
        (EIGHTY + '\n\n!!! question "Predict"\n    What?', 1),
        (EIGHTY + "\n\n```python\na b c\n```", 0),
        (EIGHTY + "\n\n## What you can do now\n\nMuch more.", 0),
        (EIGHTY + " more\n\n## What you can do now", 1),
    ],
)
def test_long_prose_is_found(text: str, finds: int) -> None:
    """All but collapsed blocks, fenced code and the closing counts."""
    source = prose(EIGHTY * 3) + code("a = 1") + prose(text) + code("b = 1")
    assert len(long_prose(cells_of(source))) == finds


def test_prose_of_neighbouring_cells_counts_together() -> None:
    """Cutting a text in two does not shorten it."""
    source = code("a = 1") + prose(EIGHTY) + prose("more") + code("b = 1")
    assert len(long_prose(cells_of(source))) == 1


QUESTION, ANSWER = '!!! question "Predict"\n    What?', '??? success "Answer"\n    That.'


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (prose(QUESTION) + code("a = 1") + prose(ANSWER), []),
        (prose(QUESTION) + code("a = 1") + code("b = 1") + prose(ANSWER), []),
        (prose(QUESTION) + code("a = 1"), ["Predict"]),
        (prose(QUESTION + "\n\n" + ANSWER) + code("a = 1"), ["Predict", "Answer"]),
        (code("a = 1") + prose(ANSWER), ["Answer"]),
    ],
)
def test_unpaired_questions_are_found(source: str, found: list[str]) -> None:
    """The answer comes after the code that the question is about."""
    assert unpaired_questions(cells_of(source)) == found


def test_broken_links_are_found() -> None:
    """A heading's address is its text in lower case, hyphens for spaces."""
    text = "## One `x_y=1`: two\n\n[a](#one-x_y1-two) [b](#two)\n\n```\n## Two\n```"
    assert broken_links(cells_of(prose(text))) == ["two"]


def test_unproven_observations_are_found() -> None:
    """Each key observation leads to its proof."""
    text = "## Key observations\n\n- Proven ([there](#there)).\n- Said.\n\n## Next\n\n- Other."
    assert unproven_observations(cells_of(prose(text))) == ["Said.\n\n"]


def test_misplaced_figures_are_found() -> None:
    """A figure has its text, and ends its cell."""
    good = code("show(f(), alt='x')")
    assert misplaced_figures(cells_of(good)) == []
    assert len(misplaced_figures(cells_of(code("show(f())")))) == 1
    assert len(misplaced_figures(cells_of(code("show(f(), alt='x')\na = 1")))) == 1
    assert len(misplaced_figures(cells_of(code("show(f(), alt='x')\nshow(g(), alt='y')")))) == 1


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("a = torch.zeros(2, 3)  # (2, 3)", True),
        ("a = torch.zeros(2, 3)  # (N, M)", True),
        ("a = torch.zeros(\n    2, 3\n)  # (2, 3)", True),
        ("a = torch.zeros(2)  # (2,)", True),
        ("a = torch.tensor(1)  # ()", True),
        ("a = 1  # (an aside in words)", False),
        ("a = torch.zeros(2, 3)  # (3, 2)", False),
        ("a = torch.zeros(2, 3)  # (N, N)", False),
        ("a = torch.zeros(2, 1)  # (2,)", False),
        ("a = torch.zeros(2)  # (2)", False),
        ("a = [1, 2]  # (2,)", False),
        ("for i in [1]:\n    a = torch.zeros(2)  # (2,)", False),
        ("# (2, 3)\na = torch.zeros(2, 3)", False),
        ("torch.zeros(2)", False),
        ("torch.manual_seed", False),
        ("print('fine')", True),
    ],
)
def test_false_shapes_and_echoes_are_found(line: str, *, fine: bool) -> None:
    """Only a true comment on an assignment at the top level passes, and no bare value."""
    assert (run(cells_of(code("import torch") + code(line))) == []) is fine


def test_letters_bind_once() -> None:
    """A letter that has meant one size cannot mean another in a later cell."""
    first = code("import torch\na = torch.zeros(4)  # (N,)")
    assert run(cells_of(first + code("b = torch.zeros(4)  # (N,)"))) == []
    assert len(run(cells_of(first + code("b = torch.zeros(5)  # (N,)")))) == 1
