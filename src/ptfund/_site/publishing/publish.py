"""A finished site takes the place of the one before, at once or not at all."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

__all__ = ["discard_staged", "make_staging_folder", "publish", "read_commit_id", "read_commit_time"]


def make_staging_folder(site: Path) -> Path:
    """Return a new, empty folder beside the site to build in."""
    site.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(mkdtemp(prefix=f".{site.name}-", dir=site.parent))
    staged.chmod(0o755)
    return staged


def publish(staged: Path, site: Path) -> None:
    """Put a finished site in the place of the one before.

    If the exchange fails half-way, the site before is put back. Of two builds that finish
    at once, one waits for the other.
    """
    with _alone(site.parent):
        if not site.exists():
            staged.rename(site)
            return
        old = staged.with_name(f"{staged.name}-old")
        site.rename(old)
        try:
            staged.rename(site)
        except OSError:
            old.rename(site)
            raise
    shutil.rmtree(old)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process is in here for this folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def discard_staged(staged: Path) -> None:
    """Remove a folder that did not become the site."""
    shutil.rmtree(staged, ignore_errors=True)


def read_commit_time(root: Path) -> str:
    """Return when the last commit was made, in seconds since 1970; "0" outside a repository."""
    return _git(root, "log", "-1", "--format=%ct") or "0"


def read_commit_id(root: Path) -> str:
    """Return the id of the commit that is built; nothing outside a repository."""
    return _git(root, "rev-parse", "--verify", "--quiet", "HEAD")


def _git(root: Path, *words: str) -> str:
    """Return what git says; nothing if there is no git, no repository, or no commit."""
    try:
        told = subprocess.run(  # noqa: S603 - a fixed command
            ["git", *words],  # noqa: S607 - whichever git there is
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return told.stdout.strip()
