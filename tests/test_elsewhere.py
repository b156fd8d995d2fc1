"""What learners use runs on any system; only the engine may need what Windows lacks."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import ptfund

ROOT = Path(__file__).parents[1]
LISTED = (ROOT / "tests" / "package.txt").read_text(encoding="utf-8").splitlines()

# Runs a module as on a system without the modules that Windows lacks, whatever it imports.
WITHOUT = """\
import runpy, sys
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def run_without(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a module of Python where those of Unix cannot be imported."""
    command = [sys.executable, "-c", WITHOUT, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_every_public_module_is_tested_elsewhere() -> None:
    """The list of the package's tests has those of each module, by their names."""
    tested = {Path(line).stem.removeprefix("test_") for line in LISTED}
    public = {m.name for m in pkgutil.iter_modules(ptfund.__path__) if not m.name.startswith("_")}
    assert public <= tested
    assert all((ROOT / line.rpartition("=")[2]).exists() for line in LISTED)


def test_the_packages_tests_can_be_collected_elsewhere() -> None:
    """Neither they nor what they share import what Windows lacks; whether they pass is unseen."""
    done = run_without("pytest", "@tests/package.txt", "--collect-only", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split(" tests collected")[0].split()[-1]) > 1500


def test_exercises_are_written_elsewhere(tmp_path: Path) -> None:
    """The command of those who have no make works on every system."""
    (tmp_path / "tutorials").symlink_to(ROOT / "tutorials")
    done = run_without("ptfund._site.publishing.workbook", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in (tmp_path / "exercises").iterdir())
    assert written == sorted(path.name for path in (ROOT / "tutorials").glob("*.py"))
