"""What is written between the code cells, as rules: each lists what breaks it."""

import ast
import re
from collections.abc import Iterator
from math import isclose
from typing import NamedTuple

from nbformat import NotebookNode

from tests.tutorials.code_rules import alternatives
from tests.tutorials.reading import (
    CLOSING,
    code_of,
    expressions,
    headings,
    replaced,
    sections,
    shown,
    text_of,
)

LONGEST_PROSE = 80  # words
NUMBER = re.compile(
    r"(?<![\w.,])(?P<mantissa>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:e(?P<power>[+-]?\d+))?"
    r"(?!\w|\.\d)(?:\s?(?P<percent>%|per\s?cent(?:age\s+points?)?\b))?"
)


def long_prose(cells: list[NotebookNode]) -> list[str]:
    """List what stands between two code cells and is too long to be read in one breath."""
    found, prose, begun = [], "", False
    for cell in cells:
        if cell.cell_type == "code":
            if begun and len(words(prose)) > LONGEST_PROSE:
                found.append(prose)
            prose, begun = "", True
        elif re.search(f"^## {CLOSING}$", cell.source, flags=re.MULTILINE):
            before = cell.source.partition(f"## {CLOSING}")[0]
            return found + [before] * (len(words(prose + before)) > LONGEST_PROSE)
        else:
            prose += cell.source + "\n\n"
    return found


def words(prose: str) -> list[str]:
    """Return the words outside collapsed blocks, tables, fenced code and formulas standing alone.

    A table is looked up, not read in one breath. An expression is read as the one number that
    it shows, a formula in a line as one word.
    """
    prose = re.sub(r"^\?\?\?.*\n(?:(?: {4}.*)?(?:\n|$))*", "", prose, flags=re.MULTILINE)
    prose = replaced(prose, fence="", display="", expression="number", formula="formula")
    prose = re.sub(r"^\|.*\|$|^\[[^]]+\]: .*$", "", prose, flags=re.MULTILINE)
    prose = re.sub(r"\]\([^)]*\)|\]\[[^]]*\]", "]", prose)
    return [word for word in prose.split() if re.search(r"\w", word)]


def bare_addresses(cells: list[NotebookNode]) -> list[str]:
    """List web addresses that are not behind words."""
    text = replaced(text_of(cells), fence="", code="", expression="")
    text = re.sub(r"\]\([^)]*\)|^\[[^]]+\]: .*$", "]", text, flags=re.MULTILINE)
    return re.findall(r"(?:https?://|www\.)\S+", text)


def accidental_lists(cells: list[NotebookNode]) -> list[str]:
    """List numbers at the beginning of a paragraph that Markdown takes for that of a list."""
    text = replaced(text_of(cells), fence="")
    begins = r"(?:\A|\n[ >]*\n|^(?:\?\?\?|!!!).*\n)[ >]*"
    return re.findall(rf"{begins}(?!1\.)(\d+\.) ", text, flags=re.MULTILINE)


def faulty_expressions(cells: list[NotebookNode]) -> list[str]:
    """List what cannot be evaluated: no expression, one that writes, or one that is misplaced."""
    found, begun = [], False
    for cell in cells:
        if cell.cell_type == "code":
            begun = True
            continue
        sources = list(expressions(cell.source))
        found += [source for source in sources if not (begun and only_reads(source))]
        found += [words for _, words in headings(cell.source) if "{python}" in words]
        if "{python}" in replaced(cell.source, fence="", code="", expression=""):
            found.append("{python} that is not at the beginning of a code span")
    return found


def only_reads(source: str) -> bool:
    """Return whether a source is an expression after a space that, by its looks, changes nothing.

    That is, without an assignment, print, or a method that works in place.
    """
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except SyntaxError:
        return False
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [getattr(function, "id", getattr(function, "attr", "")) for function in called]
    writes = any(name == "print" or re.search(r"[^_]_$", name) for name in names)
    assigns = any(isinstance(node, ast.NamedExpr) for node in ast.walk(tree))
    return source.startswith(" ") and not writes and not assigns


class Number(NamedTuple):
    """A number as it is written."""

    text: str
    value: float
    decimals: int
    digits: int  # without zeros at both ends
    percent: bool

    def tells(self, measured: "Number") -> bool:
        """Return whether this is a measured number, perhaps rounded, perhaps in per cent.

        A number of one digit, as 10 % and 0.5, may be an idea: it must be the same exactly.
        """
        values = {measured.value}
        if self.percent and not measured.percent:
            values = {measured.value} if measured.decimals else set()
            values |= {100 * measured.value} if 0 < measured.value < 1 else set()
        elif measured.percent and not self.percent:
            values = {measured.value / 100}
        room = 0.5 * 10.0**-self.decimals if self.digits > 1 else 0.0
        return any(abs(self.value - value) <= room + 1e-9 * abs(value) for value in values)


def typed_numbers(cells: list[NotebookNode]) -> list[str]:
    """List measured numbers that stand typed in prose, or in what is said of a figure.

    Only those that do not look like counting are considered: with decimals, in per cent, or of
    four digits and more. In prose one is measured if an output shows it, perhaps more exactly,
    and no code holds it; of a figure, if no code holds it, since nothing else may show it.
    Exercises, code spans and formulas may hold any number.
    """
    text = text_of(cells)
    for name, body in sections(text):
        if name == "Exercises":
            text = text.replace(body, "")
    text = replaced(text, fence=" ", code=" ", expression=" ", display=" ", formula=" ")
    text = re.sub(r"\]\([^)]*\)", "]", text)

    given = constants(cells)
    measured = [n for cell in cells for output in shown(cell) for n in numbers(output)]
    found = [n for n in suspects(text, given) if any(map(n.tells, measured))]
    for alternative in alternatives(cells):
        found += suspects(alternative, given)
    return [number.text for number in found]


def suspects(text: str, given: set[float]) -> Iterator[Number]:
    """Yield the numbers of a text that do not look like counting and are not given."""
    for number in numbers(text):
        counts = number.decimals <= 0 and not number.percent and number.value < 1000
        value = number.value / 100 if number.percent else number.value
        if not counts and not any(isclose(value, constant) for constant in given):
            yield number


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text."""
    for match in NUMBER.finditer(text):
        mantissa = match["mantissa"].replace(",", "")
        power = int(match["power"] or 0)
        decimals = len(mantissa.partition(".")[2]) - power
        digits = len(mantissa.replace(".", "").strip("0"))
        value = float(mantissa) * 10.0**power
        yield Number(match[0], value, decimals, digits, bool(match["percent"]))


def constants(cells: list[NotebookNode]) -> set[float]:
    """Return the numbers that stand in the code."""
    nodes = [node for source in code_of(cells) for node in ast.walk(ast.parse(source))]
    values = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return {float(value) for value in values if isinstance(value, int | float)}
