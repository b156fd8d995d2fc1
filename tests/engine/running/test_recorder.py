"""Whatever a chapter uses is noticed, however it gets hold of it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import count

import pytest

from ptfund._site.running.inputs import ENGINE
from tests.engine.project import Project, text_of

Edit = Callable[[Project], object]


def test_a_module_is_compiled_from_its_source(shelf: Project) -> None:
    """A compiled file of the same second and size, left by another program, is not believed."""
    source = shelf.root / "src" / "far.py"
    compiling = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    assert text_of(shelf.update()["02_far"], 1) == "1\n"
    stamp = source.stat()
    shutil.rmtree(source.parent / "__pycache__", ignore_errors=True)
    subprocess.run([sys.executable, "-c", "import far"], env=compiling, check=True)
    assert list(source.parent.glob("__pycache__/far*.pyc"))
    source.write_text(source.read_text().replace("return 1", "return 5"))
    os.utime(source, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert text_of(shelf.update()["02_far"], 1) == "5\n"


new = count(2)  # an edit that was made before would find the run of that time

USES: dict[str, tuple[str, Edit | None]] = {
    "a module by importlib": (
        "import importlib\nprint(importlib.import_module('far').far())",
        lambda p: p.edit("src/far.py", "return 1", f"return {next(new)}"),
    ),
    "a module by its path": (
        (
            "from importlib.util import module_from_spec, spec_from_file_location\n"
            "spec = spec_from_file_location('x', 'src/far.py')\n"
            "x = module_from_spec(spec)\nspec.loader.exec_module(x)\nprint(x.far())"
        ),
        lambda p: p.edit("src/far.py", "return 1", f"return {next(new)}"),
    ),
    "a module that is not there yet": (
        "try:\n    import later\nexcept ImportError:\n    print('none')",
        lambda p: p.write("src/later.py", "print('now')"),
    ),
    "a module that is there no more": (
        "try:\n    import other\nexcept ImportError:\n    print('none')",
        lambda p: (p.root / "src" / "other.py").unlink(),
    ),
    "a file that is not there yet": (
        (
            "from pathlib import Path\ntry:\n    print(Path('later.txt').read_text())\n"
            "except FileNotFoundError:\n    print('none')"
        ),
        lambda p: p.write("later.txt", "now"),
    ),
    "the names in a folder": (
        "import os\nprint(sorted(os.listdir('data')))",
        lambda p: p.write("data/more.txt", ""),
    ),
    "the entries of a folder": (
        "import os\nprint(sorted(entry.name for entry in os.scandir('data')))",
        lambda p: p.write("data/further.txt", ""),
    ),
    "a file that it copies": (
        (
            "import shutil, tempfile\nfrom pathlib import Path\n"
            "with tempfile.TemporaryDirectory() as folder:\n"
            "    print(Path(shutil.copy('data/numbers.txt', folder)).read_text())"
        ),
        lambda p: p.write("data/numbers.txt", str(next(new))),
    ),
    "a file that was opened by number": (
        (
            "import os\nhandle = os.open('data/numbers.txt', os.O_RDONLY)\n"
            "print(os.read(handle, 100))\nos.close(handle)"
        ),
        lambda p: p.write("data/numbers.txt", str(next(new))),
    ),
    "a subprocess": (
        (
            "import subprocess, sys\n"
            "print(subprocess.run([sys.executable, '-c', 'import far; print(far.far())'],\n"
            "    capture_output=True, text=True).stdout)"
        ),
        lambda p: p.edit("src/far.py", "return 1", f"return {next(new)}"),
    ),
    "the name of a module, in a subprocess": (
        (
            "import subprocess, sys\n"
            "print(subprocess.run([sys.executable, '-c', 'import other; print(other.__name__)'],\n"
            "    capture_output=True, text=True).stdout)"
        ),
        lambda p: (p.root / "src" / "other.py").rename(p.root / "src" / f"other{next(new)}.py"),
    ),
    "a shell": (
        "import os, sys\nx = os.system(f\"{sys.executable} -c 'import far; print(far.far())'\")",
        lambda p: p.edit("src/far.py", "return 1", f"return {next(new)}"),
    ),
    "a process of multiprocessing": (
        (
            "import multiprocessing\nfrom far import far\n"
            "with multiprocessing.get_context('spawn').Pool(1) as pool:\n    print(pool.apply(far))"
        ),
        lambda p: p.write("src/other.py", f"x = {next(new)}"),
    ),
    "a file that it has written itself": (
        (
            "from pathlib import Path\nfile = Path('made.txt')\nx = file.write_text('made')\n"
            "print(file.read_text())\nfile.unlink()"
        ),
        None,
    ),
}


def test_whatever_a_chapter_uses_is_noticed(shelf: Project) -> None:
    """Dynamic imports, missing things, listings and other processes: a change runs it again."""
    shutil.rmtree(shelf.root / "tutorials")
    for number, (code, _) in enumerate(USES.values()):
        shelf.chapter(f"{number:02}_use{number}", code)
    runs = shelf.update()
    assert {str(run.error) for run in runs.values()} == {"None"}
    assert shelf.executed() == set()
    original = shelf.sources()
    for number, (kind, (_, edit)) in enumerate(USES.items()):
        if edit is not None:
            edit(shelf)
            assert f"{number:02}_use{number}" in shelf.executed(), kind
            shelf.restore(original)


def test_a_variable_counts_for_the_chapters_that_ask_for_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether by `environ`, `getenv` or `in`; and its value is not stored, being maybe secret.

    To one that looks at all of them, or only at their names, each process differs, so it runs
    each time.
    """
    project.chapter("01_a", "import os\nprint('ONE' in os.environ, os.getenv('TWO'))")
    project.chapter("02_b", "import os\nprint(os.environ['PATH'] != '')")
    project.chapter("03_c", "import os\nprint('ONE' in dict(os.environ))")
    project.chapter("04_d", "import os\nprint('ONE' in list(os.environ))")
    monkeypatch.delenv("ONE", raising=False)
    monkeypatch.setenv("TWO", "2")
    assert project.executed() == {"01_a", "02_b", "03_c", "04_d"}
    assert project.executed() == {"03_c", "04_d"}
    monkeypatch.setenv("TWO", "secret")
    assert project.executed() == {"01_a", "03_c", "04_d"}
    stored = [path.read_text() for path in project.root.rglob("runs/01_a/*.json")]
    assert len(stored) == 2
    assert [text for text in stored if '"secret"' in text.split('"inputs"')[1]] == []
    monkeypatch.setenv("ONE", "")
    assert project.executed() == {"01_a", "03_c", "04_d"}


def test_a_new_version_runs_the_chapters_that_ask_for_it(
    project: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chapter may print the version of a package that it does not import."""
    installed = tmp_path_factory.mktemp("installed")
    metadata = installed / "thing-1.dist-info" / "METADATA"
    metadata.parent.mkdir()

    def install(version: str) -> None:
        metadata.write_text(f"Metadata-Version: 2.1\nName: thing\nVersion: {version}\n")

    install("1.0")
    monkeypatch.setenv("PYTHONPATH", str(installed), prepend=os.pathsep)
    monkeypatch.syspath_prepend(str(installed))
    project.chapter("01_a", "from importlib.metadata import version\nprint(version('thing'))")
    project.chapter("02_b", "x = 1\nprint(x)")
    assert project.executed() == {"01_a", "02_b"}
    assert project.executed() == set()
    install("2.0")
    assert project.executed() == {"01_a"}
    install("1.0")
    assert project.executed() == set()


def test_what_a_chapter_adds_to_was_there_before(project: Project) -> None:
    """A file that grows with each run is an input that changes with each run."""
    project.chapter(
        "01_a",
        "with open('log.txt', 'a') as file:\n    x = file.write('x')\n"
        "with open('log.txt') as file:\n    print(file.read())",
    )
    assert [text_of(project.update()["01_a"], 1) for _ in range(3)] == ["x\n", "xx\n", "xxx\n"]


def test_what_the_process_has_imported_before_counts(project: Project) -> None:
    """Each process begins with the package itself; its engine is part of the key instead."""
    project.chapter("01_a", "x = 1")
    inputs = project.update()["01_a"].inputs
    assert inputs is not None
    assert str(ENGINE.parent / "__init__.py") in inputs["file"]
    assert not [name for name in inputs["file"] if name.startswith(str(ENGINE))]


def test_versions_of_what_is_imported_are_inputs(project: Project) -> None:
    """The distributions behind the modules are listed with their versions, and no others."""
    project.chapter("01_a", "import numpy\nprint(numpy.ones(2))")
    inputs = project.update()["01_a"].inputs
    assert inputs is not None
    assert inputs["distribution"]["numpy"] == __import__("numpy").__version__
    assert "ipython" in inputs["distribution"]
    assert not {"torch", "mkdocs", "pytest"} & inputs["distribution"].keys()
