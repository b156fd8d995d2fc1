"""Which files of the project use which, and which of them a change can touch."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import grimp

from tests.changed.table import EVERYTHING, PLUGINS, READS, RUNS, UNREAD

Uses = Mapping[str, set[str]]
"""By module: the modules that it uses directly. All are files, as seen from the root."""

_MODULES = ("src/*.py", "tests/*.py")
# Strings name modules, too: those that are run, patched, or imported by their name.
_NAME = re.compile(r"\b(?:ptfund|tests)(?:\.\w+)+")
_BEGINNING = re.compile(r"\b((?:ptfund|tests)\.\w[\w.]*)\{")
_FIXTURE = re.compile(r"^@pytest\.fixture.*?^def (\w+)", re.DOTALL | re.MULTILINE)


def read_uses(root: Path) -> Uses:
    """Return which modules of the package and its tests use which.

    A module uses what it imports, with the packages around that, and what it runs. A module of
    the tests also uses the conftest files above it, the modules that its strings name, and the
    plugins whose fixtures it names.

    Args:
        root: The folder of the project.
    """
    graph = grimp.build_graph("ptfund", "tests", cache_dir=None)
    files = {module: file for module in graph.modules if (file := _find_file(module, root))}
    texts = {module: (root / file).read_text("utf-8") for module, file in files.items()}
    fixtures = {
        module: _FIXTURE.findall(texts[module]) for module, file in files.items() if file in PLUGINS
    }
    uses = {}
    for module, file in files.items():
        names = {module, *graph.find_modules_directly_imported_by(module)}
        names.update(_read_beginnings(texts[module], files))
        if module.startswith("tests."):
            names.update(_list_conftests(module))
            names.update(p for p in fixtures if _names_any(texts[module], fixtures[p]))
            if not module.endswith(".conftest"):  # its strings name plugins, which not all use
                names.update(_NAME.findall(texts[module]))
        used = {files[name] for name in _add_packages(names) if name in files}
        used.update(other for other in files.values() if _matches(other, RUNS.get(file, ())))
        uses[file] = used - {file}
    return uses


def reach(changed: Iterable[str], uses: Uses) -> dict[str, str]:
    """Return the modules that changes can touch, each with the reason.

    Args:
        changed: Files that have changed, as seen from the root.
        uses: Which modules use which.

    Returns:
        By module: the change, and the module through which it comes.
    """
    users: dict[str, set[str]] = {}
    for user, used in uses.items():
        for file in used:
            users.setdefault(file, set()).add(user)
    origins = {file: file for file in sorted(changed)}
    reasons = {file: "changed" for file in origins if file in uses}
    for file in origins:
        for reader in _find_readers(file):
            users.setdefault(file, set()).add(reader)
    waiting = list(origins)
    for file in waiting:  # it grows on the way, so that the nearest come first
        for user in sorted(users.get(file, set()) - origins.keys()):
            origin = origins[user] = origins[file]
            reasons[user] = origin if file == origin else f"{origin}, through {file}"
            waiting.append(user)
    return reasons


def find_reason_for_all(changed: Iterable[str], uses: Uses) -> str | None:
    """Return why all tests must run after a change; None if some are enough.

    Args:
        changed: Files that have changed, as seen from the root.
        uses: Which modules use which.
    """
    for file in sorted(changed):
        if _matches(file, EVERYTHING):
            return f"everything depends on {file}"
        if _matches(file, _MODULES):
            known = file in uses  # if not, it was removed, and something may still want it
        else:
            known = _matches(file, UNREAD) or any(_find_readers(file))
        if not known:
            return f"nothing says who reads {file}"
    return None


def _find_file(module: str, root: Path) -> str | None:
    """Return the file of a module or package; None for a folder without an `__init__`."""
    place = PurePosixPath(*module.split("."))
    if module.partition(".")[0] == "ptfund":
        place = "src" / place
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((str(file) for file in files if (root / file).is_file()), None)


def _add_packages(names: Iterable[str]) -> Iterator[str]:
    """Yield names with those of the packages around them."""
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _list_conftests(module: str) -> Iterator[str]:
    """Yield the names of the conftest files in the folder of a module and above it."""
    packages = module.split(".")[:-1]
    for length in range(1, len(packages) + 1):
        yield ".".join([*packages[:length], "conftest"])


def _read_beginnings(text: str, modules: Iterable[str]) -> Iterator[str]:
    """Yield the modules whose names begin as a string does that is filled in later."""
    beginnings = tuple(_BEGINNING.findall(text))
    return (module for module in modules if module.startswith(beginnings))


def _names_any(text: str, fixtures: Sequence[str]) -> bool:
    return any(re.search(rf"\b{name}\b", text) for name in fixtures)


def _find_readers(file: str) -> Iterator[str]:
    return (reader for reader, patterns in READS.items() if _matches(file, patterns))


def _matches(file: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(file, pattern) for pattern in patterns)
