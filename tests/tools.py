"""Tools from npm, each in exactly one version, fetched once into a folder that Git ignores."""

import shutil
import subprocess
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache" / "npm"

HTML_CHECKER = "vnu-jar@26.9.27"
LIGHTHOUSE = "lighthouse@12.8.2"


def missing(*programs: str) -> list[str]:
    """Return which of these programs are not on the PATH."""
    return [program for program in programs if shutil.which(program) is None]


def fetched(package: str) -> Path:
    """Return the folder of a package, which npm fetches if it is not there yet."""
    name, _, _ = package.partition("@")
    place = CACHE / package
    if not (place / "node_modules" / name).exists():
        # The scripts of packages would fetch more: a Java of its own, in one case.
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(["npm", "install", "--prefix", place, *options, package], check=True)  # noqa: S607 - wherever npm is
    return place / "node_modules" / name
