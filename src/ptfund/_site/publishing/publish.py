"""A finished site takes the place of the one before, at once or not at all."""

import ctypes
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOTDIR
from pathlib import Path
from tempfile import mkdtemp

__all__ = [
    "CleanupError",
    "discard_staged",
    "make_staging_folder",
    "publish",
    "read_commit_id",
    "read_commit_time",
]


_OLD = "-old"
_HERE, _EXCHANGE = -100, 2  # of renameat2(2)

# The folders that this process builds in, each with a lock that ends with the process.
_locks: dict[Path, int] = {}


def make_staging_folder(site: Path) -> Path:
    """Return a new, empty folder beside the site to build in.

    If the site is a link, that is beside the folder to which it leads. Folders of builds that were
    killed are removed; a site that one of them had taken away is put back.

    Raises:
        OSError: If there cannot be a site: its place is taken by a file, or closed.
    """
    site = site.resolve()
    if site.exists() and not site.is_dir():
        raise NotADirectoryError(ENOTDIR, "the site must be a folder, and is a file", str(site))
    site.parent.mkdir(parents=True, exist_ok=True)
    with _alone(site.parent):
        for leftover in site.parent.glob(f".{site.name}-*"):
            if leftover.name.endswith(_OLD) and not site.exists():
                leftover.rename(site)
            else:
                _remove_leftover(leftover)
        staged = Path(mkdtemp(prefix=f".{site.name}-", dir=site.parent))
        _locks[staged] = os.open(staged, os.O_RDONLY)
        fcntl.flock(_locks[staged], fcntl.LOCK_EX)
    staged.chmod(0o755)
    return staged


def _remove_leftover(folder: Path) -> None:
    """Remove a folder, unless the build that made it is alive."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


class CleanupError(Exception):
    """The new site stands, but what is left of the one before cannot be removed."""


def publish(staged: Path, site: Path) -> None:
    """Put a finished site in the place of the one before.

    Where the system can, the two change places in one step, so that there is always a site.
    Elsewhere the exchange has two steps, and if it fails between them, the site before is put
    back. Of two builds that finish at once, one waits for the other.

    Raises:
        OSError: If the exchange fails.
        CleanupError: If it has succeeded, and the site before cannot be removed.
    """
    site = site.resolve()
    with _alone(site.parent):
        if not site.exists():
            staged.rename(site)
            _unlock(staged)
            return
        old = staged if _exchange(staged, site) else _replace(staged, site)
        _unlock(staged)
        try:
            shutil.rmtree(old)
        except OSError as error:
            message = f"the new site is published, but {old} cannot be removed: {error}"
            raise CleanupError(message) from error


def _exchange(staged: Path, site: Path) -> bool:
    """Let two folders change places in one step; return whether the system can do that."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    done: int = rename(_HERE, os.fsencode(staged), _HERE, os.fsencode(site), _EXCHANGE)
    return done == 0


def _replace(staged: Path, site: Path) -> Path:
    """Put a folder in the place of another in two steps; return where the other is now."""
    old = staged.with_name(f"{staged.name}{_OLD}")
    site.rename(old)
    try:
        staged.rename(site)
    except BaseException:
        old.rename(site)
        raise
    return old


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
    _unlock(staged)


def _unlock(staged: Path) -> None:
    if staged in _locks:
        os.close(_locks.pop(staged))


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
