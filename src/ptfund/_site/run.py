"""Running chapters: one kernel each, several at once, every failure with its line."""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from ptfund._site.chapter import Chapter, ChapterError, Frame
from ptfund._site.kernel import TRACE_VARIABLE, Trace

__all__ = ["Run", "run_chapters"]

# One thread per kernel: two kernels with two threads each on two processors ran three to
# seven times slower. The rest keeps the machine and its owner's settings off the pages.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
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


@dataclass(frozen=True)
class Run:
    """What came of running a chapter."""

    chapter: Chapter
    notebook: NotebookNode
    error: ChapterError | None
    seconds: float
    peak_memory: int


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
        cells = sum(chapter.code_cells for chapter in chapters)
        # On a terminal a bar; elsewhere nothing, since `finished` speaks for itself.
        with tqdm(total=cells, unit="cell", disable=None, leave=False) as progress:

            async def run_one(chapter: Chapter) -> Run:
                async with workers:
                    progress.set_description(chapter.name)
                    run = await _run(chapter, root, cell_timeout, progress.update)
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
    chapter: Chapter, root: Path, cell_timeout: float, advance: Callable[[], object]
) -> Run:
    start = time.perf_counter()
    notebook = chapter.notebook()
    error = None
    peak_memory = 0
    try:
        async with _started_kernel(chapter, notebook, root) as kernel:
            try:
                for index, cell in enumerate(chapter.cells):
                    if cell.kind == "code":
                        await kernel.execute(index, cell_timeout)
                        advance()
            finally:
                peak_memory = kernel.trace.peak_memory
    except ChapterError as raised:
        error = raised
    return Run(chapter, notebook, error, time.perf_counter() - start, peak_memory)


class _KernelManager(AsyncKernelManager):
    """Starts our kernel with this Python, whatever kernels the machine has installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", "ptfund._site.kernel", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="ptfund", language="python")


@contextlib.asynccontextmanager
async def _started_kernel(
    chapter: Chapter, notebook: NotebookNode, root: Path
) -> AsyncIterator["_Kernel"]:
    with TemporaryDirectory(prefix="ptfund-") as name:
        folder = Path(name)
        Trace.create(folder / "trace")
        # A socket file of its own: TCP would open ports and warn about encryption.
        manager = _KernelManager(
            transport="ipc", ip=str(folder / "ipc"), connection_file=str(folder / "connection.json")
        )
        environment = {
            **{k: v for k, v in os.environ.items() if k != "PTFUND_FIGURES"},
            **ENVIRONMENT,
            "IPYTHONDIR": str(folder / "ipython"),
            TRACE_VARIABLE: str(folder / "trace"),
        }
        client = NotebookClient(notebook, km=manager, startup_timeout=120)
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
                raise ChapterError(chapter.script, 1, message) from error
            yield _Kernel(chapter, notebook, client, folder, root)
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

    def __init__(
        self,
        chapter: Chapter,
        notebook: NotebookNode,
        client: NotebookClient,
        folder: Path,
        root: Path,
    ) -> None:
        self.trace = Trace(folder / "trace")
        self._chapter = chapter
        self._notebook = notebook
        self._client = client
        self._folder = folder
        self._root = root
        # How much of the process's own output was read; what starting wrote is not a cell's.
        self._read = {name: (folder / name).stat().st_size for name in ("stdout", "stderr")}
        # The kernel numbers cells as they are executed; tracebacks speak of these numbers.
        self._executed: list[int] = []

    async def execute(self, index: int, limit: float) -> None:
        """Execute a cell of the chapter into the notebook, or raise what went wrong."""
        cell = self._notebook.cells[index]
        if not cell.source.strip():
            return
        self._executed.append(index)
        self.trace.start_cell()
        task = asyncio.create_task(self._client.async_execute_cell(cell, index))
        try:
            done, _ = await asyncio.wait({task}, timeout=limit)
            if not done:
                raise self._stopped(index, f"the cell ran longer than {limit:g} seconds")
            await task
            if any(output.output_type == "error" for output in cell.outputs):
                raise self._failed(index)
        except DeadKernelError as error:
            raise self._stopped(index, f"the kernel died{await self._cause()}") from error
        except CellExecutionError as error:
            raise self._failed(index) from error
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._collect_process_output(cell)
        cell.outputs = _merged(cell.outputs)
        if "allow-stderr" not in self._chapter.cells[index].tags:
            self._refuse_stderr(index)

    def _stopped(self, index: int, message: str) -> ChapterError:
        return self._chapter.error(index, message, self.trace.line)

    async def _cause(self) -> str:
        """Say how a dead kernel ended, with what it still wrote."""
        provisioner = self._client.km.provisioner if self._client.km else None
        code = await provisioner.poll() if provisioner else None
        cause = "" if code is None else f": exit code {code}" if code >= 0 else f": signal {-code}"
        said = self._process_output("stderr").strip()
        return f"{cause}\n{said}" if said else cause

    def _failed(self, index: int) -> ChapterError:
        output = next(o for o in self._notebook.cells[index].outputs if o.output_type == "error")
        frames = [self._frame(frame) for frame in json.loads("".join(output.traceback))]
        here = [frame.line for frame in frames if frame.file == self._chapter.script]
        line = here[-1] if here else self._chapter.cells[index].line
        message = f"{output.ename}: {output.evalue}" if output.evalue else output.ename
        return ChapterError(self._chapter.script, line, message, frames)

    def _frame(self, frame: dict[str, Any]) -> Frame:
        """Translate a step of a traceback from the kernel's files and lines to ours."""
        file, line = frame["file"], frame["line"]
        if file.startswith("<cell "):
            cell = self._executed[int(file.removeprefix("<cell ").removesuffix(">")) - 1]
            file, line = self._chapter.script, self._chapter.cells[cell].line + line - 1
        elif Path(file).is_relative_to(self._root):
            file = Path(file).relative_to(self._root).as_posix()
        return Frame(file, line, frame["function"], frame["source"])

    def _collect_process_output(self, cell: NotebookNode) -> None:
        """Add what subprocesses and compiled code wrote, behind Python's own output."""
        for name in self._read:
            if text := self._process_output(name):
                cell.outputs.append(NotebookNode(output_type="stream", name=name, text=text))

    def _process_output(self, name: str) -> str:
        """Return what was written past Python since the last look."""
        with (self._folder / name).open("rb") as file:
            file.seek(self._read[name])
            written = file.read()
        self._read[name] += len(written)
        return written.decode("utf-8", errors="replace")

    def _refuse_stderr(self, index: int) -> None:
        said = [
            output.text
            for output in self._notebook.cells[index].outputs
            if output.output_type == "stream" and output.name == "stderr"
        ]
        if said:
            line = self.trace.stderr_line or 1
            message = f"the cell wrote to stderr, which must stay empty: {''.join(said).strip()}"
            raise self._chapter.error(index, message, line)


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
