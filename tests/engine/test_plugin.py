"""Whole builds by MkDocs: what readers get, and what happens when something is wrong."""

import gzip
import json
import os
import pty
import re
import resource
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from html import unescape
from platform import python_version
from typing import NamedTuple

import pytest
from mkdocs.exceptions import Abort

from ptfund._site.plugin import PtfundPlugin
from tests.engine.project import BUILD, CONFIGURATION, Project, begin_project, surroundings

FIRST = """\
# %% [markdown]
# # Tensors & more
#
# See [the loss](02_loss_and_optimizer.py#by-hand) and [home](../docs/index.md).
#
# !!! question "Predict"
#     What is `1 < 2`?
#
# === "One"
#     first
#
# === "Two"
#     second
#
# A claim.[^1]
#
# [^1]: Its proof.

# %%
import os
print(os.environ["PTFUND_TEST"])
print("``` <script>alert(1)</script> --8<-- \\x1b[31mred\\x1b[0m")

# %% [markdown]
# ??? success "Answer"
#     True.

# %%
from ptfund.display import raises
with raises(ZeroDivisionError):
    1 / 0
"""


@pytest.fixture
def book(project: Project) -> Project:
    """A project of two chapters that link to each other."""
    return write_book(project)


def write_book(project: Project) -> Project:
    """Write two chapters that link to each other."""
    project.write("tutorials/01_tensors.py", FIRST.replace("../docs/index.md", "../index.md"))
    project.chapter("02_loss_and_optimizer", "x = 1\nprint('loss')\ny = 2")
    with (project.root / "tutorials" / "02_loss_and_optimizer.py").open("a") as file:
        file.write("\n# %% [markdown]\n# ## By hand\n# Back to [tensors](01_tensors.py).\n")
    project.write("docs/index.md", "# Home\n\n[Start](tutorials/01_tensors.py)\n")
    return project


def with_old_site(project: Project) -> dict[str, bytes]:
    """Put a site where the last good one would be, and return its files."""
    project.write("site/index.html", "the site before")
    project.write("site/tutorials/tensors/index.html", "the page before")
    return project.site()


class Good(NamedTuple):
    """A project with its site, and what its build said."""

    book: Project
    log: str


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    """The good book, built once for all who look at it."""
    book = write_book(begin_project(tmp_path_factory.mktemp("good")))
    built = book.build(PTFUND_TEST="seen in this run")
    assert built.returncode == 0, built.stderr
    return Good(book, built.stderr)


def test_a_good_book_becomes_a_site(good: Good) -> None:
    """Fresh outputs, MkDocs' own Markdown, clean addresses, links that lead on."""
    book, page = good.book, good.book.page("tensors")
    assert "seen in this run" in page
    assert "``` &lt;script&gt;alert(1)&lt;/script&gt; --8&lt;--" in page
    assert '<span class="ansi-red-fg">red</span>' in page
    assert "Raised on purpose: <code>ZeroDivisionError</code>" in page
    assert '<div class="admonition question">' in page
    assert '<details class="success">' in page
    assert 'class="tabbed-set tabbed-alternate"' in page
    assert 'class="footnote"' in page
    assert '<a href="../loss-and-optimizer/#by-hand">the loss</a>' in page
    assert '<a href="../..">home</a>' in page or '<a href="../../">home</a>' in page
    assert "<title>Tensors & more - A small book</title>" in unescape(page)
    last = book.page("loss-and-optimizer")
    assert '<a href="../tensors/">tensors</a>' in last
    assert f"<p>Chapter 2 of 2, run with Python {python_version()}.</p>" in last
    home = (book.root / "site" / "index.html").read_text()
    assert '<a href="tutorials/tensors/">Start</a>' in home


def test_code_on_the_page_is_the_code_that_ran(good: Good) -> None:
    """Stripped of colours, each block is a cell of the script."""
    page = good.book.page("tensors")
    blocks = re.findall(r"<pre><span></span><code>(.*?)</code>", page, re.DOTALL)
    shown = [unescape(re.sub(r"<[^>]+>", "", block)).strip() for block in blocks]
    cells = re.findall(r"# %%\n((?:(?!# %%)[^\n]*\n)+)", FIRST)
    assert shown == [cell.strip() for cell in cells]


def test_pages_are_lean(good: Good) -> None:
    """No style sheet of Jupyter's is in a page: before figures it stays within a few KB."""
    page = good.book.page("tensors")
    assert len(gzip.compress(page.encode())) < 10_000
    assert "jp-" not in page
    assert "<style>" not in page.replace("<style>:root", "")


def test_the_report_lists_what_was_executed(good: Good) -> None:
    """After a build the report has each chapter by its script's name."""
    report = json.loads((good.book.root / ".cache" / "ptfund" / "report.json").read_text())
    assert {name: entry["status"] for name, entry in report["chapters"].items()} == {
        "01_tensors": "executed",
        "02_loss_and_optimizer": "executed",
    }


def test_a_log_has_one_line_a_chapter_and_no_bar(good: Good) -> None:
    """Where nobody watches, progress is told when it is made."""
    for script, cells in (("01_tensors", 2), ("02_loss_and_optimizer", 1)):
        assert len(re.findall(rf"{script}\.py: {cells} cells, executed in [\d.]+ s", good.log)) == 1
    assert "%|" not in good.log


def test_a_terminal_shows_a_bar(book: Project) -> None:
    """Where somebody watches, a bar moves while chapters run."""
    own, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen(
        BUILD,
        cwd=book.root,
        env=surroundings(PTFUND_TEST="x"),
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        seen = b""
        try:
            while piece := os.read(own, 4096):
                seen += piece
        except OSError:  # how Linux says that the other end was closed
            pass
        os.close(own)
    assert process.returncode == 0
    assert b"3/3" in seen or b"2/3" in seen
    assert b"cell" in seen


@pytest.mark.parametrize("address", ["", "https://github.com/someone/fork"])
def test_edit_links_lead_to_the_script_or_are_left_out(book: Project, address: str) -> None:
    """With an address of a repository a page can be edited there; without, nothing is promised."""
    book.write("mkdocs.yml", f"{CONFIGURATION}repo_url: '{address}'\nedit_uri: edit/main/docs/\n")
    built = book.build(PTFUND_TEST="x")
    assert built.returncode == 0, built.stderr
    links = set(re.findall(r'"([^"]*edit/main[^"]*)"', book.page("tensors")))
    assert links == ({f"{address}/edit/main/tutorials/01_tensors.py"} if address else set())


def test_addresses_can_end_in_html(book: Project) -> None:
    """Where a host wants files instead of folders, pages and links follow."""
    book.write("mkdocs.yml", f"{CONFIGURATION}use_directory_urls: false\n")
    built = book.build(PTFUND_TEST="x")
    assert built.returncode == 0, built.stderr
    page = (book.root / "site" / "tutorials" / "tensors.html").read_text()
    assert '<a href="loss-and-optimizer.html#by-hand">the loss</a>' in page


PLANTED = {
    "a failing cell": ("tutorials/02_loss_and_optimizer.py", "x = 1\n", "x = 1 / 0\n", 5),
    "code that is no Python": ("tutorials/02_loss_and_optimizer.py", "y = 2", "y = = 2", 7),
    "an unknown tag": ("tutorials/02_loss_and_optimizer.py", "# %%\n", '# %% tags=["x"]\n', 4),
    "a figure without words": (
        "tutorials/02_loss_and_optimizer.py",
        "y = 2",
        "import matplotlib.pyplot as plt\ny = plt.plot([1])",
        5,
    ),
    "an address": ("tutorials/02_loss_and_optimizer.py", "y = 2", "print(object())", 5),
    "a link to nowhere": ("tutorials/01_tensors.py", "02_loss", "07_loss", 4),
    "a link to no section": ("tutorials/01_tensors.py", "#by-hand", "#by-foot", 4),
    "a marker that only the build may write": (
        "tutorials/01_tensors.py",
        "# A claim.[^1]\n",
        '# <div data-output="1"></div>\n',
        20,
    ),
    "a wrong formula": ("tutorials/01_tensors.py", "A claim", r"A $\claim$", 15),
    "a broken link in a document": ("docs/index.md", "01_tensors.py", "01_tensor.py", 3),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_fault_stops_the_build_and_leaves_the_old_site(book: Project, kind: str) -> None:
    """Exit 1, file and line in the message, and every byte of the site before still there."""
    before = with_old_site(book)
    name, old, new, line = PLANTED[kind]
    path = book.root / name
    path.write_text(path.read_text().replace(old, new, 1))
    built = book.build(PTFUND_TEST="y")
    assert built.returncode == 1
    assert f"{name}:{line}: " in built.stdout + built.stderr
    assert "most recent call last" not in built.stdout + built.stderr
    assert book.site() == before
    assert not list(book.root.glob(".site-*"))


def test_all_failing_chapters_are_reported_together(book: Project) -> None:
    """One build is enough to learn of every chapter that fails, in the order of the book."""
    for name in ("03_a", "04_b"):
        book.chapter(name, "x = 1\nraise ValueError('no')")
    book.chapter("05_c", "x = 1\nx = = 2")
    book.chapter("06_d", "print(object())", "print(object())")
    built = book.build(PTFUND_TEST="x")
    assert built.returncode == 1
    assert re.findall(r"(tutorials/\w+\.py:\d+: \w+)", built.stdout + built.stderr) == [
        "tutorials/03_a.py:6: ValueError",
        "tutorials/04_b.py:6: ValueError",
        "tutorials/05_c.py:6: SyntaxError",
        "tutorials/06_d.py:5: the",
        "tutorials/06_d.py:8: the",
    ]
    report = json.loads((book.root / ".cache" / "ptfund" / "report.json").read_text())
    assert report["chapters"]["03_a"]["status"] == "failed"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "docs/a.md"), "docs/a.md: Permission denied\n"),
        (OSError(28, "No space left on device"), "No space left on device\n"),
        (OSError("in a word"), "in a word\n"),
    ],
)
def test_what_the_disk_refuses_is_told_with_its_file(error: OSError, said: str) -> None:
    """As far as the error names one."""
    with pytest.raises(Abort) as stopped:
        PtfundPlugin().on_build_error(error=error)
    assert str(stopped.value) == f"{said}The site is as it was."


def test_two_chapters_cannot_have_one_address(book: Project) -> None:
    """The second script is told which one came first."""
    book.chapter("03_tensors", "x = 1")
    built = book.build(PTFUND_TEST="x")
    assert built.returncode == 1
    assert (
        "tutorials/03_tensors.py:1: the address 'tensors' belongs to" in built.stdout + built.stderr
    )


def test_a_full_disk_is_one_clear_line(book: Project) -> None:
    """When a file cannot be written whole, the site before stays and the reason is told."""
    before = with_old_site(book)
    limit = 100_000  # less than the theme's script, more than a kernel's files
    built = subprocess.run(
        BUILD,
        cwd=book.root,
        env=surroundings(PTFUND_TEST="y"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    said = built.stdout + built.stderr
    assert built.returncode == 1, said
    assert "File too large" in said
    assert "Traceback" not in said
    assert book.site() == before
    assert not list(book.root.glob(".site-*"))


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Started in the background by a shell, the tests and what they start ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_an_interrupted_build_leaves_no_process_and_the_old_site(book: Project) -> None:
    """Ctrl-C ends the build and what it had started, without a traceback."""
    before = with_old_site(book)
    told = book.root / "pid"
    book.chapter(
        "03_slow",
        f"import os, time\nfrom pathlib import Path\n"
        f"Path({str(told)!r}).write_text(str(os.getpid()) + ' ')\ntime.sleep(600)",
    )
    with subprocess.Popen(
        BUILD,
        cwd=book.root,
        env=surroundings(PTFUND_TEST="x"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        while not (told.exists() and told.read_text().endswith(" ")):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
    assert book.site() == before


@pytest.mark.parametrize("value", ["0", "-1", "soon"])
def test_a_time_limit_that_makes_no_sense_is_refused(book: Project, value: str) -> None:
    """The message names the setting before anything runs."""
    book.write(
        "mkdocs.yml", CONFIGURATION.replace("ptfund]", f"ptfund: {{cell_timeout: {value}}}]")
    )
    built = book.build(PTFUND_TEST="x")
    assert built.returncode == 1
    assert "cell_timeout" in built.stdout + built.stderr


def test_the_time_limit_is_the_one_of_the_configuration(book: Project) -> None:
    """A chapter that would run for ever is stopped after two seconds."""
    book.write("mkdocs.yml", CONFIGURATION.replace("ptfund]", "ptfund: {cell_timeout: 2}]"))
    book.chapter("03_slow", "x = 1\nwhile True:\n    x += 1")
    built = book.build(PTFUND_TEST="x")
    assert built.returncode == 1
    assert "the cell used more than 2 seconds of processor time" in built.stdout + built.stderr
