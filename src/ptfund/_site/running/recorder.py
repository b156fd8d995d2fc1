"""Inside a chapter's process: notes what the code there uses, while it uses it.

Files of the project are noticed as Python opens them, modules where they are looked for, so
that also one that appears later counts; another process is taken to import every module. Not
noticed is what compiled code opens by itself, what another process reads beside modules, and
a look whether a file exists.
"""

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from importlib.machinery import SourceFileLoader
from inspect import currentframe
from pathlib import Path
from types import FrameType
from typing import Any

from ptfund._site.running.inputs import ENGINE, KINDS, Inputs, Present, is_installed

__all__ = ["Recorder"]

_STARTS_A_PROCESS = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"}
)
# Imported by the standard library when the first process of its kind is started, unaudited.
_STARTED_A_PROCESS = ("multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver")
# Matplotlib asks it for the machine's fonts, once; it cannot read a project.
_HARMLESS = "fc-list"
# What these list is noted more exactly: where modules were looked for, and versions.
_LISTS_TO_FIND = ("<frozen importlib._bootstrap_external>", metadata.__file__)
_BEHIND_ENVIRON = (__file__, "<frozen os>", "<frozen _collections_abc>", os.__file__)


class Recorder:
    """Notes what the code in this process uses, from `start` on."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._present = Present(self._root, os.environ)
        self._inputs: Inputs = {kind: {} for kind in KINDS}
        self._written: set[str] = set()
        self._own = threading.local()

    def start(self) -> None:
        """Begin. There is no end to it: Python does not let go of an audit hook."""
        _compile_from_source()
        os.environ.__class__ = _recorded_environment(self)
        sys.meta_path.insert(0, self)
        sys.addaudithook(self._hear)

    def inputs(self) -> tuple[Inputs, list[str]]:
        """Return the inputs so far, and the top-level modules that came from distributions."""
        modules = set()
        if any(name in sys.modules for name in _STARTED_A_PROCESS):
            self._note_sources()
        for name, module in list(sys.modules.items()):
            path = _file_of(module)
            if path and not is_installed(path):
                self._note("file", path)
            elif path and (top := name.partition(".")[0]) not in sys.stdlib_module_names:
                modules.add(top)
        return self._inputs, sorted(modules)

    def find_spec(self, name: str, path: Sequence[str] | None, _: object = None) -> None:
        """Note where Python looks for a module of the project; find nothing."""
        last = name.rpartition(".")[2]
        for entry in sys.path if path is None else path:
            folder = Path(entry)
            if is_installed(entry or ".") or not folder.is_dir():
                continue
            package, module = folder / last, folder / f"{last}.py"
            self._note("file", str(package))
            self._note("file", str(module))
            if package.is_dir():
                self._note("file", str(package / "__init__.py"))
            if package.is_dir() or module.is_file():
                return

    def note_variable(self, name: str, frame: FrameType | None) -> None:
        """Note a variable of the environment, if code of the project has asked for it."""
        while frame is not None and frame.f_code.co_filename in _BEHIND_ENVIRON:
            frame = frame.f_back
        asking = "<" if frame is None else frame.f_code.co_filename
        if asking.startswith("<cell ") or not (asking.startswith("<") or is_installed(asking)):
            self._note_state("variable", name)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take notice of what Python is about to do."""
        if event == "open":
            self._hear_open(arguments[0], arguments[2])
        elif event in {"os.listdir", "os.scandir"}:
            caller = currentframe().f_back  # type: ignore[union-attr] # CPython has frames
            if caller is not None and caller.f_code.co_filename not in _LISTS_TO_FIND:
                self._note_in_project("folder", arguments[0] or ".")
        elif event in _STARTS_A_PROCESS and not (
            arguments and str(arguments[0]).rpartition("/")[2] == _HARMLESS
        ):
            self._note_sources()

    def _hear_open(self, path: object, flags: int) -> None:
        if self._is_looking() or not isinstance(path, str | bytes):
            return
        name = os.fsdecode(path)
        only_writes = flags & os.O_ACCMODE == os.O_WRONLY and not flags & os.O_APPEND
        if flags & os.O_TRUNC or only_writes:
            self._written.add(os.path.realpath(name))
        elif name.endswith(".dist-info/METADATA"):
            self._note_state("distribution", Path(name).parent.name.partition("-")[0])
        elif not is_installed(name):
            self._note_in_project("file", name)

    def _note_sources(self) -> None:
        """Note all modules of the project: another process may import any of them."""
        for folder in (self._root / "src", ENGINE.parent):
            self._note("sources", str(folder))

    def _note_in_project(self, kind: str, path: str | bytes | int) -> None:
        """Note a path that was read, if it lies in the project."""
        if not isinstance(path, int):
            full = os.path.realpath(os.fsdecode(path))
            if Path(full).is_relative_to(self._root):
                self._note(kind, full)

    def _note(self, kind: str, path: str) -> None:
        """Note a path, unless it is installed, the engine's, or was written by the run itself."""
        full = Path(os.path.realpath(path))
        if str(full) in self._written or full.is_relative_to(ENGINE) or is_installed(str(full)):
            return
        inside = full.is_relative_to(self._root)
        self._note_state(kind, full.relative_to(self._root).as_posix() if inside else str(full))

    def _note_state(self, kind: str, name: str) -> None:
        """Note an input, in the state in which it was met first."""
        if not self._is_looking():
            with self._looking():
                self._inputs[kind][name] = self._present.state(kind, name)

    def _is_looking(self) -> bool:
        return getattr(self._own, "looks", False)

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """Look at an input without taking that for the chapter's doing."""
        self._own.looks = True
        try:
            yield
        finally:
            self._own.looks = False


def _file_of(module: object) -> str | None:
    """Return the file of a module, without asking what may stand in its place."""
    try:
        path = vars(module).get("__file__")
    except Exception:  # noqa: BLE001 - a chapter can put anything among the modules
        return None
    return path if isinstance(path, str) else None


def _compile_from_source() -> None:
    """Let the project's modules be compiled anew: Python trusts a .pyc by its time stamp."""
    path_stats = SourceFileLoader.path_stats

    def refuse(self: SourceFileLoader, path: str) -> Mapping[str, Any]:
        if is_installed(path):
            return path_stats(self, path)
        raise OSError(path)

    SourceFileLoader.path_stats = refuse  # type: ignore[method-assign]


def _recorded_environment(recorder: Recorder) -> type:
    environment = type(os.environ)

    class Recorded(environment):  # type: ignore[misc, valid-type]
        def __getitem__(self, name: str) -> Any:
            recorder.note_variable(name, currentframe())
            return super().__getitem__(name)

        def __iter__(self) -> Iterator[str]:
            names = list(super().__iter__())
            for name in names:
                recorder.note_variable(name, currentframe())
            return iter(names)

    return Recorded
