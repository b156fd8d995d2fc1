"""Which line a cell was at: also inside its blocks, and where it wrote to stderr first."""

from tests.engine.project import Project

CELLS = {
    "two writes": ("import sys\nfor text in ('a', 'b'):\n    sys.stderr.write(text)\n    x = 1", 7),
    "a write behind another": ("import sys\nsys.stderr.write('a');\nsys.stderr.write('b');", 6),
    "in a handler": (
        (
            "import sys\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    x = 1\n"
            "    print('a', file=sys.stderr)"
        ),
        10,
    ),
    "in a case": ("import sys\nmatch 3:\n    case 3:\n        print('a', file=sys.stderr)", 8),
    "in another branch": (
        "import sys\nif not sys:\n    x = 1\nelse:\n    print(1, file=sys.stderr)",
        9,
    ),
    "at last": ("import sys\ntry:\n    x = 1\nfinally:\n    print('a', file=sys.stderr)", 9),
    "in a function": ("import sys\ndef f():\n    print('a', file=sys.stderr)\nx = f()", 8),
}


def test_the_line_is_the_first_that_wrote_to_stderr(project: Project) -> None:
    """In every kind of block; what a function writes has the line that calls it."""
    for number, (code, _) in enumerate(CELLS.values()):
        project.chapter(f"{number:02}_x{number}", code)
    for (kind, (_, line)), run in zip(CELLS.items(), project.run().values(), strict=True):
        assert run.error is not None, kind
        assert "stderr, which must stay empty" in run.error.message, kind
        assert run.error.line == line, kind
