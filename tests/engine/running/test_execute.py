"""A chapter's steps: what they may do, and the line of every failure."""

import os

import pytest

from tests.engine.project import Project, text_of

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
    "a question": (["x = 1\ninput('?')"], 6, "EOFError"),
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
    "a killed process": (
        ["import os, signal", "x = 1\nos.kill(os.getpid(), signal.SIGKILL)\nx = 2"],
        9,
        "the chapter's process died: signal 9",
    ),
    "a process that leaves": (
        ["import os\nos._exit(3)"],
        6,
        "the chapter's process died: exit code 3",
    ),
    "a crash in compiled code": (
        ["import ctypes\nctypes.string_at(0)"],
        6,
        "the chapter's process died: signal 11",
    ),
    "two at once": (
        ["x = 1\nraise ExceptionGroup('both', [ValueError('a'), KeyError('b')])"],
        6,
        "ExceptionGroup: both (2 sub-exceptions)",
    ),
    "a friendly exit": (["x = 1\nexit()\nx = 2"], 6, "SystemExit"),
    "the exit of sys": (["import sys\nsys.exit()"], 6, "SystemExit"),
    "an interruption": (["x = 1\nraise KeyboardInterrupt"], 6, "KeyboardInterrupt"),
    "a message that fails": (
        ["class E(Exception):\n    def __str__(self):\n        1 / 0\nraise E"],
        8,
        "E: <ZeroDivisionError in its __str__>",
    ),
    "a figure that is left open": (
        ["import matplotlib.pyplot as plt", "x = plt.plot([1])"],
        8,
        "a figure without alt text",
    ),
    "too much output": (
        ["x = 1\nwhile True:\n    print('x' * 100_000)"],
        7,
        "the cell printed more than 10,000,000 bytes",
    ),
    "an update of nothing": (
        ["from IPython.display import update_display", "update_display(1, display_id='none')"],
        8,
        "nothing to update was displayed as 'none'",
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
    project.chapter("01_slow", "x = 1\nwhile True:\n    x += 1")
    project.chapter("02_good", "print('done')")
    runs = project.run(cell_timeout=1.0)
    error = runs["01_slow"].error
    assert error is not None
    assert error.line in {6, 7}
    assert error.message == "the cell used more than 1 seconds of processor time"
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


def test_what_a_tagged_cell_wrote_is_not_blamed_on_a_later_one(project: Project) -> None:
    """Each cell's first line on stderr is its own, and other tags allow none."""
    project.write(
        "tutorials/01_a.py",
        '# %% [markdown]\n# # T\n\n# %% tags=["allow-stderr"]\n'
        "import sys\nx = 1\nprint('fine', file=sys.stderr)\n"
        '# %% tags=["cheat-sheet"]\n'
        "x = 2\nprint('not fine', file=sys.stderr)\n",
    )
    error = project.run()["01_a"].error
    assert error is not None
    assert (error.line, error.message.endswith(": not fine")) == (10, True)


def test_a_cell_that_does_nothing_is_stopped(project: Project) -> None:
    """Waiting is no crime, but waiting for ever is; the line is that of the wait."""
    project.chapter("01_slow", "import time\ntime.sleep(600)")
    project.chapter("02_good", "import time\ntime.sleep(1)\nprint('done')")
    runs = project.run(stall_timeout=2.0)
    error = runs["01_slow"].error
    assert error is not None
    assert (error.line, error.message) == (6, "the cell did nothing for 2 seconds")
    assert text_of(runs["02_good"], 1) == "done\n"


def test_the_time_of_all_processes_counts(project: Project) -> None:
    """A cell that waits for another process, for many short ones, or for none, uses their time."""
    project.chapter(
        "01_one",
        "import subprocess, sys\nx = subprocess.run([sys.executable, '-c', 'while True: pass'])",
    )
    project.chapter(
        "02_many",
        "import os\nwhile True:\n    if (pid := os.fork()) == 0:\n        x = sum(range(10**6))\n"
        "        os._exit(0)\n    x = os.waitpid(pid, 0)",
    )
    orphan = "x = os.system('while :; do :; done &')"
    project.chapter("03_none", f"import os, time\n{orphan}\ntime.sleep(600)")
    for run in project.run(cell_timeout=1.0, stall_timeout=20.0).values():
        assert run.error is not None
        assert run.error.message == "the cell used more than 1 seconds of processor time"


EVASIONS = {
    "a replaced traceback": "get_ipython().showtraceback = lambda *a, **k: None\n1 / 0",
    "a handler of one's own": (
        "get_ipython().set_custom_exc((ZeroDivisionError,), lambda *a, **k: None)\n1 / 0"
    ),
    "an exit hook": "import sys\nsys.excepthook = lambda *a: None\n1 / 0",
    "two errors at once": "raise ExceptionGroup('x', [ValueError()])",
    "a quiet exit": "raise SystemExit(0)",
}


def test_nothing_that_a_cell_does_lets_a_failure_pass(project: Project) -> None:
    """Even where stderr may be written to, the verdict is the shell's."""
    for number, code in enumerate(EVASIONS.values()):
        project.write(
            f"tutorials/{number:02}_x{number}.py",
            '# %% [markdown]\n# # T\n\n# %% tags=["allow-stderr"]\n'
            f"from IPython import get_ipython\n{code}\n",
        )
    for kind, run in zip(EVASIONS, project.run().values(), strict=True):
        assert run.error is not None, kind


ODD = {
    "a module that answers nothing": (
        "import sys, types\nclass M(types.ModuleType):\n    def __getattr__(self, name):\n"
        "        raise RuntimeError\nsys.modules['m'] = M('m')"
    ),
    "a module whose file is a number": (
        "import sys, types\nm = types.ModuleType('m')\nm.__file__ = 3\nsys.modules['m'] = m"
    ),
    "no module at all": "import sys\nsys.modules['m'] = object()",
    "a class of no module": "class A:\n    x = 1\nA.__module__ = None\nprint(A().x)\nprint(A.x)",
    "a class whose annotations fail": (
        "class M(type):\n    @property\n    def __annotations__(cls):\n        raise RuntimeError\n"
        "class A(metaclass=M):\n    x = 1\nprint(A().x)"
    ),
}


def test_what_a_chapter_does_to_python_is_its_own_affair(project: Project) -> None:
    """Odd modules and classes are no failure, and what the chapter used is known."""
    for number, code in enumerate(ODD.values()):
        project.chapter(f"{number:02}_x{number}", code)
    for kind, run in zip(ODD, project.run().values(), strict=True):
        assert run.error is None, kind
        assert run.inputs is not None, kind


def test_an_engine_that_cannot_answer_names_the_chapter(project: Project) -> None:
    """A chapter that breaks what the engine stands on fails by its own name and line."""
    project.chapter("01_bad", "import sys\nx = 1", "sys.modules = None")
    project.chapter("02_good", "print('done')")
    runs = project.run()
    error = runs["01_bad"].error
    assert error is not None
    assert (error.script, error.line) == ("tutorials/01_bad.py", 9)
    assert runs["02_good"].error is None


def test_a_copy_of_a_chapter_ends_with_its_cell(project: Project) -> None:
    """Where a cell forks and lets both go on, only the chapter itself reaches the next cell."""
    fork = "import os\nfirst = os.getpid()\nif os.fork():\n    x = os.wait()"
    project.chapter("01_a", fork, "print(os.getpid() == first)")
    run = project.run()["01_a"]
    assert run.error is None
    assert text_of(run, 2) == "True\n"
