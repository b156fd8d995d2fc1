"""The finished site takes the old one's place at once, or not at all."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

__all__ = ["discard", "publish", "staging_folder"]


def staging_folder(site: Path) -> Path:
    """Return a new, empty folder beside the site to build in."""
    site.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(mkdtemp(prefix=f".{site.name}-", dir=site.parent))
    staged.chmod(0o755)
    return staged


def publish(staged: Path, site: Path) -> None:
    """Put a finished site in the place of the one before.

    If the exchange fails half-way, the site before is put back.
    """
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


def discard(staged: Path) -> None:
    """Remove a folder that did not become the site."""
    shutil.rmtree(staged, ignore_errors=True)
