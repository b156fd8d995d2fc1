"""The choice of tests: by hand for typical changes, and by name for every module."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.changed.graph import Uses, find_reason_for_all, reach, read_uses
from tests.changed.table import PLUGINS, READS, RUNS

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "src" / "ptfund").rglob("*.py")
    if not path.name.startswith("__")
)


@pytest.fixture(scope="module")
def uses() -> Uses:
    """Which modules of the project use which."""
    return read_uses(ROOT)


def listed(*patterns: str) -> list[str]:
    """Return the files that Git tracks."""
    done = subprocess.run(
        ["git", "ls-files", *patterns],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize(
    ("changed", "chosen", "left"),
    [
        # Through an import, through a helper of tests, and in chapters.
        (
            "src/ptfund/models.py",
            (
                "test_models experiments/test_training tutorials/test_chapters test_site"
                " exercises/test_every_exercise"
            ),
            "test_scalar evaluation/test_accuracy engine/test_plugin engine/running/test_execute",
        ),
        ("src/ptfund/_guards.py", "test_guards test_losses data/test_line plotting/test_bars", ""),
        (
            "src/ptfund/__init__.py",
            "test_guards engine/rendering/test_terms training/test_loop",
            "",
        ),
        # By a name in a string, whole or with an end that is filled in later.
        ("src/ptfund/display.py", "test_display engine/rendering/test_extracts", "test_losses"),
        ("src/ptfund/exercises/_stopping.py", "exercises/test_every_exercise", "test_losses"),
        # In processes that a helper starts.
        (
            "src/ptfund/_site/running/warm.py",
            (
                "engine/running/test_execute engine/test_serve test_site browser/test_reading"
                " tutorials/test_chapters"
            ),
            "test_losses exercises/test_values training/test_loop",
        ),
        (
            "src/ptfund/_site/rendering/terms.py",
            "engine/rendering/test_terms engine/test_plugin browser/test_terms test_llms",
            "test_losses exercises/test_values",
        ),
        # Helpers, conftest files and plugins.
        ("tests/training/loops.py", "training/test_loop training/test_checkpoint", "test_losses"),
        ("tests/plotting/conftest.py", "plotting/test_bars", "test_display"),
        ("tests/browser/conftest.py", "browser/test_look", "test_site"),
        (
            "tests/built.py",
            "test_site test_html browser/test_look",
            "engine/test_plugin test_optim",
        ),
        (
            "tests/engine/project.py",
            "engine/test_disk engine/rendering/test_page test_publishing test_site",
            "test_optim",
        ),
        ("tests/exercises/wrong_answers/data.py", "exercises/test_every_exercise", "test_site"),
        ("tests/test_optim.py", "test_optim", "test_losses"),
        # What is no module.
        (
            "tutorials/03_data.py",
            (
                "tutorials/test_chapters tutorials/test_prose_rules exercises/test_every_exercise"
                " test_site test_glossary engine/reading/test_chapter browser/test_reading"
            ),
            "test_losses engine/test_plugin",
        ),
        ("docs/index.md", "test_site browser/test_look test_html test_llms", "test_losses"),
        ("docs/glossary.md", "test_glossary browser/test_terms", "engine/rendering/test_terms"),
        ("docs/design.md", "test_contributing test_site", "test_setup"),
        ("docs/assets/stylesheets/colours.css", "plotting/test_every_figure test_site", ""),
        ("src/ptfund/_site/skeleton/checks.txt", "engine/test_scaffold test_site", "test_optim"),
        ("README.md", "test_readme test_setup test_downloads", "test_losses engine/test_plugin"),
        ("Makefile", "test_setup test_readme test_contributing test_workflows", "test_site"),
        (".github/workflows/ci.yml", "test_workflows", "test_site test_colab"),
        ("tests/colab.txt", "test_colab", "test_site"),
        ("CHANGELOG.md", "", "test_readme test_contributing"),
    ],
)
def test_a_change_runs_what_depends_on_it(changed: str, chosen: str, left: str, uses: Uses) -> None:
    """And leaves what cannot notice it."""
    assert find_reason_for_all([changed], uses) is None
    found = reach([changed], uses).keys()
    assert [name for name in chosen.split() if f"tests/{name}.py" not in found] == []
    assert [name for name in left.split() if f"tests/{name}.py" in found] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_tests_that_mirror_a_module_are_chosen(module: str, uses: Uses) -> None:
    """The file of the same name; where there is none, some in the folder of the same name."""
    path = Path(module.replace("src/ptfund/_site", "tests/engine").replace("src/ptfund", "tests"))
    mirror = path.with_name(f"test_{path.name.lstrip('_')}").as_posix()
    found = reach([module], uses).keys()
    assert find_reason_for_all([module], uses) is None
    if (ROOT / mirror).exists():
        assert mirror in found
    assert any(Path(file).parent == path.parent and "/test_" in file for file in found)


@pytest.mark.parametrize("file", ["mkdocs.yml", "pyproject.toml", "tests/conftest.py"])
def test_what_concerns_all_runs_all(file: str, uses: Uses) -> None:
    """Whatever else has changed."""
    reason = find_reason_for_all(["src/ptfund/losses.py", file], uses)
    assert reason == f"everything depends on {file}"


@pytest.mark.parametrize("file", ["tests/new.txt", "src/ptfund/gone.py", "data/numbers.csv"])
def test_what_nobody_is_known_to_read_runs_all(file: str, uses: Uses) -> None:
    """A file that was removed, or is of a new kind, may concern any test."""
    assert find_reason_for_all([file], uses) == f"nothing says who reads {file}"


def test_every_file_is_known(uses: Uses) -> None:
    """Who adds one says in the table who reads it."""
    reasons = {find_reason_for_all([file], uses) or "" for file in listed()}
    assert [reason for reason in reasons if reason.startswith("nothing")] == []


def test_who_names_a_file_of_the_project_reads_it(uses: Uses) -> None:
    """The table has every module whose code leads from the root to a file or folder."""
    files = [file for file in listed() if not file.startswith("tests/")]
    steps = re.compile(r'(?:ROOT|parents\[\d\])((?: / "[^"]+")+)')
    apart = ("tests/bench/", "tests/changed/")  # commands, which no test runs
    for module in (name for name in listed("tests/*.py") if not name.startswith(apart)):
        text = (ROOT / module).read_text(encoding="utf-8")
        for way in steps.findall(text):
            path = "/".join(re.findall(r'"([^"]+)"', way))
            named = [file for file in files if file == path or file.startswith(f"{path}/")]
            reached = [find_reason_for_all([f], uses) or module in reach([f], uses) for f in named]
            assert any(reached) or not named, f"{module} reads {path}"


def test_the_table_names_what_exists() -> None:
    """Modules of the project, as its files are called."""
    assert [file for file in {*PLUGINS, *READS, *RUNS} if not (ROOT / file).is_file()] == []


def test_a_reason_names_the_change_and_the_way(uses: Uses) -> None:
    """In one line: what has changed, and through which module it comes."""
    reasons = reach(["tests/training/loops.py"], uses)
    assert reasons["tests/training/loops.py"] == "changed"
    assert reasons["tests/training/test_loop.py"] == "tests/training/loops.py"
    way = "tests/training/loops.py, through tests/training/resumable.py"
    assert reasons["tests/training/test_interruption.py"] in {way, "tests/training/loops.py"}
