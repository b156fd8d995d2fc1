"""What of the exercises is done: `python -m ptfund.exercises`, or with files to be corrected."""

import argparse
import ast
import contextlib
import io
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from ptfund.exercises import EXERCISES, WrongAnswer, asked_for, check

FOLDER = Path("exercises")


def main(arguments: Sequence[str]) -> int:
    """List all exercises, or correct some files; return 1 while something is not done."""
    parser = argparse.ArgumentParser(
        prog="python -m ptfund.exercises",
        description="Lists the exercises in the folder 'exercises' with what is done, "
        "or says what is wrong with the answers in a file.",
    )
    parser.add_argument("file", nargs="*", type=Path, help="such as exercises/01_tensors.py")
    files: list[Path] = parser.parse_args(arguments).file
    for path in files:
        if path.stem not in EXERCISES:
            parser.error(f"{path.as_posix()} must be named as a chapter, such as 01_tensors.py")
        if not path.is_file():
            parser.error(f"{path.as_posix()} is no file")
    return correct(files) if files else overview()


def correct(files: Sequence[Path]) -> int:
    """Say to each answer in some files what is wrong; return 1 if anything is."""
    wrong = 0
    for path in files:
        module, errors = executed(path)
        print(*errors, sep="\n", end="\n" if errors else "")
        for name in EXERCISES[path.stem]:
            message = judged(module, name)
            print(message or f"{name}: passed.")
            wrong += message is not None
        wrong += len(errors)
    return int(wrong > 0)


def overview() -> int:
    """List all exercises with what is done; return 1 while some are not."""
    done = total = 0
    for chapter, names in EXERCISES.items():
        path = FOLDER / f"{chapter}.py"
        name = path.as_posix()
        print(name if path.is_file() else f"{name} is not there: `make exercises` writes it")
        module, errors = ModuleType(chapter), list[str]()
        if path.is_file():
            with contextlib.redirect_stdout(io.StringIO()):
                module, errors = executed(path)
        print(*(f"  {error}\n" for error in errors), sep="", end="")
        for name in names:
            right = judged(module, name) is None
            print(f"  {'done' if right else 'not done':10}{name}")
            done, total = done + right, total + 1
    print(f"{done} of {total} exercises are done.")
    return int(done < total)


def judged(module: ModuleType, name: str) -> str | None:
    """Return what is wrong with the answer to an exercise in a module; None if it is right."""
    names = asked_for(name)
    if missing := [name for name in names if not hasattr(module, name)]:
        return f"{name}: {missing[0]} is not defined"
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            check(*(getattr(module, name) for name in names))
    except WrongAnswer as wrong:
        return str(wrong)
    return None


def executed(path: Path) -> tuple[ModuleType, list[str]]:
    """Return a file as a module, and what its statements raised; its own checks are left out.

    Each statement is executed by itself, so that a mistake in one answer does not hide the others.
    """
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules[path.stem] = module  # where dataclasses and pickle look for it
    try:
        source = path.read_text(encoding="utf-8")
        statements = ast.parse(source, str(path)).body
    except SyntaxError as error:
        return module, [f"{path.as_posix()}:{error.lineno}: SyntaxError: {error.msg}"]
    except (OSError, UnicodeDecodeError) as error:
        return module, [f"{path.as_posix()}: {error}"]
    return module, list(_errors(statements, module, path))


def _errors(statements: Sequence[ast.stmt], module: ModuleType, path: Path) -> Iterator[str]:
    for statement in statements:
        if _is_check(statement):
            continue
        code = compile(ast.Module([statement], []), str(path), "exec")
        try:
            exec(code, module.__dict__)  # noqa: S102 - the learner's own file
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises is reported
            steps = traceback.extract_tb(error.__traceback__)
            line = [step.lineno for step in steps if step.filename == str(path)][-1]
            yield f"{path.as_posix()}:{line}: {type(error).__name__}: {error}"


def _is_check(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(ast.Name("check"))):
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
