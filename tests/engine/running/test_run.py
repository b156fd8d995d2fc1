"""Running chapters: fresh, parallel, isolated, and every failure at its line."""

import os
import sys
from pathlib import Path

import pytest

from ptfund._site.running import run as run_module
from ptfund._site.running.run import run_chapters
from tests.engine.project import Project, text_of


def test_outputs_come_from_this_run(project: Project) -> None:
    """What a chapter reads while it runs is what its page shows."""
    source = project.write("value.txt", "one")
    project.chapter("01_a", f"from pathlib import Path\nprint(Path({str(source)!r}).read_text())")
    assert text_of(project.run()["01_a"], 1) == "one\n"
    source.write_text("two")
    assert text_of(project.run()["01_a"], 1) == "two\n"


def test_chapters_run_at_the_same_time(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two chapters that wait for each other both end."""
    monkeypatch.setattr(run_module, "_processors", lambda: 2)
    meet = """
import time
from pathlib import Path
Path({mine!r}).touch()
while not Path({other!r}).exists():
    time.sleep(0.01)
"""
    a, b = str(project.root / "a"), str(project.root / "b")
    project.chapter("01_a", meet.format(mine=a, other=b))
    project.chapter("02_b", meet.format(mine=b, other=a))
    runs = project.run(cell_timeout=30.0)
    assert [run.error for run in runs.values()] == [None, None]


def test_the_longest_chapter_starts_first(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one worker the chapters run by the time they took before, new ones at the front."""
    monkeypatch.setattr(run_module, "_processors", lambda: 1)
    for name in ("01_a", "02_b", "03_c"):
        project.chapter(name, "x = 1")
    chapters = [run.chapter for run in project.run().values()]
    order: list[str] = []
    runs = run_chapters(
        chapters,
        root=project.root,
        cell_timeout=60.0,
        expected_seconds={"01_a": 1.0, "02_b": 5.0},
        finished=lambda run: order.append(run.chapter.name),
    )
    assert order == ["03_c", "02_b", "01_a"]
    assert [run.chapter.name for run in runs] == ["01_a", "02_b", "03_c"]


def test_a_kernel_has_one_thread(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """No library takes more, whatever this machine's owner has set for other programs."""
    for library in ("OMP", "MKL", "OPENBLAS"):
        monkeypatch.setenv(f"{library}_NUM_THREADS", "2")
    project.chapter(
        "01_a",
        "import numpy, sklearn.neighbors, torch\nfrom threadpoolctl import threadpool_info\n"
        "print(torch.get_num_threads(), {pool['num_threads'] for pool in threadpool_info()})",
    )
    assert text_of(project.run()["01_a"], 1) == "1 {1}\n"


def test_a_kernel_has_none_of_the_owners_settings(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start-up files, Matplotlib's settings, accelerators and muted warnings do not count."""
    startup = project.write("home/profile_default/startup/00.py", "owner = 1")
    monkeypatch.setenv("IPYTHONDIR", str(startup.parents[2]))
    matplotlibrc = project.write("home/matplotlibrc", "lines.linewidth: 9")
    monkeypatch.setenv("MATPLOTLIBRC", str(matplotlibrc))
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    project.chapter(
        "01_a",
        "import matplotlib.pyplot as plt\nimport torch\n"
        "print('owner' in globals(), plt.rcParams['lines.linewidth'])\n"
        "print(torch.accelerator.is_available())",
        "import warnings\nwarnings.warn('careful')",
    )
    run = project.run()["01_a"]
    assert text_of(run, 1) == "False 1.5\nFalse\n"
    assert run.error is not None
    assert "careful" in run.error.message


def test_a_chapter_runs_in_its_own_folder_and_sees_no_other(project: Project) -> None:
    """The working folder is the script's, as in Jupyter, and no variable leaks."""
    project.chapter("01_a", "import os\nleak = 1\nprint(os.getcwd())")
    project.chapter("02_b", "print('leak' in globals(), 'ipykernel' in str(globals().keys()))")
    runs = project.run()
    assert text_of(runs["01_a"], 1) == f"{(project.root / 'tutorials').resolve()}\n"
    assert text_of(runs["02_b"], 1) == "False False\n"


FAILURES = {
    "an exception": (["x = 1\n1 / 0\nx = 2"], 6, "ZeroDivisionError: division by zero"),
    "in a loop": (["for i in range(3):\n    if i == 2:\n        1 / 0"], 7, "ZeroDivisionError"),
    "in a function of an earlier cell": (
        ["def f():\n    return 1 / 0", "x = 1", "f()"],
        6,
        "ZeroDivisionError",
    ),
    "in a later cell": (["x = 1", "y = 2\n1 / 0"], 9, "ZeroDivisionError"),
    "while it is shown": (
        ["class X:\n    def __repr__(self):\n        1 / 0\nx = 1\nX()"],
        7,
        "ZeroDivisionError",
    ),
    "without a message": (["raise ValueError"], 5, "ValueError"),
    "a false claim": (["assert 1 == 1\nassert 1 == 2"], 6, "AssertionError"),
    "code that does not parse": (["x = 1\nexec('1 +')"], 6, "SyntaxError"),
    "an exit": (["x = 1\nraise SystemExit(3)"], 6, "SystemExit: 3"),
    "a question": (["x = 1\ninput('?')"], 6, "StdinNotImplementedError"),
    "a warning": (
        ["import warnings\nx = 1\nwarnings.warn('careful')\nx = 2"],
        7,
        "stderr, which must stay empty: <cell 1>:3: UserWarning: careful",
    ),
    "a deprecation": (
        ["import warnings", "x = 1\nwarnings.warn('old', DeprecationWarning)"],
        9,
        "DeprecationWarning: old",
    ),
    "a deprecation in the package": (
        [
            "import warnings",
            "warnings.warn_explicit('old', DeprecationWarning, 'f', 1, 'ptfund.data')",
        ],
        8,
        "DeprecationWarning: old",
    ),
    "a log message": (["import logging\nlogging.warning('careful')"], 6, "careful"),
    "a write to stderr": (["import sys\nx = 1\nprint('no', file=sys.stderr)\nx = 2"], 7, "no"),
    "a subprocess that writes to stderr": (
        ["import subprocess\nx = subprocess.run('echo no >&2', shell=True)"],
        5,
        "no",
    ),
    "a killed kernel": (
        ["import os, signal", "x = 1\nos.kill(os.getpid(), signal.SIGKILL)\nx = 2"],
        9,
        "the kernel died: signal 9",
    ),
    "a kernel that leaves": (["import os\nos._exit(3)"], 6, "the kernel died: exit code 3"),
    "a crash in compiled code": (
        ["import ctypes\nctypes.string_at(0)"],
        6,
        "the kernel died: signal 11",
    ),
}


def test_every_kind_of_failure_names_its_line(project: Project) -> None:
    """All chapters run to their end or first error, and each error has the script's line."""
    for number, (cells, _, _) in enumerate(FAILURES.values()):
        project.chapter(f"{number:02}_x", *cells)
    project.chapter("99_good", "print('done')")
    runs = project.run()
    for number, (kind, (_, line, message)) in enumerate(FAILURES.items()):
        error = runs[f"{number:02}_x"].error
        assert error is not None, kind
        assert (error.script, error.line) == (f"tutorials/{number:02}_x.py", line), kind
        assert message in error.message, (kind, error.message)
    assert text_of(runs["99_good"], 1) == "done\n"


def test_a_cell_past_its_time_limit_names_the_line_it_hangs_at(project: Project) -> None:
    """The kernel is stopped, and what it was doing is known; other chapters go on."""
    project.chapter("01_slow", "import time\nx = 1\nwhile True:\n    time.sleep(0.01)")
    project.chapter("02_good", "print('done')")
    runs = project.run(cell_timeout=5.0)
    error = runs["01_slow"].error
    assert error is not None
    assert (error.line, error.message) == (8, "the cell ran longer than 5 seconds")
    assert text_of(runs["02_good"], 1) == "done\n"


def test_a_traceback_speaks_of_files_that_people_edit(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is a line of the script or of the project, from the cell inwards."""
    project.write("lib/helper.py", "def third(x):\n    return x[3]\n")
    monkeypatch.setenv("PYTHONPATH", str(project.root / "lib"), prepend=os.pathsep)
    project.chapter("01_a", "from helper import third", "y = 1\nthird([])")
    error = project.run()["01_a"].error
    assert str(error) == (
        "tutorials/01_a.py:9: IndexError: list index out of range\n"
        "    tutorials/01_a.py:9 in <module>\n        third([])\n"
        "    lib/helper.py:2 in third\n        return x[3]"
    )


def test_allowed_stderr_and_process_output_are_kept(project: Project) -> None:
    """A tagged cell may warn; what subprocesses write follows Python's own output."""
    project.write(
        "tutorials/01_a.py",
        '# %% [markdown]\n# # T\n\n# %% tags=["allow-stderr"]\n'
        "import subprocess, sys\nprint('one', file=sys.stderr)\nprint('two')\n"
        "x = subprocess.run('echo three; echo four >&2', shell=True)\n",
    )
    run = project.run()["01_a"]
    assert run.error is None
    said = [(output.name, output.text) for output in run.notebook.cells[1].outputs]
    assert said == [("stdout", "two\nthree\n"), ("stderr", "one\nfour\n")]


def test_what_a_tagged_cell_wrote_is_not_blamed_on_a_later_one(project: Project) -> None:
    """Each cell's first line on stderr is its own."""
    project.write(
        "tutorials/01_a.py",
        '# %% [markdown]\n# # T\n\n# %% tags=["allow-stderr"]\n'
        "import sys\nx = 1\nprint('fine', file=sys.stderr)\n"
        "# %%\nx = 2\nprint('not fine', file=sys.stderr)\n",
    )
    error = project.run()["01_a"].error
    assert error is not None
    assert (error.line, error.message.endswith(": not fine")) == (10, True)


def test_what_is_printed_is_one_output_however_it_was_flushed(project: Project) -> None:
    """Pauses and flushes between two prints leave no trace; a figure between them does."""
    project.chapter(
        "01_a",
        "import sys, time\nfrom IPython.display import HTML, display\n"
        "for i in range(3):\n    print(i)\n    sys.stdout.flush()\n    time.sleep(0.3)\n"
        "display(HTML('<table></table>'))\nprint('after')",
    )
    outputs = project.run()["01_a"].notebook.cells[1].outputs
    assert [output.get("text") for output in outputs] == ["0\n1\n2\n", None, "after\n"]


def test_marking_lines_changes_nothing(project: Project) -> None:
    """Future imports, docstrings, matches, tries and last expressions work as in plain Python."""
    project.chapter(
        "01_a",
        "from __future__ import annotations\nfrom inspect import getsource\n"
        "def f(x: no_such_name) -> int:\n    return 7\nprint(getsource(f))",
        "match 3:\n    case 3:\n        print('three')\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    print('caught')\n"
        "else:\n    print('no')\nfinally:\n    print('at last')\n"
        "with open('01_a.py') as file:\n    print(len(file.readline()))",
        "f(1)",
    )
    run = project.run()["01_a"]
    assert run.error is None
    assert text_of(run, 1) == "def f(x: no_such_name) -> int:\n    return 7\n\n"
    assert text_of(run, 2) == "three\ncaught\nat last\n16\n"
    assert run.notebook.cells[3].outputs[0].data["text/plain"] == "7"


def test_what_goes_on_after_the_last_cell_does_no_harm(project: Project) -> None:
    """A thread that prints on, and a kernel that dies then; what it used is then unknown."""
    project.chapter(
        "01_a",
        "import threading, time\ndef go_on():\n    while True:\n        print('still here')\n"
        "        time.sleep(0.001)\nthreading.Thread(target=go_on, daemon=True).start()",
    )
    project.chapter(
        "02_b",
        "import builtins, os\nbuiltins.__ptfund_inputs__ = lambda: os._exit(3)",
    )
    prints, dies = project.run().values()
    assert prints.error is None
    assert prints.inputs is not None
    assert (dies.error, dies.inputs) == (None, None)
    assert project.executed() == {"01_a", "02_b"}
    assert project.executed() == {"02_b"}


def test_time_memory_and_cells_are_measured(project: Project) -> None:
    """A chapter that holds 200 MB shows at least so much more than one that holds none."""
    project.chapter("01_a", "x = 1")
    project.chapter("02_b", "x = bytearray(200 * 2**20)", "del x\nimport time\ntime.sleep(0.5)")
    small, large = project.run().values()
    assert large.peak_memory - small.peak_memory > 150 * 2**20
    assert large.seconds > 0.5
    assert (small.chapter.code_cells, large.chapter.code_cells) == (1, 2)


def test_a_kernel_that_does_not_start_is_a_failure_of_its_chapter(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what the process said."""
    project.chapter("01_a", "x = 1")
    broken = project.write("python", "#!/bin/sh\necho 'no kernel today' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    error = project.run()["01_a"].error
    assert error is not None
    assert "did not start" in error.message
    assert "no kernel today" in error.message


def test_nothing_is_left_behind(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """No temporary file and no compiled file remains after a run, good or bad."""
    temporary = project.root / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv(
        "PYTHONPATH", str(project.write("lib/helper.py", "x = 1\n").parent), prepend=os.pathsep
    )
    project.chapter("01_a", "import helper", "1 / 0")
    assert str(project.run()["01_a"].error).startswith("tutorials/01_a.py:8: ZeroDivisionError")
    assert list(temporary.iterdir()) == []
    assert list(project.root.rglob("__pycache__")) == []


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


def test_a_chapter_reads_files_as_its_script_does(project: Project) -> None:
    """A path beside the script is found without naming a folder."""
    project.write("tutorials/numbers.txt", "1 2 3")
    project.chapter("01_a", "from pathlib import Path\nprint(Path('numbers.txt').read_text())")
    assert text_of(project.run()["01_a"], 1) == "1 2 3\n"
    assert Path.cwd() != project.root / "tutorials"
