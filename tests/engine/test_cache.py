"""A chapter runs again if, and only if, something that it used has changed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from ptfund._site import cache, run
from ptfund._site.inputs import ENGINE
from tests.engine.project import Project, text_of

ALL = {"01_near", "02_far", "03_data", "04_alone"}


@pytest.fixture
def book(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Four chapters: on a module, on a module through it, on a file, on nothing."""
    monkeypatch.setenv("PYTHONPATH", str(project.root / "src"))
    project.write("src/near.py", "from far import far\n\ndef near():\n    return far() + 1\n")
    project.write("src/far.py", "def far():\n    return 1\n")
    project.write("src/other.py", "")
    project.write("data/numbers.txt", "1 2 3")
    project.chapter("01_near", "from near import near\nprint(near())")
    project.chapter("02_far", "from far import far\nprint(far())")
    project.chapter(
        "03_data", "from pathlib import Path\nprint(Path('../data/numbers.txt').read_text())"
    )
    project.chapter("04_alone", "value = 2\nprint(value)")
    with (project.root / "tutorials" / "04_alone.py").open("a") as file:
        file.write("\n# %% [markdown]\n# Twice that is `{python} 2 * value`.\n#\n# Prose.\n")
    return project


Edit = Callable[[Project], object]
EDITS: dict[str, tuple[Edit, set[str]]] = {
    "nothing": (lambda _: None, set()),
    "prose": (lambda p: p.edit("tutorials/04_alone.py", "Prose.", "Other prose."), set()),
    "a title": (lambda p: p.edit("tutorials/02_far.py", "A chapter", "Another"), set()),
    "prose between two cells that were one piece of prose": (
        lambda p: p.edit("tutorials/04_alone.py", "# Prose.", "# x\n\n# %% [markdown]\n# y"),
        set(),
    ),
    "code": (lambda p: p.edit("tutorials/02_far.py", "print(far())", "print(-far())"), {"02_far"}),
    "a comment in code": (
        lambda p: p.edit("tutorials/02_far.py", "print(far())", "print(far())  # 1"),
        {"02_far"},
    ),
    "a tag": (
        lambda p: p.edit("tutorials/02_far.py", "# %%\n", '# %% tags=["allow-stderr"]\n'),
        {"02_far"},
    ),
    "an expression": (lambda p: p.edit("tutorials/04_alone.py", "2 * v", "3 * v"), {"04_alone"}),
    "the order of cell and expression": (
        lambda p: p.write(
            "tutorials/04_alone.py",
            "# %% [markdown]\n# # A chapter\n# `{python} 2 * 1`\n\n# %%\nvalue = 2\nprint(value)\n",
        ),
        {"04_alone"},
    ),
    "a module": (lambda p: p.edit("src/near.py", "+ 1", "+ 2"), {"01_near"}),
    "a module of a module": (
        lambda p: p.edit("src/far.py", "return 1", "return 3"),
        {"01_near", "02_far"},
    ),
    "a module that nobody imports": (lambda p: p.write("src/other.py", "x = 1"), set()),
    "a data file": (lambda p: p.write("data/numbers.txt", "4 5 6"), {"03_data"}),
    "only a time stamp": (lambda p: os.utime(p.root / "src" / "far.py", (1, 1)), set()),
    "a document": (lambda p: p.write("docs/index.md", "# Other\n"), set()),
    "a new chapter": (lambda p: p.chapter("05_new", "print('new')"), {"05_new"}),
    "a deleted chapter": (lambda p: (p.root / "tutorials" / "01_near.py").unlink(), set()),
    "a renamed chapter": (
        lambda p: (p.root / "tutorials" / "02_far.py").rename(p.root / "tutorials" / "06_fa.py"),
        set(),
    ),
    "a new module that nobody looks for": (lambda p: p.write("src/new.py", ""), set()),
    "a package in front of a module": (
        lambda p: p.write("src/far/__init__.py", "def far():\n    return 7\n"),
        {"01_near", "02_far"},
    ),
    "a module beside the chapters that is found first": (
        lambda p: p.write("src/near/__init__.py", "def near():\n    return 9\n"),
        {"01_near"},
    ),
}


def test_every_kind_of_edit_runs_exactly_the_chapters_that_it_concerns(book: Project) -> None:
    """Each edit is made, looked at, and taken back, which runs nothing."""
    assert book.executed() == ALL
    original = book.root.with_name("original")
    shutil.copytree(book.root, original, ignore=shutil.ignore_patterns(".cache"))
    for kind, (edit, concerned) in EDITS.items():
        edit(book)
        assert book.executed() == concerned, kind
        for folder in ("src", "tutorials", "data", "docs"):
            shutil.rmtree(book.root / folder)
            shutil.copytree(original / folder, book.root / folder)
        assert book.executed() == set(), f"{kind}, taken back"


def test_what_is_stored_is_what_was_shown(book: Project) -> None:
    """A run from the store has the outputs, values, time and memory of the one that was kept."""
    new, stored = book.update(), book.update()
    for name in ALL:
        assert stored[name].notebook == new[name].notebook
        assert stored[name].cached
        assert (stored[name].seconds, stored[name].peak_memory) == (
            new[name].seconds,
            new[name].peak_memory,
        )
    assert text_of(stored["01_near"], 1) == "2\n"
    assert stored["04_alone"].notebook.cells[2].metadata["values"] == ["4"]


def test_a_module_is_compiled_from_its_source(book: Project) -> None:
    """A compiled file of the same second and size, left by another program, is not believed."""
    source = book.root / "src" / "far.py"
    compiling = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    assert text_of(book.update()["02_far"], 1) == "1\n"
    stamp = source.stat()
    shutil.rmtree(source.parent / "__pycache__", ignore_errors=True)
    subprocess.run([sys.executable, "-c", "import far"], env=compiling, check=True)
    assert list(source.parent.glob("__pycache__/far*.pyc"))
    source.write_text(source.read_text().replace("return 1", "return 5"))
    os.utime(source, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert text_of(book.update()["02_far"], 1) == "5\n"


new = count(2)  # an edit that was made before would find the run of that time

USES: dict[str, tuple[str, Edit | None]] = {
    "a module by importlib": (
        "import importlib\nprint(importlib.import_module('far').far())",
        lambda p: p.edit("src/far.py", "return 1", f"return {next(new)}"),
    ),
    "a module by its path": (
        (
            "from importlib.util import module_from_spec, spec_from_file_location\n"
            "spec = spec_from_file_location('x', '../src/far.py')\n"
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
        lambda p: p.write("tutorials/later.txt", "now"),
    ),
    "the names in a folder": (
        "import os\nprint(sorted(os.listdir('../data')))",
        lambda p: p.write("data/more.txt", ""),
    ),
    "a file that it copies": (
        (
            "import shutil, tempfile\nfrom pathlib import Path\n"
            "with tempfile.TemporaryDirectory() as folder:\n"
            "    print(Path(shutil.copy('../data/numbers.txt', folder)).read_text())"
        ),
        lambda p: p.write("data/numbers.txt", str(next(new))),
    ),
    "a file that was opened by number": (
        (
            "import os\nhandle = os.open('../data/numbers.txt', os.O_RDONLY)\n"
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
            "from pathlib import Path\nx = Path('made.txt').write_text('made')\n"
            "print(Path('made.txt').read_text())"
        ),
        None,
    ),
}


def test_whatever_a_chapter_uses_is_noticed(book: Project) -> None:
    """Dynamic imports, missing things, listings and other processes: a change runs it again."""
    shutil.rmtree(book.root / "tutorials")
    for number, (code, _) in enumerate(USES.values()):
        book.chapter(f"{number:02}_use{number}", code)
    runs = book.update()
    assert {str(run.error) for run in runs.values()} == {"None"}
    assert book.executed() == set()
    original = book.root.with_name("original")
    shutil.copytree(book.root, original, ignore=shutil.ignore_patterns(".cache"))
    for number, (kind, (_, edit)) in enumerate(USES.items()):
        if edit is not None:
            edit(book)
            assert f"{number:02}_use{number}" in book.executed(), kind
            for folder in ("src", "tutorials", "data"):
                shutil.rmtree(book.root / folder)
                shutil.copytree(original / folder, book.root / folder)


def test_a_variable_counts_for_the_chapters_that_ask_for_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether by `environ`, `getenv` or `in`; and its value is not stored, being maybe secret.

    To one that looks at all of them each kernel differs, so it runs each time.
    """
    project.chapter("01_a", "import os\nprint('ONE' in os.environ, os.getenv('TWO'))")
    project.chapter("02_b", "import os\nprint(os.environ['PATH'] != '')")
    project.chapter("03_c", "import os\nprint('ONE' in dict(os.environ))")
    monkeypatch.delenv("ONE", raising=False)
    monkeypatch.setenv("TWO", "2")
    assert project.executed() == {"01_a", "02_b", "03_c"}
    assert project.executed() == {"03_c"}
    monkeypatch.setenv("TWO", "secret")
    assert project.executed() == {"01_a", "03_c"}
    stored = [path.read_text() for path in project.root.rglob("runs/01_a/*.json")]
    assert len(stored) == 2
    assert [text for text in stored if '"secret"' in text.split('"inputs"')[1]] == []
    monkeypatch.setenv("ONE", "")
    assert project.executed() == {"01_a", "03_c"}


def test_a_new_version_runs_the_chapters_that_import_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a chapter only asks for the version, and nothing of the code is new."""

    def install(version: str) -> None:
        project.write(
            "installed/thing-1.dist-info/METADATA",
            f"Metadata-Version: 2.1\nName: thing\nVersion: {version}\n",
        )
        project.write("installed/thing-1.dist-info/top_level.txt", "thing\n")

    project.write("installed/thing.py", "x = 1\n")
    install("1.0")
    monkeypatch.setenv("PYTHONPATH", str(project.root / "installed"))
    monkeypatch.syspath_prepend(str(project.root / "installed"))
    project.chapter("01_a", "from importlib.metadata import version\nprint(version('thing'))")
    project.chapter("02_b", "x = 1\nprint(x)")
    assert project.executed() == {"01_a", "02_b"}
    assert project.executed() == set()
    install("2.0")
    assert project.executed() == {"01_a"}
    install("1.0")
    assert project.executed() == set()


def test_versions_of_what_is_imported_are_inputs(project: Project) -> None:
    """The distributions behind the modules are listed with their versions, and no others."""
    project.chapter("01_a", "import numpy\nprint(numpy.ones(2))")
    inputs = project.update()["01_a"].inputs
    assert inputs is not None
    assert inputs["distribution"]["numpy"] == __import__("numpy").__version__
    assert "ipykernel" in inputs["distribution"]
    assert not {"torch", "mkdocs", "pytest"} & inputs["distribution"].keys()


@pytest.mark.parametrize(
    "change",
    ["python", "platform", "threads", "steering", "engine"],
)
def test_another_machine_or_engine_runs_everything(
    book: Project, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Python, platform, settings of libraries and the engine's own sources are part of the key."""
    chapter = next(iter(book.update().values())).chapter
    assert cache.Store(book.root / ".cache/ptfund/runs", book.root).find(chapter)
    if change == "python":
        monkeypatch.setattr("sys.version", "4.0")
    elif change == "platform":
        monkeypatch.setattr("platform.machine", lambda: "abacus")
    elif change == "threads":
        monkeypatch.setitem(run.ENVIRONMENT, "OMP_NUM_THREADS", "2")
    elif change == "steering":
        monkeypatch.setenv("TORCH_SOMETHING", "1")
    else:
        engine = book.root / "engine"
        shutil.copytree(ENGINE, engine)
        monkeypatch.setattr(cache, "ENGINE", engine)
        assert cache.Store(book.root / ".cache/ptfund/runs", book.root).find(chapter)
        (engine / "run.py").write_text("# Other.\n")
    assert not cache.Store(book.root / ".cache/ptfund/runs", book.root).find(chapter)


def test_a_failure_is_not_kept(project: Project) -> None:
    """What failed runs at the next build, changed or not."""
    project.chapter("01_a", "1 / 0")
    assert project.executed() == {"01_a"}
    assert project.executed() == {"01_a"}
    assert list(project.root.rglob("runs/*/*")) == []


def test_the_last_eight_runs_are_kept(project: Project) -> None:
    """The ninth version drives out the one that was not used for longest."""
    for version in range(9):
        project.chapter("01_a", f"print({version})")
        assert project.executed() == {"01_a"}
        project.chapter("01_a", "print(0)")  # used again and again, so it stays
        assert project.executed() == set()
    assert len(list(project.root.rglob("runs/01_a/*.json"))) == 8
    project.chapter("01_a", "print(8)")
    assert project.executed() == set()
    project.chapter("01_a", "print(1)")
    assert project.executed() == {"01_a"}


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut off": lambda entry: entry.write_bytes(entry.read_bytes()[:-20]),
    "empty": lambda entry: entry.write_bytes(b""),
    "one word changed": lambda entry: entry.write_bytes(
        entry.read_bytes().replace(b"shown", b"wrong")
    ),
    "no text": lambda entry: entry.write_bytes(b"\xff\xfe\x00"),
    "of another program": lambda entry: entry.write_text('{"results": [["wrong"]]}'),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_entry_is_made_anew(project: Project, kind: str) -> None:
    """Nothing of it is believed, nothing is complained of, and the build goes on."""
    project.chapter("01_a", "print('shown')")
    project.update()
    (entry,) = project.root.rglob("runs/01_a/*.json")
    DAMAGE[kind](entry)
    run = project.update()["01_a"]
    assert not run.cached
    assert text_of(run, 1) == "shown\n"


def test_an_entry_is_never_half_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full, the error is the disk's, and the entry before is still good."""
    project.chapter("01_a", "print('shown')")
    kept = project.update()["01_a"]
    store = cache.Store(project.root / ".cache/ptfund/runs", project.root)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = {path: path.read_bytes() for path in project.root.rglob("runs/*/*")}
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        store.keep(kept)
    assert {path: path.read_bytes() for path in project.root.rglob("runs/*/*")} == before


def test_two_builds_at_once_are_safe(project: Project) -> None:
    """Both succeed, and leave a site, a store and a report that are whole."""
    for number in range(1, 4):
        project.chapter(f"0{number}_c{number}", f"print('chapter', {number})")
    with ThreadPoolExecutor() as pool:
        builds = list(pool.map(lambda _: project.build(), range(3)))
    assert [build.returncode for build in builds] == [0, 0, 0], builds
    assert "chapter 2" in project.page("c2")
    assert list(project.root.glob(".site*")) == []
    assert project.executed() == set()
    json.loads((project.root / ".cache" / "ptfund" / "report.json").read_text())
