"""Running chapters: one kernel each, several at once, every failure with its line."""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from ptfund._site.reading.chapter import Chapter, ChapterError, Frame, Step
from ptfund._site.running.inputs import Inputs, Present
from ptfund._site.running.kernel import (
    INPUTS,
    NAMES,
    ROOT_VARIABLE,
    TEXT,
    TRACE_VARIABLE,
    Trace,
    step_of,
    value_of,
)
from ptfund._site.running.names import Meanings

__all__ = ["Failure", "Run", "kernel_environment", "run_chapters"]

# One thread per kernel: two kernels with two threads each on two processors ran three to
# seven times slower. The rest keeps the machine and its owner's settings off the pages.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # What scikit-learn sets when it is imported, and so has set already in some who build.
    "KMP_DUPLICATE_LIB_OK": "True",
    "KMP_INIT_AT_FORK": "FALSE",
    "CUDA_VISIBLE_DEVICES": "",
    "LC_ALL": "C.UTF-8",
    "MATPLOTLIBRC": os.devnull,
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONWARNINGS": "",
    "TZ": "UTC",
}


def kernel_environment() -> dict[str, str]:
    """Return the variables that every kernel sees."""
    return {**{k: v for k, v in os.environ.items() if k != "PTFUND_FIGURES"}, **ENVIRONMENT}


class Failure(Exception):  # noqa: N818 - it is kept as a part of a run
    """What went wrong in which step, with a trace in which steps go by the kernel's names.

    Lines count from the beginning of the step, so that they stay right when prose is edited.
    """

    def __init__(self, step: int, message: str, line: int = 1, trace: Sequence[Frame] = ()) -> None:
        super().__init__(step, message, line, trace)
        self.step = step
        self.message = message
        self.line = line
        self.trace = tuple(trace)


@dataclass(frozen=True)
class Run:
    """What came of running a chapter, or of a run before that nothing has made stale."""

    chapter: Chapter
    results: list[Any]
    """What each step gave, up to a failure: outputs of a cell, text of an expression."""
    failure: Failure | None = None
    inputs: Inputs | None = None
    """What the results depend on beside the program; None if the kernel could not say."""
    names: Meanings = field(default_factory=dict)
    """What the names in each step mean, as far as running the chapter has shown it."""
    seconds: float = 0.0
    peak_memory: int = 0
    cached: bool = False

    @cached_property
    def notebook(self) -> NotebookNode:
        """The chapter with its outputs."""
        return self.chapter.notebook(self.results)

    @property
    def error(self) -> ChapterError | None:
        """The failure, in the lines that the script has now."""
        if self.failure is None:
            return None
        steps = self.chapter.steps

        def line_of(step: int, line: int) -> int:
            return steps[step].line + line - 1 if steps else 1

        trace = []
        for frame in self.failure.trace:
            number = step_of(frame.file)
            if number is None:
                trace.append(frame)
                continue
            step, line = steps[number], line_of(number, frame.line)
            source = step.source if step.kind == "expression" else frame.source
            trace.append(Frame(self.chapter.script, line, frame.function, source))
        here = [frame.line for frame in trace if frame.file == self.chapter.script]
        line = here[-1] if here else line_of(self.failure.step, self.failure.line)
        return ChapterError(self.chapter.script, line, self.failure.message, trace)


def run_chapters(
    chapters: Sequence[Chapter],
    *,
    root: Path,
    cell_timeout: float,
    expected_seconds: Mapping[str, float] | None = None,
    finished: Callable[[Run], None] | None = None,
) -> list[Run]:
    """Run chapters in parallel, each in a kernel of its own, and return what came of each.

    A chapter runs to its end or to its first error; the others go on.

    Args:
        chapters: What to run.
        root: The project's folder; tracebacks name its files as seen from there.
        cell_timeout: How long one cell may take, in seconds.
        expected_seconds: What chapters took before, by name: the longest start first.
        finished: Called with each run as it ends.
    """
    expected = expected_seconds or {}
    order = sorted(chapters, key=lambda c: (-expected.get(c.name, float("inf")), c.name))

    async def run_all() -> list[Run]:
        workers = asyncio.Semaphore(_processors())
        present = Present(root, {})
        cells = sum(chapter.code_cells for chapter in chapters)
        # On a terminal a bar; elsewhere nothing, since `finished` speaks for itself.
        with tqdm(total=cells, unit="cell", disable=None, leave=False) as progress:

            async def run_one(chapter: Chapter) -> Run:
                async with workers:
                    progress.set_description(chapter.name)
                    run = await _run(chapter, root, cell_timeout, present, progress.update)
                    if finished is not None:
                        finished(run)
                    return run

            return list(await asyncio.gather(*map(run_one, order)))

    runs = {run.chapter.name: run for run in asyncio.run(run_all())}
    return [runs[chapter.name] for chapter in chapters]


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


async def _run(
    chapter: Chapter,
    root: Path,
    cell_timeout: float,
    present: Present,
    advance: Callable[[], object],
) -> Run:
    start = time.perf_counter()
    results: list[Any] = []
    failure, inputs, peak_memory = None, None, 0
    names: Meanings = {}
    try:
        async with _started_kernel(chapter, root) as kernel:
            try:
                for number, step in enumerate(chapter.steps):
                    results.append(await kernel.execute(number, step, cell_timeout))
                    if step.kind == "code":
                        advance()
            except Failure as raised:
                failure = raised
            peak_memory = kernel.trace.peak_memory
            inputs = await kernel.inputs(present)
            names = await kernel.names()
    except Failure as raised:
        failure = raised
    seconds = time.perf_counter() - start
    return Run(chapter, results, failure, inputs, names, seconds, peak_memory)


class _KernelManager(AsyncKernelManager):
    """Starts our kernel with this Python, whatever kernels the machine has installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", "ptfund._site.running.kernel", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="ptfund", language="python")


@contextlib.asynccontextmanager
async def _started_kernel(chapter: Chapter, root: Path) -> AsyncIterator["_Kernel"]:
    with TemporaryDirectory(prefix="ptfund-") as name:
        folder = Path(name)
        Trace.create(folder / "trace")
        # A socket file of its own: TCP would open ports and warn about encryption.
        manager = _KernelManager(
            transport="ipc", ip=str(folder / "ipc"), connection_file=str(folder / "connection.json")
        )
        environment = {
            **kernel_environment(),
            "IPYTHONDIR": str(folder / "ipython"),
            ROOT_VARIABLE: str(root),
            TRACE_VARIABLE: str(folder / "trace"),
        }
        client = NotebookClient(nbformat.v4.new_notebook(), km=manager, startup_timeout=120)
        try:
            try:
                with _output(folder, "stdout") as stdout, _output(folder, "stderr") as stderr:
                    place = str(chapter.path.parent)
                    await manager.start_kernel(
                        cwd=place, env=environment, stdout=stdout, stderr=stderr
                    )
                await client.async_start_new_kernel_client()
            except Exception as error:
                said = (folder / "stderr").read_text(errors="replace").strip()
                message = f"the kernel did not start: {error}\n{said}".strip()
                raise Failure(0, message) from error
            yield _Kernel(client, folder, root)
        finally:
            await _stop(manager, client)


def _output(folder: Path, name: str) -> BinaryIO:
    return (folder / name).open("wb")


async def _stop(manager: _KernelManager, client: NotebookClient) -> None:
    if client.kc is not None:
        client.kc.stop_channels()
    # Also for a kernel that is dead or never started: its sockets must be closed.
    await manager.shutdown_kernel(now=True)


class _Kernel:
    """A running kernel, and what it was asked so far."""

    def __init__(self, client: NotebookClient, folder: Path, root: Path) -> None:
        self.trace = Trace(folder / "trace")
        self._client = client
        self._folder = folder
        self._root = root
        self._answers = True
        # How much of the process's own output was read; what starting wrote is not a step's.
        self._read = {name: (folder / name).stat().st_size for name in ("stdout", "stderr")}

    async def execute(self, number: int, step: Step, limit: float) -> list[NotebookNode] | str:
        """Execute the next step and return what it gave, or raise what went wrong."""
        self.trace.start_cell()
        source = step.source if step.kind == "code" else value_of(step.source)
        task = asyncio.create_task(self._outputs(source))
        try:
            done, _ = await asyncio.wait({task}, timeout=limit)
            if not done:
                self._answers = False
                message = f"the cell ran longer than {limit:g} seconds"
                raise Failure(number, message, self.trace.line)
            outputs = task.result()
        except DeadKernelError as died:
            self._answers = False
            message = f"the kernel died{await self._cause()}"
            raise Failure(number, message, self.trace.line) from died
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if error := next((o for o in outputs if o.output_type == "error"), None):
            raise self._failure(number, error)
        outputs = _merged([*outputs, *self._process_outputs()])
        if "allow-stderr" not in step.tags:
            self._refuse_stderr(number, outputs)
        return outputs if step.kind == "code" else _text(number, outputs)

    async def inputs(self, present: Present) -> Inputs | None:
        """Ask what the steps so far have used; a kernel that is stuck or dead does not know."""
        told = await self._ask(INPUTS)
        if told is None:
            return None
        inputs: Inputs
        inputs, modules = told
        inputs["distribution"] |= present.distributions(modules)
        return inputs

    async def names(self) -> Meanings:
        """Ask what the names in the steps so far mean."""
        return await self._ask(NAMES) or {}

    async def _ask(self, question: str) -> Any:
        """Return what the kernel answers, None if it is stuck or dead."""
        if not self._answers:
            return None
        try:
            outputs = await self._outputs(question)
        except DeadKernelError:
            return None
        # A thread that the chapter has left may have printed beside it.
        told = next(output.data[TEXT] for output in outputs if TEXT in output.get("data", {}))
        return json.loads(told)

    async def _outputs(self, source: str) -> list[NotebookNode]:
        cell = nbformat.v4.new_code_cell(source)
        self._client.nb.cells = [cell]
        with contextlib.suppress(CellExecutionError):  # it is among the outputs
            await self._client.async_execute_cell(cell, 0)
        outputs: list[NotebookNode] = cell.outputs
        return outputs

    async def _cause(self) -> str:
        """Say how a dead kernel ended, with what it still wrote."""
        provisioner = self._client.km.provisioner if self._client.km else None
        code = await provisioner.poll() if provisioner else None
        cause = "" if code is None else f": exit code {code}" if code >= 0 else f": signal {-code}"
        said = self._process_output("stderr").strip()
        return f"{cause}\n{said}" if said else cause

    def _failure(self, number: int, output: NotebookNode) -> Failure:
        trace = [self._frame(frame) for frame in json.loads("".join(output.traceback))]
        message = f"{output.ename}: {output.evalue}" if output.evalue else output.ename
        return Failure(number, message, self.trace.line, trace)

    def _frame(self, frame: dict[str, Any]) -> Frame:
        """Name a file of the project as seen from its root."""
        file = frame["file"]
        if Path(file).is_relative_to(self._root):
            file = Path(file).relative_to(self._root).as_posix()
        return Frame(file, frame["line"], frame["function"], frame["source"])

    def _process_outputs(self) -> list[NotebookNode]:
        """Return what subprocesses and compiled code wrote since the last look."""
        written = {name: self._process_output(name) for name in self._read}
        return [
            NotebookNode(output_type="stream", name=name, text=text)
            for name, text in written.items()
            if text
        ]

    def _process_output(self, name: str) -> str:
        """Return what was written past Python since the last look."""
        with (self._folder / name).open("rb") as file:
            file.seek(self._read[name])
            written = file.read()
        self._read[name] += len(written)
        return written.decode("utf-8", errors="replace")

    def _refuse_stderr(self, number: int, outputs: Sequence[NotebookNode]) -> None:
        said = [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"]
        if said:
            message = f"the cell wrote to stderr, which must stay empty: {''.join(said).strip()}"
            raise Failure(number, message, self.trace.stderr_line or 1)


def _text(number: int, outputs: Sequence[NotebookNode]) -> str:
    if len(outputs) != 1 or TEXT not in outputs[0].get("data", {}):
        raise Failure(number, "an expression must not print or show anything: it is prose")
    text: str = outputs[0].data[TEXT]
    return text


def _merged(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Join what was printed in one go; how it was cut, and mixed with stderr, is chance."""
    merged: list[NotebookNode] = []
    for is_stream, group in itertools.groupby(outputs, lambda o: o.output_type == "stream"):
        together = list(group)
        if not is_stream:
            merged += together
            continue
        for name in ("stdout", "stderr"):
            if text := "".join(output.text for output in together if output.name == name):
                merged.append(NotebookNode(output_type="stream", name=name, text=text))
    return merged
