"""What runs inside a kernel: IPython, made to say where it is and what went wrong.

Started as `python -m ptfund._site.running.kernel`. Next to executing cells it keeps a `Trace`,
a few numbers in memory shared with the build, which the build can still read when the
kernel is stuck or dead; it evaluates expressions, and notes what the chapter uses and what
its names mean.
"""

import ast
import builtins
import json
import linecache
import logging
import mmap
import os
import re
import resource
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell

from ptfund._site.running.names import SEE, Names
from ptfund._site.running.recorder import Recorder

__all__ = [
    "INPUTS",
    "NAMES",
    "ROOT_VARIABLE",
    "TEXT",
    "TRACE_VARIABLE",
    "Trace",
    "step_of",
    "value_of",
]

ROOT_VARIABLE = "PTFUND_ROOT"
TRACE_VARIABLE = "PTFUND_TRACE"

# What the build executes to learn what the cells so far have used, and what their names mean;
# and the kind of output that tells it.
INPUTS = "__ptfund_inputs__()"
NAMES = "__ptfund_names__()"
TEXT = "text/x-ptfund"

_VALUE = "__ptfund_value__"
_CELL = "<cell {}>"
_MARK = "__ptfund_mark__"


class Trace:
    """Where a kernel is, in a small file that kernel and build both map."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._numbers = memoryview(mmap.mmap(file.fileno(), 32)).cast("q")

    @staticmethod
    def create(path: Path) -> None:
        """Write the trace of a kernel that did nothing yet."""
        path.write_bytes(bytes(32))

    def start_cell(self) -> None:
        """Forget the cell before."""
        self._numbers[0] = self._numbers[1] = 0

    def mark(self, line: int) -> None:
        """Note that the statement at this line of the cell begins."""
        self._numbers[0] = line

    def mark_stderr(self) -> None:
        """Note that the statement running now has written to stderr."""
        self._numbers[1] = self._numbers[1] or self._numbers[0]

    def mark_memory(self) -> None:
        """Note the most memory that this process has held so far."""
        self._numbers[2] = _peak_memory()

    @property
    def line(self) -> int:
        """The line of the cell that was reached last."""
        return self._numbers[0] or 1

    @property
    def stderr_line(self) -> int:
        """The line of the cell that wrote to stderr first, or 0."""
        return self._numbers[1]

    @property
    def peak_memory(self) -> int:
        """The most memory that the kernel held, in bytes."""
        return self._numbers[2]


def _peak_memory() -> int:
    # On Linux, getrusage also counts the process that this one was started from.
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class _Marks(ast.NodeTransformer):
    """Puts a call before each statement of a cell that notes its line."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = self._marked(node.body)
        return ast.fix_missing_locations(node)

    def _marked(self, body: list[ast.stmt]) -> list[ast.stmt]:
        marked: list[ast.stmt] = []
        for statement in body:
            line = ast.Constant(statement.lineno)
            call = ast.Call(ast.Name(_MARK, ast.Load()), args=[line], keywords=[])
            marked += [ast.copy_location(ast.Expr(call), statement), statement]
            self._descend(statement)
        return marked

    def _descend(self, node: ast.AST) -> None:
        """Mark the blocks of a loop, branch or with; functions are left as fast as they are."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block:
                setattr(node, field, self._marked(block))
        for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
            self._descend(part)


def value_of(expression: str) -> str:
    """Return the code that makes an expression's value its output."""
    return f"{_VALUE}(({expression}\n))"


def step_of(file: str) -> int | None:
    """Return which step, from 0, a file in a traceback is; None for any other file."""
    match = re.fullmatch(_CELL.format(r"(\d+)"), file)
    return int(match[1]) - 1 if match else None


# IPython makes the compiler itself, and hides its type.
_names = Names()


class _Compiler(XCachingCompiler):
    """Names a cell by its number, the same on every machine, and reads the names in it."""

    def ast_parse(self, source: str, filename: str = "", symbol: str = "exec") -> ast.AST:
        tree = super().ast_parse(source, filename, symbol)
        step = step_of(filename)
        if step is None or not isinstance(tree, ast.Module):
            return tree
        return _names.read(step, source, tree)

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        return _CELL.format(number)


class _Shell(ZMQInteractiveShell):
    """IPython whose errors arrive as frames instead of coloured text."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "compiler_class": _Compiler})  # type: ignore[no-untyped-call]
        self.trace = Trace(Path(os.environ.pop(TRACE_VARIABLE)))
        self._recorder = Recorder(Path(os.environ.pop(ROOT_VARIABLE)))
        setattr(builtins, _MARK, self.trace.mark)
        setattr(builtins, _VALUE, self._show_value)
        setattr(builtins, INPUTS.removesuffix("()"), self._show_inputs)
        setattr(builtins, NAMES.removesuffix("()"), self._show_names)
        setattr(builtins, SEE, _names.see)
        self.ast_transformers.append(_Marks())
        self.events.register("post_execute", self.trace.mark_memory)
        self._recorder.start()

    def _show_value(self, value: object) -> None:
        if value is None:
            raise TypeError("an expression must have a value, got None")
        self.display_pub.publish({TEXT: str(value)})

    def _show_inputs(self) -> None:
        self.display_pub.publish({TEXT: json.dumps(self._recorder.inputs())})

    def _show_names(self) -> None:
        self.display_pub.publish({TEXT: json.dumps(_names.found())})

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
        frames = json.dumps(_frames_of(evalue))
        super()._showtraceback(etype, evalue, [frames])  # type: ignore[no-untyped-call]


def _frames_of(error: BaseException) -> list[dict[str, Any]]:
    """Return the steps that led to an error, from the cell's own line inwards."""
    frames: list[dict[str, Any]] = [
        {"file": f.filename, "line": f.lineno or 1, "function": f.name, "source": f.line or ""}
        for f in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        source = (error.text or linecache.getline(error.filename, error.lineno or 1)).strip()
        place = {"file": error.filename, "line": error.lineno or 1}
        frames.append({**place, "function": "<module>", "source": source})
    first = next((n for n, f in enumerate(frames) if step_of(f["file"]) is not None), len(frames))
    return frames[first:]


class _Stream(OutStream):
    """A stream that notes which line first wrote to stderr."""

    def write(self, string: str) -> int:
        if self.name == "stderr" and string and IPKernelApp.initialized():
            kernel = IPKernelApp.instance().kernel
            if kernel is not None:
                kernel.shell.trace.mark_stderr()
        return super().write(string) or 0


class _Kernel(IPythonKernel):
    shell_class = _Shell


def _not_font_cache(record: logging.LogRecord) -> bool:
    return "building the font cache" not in record.getMessage()


def main() -> None:
    """Run a kernel until it is told to stop."""
    # On a fresh machine this notice would land in the first chapter that draws.
    logging.getLogger("matplotlib.font_manager").addFilter(_not_font_cache)
    # Python hides most deprecations; those of the chapter and of its package are our affair.
    warnings.filterwarnings("default", module=r"(__main__|ptfund)(\.|$)")
    IPKernelApp.launch_instance(
        [*sys.argv, "--IPKernelApp.capture_fd_output=False"],
        kernel_class=_Kernel,
        outstream_class=f"{__name__}._Stream",
    )


if __name__ == "__main__":
    # Under its own name, so that the classes exist once.
    from ptfund._site.running.kernel import main as run

    run()
