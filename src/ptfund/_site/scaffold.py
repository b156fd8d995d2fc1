"""A new chapter that builds at once: `make chapter NAME=attention` writes one to be filled.

It takes the number after the last chapter's, and its line in `nav` follows that chapter's line. To
move it, rename the script and its entry in `EXERCISES`: the number is no part of its address.
"""

import ast
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from string import Template
from typing import NamedTuple

from ptfund._site.reading.chapter import ChapterError, read_chapter

__all__ = ["Refused", "main", "plan_chapter", "write_all"]

LONGEST_TOPIC = 24  # characters: the lines of code that hold a topic fit on the page

_SKELETON = Path(__file__).with_name("skeleton")
_TOPIC = re.compile(r"[a-z]+(_[a-z]+)*")
_LISTED = re.compile(r"^( *- )(?:.*: )?tutorials/\d\d_\w+\.py\n", re.MULTILINE)
_CARDS = re.compile(r'<div class="path" markdown>\n.*?\n(?=\n</div>)', re.DOTALL)
_PICTURES = re.compile(r".*</symbol>\n", re.DOTALL)
_CARD = """\
{number}. <svg aria-hidden="true"><use href="assets/images/chapters.svg#{slug}"/></svg>
    **[{title}](tutorials/{name}.py)**
    To write: what the chapter is about, in one line.
"""
_PICTURE = """\
<symbol id="{slug}" viewBox="0 0 64 48">
  <text x="32" y="40" font-size="44" text-anchor="middle" fill="currentColor">{number:02}</text>
</symbol>
"""


class Refused(Exception):  # noqa: N818 - nothing is in error but what was asked for
    """Why no chapter is written, in one line."""


class _New(NamedTuple):
    """What is known of a chapter before it is written."""

    topic: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.number:02}_{self.topic}"

    @property
    def slug(self) -> str:
        return self.topic.replace("_", "-")

    @property
    def title(self) -> str:
        return self.topic.replace("_", " ").capitalize()


def plan_chapter(root: Path, topic: str) -> dict[Path, str]:
    """Return the files that make a new chapter, new ones first, each with its whole text.

    Args:
        root: The project's folder.
        topic: What the chapter is about: lower-case words, joined by underscores.

    Raises:
        Refused: If the topic is no such name or is taken, or if a file that lists the chapters
            has no place for another one.
        ChapterError: If the first or the last chapter cannot be read.
        OSError: If another file cannot be read.
    """
    if not _TOPIC.fullmatch(topic) or len(topic) > LONGEST_TOPIC:
        allowed = f"at most {LONGEST_TOPIC} lower-case letters, words joined by underscores"
        raise Refused(f"the name must be {allowed}, as in NAME=attention, got {topic!r}")
    scripts = sorted((root / "tutorials").glob("[0-9][0-9]_*.py"))
    if not scripts:
        raise Refused("there is no chapter in tutorials/ that a new one could follow")
    new = _New(topic, int(scripts[-1].name[:2]) + 1)
    if new.number > 99:
        raise Refused("there are 99 chapters, and a number has two digits")
    skeletons = {
        root / f"tutorials/{new.name}.py": "chapter",
        root / f"src/ptfund/exercises/_{topic}.py": "checks",
        root / f"tests/exercises/wrong_answers/{topic}.py": "wrong_answers",
    }
    same = [path for path in scripts if path.stem[3:] == topic]
    if taken := [*same, *(path for path in skeletons if path.exists())]:
        raise Refused(f"{topic} is taken: {taken[0].relative_to(root).as_posix()} exists")
    first, before = (read_chapter(scripts[place], root) for place in (0, -1))
    words = {
        "topic": topic,
        "title": new.title,
        "number": str(new.number),
        "first": f"[{first.title}]({first.path.name})",
        "before": f"[{before.title}]({before.path.name})",
    }
    files = {path: _fill(skeleton, words) for path, skeleton in skeletons.items()}
    asked = re.findall(r"^check\((\w+)\)$", next(iter(files.values())), re.MULTILINE)
    return files | _extend_lists(root, new, asked)


def _extend_lists(root: Path, new: _New, asked: Sequence[str]) -> dict[Path, str]:
    """Return the files that list the chapters, with a new one at the end of each."""
    card = _CARD.format(number=new.number, slug=new.slug, title=new.title, name=new.name)
    picture = _PICTURE.format(number=new.number, slug=new.slug)
    additions: dict[str, Callable[[str], str]] = {
        "src/ptfund/exercises/__init__.py": lambda text: _add_exercises(text, new.name, asked),
        "mkdocs.yml": lambda text: _add_to_nav(text, new.name),
        "docs/index.md": lambda text: _insert(text, _CARDS, card),
        "docs/assets/images/chapters.svg": lambda text: _insert(text, _PICTURES, picture),
    }
    files = {}
    for file, add in additions.items():
        try:
            files[root / file] = add((root / file).read_text(encoding="utf-8"))
        except (LookupError, SyntaxError, UnicodeDecodeError):
            raise Refused(f"{file} lists no chapters after which a new one could stand") from None
    return files


def _fill(skeleton: str, words: Mapping[str, str]) -> str:
    text = (_SKELETON / f"{skeleton}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(words)


def _insert(text: str, before: re.Pattern[str], new: str) -> str:
    """Return a text with something new after what matches first; LookupError if nothing does."""
    match = before.search(text)
    if match is None:
        raise LookupError
    return text[: match.end()] + new + text[match.end() :]


def _add_to_nav(text: str, name: str) -> str:
    *_, last = [None, *_LISTED.finditer(text)]
    if last is None:
        raise LookupError
    return f"{text[: last.end()]}{last[1]}tutorials/{name}.py\n{text[last.end() :]}"


def _add_exercises(text: str, name: str, asked: Sequence[str]) -> str:
    """Return the package's list of exercises with those of a new chapter at its end."""
    for node in ast.parse(text).body:
        match node:
            case ast.AnnAssign(ast.Name("EXERCISES"), value=ast.Dict(end_lineno=int(end))):
                lines = text.splitlines(keepends=True)
                names = [f'        "{one}",\n' for one in asked]
                entry = [f'    "{name}": (\n', *names, "    ),\n"]
                return "".join([*lines[: end - 1], *entry, *lines[end - 1 :]])
            case _:
                pass
    raise LookupError


def write_all(files: Mapping[Path, str]) -> None:
    """Write every file, or leave all as they were.

    Raises:
        OSError: If a file cannot be written.
    """
    before: dict[Path, bytes | None] = {}
    try:
        for path, text in files.items():
            before[path] = path.read_bytes() if path.exists() else None
            path.write_text(text, encoding="utf-8", newline="\n")
    except BaseException:
        for path, content in before.items():
            with suppress(OSError):  # the one that could not be written is as it was
                if content is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_bytes(content)
        raise


def main(arguments: Sequence[str], root: Path) -> int:
    """Write a chapter of the name that is given, say what is written, and return an exit code."""
    try:
        files = plan_chapter(root, " ".join(arguments))
        new = [path for path in files if not path.exists()]
        write_all(files)
    except (Refused, ChapterError, OSError) as error:
        print(f"No chapter is written: {error}", file=sys.stderr)  # noqa: T201 - the answer
        return 1
    for path in files:
        verb = "is new" if path in new else "lists it"
        print(f"{path.relative_to(root).as_posix()} {verb}")  # noqa: T201 - the same
    print("What is to be written begins with 'To write:'. `make serve` shows it.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
