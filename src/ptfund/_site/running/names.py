"""Inside a chapter's process: what the names in a chapter's code mean, found while the code runs.

An import says by itself what it binds, and what stands behind its dots: `torch.optim.SGD`.
Of any other attribute only a run knows the owner: `step` belongs to optimizers if the object
before the dot was one. So a cell is changed a little before it runs: what stands before a dot
is handed over, its type is noted, and it goes on as it was.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from functools import reduce
from symtable import SymbolTable, symtable
from types import ModuleType
from typing import Any, NamedTuple

__all__ = ["SEE", "Meanings", "Name", "Names"]

# Names by the number of the step in which they stand, as JSON gives them: lists of their parts.
Meanings = dict[str, list[list[Any]]]

PACKAGES = ("ptfund", "torch")  # what readers look up
SEE = "__ptfund_see__"
_FROM = re.compile(r"from\s+([\w.]+)")


class Name(NamedTuple):
    """A name in a cell, and what it may be documented as, the most exact first."""

    start: int
    """How many characters of the cell stand before it."""
    end: int
    candidates: Sequence[str]


class Names(ast.NodeTransformer):
    """Changes the code of cells so that running it tells what their names mean."""

    def __init__(self) -> None:
        self._imported: dict[str, str] = {}
        # By cell: where a name begins, how it reads, and its path if it was imported, else the
        # number under which its owners are noted.
        self._places: dict[int, list[tuple[int, str, str | int]]] = {}
        self._owners: list[dict[type | ModuleType, None]] = []

    def read(self, number: int, source: str, tree: ast.Module) -> ast.Module:
        """Return a cell's code, changed, and remember what names it holds.

        Args:
            number: The cell's number, by which `found` names it.
            source: The cell.
            tree: The same, parsed. It is changed in place.
        """
        own = dict(_imports(tree))
        table = symtable(source, str(number), "exec")
        bound = _bound(table)
        self._imported = {k: v for k, v in self._imported.items() if k not in bound} | own
        # A parameter or a local variable hides an import of the same name.
        hidden = {name for inner in _nested(table) for name in _bound(inner)}
        self._known = {k: v for k, v in self._imported.items() if k not in hidden}
        self._lines = source.splitlines(keepends=True)
        self._here = self._places[number] = []
        self.visit(tree)
        return ast.fix_missing_locations(tree)

    def found(self) -> dict[int, list[Name]]:
        """Return the names of each cell, as far as the cells' execution has shown what they mean.

        Where one place met several types, it is what they have in common.
        """
        return {
            number: sorted(
                Name(start, start + len(text), candidates)
                for start, text, meaning in places
                if (candidates := self._candidates(text, meaning))
            )
            for number, places in self._places.items()
        }

    def visit_Import(self, node: ast.Import) -> ast.Import:
        for alias in node.names:
            self._note(alias.lineno, alias.col_offset, alias.name, alias.name)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        module = node.module or ""
        if (match := _FROM.match(self._lines[node.lineno - 1], node.col_offset)) and module:
            self._note(node.lineno, match.start(1), match[1], module)
        for alias in node.names:
            self._note(alias.lineno, alias.col_offset, alias.name, f"{module}.{alias.name}")
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self._known:
            self._note(node.lineno, node.col_offset, node.id, self._known[node.id])
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        dotted = ast.unparse(node)
        root, _, rest = dotted.partition(".")
        if root in self._known and re.fullmatch(r"[\w.]+", dotted):
            path = f"{self._known[root]}.{rest}"
            self._note(node.lineno, node.col_offset, dotted, path)
            return node
        line, end = node.end_lineno or 1, node.end_col_offset or 0
        self._note(line, end - len(node.attr.encode()), node.attr, len(self._owners))
        place = ast.copy_location(ast.Constant(len(self._owners)), node)
        self._owners.append({})
        value = self.visit(node.value)
        see = ast.copy_location(ast.Name(SEE, ast.Load()), node)
        node.value = ast.copy_location(ast.Call(see, [place, value], []), node.value)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        # A pattern must stay what it is: only a guard and the body are expressions.
        node.guard = node.guard and self.visit(node.guard)
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def _note(self, line: int, column: int, text: str, meaning: str | int) -> None:
        """Remember a name that stands in one piece; a chain of dots may go over several lines."""
        source = self._lines[line - 1].encode()[column:].decode(errors="replace")
        if source.startswith(text):
            before = sum(map(len, self._lines[: line - 1])) + len(self._lines[line - 1])
            self._here.append((before - len(source), text, meaning))

    def see(self, place: int, value: Any) -> Any:
        """Note what an attribute is taken of, and hand it back."""
        owner = value if isinstance(value, type | ModuleType) else type(value)
        self._owners[place].setdefault(owner)
        return value

    def _candidates(self, text: str, meaning: str | int) -> list[str]:
        if isinstance(meaning, str):
            return _of_path(meaning)
        first, *others = [_of_attribute(owner, text) for owner in self._owners[meaning]] or [[]]
        return [name for name in first if all(name in other for other in others)]


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each name that a cell imports from where readers look things up, and its path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                path = f"{module}{alias.name}"
                if path.partition(".")[0] in PACKAGES:
                    top = path if module or alias.asname else path.partition(".")[0]
                    yield alias.asname or (alias.name if module else top), top


def _bound(table: SymbolTable) -> set[str]:
    """Return the names that a scope binds itself."""
    symbols = table.get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_parameter()}


def _nested(table: SymbolTable) -> Iterator[SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _nested(child)


def _of_path(path: str) -> list[str]:
    """Return what an imported path may be documented as."""
    parts = path.split(".")
    if parts[0] not in PACKAGES or path in sys.modules:
        return [path] if parts[0] in PACKAGES else []
    length = max(n for n in range(1, len(parts)) if ".".join(parts[:n]) in sys.modules)
    module = sys.modules[".".join(parts[:length])]
    try:
        owner = reduce(getattr, parts[length:-1], module)
        thing = getattr(owner, parts[-1])
    except AttributeError:
        return []
    if inspect.isclass(owner):
        return _of_attribute(owner, parts[-1])
    own = _public(thing) if inspect.isclass(thing) or inspect.isroutine(thing) else path
    return list(dict.fromkeys([path, own]))


def _of_attribute(owner: type | ModuleType, name: str) -> list[str]:
    """Return what an attribute may be documented as, that of the most derived class first."""
    if isinstance(owner, ModuleType):
        return _of_path(f"{owner.__name__}.{name}")
    found: list[str] = []
    for kin in _kin(owner):
        package = str(kin.__module__).partition(".")[0]
        owns = name in vars(kin) or name in inspect.get_annotations(kin)
        if package not in PACKAGES and owns and not found:
            return []  # the chapter's own
        # PyTorch documents what its objects have in the text on their class, ptfund by itself.
        if package == "torch" or (package == "ptfund" and _owns(kin, name)):
            found.append(f"{_public(kin)}.{name}")
    return [path for path in found if "._" not in path]


def _kin(owner: type) -> Iterator[type]:
    """Yield a class and its bases; that a class is a node of the graph, only PyTorch knows."""
    graph = sys.modules.get("torch.autograd.graph")
    if graph is not None and issubclass(owner, graph.Node):
        yield graph.Node
    yield from owner.__mro__


def _owns(owner: type, name: str) -> bool:
    """Return whether a class has an attribute of ptfund's own."""
    kin = [base for base in owner.__mro__ if base.__module__.startswith("ptfund.")]
    return any(name in vars(base) or name in inspect.get_annotations(base) for base in kin)


def _public(thing: Any) -> str:
    """Return the shortest path at which something can be imported."""
    parts, name = str(thing.__module__).split("."), thing.__name__
    for length in range(1, len(parts)):
        module = ".".join(parts[:length])
        if getattr(sys.modules.get(module), name, None) is thing:
            return f"{module}.{name}"
    return f"{thing.__module__}.{name}"
