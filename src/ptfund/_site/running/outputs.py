"""What a chapter printed and showed becomes the outputs of its cells, in order."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

__all__ = ["OutputError", "Outputs", "settle_lines"]

LIMIT = 10_000_000  # bytes that one step may print or show

# What a terminal does, and a page does not: titles and links, and moves within the line.
_OPERATING = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]|[\b\r]")


class OutputError(Exception):
    """What was shown cannot be put on a page."""


class Outputs:
    """Collects the outputs of a chapter's steps from its notes and the files that it prints to."""

    def __init__(self, folder: Path, sizes: Sequence[int]) -> None:
        self._files = [folder / "stdout", folder / "stderr"]
        self._read = list(sizes)
        self._shown: dict[str, list[dict[str, Any]]] = {}

    def count_unread(self) -> int:
        """Return how many bytes were printed since the last step ended."""
        return sum(file.stat().st_size for file in self._files) - sum(self._read)

    def read_errors(self) -> str:
        """Return what was written to standard error since the last step ended."""
        return self._read_between(1, self._read[1], None)

    def collect(self, notes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the outputs of a step, and update those of earlier ones.

        Args:
            notes: What the step has shown, in order.

        Raises:
            OutputError: If something is updated that was never displayed.
        """
        outputs: list[dict[str, Any]] = []
        clears = False
        for note in notes:
            new = [*self._read_streams(note["sizes"])]
            if clears and (new or note["kind"] in {"display", "result"}):
                outputs, clears = [], False
            outputs += new
            match note["kind"]:
                case "display" | "result":
                    outputs.append(self._make_display(note))
                case "update":
                    self._update(note)
                case "clear":
                    clears = True
                    if not note["wait"]:
                        outputs, clears = [], False
        return _merge(outputs)

    def _make_display(self, note: dict[str, Any]) -> dict[str, Any]:
        output = {"data": note["data"], "metadata": note["metadata"]}
        if note["kind"] == "result":
            return {"output_type": "execute_result", "execution_count": None, **output}
        shown = {"output_type": "display_data", **output}
        if note["display_id"] is not None:
            self._shown.setdefault(note["display_id"], []).append(shown)
        return shown

    def _update(self, note: dict[str, Any]) -> None:
        if note["display_id"] not in self._shown:
            raise OutputError(f"nothing to update was displayed as {note['display_id']!r}")
        for shown in self._shown[note["display_id"]]:
            shown.update(data=note["data"], metadata=note["metadata"])

    def _read_streams(self, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield what was printed up to a note, standard output first."""
        for number, name in enumerate(("stdout", "stderr")):
            if text := self._read_between(number, self._read[number], sizes[number]):
                yield {"output_type": "stream", "name": name, "text": text}
        self._read = list(sizes)

    def _read_between(self, number: int, start: int, end: int | None) -> str:
        with self._files[number].open("rb") as file:
            file.seek(start)
            written = file.read(-1 if end is None else end - start)
        return written.decode("utf-8", errors="replace")


def _merge(outputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join what was printed in one go; how it was cut is chance."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if "name" in output and output["name"] == last.get("name"):
            last["text"] += output["text"]
        else:
            merged.append(output)
    for output in merged:
        if "text" in output:
            output["text"] = settle_lines(output["text"])
    return [output for output in merged if output.get("text") != ""]


def settle_lines(text: str) -> str:
    """Return printed text as a terminal shows it in the end: what was overwritten is gone.

    Colours stay, as the page has them, too. Of the moves of the cursor only those within a line
    are followed; others count as nothing.
    """
    text = _OPERATING.sub("", text)
    return "\n".join(map(_settle_line, text.split("\n")))


def _settle_line(line: str) -> str:
    line = line.removesuffix("\r")
    if not _CONTROL.search(line):
        return line
    cells: list[str | None] = []
    colours = ""
    place = 0
    for piece in re.finditer(r"(\x1b\[[0-9;?]*[A-Za-z])|(.)", line, re.DOTALL):
        sequence, character = piece.groups()
        if sequence:
            if sequence.endswith("m"):
                colours = "" if sequence in {"\x1b[m", "\x1b[0m"} else colours + sequence
            elif sequence.endswith("K"):
                _erase(cells, place, sequence[2:-1])
        elif character == "\r":
            place = 0
        elif character == "\b":
            place = max(0, place - 1)
        else:
            cells += [None] * (place + 1 - len(cells))
            cells[place] = f"{colours}{character}\x1b[0m" if colours else character
            place += 1
    while cells and cells[-1] is None:
        cells.pop()
    return "".join(cell or " " for cell in cells)


def _erase(cells: list[str | None], place: int, how: str) -> None:
    """Erase to the end of the line, from its beginning, or all of it."""
    if how in {"", "0"}:
        del cells[place:]
    else:
        end = len(cells) if how == "2" else min(place + 1, len(cells))
        cells[:end] = [None] * end
