"""What a chapter computes, as rules: each lists what breaks it."""

import ast
import io
import tokenize
from collections.abc import Iterator

from nbformat import NotebookNode

from tests.tutorials.reading import code_of, shown

LONGEST_CELL = 20  # lines
SHORTEST_ALTERNATIVE = 10  # words
LONGEST_CAUSE = 8  # words
LONGEST_SHEET_CELL = 12  # lines


def long_cells(cells: list[NotebookNode]) -> list[str]:
    """List code that does not fit on a screen together with its output."""
    return [source for source in code_of(cells) if len(source.splitlines()) > LONGEST_CELL]


def breaks_nothing(cells: list[NotebookNode]) -> list[str]:
    """List the lack of a deliberate error."""
    return [] if list(deliberate_errors(cells)) else ["no 'with raises('"]


def unexplained_errors(cells: list[NotebookNode]) -> list[str]:
    """List deliberate errors without a cause in a few words, as the index of errors lists it."""
    found = []
    for call in deliberate_errors(cells):
        causes = [word.value for word in call.keywords if word.arg == "cause"]
        cause = causes[0].value if causes and isinstance(causes[0], ast.Constant) else ""
        words = str(cause).split()
        if not 1 <= len(words) <= LONGEST_CAUSE or words[-1].endswith("."):
            found.append(ast.unparse(call))
    return found


def unfit_for_the_sheet(cells: list[NotebookNode]) -> list[str]:
    """List cells for the cheat sheet that are long, show a figure, or prove instead of doing."""
    found = []
    for cell in cells:
        if "cheat-sheet" in cell.metadata.get("tags", ()):
            tree = ast.parse(cell.source)
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            proves = any(isinstance(node, ast.Assert) for node in ast.walk(tree))
            long = len(cell.source.splitlines()) > LONGEST_SHEET_CELL
            if long or proves or names & {"assert_close", "raises", "show"}:
                found.append(cell.source)
    return found


def deliberate_errors(cells: list[NotebookNode]) -> Iterator[ast.Call]:
    """Yield the calls of raises that open a block."""
    for source in code_of(cells):
        for node in ast.walk(ast.parse(source)):
            for item in node.items if isinstance(node, ast.With) else ():
                call = item.context_expr
                if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "raises":
                    yield call


def misplaced_figures(cells: list[NotebookNode]) -> list[str]:
    """List calls of show without alt, or that are not the last statement of their cell."""
    found = []
    for tree in map(ast.parse, code_of(cells)):
        for call in figures(tree):
            last = tree.body[-1]
            if not (isinstance(last, ast.Expr) and last.value is call):
                found.append(f"not last in its cell: {ast.unparse(call)}")
            if "alt" not in {keyword.arg for keyword in call.keywords}:
                found.append(f"no alt: {ast.unparse(call)}")
    return found


def short_alternatives(cells: list[NotebookNode]) -> list[str]:
    """List the words of figures, as the run has shown them, that are too few to see anything."""
    texts = [text for cell in cells for text in shown(cell) if text.startswith("Figure: ")]
    return [text for text in texts if len(text.split()) <= SHORTEST_ALTERNATIVE]


def figures(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of show."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "show":
            yield node


def alternatives(cells: list[NotebookNode]) -> Iterator[str]:
    """Yield what stands typed in the alternative texts, apart from what is computed."""
    for source in code_of(cells):
        for call in figures(ast.parse(source)):
            for keyword in call.keywords:
                if keyword.arg == "alt":
                    yield from typed(keyword.value)


def typed(node: ast.AST) -> Iterator[str]:
    """Yield the strings of an expression that are not inside replacement fields."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not isinstance(node, ast.FormattedValue):
        for child in ast.iter_child_nodes(node):
            yield from typed(child)


def comments(source: str) -> Iterator[tuple[int, bool, str]]:
    """Yield line, whether code stands before it, and text of each comment."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            yield row, bool(token.line[:column].strip()), token.string
