"""Running a chapter statement by statement shows what it does, and changes none of it."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.tutorials.conftest import run_program
from tests.tutorials.playing import play
from tests.tutorials.reading import cells_of, code, prose

# Prints what could differ between a program and statements that another program runs.
PROGRAM = (
    prose("# A chapter")
    + code("""\
import sys
import pickle
import __main__

class Thing:
    pass

def fail():
    return 1 / 0  # this line""")
    + prose("Text.")
    + code("""\
import traceback
print(__name__, __file__, sys.argv, sys.path[0])
print(type(pickle.loads(pickle.dumps(Thing()))) is Thing, __main__.Thing is Thing)
print(sorted(name for name in globals() if not name.startswith("__")))
try:
    fail()
except ZeroDivisionError:
    print(traceback.format_exc())
print("to the other stream", file=sys.stderr)
sys.exit(3)""")
)


def test_a_program_that_is_played_is_the_program(tmp_path: Path) -> None:
    """Its name, path, globals, classes, tracebacks, streams and exit code are Python's own."""
    script = tmp_path / "01_a.py"
    script.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, str(script)]
    plain = subprocess.run(command, capture_output=True, text=True, check=False)
    assert plain.returncode == 3
    played, folder, _ = run_program(script, tmp_path)
    assert played.stdout == plain.stdout
    assert (played.returncode, played.stderr) == (plain.returncode, plain.stderr)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("a = torch.zeros(2, 3)  # (2, 3)", True),
        ("a = torch.zeros(2, 3)  # (N, M)", True),
        ("a = torch.zeros(\n    2, 3\n)  # (2, 3)", True),
        ("a = torch.zeros(2)  # (2,)", True),
        ("a = torch.tensor(1)  # ()", True),
        ("a = 1  # (an aside in words)", False),
        ("a = torch.zeros(2, 3)  # (3, 2)", False),
        ("a = torch.zeros(2, 3)  # (N, N)", False),
        ("a = torch.zeros(2, 1)  # (2,)", False),
        ("a = torch.zeros(2)  # (2)", False),
        ("a = [1, 2]  # (2,)", False),
        ("for i in [1]:\n    a = torch.zeros(2)  # (2,)", False),
        ("# (2, 3)\na = torch.zeros(2, 3)", False),
        ("torch.zeros(2)", False),
        ("torch.manual_seed", False),
        ("print('fine')", True),
    ],
)
def test_false_shapes_and_echoes_are_found(line: str, *, fine: bool) -> None:
    """Only a true comment on an assignment at the top level passes, and no bare value."""
    assert (play(cells_of(code("import torch") + code(line))).faults == []) is fine


def test_letters_bind_once() -> None:
    """A letter that has meant one size cannot mean another in a later cell."""
    first = code("import torch\na = torch.zeros(4)  # (N,)")
    assert play(cells_of(first + code("b = torch.zeros(4)  # (N,)"))).faults == []
    assert len(play(cells_of(first + code("b = torch.zeros(5)  # (N,)"))).faults) == 1


@pytest.mark.parametrize(
    ("text", "said", "faults"),
    [
        ('`{python} f"{a:.1%}"`', ["50.0%"], 0),
        ("`{python} a` and ``{python} 2 * a``", ["0.5", "1.0"], 0),
        ("`a`, `{pythonic} a`\n\n```\n`{python} b`\n```", [], 0),
        ("`{python} torch.tensor(a)`", ["tensor(0.5000)"], 1),
        ("`{python} str()`", [""], 1),
    ],
)
def test_expressions_are_evaluated(text: str, said: list[str], faults: int) -> None:
    """Each gives its text; an empty one and a tensor's are found."""
    source = code("import torch\na = 0.5") + prose(text) + code("a = 1")
    played = play(cells_of(source))
    assert played.said == [[], said, []]
    assert len(played.faults) == faults


def test_playing_leaves_no_trace() -> None:
    """Random numbers after it are those that would have come without it."""
    state = torch.get_rng_state()
    play(cells_of(code("import torch\n_ = torch.manual_seed(1)")))
    assert torch.equal(torch.get_rng_state(), state)
