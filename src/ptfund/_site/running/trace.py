"""Where a chapter is while it runs, readable also when its process is stuck or dead."""

import ast
import mmap
import re
import resource
from pathlib import Path

__all__ = ["MARK", "Marks", "Trace", "name_step", "step_of"]

MARK = "__ptfund_mark__"

_CELL = "<cell {}>"
_UNKNOWN = -1


def name_step(number: int) -> str:
    """Return the file name under which a step is compiled, the same on every machine."""
    return _CELL.format(number + 1)


def step_of(file: str) -> int | None:
    """Return which step, from 0, a file in a traceback is; None for any other file."""
    match = re.fullmatch(_CELL.format(r"(\d+)"), file)
    return int(match[1]) - 1 if match else None


class Trace:
    """A few numbers in a small file that the chapter's processes and the build all map."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._numbers = memoryview(mmap.mmap(file.fileno(), 32)).cast("q")

    @staticmethod
    def create(path: Path) -> "Trace":
        """Write the trace of a chapter that did nothing yet, and return it."""
        path.write_bytes(bytes(32))
        trace = Trace(path)
        trace.status = _UNKNOWN
        return trace

    def start_step(self) -> None:
        """Forget the step before."""
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
        """The line of the cell that wrote to stderr first, or 1."""
        return self._numbers[1] or 1

    @property
    def peak_memory(self) -> int:
        """The most memory that the process held, in bytes."""
        return self._numbers[2]

    @property
    def status(self) -> int | None:
        """The exit status that the chapter's process ended with, as `os.waitpid` gives it."""
        status = self._numbers[3]
        return None if status == _UNKNOWN else status

    @status.setter
    def status(self, status: int) -> None:
        self._numbers[3] = status


def _peak_memory() -> int:
    # On Linux, getrusage also counts the process that this one was started from.
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Marks(ast.NodeTransformer):
    """Puts a call before each statement of a cell that notes its line."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = self._marked(node.body)
        return ast.fix_missing_locations(node)

    def _marked(self, body: list[ast.stmt]) -> list[ast.stmt]:
        marked: list[ast.stmt] = []
        for statement in body:
            line = ast.Constant(statement.lineno)
            call = ast.Call(ast.Name(MARK, ast.Load()), args=[line], keywords=[])
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
