"""The API pages as Markdown say what Python itself says of the package."""

import ast
import importlib
import inspect
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

HEADING = re.compile(
    r"^#+ `([\w.]+)`\n\n(?:```python\n(.*?)\n```\n\n)?(.*)", re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def twins(built_site: Path) -> dict[str, str]:
    """The text of each API page's twin, by the page's address."""
    found = (built_site / "reference").rglob("*.html.md")
    return {f"reference/{p.parent.name}/": p.read_text(encoding="utf-8") for p in found}


@pytest.fixture(scope="module")
def documented(twins: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Signature and text of everything documented, by its full name."""
    parts = [
        part for text in twins.values() for part in re.split(r"^(?=#+ `)", text, flags=re.MULTILINE)
    ]
    matches = [match for part in parts if (match := HEADING.match(part))]
    return {match[1]: (match[2] or "", match[3]) for match in matches}


def find(name: str) -> Any:
    """Return the object with a full name."""
    parts = name.split(".")
    module = importlib.import_module(".".join(parts[:2]))
    for part in parts[2:]:
        module = inspect.getattr_static(module, part, None)
    return module


def test_what_the_inventory_lists_is_a_heading(built_site: Path, twins: dict[str, str]) -> None:
    """Page by page and in the same number: nothing is missing, nothing is more."""
    _, _, packed = (built_site / "objects.inv").read_bytes().partition(b"zlib.\n")
    lines = [line.split() for line in zlib.decompress(packed).decode().splitlines()]
    listed = {(place.partition("#")[0], name) for name, _, rank, place, _ in lines if rank == "1"}
    headings = [
        (page, name)
        for page, text in twins.items()
        for name in re.findall(r"^#+ `([\w.]+)`$", text, re.MULTILINE)
    ]
    assert len(headings) == len(set(headings)) > 100
    assert set(headings) == listed


def test_signatures_are_those_of_python(documented: dict[str, tuple[str, str]]) -> None:
    """Functions, methods and classes have the parameters, kinds and defaults that Python sees."""
    compared = 0
    for name, (signature, _) in documented.items():
        written = re.sub(r"^class ", "def ", signature)
        if "def " not in written or "(" not in written:
            continue
        found = find(name)
        assert isinstance(found, property) == signature.startswith("@property"), name
        if isinstance(found, property):
            continue
        made = getattr(found, "__init__", found) if inspect.isclass(found) else found
        parameters = list(inspect.signature(getattr(made, "__func__", made)).parameters.values())
        if parameters and parameters[0].name in {"self", "cls"}:
            parameters = parameters[1:]
        said = ast.parse(f"{written}: ...").body[0]
        assert isinstance(said, ast.FunctionDef)
        given = said.args
        assert [p.arg for p in given.posonlyargs + given.args] == [
            p.name for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}
        ], name
        assert [p.arg for p in given.kwonlyargs] == [
            p.name for p in parameters if p.kind is p.KEYWORD_ONLY
        ], name
        defaults = [*given.defaults, *filter(None, given.kw_defaults)]
        assert len(defaults) == sum(p.default is not p.empty for p in parameters), name
        compared += 1
    assert compared > 80


def test_docstrings_are_whole(documented: dict[str, tuple[str, str]]) -> None:
    """Each part of a docstring is there: words, and every line of the examples."""
    words = 0
    for name, (_, text) in documented.items():
        found = find(name)
        kind = inspect.isfunction(found) or inspect.isclass(found) or inspect.ismodule(found)
        docstring = inspect.getdoc(found) if kind else None
        for line in (docstring or "").splitlines():
            if "][" in line or line.rstrip().endswith(":"):
                continue  # a link, or the name of a section
            for word in re.findall(r"[\w.]{4,}", line):
                assert word in text, f"{name}: {word}"
                words += 1
    assert words > 3000
