"""What runs in a chapter's process: one step after the other, as the build asks for them."""

import json
import os
import sys
import tempfile
import warnings
from collections.abc import Container
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import psutil
from tqdm import tqdm

from ptfund._site.running.channel import Channel
from ptfund._site.running.inputs import is_installed
from ptfund._site.running.recorder import Recorder
from ptfund._site.running.shell import Shell, start_shell
from ptfund._site.running.streams import ErrorStream, Notes
from ptfund._site.running.trace import Trace

__all__ = ["run_chapter"]


def run_chapter(channel: Channel, folder: Path, held: frozenset[str], above: int) -> None:
    """Do what the build asks for, until it has gone.

    Args:
        channel: The connection to the build.
        folder: The chapter's own: `job.json` says what to run; output and temporary files go
            there.
        held: The modules that this process holds from before.
        above: The process that is above all others of the chapter.
    """
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    trace = Trace(folder / "trace")
    notes = Notes(folder, trace)
    _settle(job, folder)
    if refusal := _find_shadow(held):
        channel.send({"refusal": refusal})
        return
    recorder = Recorder(Path(job["root"]))
    shell = start_shell(notes, trace, folder / "ipython")
    if isinstance(sys.stderr, ErrorStream):
        sys.stderr.watcher = notes
    notes.take()
    recorder.start()
    own = os.getpid()
    channel.send({"root": above, "sizes": notes.sizes()})
    while True:
        request = channel.receive()
        try:
            answer = _answer(request, shell, recorder, held)
        except Exception as error:  # noqa: BLE001 - the chapter can have changed anything
            answer = {"broken": f"{type(error).__name__}: {error}"}
        if os.getpid() != own:
            os._exit(0)  # the chapter has forked, and this is the copy
        channel.send(answer)


def _settle(job: dict[str, Any], folder: Path) -> None:
    """Make this process begin as Python begins with a script, but with private folders."""
    (folder / "tmp").mkdir()
    os.environ.pop("PTFUND_CHAPTERS", None)
    os.environ["TMPDIR"] = str(folder / "tmp")
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    tempfile.tempdir = None
    script = Path(job["script"])
    os.chdir(job["root"])
    sys.argv = [str(script)]
    sys.path.insert(0, str(script.parent))
    tqdm.monitor_interval = 0  # its monitor is a thread
    # Python hides most deprecations; those of the chapter and of its package are our affair.
    warnings.filterwarnings("default", module=r"(__main__|ptfund)(\.|$)")


def _find_shadow(held: frozenset[str]) -> str | None:
    """Return what to say of a file of the project that a script would import, and we would not."""
    names = {name.partition(".")[0] for name in held}
    folders = [folder for folder in sys.path if Path(folder).is_dir() and not is_installed(folder)]
    present = {path.stem for folder in folders for path in Path(folder).iterdir()}
    for name in sorted(names & present):
        spec, module = PathFinder.find_spec(name, sys.path), sys.modules.get(name)
        found = spec.origin if spec else None
        if found and not is_installed(found) and found != getattr(module, "__file__", None):
            return f"{found} hides {name!r}, which is loaded already: give it another name"
    return None


def _answer(
    request: dict[str, Any], shell: Shell, recorder: Recorder, held: Container[str]
) -> dict[str, Any]:
    """Return what came of a request."""
    what, number = request["what"], request.get("number", 0)
    if what == "inputs":
        inputs, modules = recorder.inputs()
        loaded = [name for name in sys.modules if name not in held and _is_library(name)]
        return {"inputs": inputs, "modules": modules, "loaded": sorted(loaded)}
    if what == "names":
        return {"names": shell.find_names()}
    shell.trace.start_step()
    answer: dict[str, Any] = {}
    if what == "code":
        answer["error"] = shell.execute(number, request["source"])
        answer["figures"] = _count_open_figures()
    else:
        answer["text"], answer["error"] = shell.evaluate(number, request["source"])
    shell.trace.mark_memory()
    answer["threads"] = psutil.Process().num_threads()
    return {**answer, "notes": shell.notes.take()}


def _is_library(name: str) -> bool:
    """Return whether a module comes from outside the project."""
    spec = getattr(sys.modules[name], "__spec__", None)
    origin = getattr(spec, "origin", None)
    return isinstance(origin, str) and (origin in {"built-in", "frozen"} or is_installed(origin))


def _count_open_figures() -> int:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return len(pyplot.get_fignums()) if pyplot else 0
