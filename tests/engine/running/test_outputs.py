"""What is printed and shown comes in order, and as a terminal or a notebook shows it."""

from pathlib import Path
from typing import Any

import pytest

from ptfund._site.running.outputs import Outputs, settle_lines
from tests.engine.project import Project, text_of

BEGIN, END = "print('one')", "print('three')"
BETWEEN = {
    "a subprocess": "import subprocess\nx = subprocess.run(['echo', 'two'])",
    "a shell": "import os\nx = os.system('echo two')",
    "the system's own write": "import os\nx = os.write(1, b'two\\n')",
    "bytes": "import sys\nx = sys.stdout.buffer.write(b'two\\n')",
    "compiled code": "import ctypes\nx = ctypes.CDLL(None).printf(b'two\\n')",
    "compiled code that holds back": "import ctypes\nx = ctypes.CDLL(None).puts(b'two')",
    "a fork": (
        "import os\nif (pid := os.fork()) == 0:\n    print('two')\n    os._exit(0)\n"
        "x = os.waitpid(pid, 0)"
    ),
    "a process of multiprocessing": (
        "import multiprocessing\n"
        "p = multiprocessing.get_context('fork').Process(target=print, args=('two',))\n"
        "p.start()\np.join()"
    ),
    "a thread": (
        "import threading\nt = threading.Thread(target=print, args=('two',))\nt.start()\nt.join()"
    ),
    "the stream of the beginning": "import sys\nx = sys.__stdout__.write('two\\n')",
    "a stream of the chapter's own": (
        "import sys\nsys.stdout = open(1, 'w', closefd=False)\nprint('two')"
    ),
}


def test_whoever_prints_it_comes_in_order(project: Project) -> None:
    """Python, C, other processes and the system itself share one file."""
    for number, code in enumerate(BETWEEN.values()):
        project.chapter(f"{number:02}_x{number}", f"{BEGIN}\n{code}\n{END}")
    for kind, run in zip(BETWEEN, project.run().values(), strict=True):
        assert run.error is None, (kind, run.error)
        assert text_of(run, 1) == "one\ntwo\nthree\n", kind


def outputs_of(project: Project, *cells: str, tags: str = "") -> list[list[Any]]:
    """Run a chapter, and return what its cells show: texts of streams, data of the rest."""
    parts = ["# %% [markdown]\n# # T\n", *(f"# %%{tags}\n{cell}\n" for cell in cells)]
    project.write("tutorials/01_a.py", "\n".join(parts))
    run = project.run()["01_a"]
    assert run.error is None, run.error
    return [
        [
            (o.name, o.text) if o.output_type == "stream" else o.data["text/plain"]
            for o in cell.outputs
        ]
        for cell in run.notebook.cells[1:]
    ]


STDERR = ' tags=["allow-stderr"]'


def test_both_streams_keep_their_order(project: Project) -> None:
    """As far as Python writes them; of a subprocess, what it wrote to each is in one piece."""
    code = (
        "import subprocess, sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('three')\n"
        "x = subprocess.run('echo four; echo five >&2; echo six', shell=True)"
    )
    (shown,) = outputs_of(project, code, tags=STDERR)
    assert shown == [
        ("stdout", "one\n"),
        ("stderr", "two\n"),
        ("stdout", "three\nfour\nsix\n"),
        ("stderr", "five\n"),
    ]


SHOW = "from IPython.display import clear_output, display, update_display\n"


def test_displays_stand_between_what_is_printed(project: Project) -> None:
    """How often it was flushed leaves no trace; a display does."""
    code = "print(1)\nprint(2, flush=True)\ndisplay('a')\nprint(3)\ndisplay('b')\nprint(4)\n'last'"
    (shown,) = outputs_of(project, f"{SHOW}{code}")
    first, second, third = [("stdout", text) for text in ("1\n2\n", "3\n", "4\n")]
    assert shown == [first, "'a'", second, "'b'", third, "'last'"]


def test_a_display_is_updated_where_it_stands(project: Project) -> None:
    """By its handle or its name, in its own cell or a later one, behind prints and all."""
    first, second, third = outputs_of(
        project,
        f"{SHOW}print('before')\nhandle = display('a', display_id=True)\nprint('after')",
        "x = display('b', display_id='name')\nhandle.update('c')",
        "update_display('d', display_id='name')\nhandle.update('e')",
    )
    assert first == [("stdout", "before\n"), "'e'", ("stdout", "after\n")]
    assert (second, third) == (["'d'"], [])


def test_all_displays_of_a_name_are_updated(project: Project) -> None:
    """As in a notebook, in whichever cells they stand."""
    shown = outputs_of(
        project,
        f"{SHOW}x = display('a', display_id='name')\nx = display('b', display_id='name')",
        "x = display('c', display_id='name')\nupdate_display('d', display_id='name')",
    )
    assert shown == [["'d'", "'d'"], ["'d'"]]


def test_names_of_displays_are_the_same_in_every_run(project: Project) -> None:
    """IPython's are random; ours are counted, and so reach no page as chance."""
    code = f"{SHOW}print(display('a', display_id=True))\ndisplay('b', display_id=True)"
    (shown,) = outputs_of(project, code)
    assert shown[1:] == [
        ("stdout", "<DisplayHandle display_id=1>\n"),
        "'b'",
        "<DisplayHandle display_id=2>",
    ]


def test_output_is_cleared_as_in_a_notebook(project: Project) -> None:
    """At once, or when the next comes; what earlier cells show stays."""
    shown = outputs_of(
        project,
        f"{SHOW}print('kept')",
        "print('gone')\nclear_output()\nprint('new')",
        "for n in range(3):\n    clear_output(wait=True)\n    print(n)",
        "print('kept')\nclear_output(wait=True)",
        "print('gone')\ndisplay('gone')\nclear_output()",
        "display('gone')\nclear_output(wait=True)\ndisplay('new')",
    )
    texts = [[part[1] if isinstance(part, tuple) else part for part in cell] for cell in shown]
    assert texts == [["kept\n"], ["new\n"], ["2\n"], ["kept\n"], [], ["'new'"]]


def test_a_bar_of_progress_is_one_line(project: Project) -> None:
    """Of what was written over and over the last remains, as on a terminal."""
    shown = outputs_of(project, "for n in range(5):\n    print(f'\\rstep {n}', end='')")
    assert shown == [[("stdout", "step 4")]]


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("one\ntwo", "one\ntwo"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("abc\rX", "Xbc"),
        ("abc\b\bX", "aXc"),
        ("\b\bX", "X"),
        ("abc\r\x1b[K", ""),
        ("abc\r\x1b[KX", "X"),
        ("abc\x1b[2K\rX", "X"),
        ("abc\x1b[1K", ""),
        ("abc\x1b[1KX", "   X"),
        ("a\x1b[Ab", "ab"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("ab\r\x1b[31mX\x1b[0m", "\x1b[31mX\x1b[0mb"),
        ("\x1b[31mab\rX", "\x1b[31mX\x1b[0m\x1b[31mb\x1b[0m"),
        ("ab\r\x1b[1m\x1b[31mX", "\x1b[1m\x1b[31mX\x1b[0mb"),
        ("10%\r100%\nend", "100%\nend"),
        ("a\tb\x0c", "a\tb\x0c"),
    ],
)
def test_lines_are_settled_as_on_a_terminal(written: str, seen: str) -> None:
    """What is overwritten or erased is gone; colours stay, links and titles are plain."""
    assert settle_lines(written) == seen


def test_bytes_that_are_no_text_are_shown_as_such(project: Project) -> None:
    """A program may write what is no UTF-8."""
    project.chapter("01_a", "import os\nx = os.write(1, b'a\\xffb\\n')")
    assert text_of(project.run()["01_a"], 1) == "a\N{REPLACEMENT CHARACTER}b\n"


def test_what_was_collected_no_longer_counts(tmp_path: Path) -> None:
    """Of both files together; each step may print as much as the one before."""
    (tmp_path / "stdout").write_bytes(b"one\n")
    (tmp_path / "stderr").write_bytes(b"fine\n")
    outputs = Outputs(tmp_path, [0, 0])
    assert outputs.count_unread() == 9
    outputs.collect([{"kind": "stream", "sizes": [4, 2]}])
    assert outputs.count_unread() == 3


def test_figures_and_deliberate_errors_reach_the_notebook(project: Project) -> None:
    """In a real kernel `show` gives SVG with its alt text, `raises` the type that was raised."""
    project.chapter(
        "01_a",
        "import matplotlib.pyplot as plt\nfrom ptfund.display import raises, show\n"
        "figure, axes = plt.subplots()\nx = axes.plot([0, 1])\nshow(figure, alt='A line.')",
        "print('before')\nwith raises(ValueError):\n    int('x')\nprint('after')",
    )
    run = project.run()["01_a"]
    assert run.error is None
    (figure,) = run.notebook.cells[1].outputs
    assert figure.metadata["image/svg+xml"]["alt"] == "A line."
    assert figure.data["image/svg+xml"].startswith("<svg ")
    before, error, after = run.notebook.cells[2].outputs
    assert (before.text, after.text) == ("before\n", "after\n")
    assert error.metadata["text/plain"]["error"] == "ValueError"
    assert error.data["text/plain"].startswith("ValueError: invalid literal")
