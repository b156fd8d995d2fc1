"""The command that runs what a change can touch: what has changed, what it says, what it starts."""

import subprocess
from pathlib import Path

import pytest

from tests.changed import __main__ as command

ROOT = Path(__file__).parents[1]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit on main."""
    (tmp_path / "one.py").write_text("1\n")
    (tmp_path / "two.py").write_text("2\n")
    (tmp_path / "three.py").write_text("three\n" * 3)
    (tmp_path / ".gitignore").write_text("ignored\n")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *words: str) -> None:
    """Call Git in a folder, as somebody without settings."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True)  # noqa: S607 - whichever there is


def commit(folder: Path) -> None:
    """Commit all that is in a folder."""
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "a commit")


def test_what_is_not_committed_has_changed(repository: Path) -> None:
    """Edited, new, removed and renamed files; neither what Git ignores, nor a link to a folder."""
    assert command.list_changes(repository, "HEAD") == set()
    (repository / "one.py").write_text("one\n")
    (repository / "two.py").unlink()
    git(repository, "mv", "three.py", "four.py")
    (repository / "new ü.py").touch()
    (repository / "ignored").touch()
    (repository / "linked").symlink_to(repository.parent)
    renamed = {"three.py", "four.py"}
    assert command.list_changes(repository, "HEAD") == {"one.py", "two.py", "new ü.py"} | renamed


def test_a_branch_is_compared_with_where_it_left_main(repository: Path) -> None:
    """Its own commits count, and those that main has got since do not; main has only edits."""
    assert command.find_base(repository) == "HEAD"
    git(repository, "checkout", "-q", "-b", "branch")
    (repository / "one.py").write_text("one\n")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    (repository / "two.py").write_text("two\n")
    commit(repository)
    assert command.find_base(repository) == "HEAD"
    git(repository, "checkout", "-q", "branch")
    (repository / "new.py").touch()
    changes = command.list_changes(repository, command.find_base(repository))
    assert changes == {"one.py", "new.py"}


@pytest.mark.parametrize(
    ("changed", "started", "said"),
    [
        (set(), None, "Nothing has changed.\n"),
        ({"CHANGELOG.md"}, None, "No test depends on what has changed.\n"),
        ({"unknown.bin"}, [], "All tests: nothing says who reads unknown.bin.\n"),
        (
            {"tests/linked_names.txt"},
            ["tests/test_linked_names.py"],
            "tests/test_linked_names.py: tests/linked_names.txt\n",
        ),
        (
            {"tests/colab.txt", ".ci/run"},
            ["tests/test_colab.py", "tests/test_setup.py"],
            "tests/test_colab.py: tests/colab.txt\ntests/test_setup.py: .ci/run\n",
        ),
    ],
)
def test_the_command_says_what_it_runs(
    changed: set[str],
    started: list[str] | None,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing, all, or the files that are chosen, each with its reason; the code is pytest's."""
    calls = []

    def run_pytest(*files: str) -> int:
        calls.append(list(files))
        return 7

    monkeypatch.setattr(command, "list_changes", lambda *_: changed)
    monkeypatch.setattr(command, "run_pytest", run_pytest)
    assert command.main(["HEAD"]) == (0 if started is None else 7)
    assert calls == ([] if started is None else [started])
    assert capsys.readouterr().out == said


def test_examples_are_tests_of_their_module() -> None:
    """Files of tests, and modules of the package with examples; no helpers, and nothing removed."""
    there = ["tests/test_optim.py", "src/ptfund/optim.py"]
    not_there = ["tests/tools.py", "src/ptfund/_site/disk.py", "tests/test_gone.py"]
    assert [command.has_tests(ROOT / file) for file in there] == [True, True]
    assert [command.has_tests(ROOT / file) for file in not_there] == [False] * 3


def test_a_commit_that_does_not_exist_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of Git."""
    with pytest.raises(SystemExit):
        command.main(["no-such-commit"])
    assert "no-such-commit" in capsys.readouterr().err
