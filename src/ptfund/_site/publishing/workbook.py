"""Files to solve the exercises in: `make exercises` writes one for each chapter."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ptfund._site.reading.book import read_book
from ptfund._site.reading.chapter import Chapter
from ptfund._site.reading.exercises import Exercise, read_exercises
from ptfund._site.rendering.notebooks import to_jupyter

__all__ = ["compose_workbook", "write_workbooks"]

FOLDER = "exercises"

_HEAD = """\
# Exercises to chapter {number}: {title}

Write your answers in place of `raise NotImplementedError`. To see what is wrong with them, run

    python -m ptfund.exercises {file}

and without a file to see which exercises are done. The cells also run one by one in an editor,
and in Jupyter with Jupytext.
"""


def compose_workbook(chapter: Chapter, exercises: Sequence[Exercise]) -> str:
    """Return a percent script with the task, stub, check and hint of each exercise."""
    head = _HEAD.format(
        number=int(chapter.name[:2]), title=chapter.title, file=f"{FOLDER}/{chapter.name}.py"
    )
    cells = [_prose(head), f"# %%\n{_imports(exercises)}\n"]
    for exercise in exercises:
        task, hint = (chapter.cells[n].source for n in (exercise.task, exercise.hint))
        cells += [
            _prose("### " + f"\n{task}".rpartition("\n### ")[2]),
            f"# %%\n{exercise.stub}\n\n",
            f"# %%\n{chapter.cells[exercise.check].source}\n",
            _prose(f"*Hint.* {hint}"),
        ]
    return "\n".join(cells)


def _prose(text: str) -> str:
    lines = to_jupyter(text, (), lambda _: None).strip().split("\n")
    return "# %% [markdown]\n" + "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _imports(exercises: Sequence[Exercise]) -> str:
    """Return what the exercises import, each module once."""
    modules: dict[str, set[str]] = {}
    for line in {line for exercise in exercises for line in exercise.imports}:
        begin, _, name = line.rpartition("import ")
        modules.setdefault(begin or line, set()).add(name)
    return "\n".join(
        f"{begin}import {', '.join(sorted(names))}" if begin.startswith("from") else begin
        for begin, names in sorted(modules.items(), key=lambda module: _place(module[0]))
    )


def _place(line: str) -> tuple[int, bool, str]:
    """Return where an import stands among others: Python's own come first, the book's last."""
    package = line.split()[1].partition(".")[0]
    group = 0 if package in sys.stdlib_module_names else 2 if package == "ptfund" else 1
    return group, line.startswith("from"), line


def write_workbooks(root: Path, *, again: bool) -> Iterator[str]:
    """Write the files, and yield a line on each.

    Args:
        root: The project's folder.
        again: Whether to write also where there is a file already, which is kept under another
            name.
    """
    chapters, errors = read_book(root)
    yield from map(str, errors)
    (root / FOLDER).mkdir(exist_ok=True)
    for chapter in chapters:
        exercises = read_exercises(chapter)
        if not exercises:
            continue
        name = f"{FOLDER}/{chapter.name}.py"
        path, text = root / name, compose_workbook(chapter, exercises)
        if path.exists() and path.read_bytes() == text.encode():
            yield f"{name} is there, as it was written"
        elif not path.exists():
            path.write_text(text, encoding="utf-8", newline="\n")
            yield f"{name} is written"
        elif not again:
            yield f"{name} is kept: your work is in it"
        else:
            kept = _unused(path)
            path.rename(kept)
            path.write_text(text, encoding="utf-8", newline="\n")
            yield f"{name} is written anew; what was there is now {kept.name}"


def _unused(path: Path) -> Path:
    """Return a name beside a file under which there is none."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.before-{number}.py")).exists():
        number += 1
    return kept


if __name__ == "__main__":
    for told in write_workbooks(Path.cwd(), again=sys.argv[1:] == ["--again"]):
        print(told)  # noqa: T201 - it answers the one who called it
