"""What a run depends on beside its own program, and how that stands now.

An input has a kind, a name and a state: the file `src/ptfund/scalar.py` and the hash of its
bytes, or the distribution `torch` and its version. A run need not be repeated while every
input has the state that it had.
"""

import hashlib
import os
import site
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from importlib import metadata
from pathlib import Path

__all__ = ["ENGINE", "KINDS", "Inputs", "Present", "is_installed"]

# By kind, then by name: the state, or None for what is not there.
Inputs = dict[str, dict[str, str | None]]

KINDS = ("file", "folder", "sources", "variable", "distribution")

ENGINE = Path(__file__).parents[1]

_VENV = [sys.prefix] if sys.prefix != sys.base_prefix else []
_STANDARD = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
_INSTALLED = tuple(
    os.path.realpath(folder) + os.sep
    for folder in (*site.getsitepackages(), site.getusersitepackages(), *_STANDARD, *_VENV)
)


def is_installed(path: str) -> bool:
    """Return whether a path lies where packages are installed, or in Python itself."""
    # Most paths are told by their words; only for the others the disk is asked for links.
    return any((way(path) + os.sep).startswith(_INSTALLED) for way in (str, os.path.realpath))


class Present:
    """The states of inputs as they are now, each looked up once."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = environment
        self._known: dict[tuple[str, str], str | None] = {}

    def state(self, kind: str, name: str) -> str | None:
        """Return the state of an input, None if there is no such thing.

        Files and folders are named as seen from the root, if they lie there.
        """
        if (kind, name) not in self._known:
            self._known[kind, name] = self._look_up(kind, name)
        return self._known[kind, name]

    def distributions(self, modules: Iterable[str]) -> dict[str, str | None]:
        """Return the distributions of top-level modules, each with its state."""
        names = {name for module in modules for name in self._owners.get(module, ())}
        return {name: self.state("distribution", name) for name in sorted(names)}

    @cached_property
    def _owners(self) -> Mapping[str, list[str]]:
        return metadata.packages_distributions()

    def agrees(self, inputs: Inputs) -> bool:
        """Return whether every input has the state that it had."""
        return all(
            self.state(kind, name) == state
            for kind, states in inputs.items()
            for name, state in states.items()
        )

    def _look_up(self, kind: str, name: str) -> str | None:
        if kind == "variable":
            value = self._environment.get(name)
            return None if value is None else hashlib.sha256(value.encode()).hexdigest()
        if kind == "distribution":
            return _version(name)
        return _STATES_OF_PATHS[kind](self._root / name)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _content(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except IsADirectoryError:
        return "a folder"
    except OSError:
        return None


def _names(folder: Path) -> str | None:
    try:
        return "\n".join(sorted(path.name for path in folder.iterdir()))
    except OSError:
        return None


def _sources(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        if not path.is_relative_to(ENGINE):
            digest.update(f"{path.relative_to(folder)}\n{_content(path)}\n".encode())
    return digest.hexdigest()


_STATES_OF_PATHS: Mapping[str, Callable[[Path], str | None]] = {
    "file": _content,
    "folder": _names,
    "sources": _sources,
}
