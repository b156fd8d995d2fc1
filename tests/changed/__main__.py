"""Run the tests that a change can have touched.

    python -m tests.changed [BASE]

The change is what differs from the commit BASE, files that Git does not know yet included. Unless
told, BASE is where the branch left origin/main or main; on main itself it is the last commit.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.changed.graph import find_reason_for_all, reach, read_uses

ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str]) -> int:
    """Say which tests run and why, run them, and return pytest's exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.changed", description="Runs the tests that a change can have touched."
    )
    parser.add_argument("base", nargs="?", help="the commit with which the files are compared")
    base: str | None = parser.parse_args(arguments).base
    try:
        changed = list_changes(ROOT, base or find_base(ROOT))
    except subprocess.CalledProcessError as error:
        parser.error(str(error.stderr).strip())
    if not changed:
        print("Nothing has changed.")
        return 0
    uses = read_uses(ROOT)
    if reason := find_reason_for_all(changed, uses):
        print(f"All tests: {reason}.", flush=True)
        return run_pytest()
    reasons = reach(changed, uses)
    tests = [file for file in sorted(reasons) if has_tests(ROOT / file)]
    if not tests:
        print("No test depends on what has changed.")
        return 0
    for file in tests:
        print(f"{file}: {reasons[file]}")
    sys.stdout.flush()
    return run_pytest(*tests)


def find_base(root: Path) -> str:
    """Return the commit with which the files of a repository are compared unless told."""
    if _git(root, "rev-parse", "--abbrev-ref", "HEAD") != ["main"]:
        for main_branch in ("origin/main", "main"):
            if _git(root, "branch", "--all", "--list", main_branch):
                return _git(root, "merge-base", "HEAD", main_branch)[0]
    return "HEAD"


def list_changes(root: Path, base: str) -> set[str]:
    """Return the files of a repository that differ from a commit, and those not added yet."""
    changed = _git(root, "diff", "--name-only", "--no-renames", "--relative", base)
    new = _git(root, "ls-files", "--others", "--exclude-standard")
    # A link to a folder, such as a shared environment, is no file.
    return {*changed, *(file for file in new if not (root / file).is_dir())}


def has_tests(path: Path) -> bool:
    """Return whether pytest finds tests in a file: it is one of tests, or has examples."""
    if path.name.startswith("test_") or not path.is_file():
        return path.is_file()
    return path.is_relative_to(ROOT / "src") and ">>> " in path.read_text(encoding="utf-8")


def run_pytest(*files: str) -> int:
    """Run the tests in some files, or all of them, in two processes."""
    command = [sys.executable, "-m", "pytest", "-n", "2", *files]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _git(root: Path, *words: str) -> list[str]:
    """Return what Git says to a command, line by line."""
    command = ["git", "-c", "core.quotePath=false", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
