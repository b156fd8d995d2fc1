"""Where chapters run: a warm process, forked ones, fresh ones; and that nothing is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ptfund._site.running.processes import end_warm_process
from tests.engine.project import Project, text_of


@pytest.fixture
def temporary(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of its own; the warm process of other tests has ended."""
    end_warm_process()
    temporary = project.root / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return temporary


def test_nothing_is_left_behind(
    project: Project, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process, no temporary file and no compiled file remains, after good runs and bad."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    project.write("tutorials/helper.txt", "")
    project.write("lib/helper.py", "x = 1\n")
    monkeypatch.setenv("PYTHONPATH", str(project.root / "lib"), prepend=os.pathsep)
    project.chapter(
        "01_a",
        "import helper, subprocess, tempfile\nprint(tempfile.mkdtemp())\n"
        "x = subprocess.Popen(['sleep', '600'])\n"
        "y = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "z = subprocess.run('(sleep 600 &) ; (setsid sleep 600 &)', shell=True)",
        "1 / 0",
    )
    project.chapter("02_b", "import os, time\nif os.fork() == 0:\n    time.sleep(600)\nx = 1")
    project.chapter("03_c", "import os, signal\nos.killpg(0, signal.SIGKILL)")
    project.chapter(
        "04_d",
        "import os, signal, subprocess\nx = subprocess.Popen(['sleep', '600'])\n"
        "os.kill(os.getppid(), signal.SIGKILL)\nx.wait()",
    )
    before = {process.pid for process in psutil.process_iter()}
    runs = project.run()
    errors = [run.error for run in runs.values()]
    assert text_of(runs["01_a"], 1).startswith(str(temporary))
    assert str(errors[0]).startswith("tutorials/01_a.py:12: ZeroDivisionError")
    assert errors[1] is None
    assert errors[2] is not None
    assert errors[3] is not None
    end_warm_process()
    assert list(temporary.iterdir()) == []
    assert list(project.root.rglob("__pycache__")) == []
    new = [process for process in psutil.process_iter() if process.pid not in before]
    assert [process for process in new if _is_of(process, temporary)] == []


def _is_of(process: psutil.Process, folder: Path) -> bool:
    try:
        return any(value.startswith(str(folder)) for value in process.environ().values())
    except psutil.Error:
        return False


def test_forked_and_fresh_processes_give_the_same(project: Project) -> None:
    """Outputs, values, names, failures and inputs, with libraries loaded before and without."""
    project.chapter(
        "01_a",
        "import torch\nfrom torch import nn\nx = torch.manual_seed(0)\n"
        "model = nn.Linear(2, 1)\nprint(model.bias.shape)",
        "import matplotlib.pyplot as plt\nfrom ptfund.display import show\n"
        "figure, axes = plt.subplots()\nx = axes.plot([0, 1])\nshow(figure, alt='A line.')",
        "import subprocess, warnings\nx = subprocess.run(['echo', 'two'])\nprint(torch.rand(2))",
    )
    project.chapter("02_b", "x = 1\n1 / 0")
    project.chapter("03_c", "import os\nos._exit(3)")
    with (project.root / "tutorials" / "01_a.py").open("a") as file:
        file.write("\n# %% [markdown]\n# It is `{python} model.bias.numel()`.\n")
    preload = ("torch", "matplotlib.pyplot")
    ways = [
        project.run(preload=preload, forks=True),
        project.run(preload=preload, forks=False),
        project.run(forks=True),
        project.run(forks=False),
    ]
    for name in ways[0]:
        first, *others = [way[name] for way in ways]
        for run in others:
            assert run.results == first.results
            assert run.names == first.names
            assert str(run.error) == str(first.error)
    assert ways[0]["01_a"].error is None
    assert ways[0]["01_a"].inputs == ways[1]["01_a"].inputs


def test_a_missing_library_is_named(project: Project) -> None:
    """With the setting that asks for it, and no traceback."""
    project.chapter("01_a", "x = 1")
    for forks in (True, False):
        error = project.run(preload=("no_such_library",), forks=forks)["01_a"].error
        assert error is not None
        assert "cannot import 'no_such_library', which `preload` in mkdocs.yml" in error.message
        assert "Traceback" not in error.message


def test_a_file_that_hides_a_loaded_library_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script would import it, and the page would show the other; its own modules hide nothing."""
    monkeypatch.setenv("PYTHONPATH", str(project.root / "src"), prepend=os.pathsep)
    project.write("src/own.py", "x = 1\n")
    project.write("tutorials/notes/__init__.py", "x = 2\n")
    project.chapter("01_a", "import notes, own, tqdm\nprint(own.x, notes.x)")
    assert text_of(project.run(preload=("own",))["01_a"], 1) == "1 2\n"
    hiding = project.write("tutorials/tqdm/__init__.py", "")
    error = project.run(preload=("own",))["01_a"].error
    assert error is not None
    assert f"{hiding} hides 'tqdm', which is loaded already" in error.message


def test_a_process_that_does_not_start_is_a_failure_of_its_chapter(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what the process said."""
    project.chapter("01_a", "x = 1")
    broken = project.write("python", "#!/bin/sh\necho 'no Python today' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    error = project.run()["01_a"].error
    assert error is not None
    assert "did not start" in error.message
    assert "no Python today" in error.message


def test_a_chapter_does_not_change_the_next(project: Project) -> None:
    """What one leaves in modules, filters, generators or the environment, another never sees."""
    look = (
        "import os, random, sys, tempfile, warnings\nimport matplotlib\nimport torch\n"
        "print(matplotlib.rcParams['lines.linewidth'], torch.get_default_dtype(), torch.rand(2))\n"
        "print(os.environ.get('LEAK'), len(warnings.filters), sys.getrecursionlimit())\n"
        "print('leak' in sys.modules, os.getcwd() == os.path.realpath('.'), os.umask(0o22))"
    )
    leak = (
        "matplotlib.rcParams['lines.linewidth'] = 9\ntorch.set_default_dtype(torch.float64)\n"
        "x = torch.rand(9)\nos.environ['LEAK'] = '1'\nwarnings.simplefilter('ignore')\n"
        "sys.setrecursionlimit(2000)\nsys.modules['leak'] = sys\nos.chdir('/')\nx = os.umask(0)"
    )
    project.chapter("01_a", look, leak)
    project.chapter("02_b", look, leak)
    preload = ("torch", "matplotlib")
    before, after = project.run(preload=preload).values()
    assert before.error is None
    assert before.results == after.results
    assert project.run(preload=preload)["01_a"].results == before.results


# Started in the background by a shell, the tests and what they start ignore Ctrl-C.
KILLED = """\
import signal, sys
from pathlib import Path
from tests.engine.project import Project
signal.signal(signal.SIGINT, signal.default_int_handler)
Project(Path(sys.argv[1])).run()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_build_takes_its_processes_along(
    project: Project, temporary: Path, number: signal.Signals
) -> None:
    """Whatever it had started ends by itself, and the next build clears what is left."""
    told = project.root / "told"
    project.chapter(
        "01_a",
        "import subprocess, time\nx = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"open({str(told)!r}, 'w').close()\nwhile True:\n    time.sleep(0.01)",
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-c", KILLED, str(project.root)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as build:
        while not told.exists():
            assert build.poll() is None
            time.sleep(0.02)
        build.send_signal(number)
    end = time.monotonic() + 60
    while [p for p in psutil.process_iter() if _is_of(p, temporary)]:
        assert time.monotonic() < end
        time.sleep(0.02)
    (project.root / "tutorials" / "01_a.py").unlink()
    project.update()  # a build that starts no process
    assert list(temporary.iterdir()) == []
