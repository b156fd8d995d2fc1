"""Every chapter sees the same surroundings, whoever builds."""

import pytest

from tests.engine.project import Project, text_of


def test_a_chapter_has_one_thread(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """No library takes more, whatever this machine's owner has set for other programs."""
    for library in ("OMP", "MKL", "OPENBLAS"):
        monkeypatch.setenv(f"{library}_NUM_THREADS", "2")
    project.chapter(
        "01_a",
        "import numpy, sklearn.neighbors, torch\nfrom threadpoolctl import threadpool_info\n"
        "print(torch.get_num_threads(), {pool['num_threads'] for pool in threadpool_info()})",
    )
    assert text_of(project.run()["01_a"], 1) == "1 {1}\n"


def test_a_chapter_has_none_of_the_owners_settings(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start-up files, Matplotlib's settings, clocks, accelerators, muted warnings: none counts."""
    startup = project.write("home/profile_default/startup/00.py", "owner = 1")
    monkeypatch.setenv("IPYTHONDIR", str(startup.parents[2]))
    matplotlibrc = project.write("home/matplotlibrc", "lines.linewidth: 9")
    monkeypatch.setenv("MATPLOTLIBRC", str(matplotlibrc))
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    project.chapter(
        "01_a",
        "import matplotlib.pyplot as plt\nimport time, torch\n"
        "print('owner' in globals(), plt.rcParams['lines.linewidth'])\n"
        "print(torch.accelerator.is_available(), *time.tzname)",
        "import warnings\nwarnings.warn('careful')",
    )
    run = project.run()["01_a"]
    assert text_of(run, 1) == "False 1.5\nFalse UTC UTC\n"
    assert run.error is not None
    assert "careful" in run.error.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTHONOPTIMIZE", "2"),
        ("PYTHONDEVMODE", "1"),
        ("PYTHONINTMAXSTRDIGITS", "0"),
        ("PYTHONWARNINGS", "ignore"),
        ("PYTHONHASHSEED", "7"),
        ("JAXTYPING_DISABLE", "1"),
        ("PTFUND_FIGURES", "figures"),
    ],
)
def test_what_changes_python_is_not_passed_on(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Assertions count, warnings are seen, and a hash is the same, whatever the owner has set."""
    project.chapter(
        "01_a",
        "import os, sys\n"
        f"print(os.environ.get({name!r}), sys.flags.optimize, sys.flags.dev_mode)\n"
        "print(sys.get_int_max_str_digits(), sys.warnoptions, hash('x'))",
    )
    plain = text_of(project.run()["01_a"], 1)
    monkeypatch.setenv(name, value)
    assert text_of(project.run()["01_a"], 1) == plain


def test_a_chapter_runs_where_its_script_does(project: Project) -> None:
    """In the project's folder, as set-up tells learners to run it; `sys.argv` is the script's."""
    project.write("numbers.txt", "1 2 3")
    project.chapter(
        "01_a",
        "import os, sys\nfrom pathlib import Path\n"
        "print(Path('numbers.txt').read_text(), os.getcwd())\n"
        "print(Path(sys.argv[0]).name, Path(sys.path[0]).name, len(sys.argv))",
    )
    text = text_of(project.run()["01_a"], 1)
    assert text == f"1 2 3 {project.root.resolve()}\n01_a.py tutorials 1\n"
