"""`mkdocs serve` while somebody writes: what runs, what is seen, and that it goes on."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ptfund._site.serve import show_failure_as_page
from tests.engine.project import CONFIGURATION, Project
from tests.engine.server import Server, serving


@pytest.fixture
def book(project: Project) -> Project:
    """A project whose first chapter imports a module; strict, as ours is."""
    project.write("mkdocs.yml", CONFIGURATION + "watch: [src, tutorials]\n")
    project.write("src/tool.py", "def tool():\n    return 'made by tool'\n")
    project.chapter("01_a", "from tool import tool\nprint(tool())")
    project.chapter("02_b", "print('of b')")
    for name in ("01_a", "02_b"):
        with (project.root / "tutorials" / f"{name}.py").open("a") as file:
            file.write(f"\n# %% [markdown]\n# Prose of {name}.\n")
    return project


@pytest.fixture
def server(book: Project) -> Iterator[Server]:
    """A server of that project, started and answering."""
    with serving(book) as server:
        yield server


def test_an_edit_runs_what_it_must_and_is_seen(server: Server) -> None:
    """Prose and documents run nothing, code its chapter, a module the chapters that import it."""
    assert "made by tool" in server.page("/tutorials/a/")
    assert server.after("tutorials/02_b.py", "Prose of", "Words of") == set()
    assert "Words of 02_b." in server.page("/tutorials/b/")
    assert server.after("docs/index.md", "# Home", "# Start") == set()
    assert "Start" in server.page("/")
    assert server.after("tutorials/02_b.py", "of b", "from b") == {"02_b"}
    assert "from b" in server.page("/tutorials/b/")
    assert server.after("src/tool.py", "made", "built") == {"01_a"}
    assert "built by tool" in server.page("/tutorials/a/")
    assert server.after("mkdocs.yml", "A small book", "A large book") == set()
    assert "A large book" in server.page("/")
    assert "Chapters to execute: 02_b; unchanged: 1" in server.log()
    assert re.search(r"tutorials/02_b\.py: 1 cells, executed in [\d.]+ s", server.log())


def test_a_failure_is_a_page_until_it_is_mended(server: Server) -> None:
    """With file, line and traceback; the other pages stay; prose edits do not run it again."""
    server.after("src/tool.py", "return 'made by tool'", "return 1 / 0")
    page = server.page("/tutorials/a/")
    assert "tutorials/01_a.py:6: ZeroDivisionError: division by zero" in page
    assert "src/tool.py:2 in tool" in page
    assert server.page("/tutorials/a/index.html.md").startswith("# A chapter")
    assert "of b" in server.page("/tutorials/b/")
    executions = server.log().count("tutorials/01_a.py: 1 cells")
    server.after("tutorials/01_a.py", "# # A chapter", "# # A chapter\n#\n# With more")
    assert "tutorials/01_a.py:8: ZeroDivisionError" in server.page("/tutorials/a/")
    assert server.log().count("tutorials/01_a.py: 1 cells") == executions
    server.after("src/tool.py", "return 1 / 0", "return 'as good as new'")
    assert "as good as new" in server.page("/tutorials/a/")
    server.after("tutorials/01_a.py", "print(tool())", "tool() + 1")
    assert "tutorials/01_a.py:8: TypeError" in server.page("/tutorials/a/")
    server.after("tutorials/01_a.py", "tool() + 1", "print('by code:', tool())")
    assert "by code: as good as new" in server.page("/tutorials/a/")


BROKEN = {
    "a chapter that is no Python": ("tutorials/02_b.py", "print(", "print((", "02_b.py:5: Syntax"),
    "an unknown tag": ("tutorials/02_b.py", "# %%\n", '# %% tags=["x"]\n', "02_b.py:4: unknown"),
    "an address": ("tutorials/02_b.py", "'of b'", "object()", "02_b.py:5: the output holds"),
    "an expression in a heading": (
        "tutorials/02_b.py",
        "Prose of",
        "## `{python} 1`",
        "02_b.py:8: an expression must",
    ),
    "an output twice": (
        "tutorials/02_b.py",
        "# Prose",
        '# <div data-output="1"></div>',
        "02_b.py:5: the page must hold",
    ),
}


def test_whatever_is_wrong_with_a_chapter_its_page_says_it(server: Server) -> None:
    """Before running or after it, by the page of that chapter; the next good save mends it."""
    for kind, (name, old, new, message) in BROKEN.items():
        server.after(name, old, new)
        assert message in server.page("/tutorials/b/"), kind
        assert "made by tool" in server.page("/tutorials/a/"), kind
        server.after(name, new, old)
        assert "of b" in server.page("/tutorials/b/"), kind


def test_what_strict_mode_would_refuse_is_told_and_shown(server: Server) -> None:
    """A broken link is a line in the log; the page is there all the same."""
    server.after("docs/index.md", "# Home", "# Home\n[lost](nowhere.md)")
    assert "docs/index.md:2: " in server.log()
    assert "lost" in server.page("/")


def test_a_broken_configuration_is_a_page_everywhere(server: Server) -> None:
    """It says what is wrong and in which line, and asks again by itself."""
    server.after("mkdocs.yml", "strict: true", "strict: [true")
    for path in ("/", "/tutorials/a/"):
        assert 'mkdocs.yml", line' in server.page(path)
    server.after("mkdocs.yml", "strict: [true", "strict: true")
    assert "made by tool" in server.page("/tutorials/a/")


def test_nothing_is_built_when_nothing_changes(server: Server, book: Project) -> None:
    """A chapter that writes beside itself, and one that fails so, do not keep the server busy."""
    writes = "from pathlib import Path\nx = Path('tutorials/made.txt').write_text('x')"
    server.after("tutorials/01_a.py", "print(tool())", f"print(tool())\n{writes}")
    server.after("tutorials/02_b.py", "print('of b')", f"{writes}\n1 / 0")
    builds = server.log().count("Building documentation")
    # What the chapters wrote is a change like any other, but one that runs nothing more.
    server.after("docs/index.md", "# Home", "# Start")
    server.after("docs/index.md", "# Start", "# Home")
    assert server.log().count("Building documentation") <= builds + 4
    assert server.log().count("02_b.py: 1 cells") == 2
    assert (book.root / "tutorials" / "made.txt").exists()


def test_a_builder_that_raises_leaves_a_page_that_says_why(tmp_path: Path) -> None:
    """The message is on it as text, and nothing of the site before."""

    def builder() -> None:
        logging.getLogger("small").warning("a complaint")
        raise RuntimeError("<no> way")

    (tmp_path / "index.html").write_text("the site before")
    log = logging.getLogger("small")
    show_failure_as_page(builder, tmp_path, log)()
    assert log.handlers == [], "what other builds complain of is no concern of this one"
    assert [path.name for path in tmp_path.iterdir()] == ["404.html"]
    page = (tmp_path / "404.html").read_text()
    assert "a complaint\n&lt;no&gt; way" in page
