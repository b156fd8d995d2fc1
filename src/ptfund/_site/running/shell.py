"""Inside a chapter's process: IPython's shell, made to behave as a script does.

A cell is plain Python: no magics, no names that a script would not have. What it shows is noted,
and whether it has failed is the shell's own verdict.
"""

import ast
import base64
import builtins
import linecache
import sys
import tokenize
import traceback
from io import StringIO
from itertools import count
from pathlib import Path
from tokenize import generate_tokens
from typing import Any

from IPython.core import display_functions
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from ptfund._site.running.names import SEE, Names
from ptfund._site.running.streams import Notes
from ptfund._site.running.trace import MARK, Marks, Trace, name_step, step_of

__all__ = ["Shell", "start_shell"]

_OF_A_SCRIPT = {"__builtins__", "__doc__", "__loader__", "__name__", "__package__", "__spec__"}
_NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER}

# IPython makes the compiler itself, and hides its type.
_names = Names()


class _Compiler(CachingCompiler):
    """Names a cell by its number, and reads the names in it."""

    def ast_parse(self, source: str, filename: str = "", symbol: str = "exec") -> ast.AST:
        tree = super().ast_parse(source, filename, symbol)
        step = step_of(filename)
        if step is None or not isinstance(tree, ast.Module):
            return tree
        return _names.read(step, source, tree)

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        del raw_code, code
        return name_step(number)


class _Hook(DisplayHook):
    """Notes the value of a cell's last expression, and leaves no trace of it in the names."""

    shell: "Shell"

    def __call__(self, result: Any = None) -> None:
        if result is None or _is_silenced(self.shell.source):
            return
        data, metadata = self.compute_format_data(result)  # type: ignore[no-untyped-call]
        if data:
            self.shell.notes.add("result", data=_to_json(data), metadata=metadata)


class _Publisher(DisplayPublisher):
    """Notes what is displayed."""

    shell: "Shell"

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        del source
        name = (transient or {}).get("display_id")
        kind = "update" if update else "display"
        content = {"data": _to_json(data), "metadata": metadata or {}, "display_id": name}
        self.shell.notes.add(kind, **content)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's own
        self.shell.notes.add("clear", wait=wait)


def _is_silenced(source: str) -> bool:
    """Return whether a cell ends in a semicolon, which in Jupyter hides its last value."""
    tokens = [t for t in generate_tokens(StringIO(source).readline) if t.type not in _NO_CODE]
    return bool(tokens) and tokens[-1].string == ";"


def _to_json(data: dict[str, Any]) -> dict[str, Any]:
    """Return a bundle with its bytes as text, as notebooks hold them."""
    return {
        kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for kind, value in data.items()
    }


class Shell(InteractiveShell):
    """IPython for one chapter."""

    compiler_class = _Compiler
    displayhook_class = _Hook
    display_pub_class = _Publisher

    notes: Notes
    trace: Trace
    source = ""
    """The cell that is executed."""
    _shown: BaseException | None = None

    def execute(self, number: int, source: str) -> dict[str, Any] | None:
        """Execute a cell, and return what went wrong in it, if anything."""
        self.source, self._shown, self.execution_count = source, None, number
        result = self.run_cell(source)  # type: ignore[no-untyped-call]
        error = result.error_before_exec or result.error_in_exec or self._shown
        return None if error is None else _describe(error)

    def evaluate(self, number: int, expression: str) -> tuple[str, dict[str, Any] | None]:
        """Evaluate an expression, and return its value as text, or what went wrong."""
        name, source = name_step(number), f"({expression}\n)"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            value = eval(compile(source, name, "eval"), self.user_ns)  # noqa: S307 - the chapter's
            return _to_text(value), None
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the chapter's
            return "", _describe(error)

    def find_names(self) -> dict[int, Any]:
        """Return what the names in the cells so far mean."""
        return _names.found()

    def showtraceback(self, *arguments: Any, **_: Any) -> None:
        """Keep an error that IPython would print and go on, such as one of a value's `repr`."""
        told = arguments[0] if arguments else None
        self._shown = told[1] if told else sys.exc_info()[1]

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Print nothing: the error is part of the result."""


def _to_text(value: object) -> str:
    if value is None:
        raise TypeError("an expression must have a value, got None")
    return str(value)


def start_shell(notes: Notes, trace: Trace, ipython: Path) -> Shell:
    """Return a shell whose names are those with which a script begins.

    Args:
        notes: Where it notes what is shown.
        trace: Where it marks its lines.
        ipython: A folder for IPython's own files.
    """
    ids = count(1)
    display_functions._new_id = lambda: str(next(ids))  # noqa: SLF001 - its own are random
    settings = Config()
    settings.HistoryManager.enabled = False  # its saver is a thread, and writes to the home folder
    shell: Shell = Shell.instance(
        config=settings, ipython_dir=str(ipython), autoawait=False, cache_size=0, colors="nocolor"
    )
    shell.notes, shell.trace = notes, trace
    transformers = shell.input_transformer_manager
    transformers.cleanup_transforms = []
    transformers.line_transforms = []
    transformers.token_transformers = []
    shell.builtin_trap.auto_builtins = {}
    shell.ast_transformers.append(Marks())
    for name in ("display", "__IPYTHON__"):
        delattr(builtins, name)
    for name in ("ps1", "ps2", "ps3"):
        delattr(sys, name)
    for name in shell.user_ns.keys() - _OF_A_SCRIPT:
        del shell.user_ns[name]
    setattr(builtins, MARK, trace.mark)
    setattr(builtins, SEE, _names.see)
    return shell


def _describe(error: BaseException) -> dict[str, Any]:
    """Return type, message and frames of an error, from the cell's own line inwards."""
    frames: list[dict[str, Any]] = [
        {"file": f.filename, "line": f.lineno or 1, "function": f.name, "source": f.line or ""}
        for f in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        source = (error.text or linecache.getline(error.filename, error.lineno or 1)).strip()
        place = {"file": error.filename, "line": error.lineno or 1}
        frames.append({**place, "function": "<module>", "source": source})
    first = next((n for n, f in enumerate(frames) if step_of(f["file"]) is not None), len(frames))
    name, message = type(error).__name__, _message_of(error)
    return {"message": f"{name}: {message}" if message else name, "frames": frames[first:]}


def _message_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:  # noqa: BLE001 - the chapter's own class may fail here
        return f"<{type(broken).__name__} in its __str__>"
