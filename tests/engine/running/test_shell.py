"""A cell is plain Python: what a script has, and nothing more."""

from tests.engine.project import Project, text_of


def test_marking_lines_changes_nothing(project: Project) -> None:
    """Future imports, docstrings, matches, tries and last expressions work as in plain Python."""
    project.chapter(
        "01_a",
        "from __future__ import annotations\nfrom inspect import getsource\n"
        "def f(x: no_such_name) -> int:\n    return 7\nprint(getsource(f))",
        "match 3:\n    case 3:\n        print('three')\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    print('caught')\n"
        "else:\n    print('no')\nfinally:\n    print('at last')\n"
        "with open('tutorials/01_a.py') as file:\n    print(len(file.readline()))",
        "f(1)",
    )
    run = project.run()["01_a"]
    assert run.error is None
    assert text_of(run, 1) == "def f(x: no_such_name) -> int:\n    return 7\n\n"
    assert text_of(run, 2) == "three\ncaught\nat last\n16\n"
    assert run.notebook.cells[3].outputs[0].data["text/plain"] == "7"


def test_the_names_are_those_of_a_script(project: Project) -> None:
    """No chapter sees another's names, nor IPython's, and what was shown leaves none."""
    project.chapter("01_a", "leak = 1")
    list_names = "print(*sorted(globals()))"
    project.chapter("02_b", f"{list_names}\n7", list_names)
    project.chapter(
        "03_c",
        "import builtins, sys\nfor name in ('display', 'get_ipython', '__IPYTHON__'):\n"
        "    print(hasattr(builtins, name))\nprint(hasattr(sys, 'ps1'), __name__)",
    )
    runs = project.run()
    names = "__builtins__ __doc__ __loader__ __name__ __package__ __spec__\n"
    assert (text_of(runs["02_b"], 1), text_of(runs["02_b"], 2)) == (names, names)
    assert text_of(runs["03_c"], 1) == "False\n" * 3 + "False __main__\n"


def test_a_class_of_a_chapter_can_be_pickled(project: Project) -> None:
    """Its module is the script, as in a script."""
    project.chapter(
        "01_a",
        "import pickle\nclass A:\n    x = 3\n"
        "print(pickle.loads(pickle.dumps(A())).x, A.__module__)",
    )
    assert text_of(project.run()["01_a"], 1) == "3 __main__\n"


def test_what_ipython_would_change_stays(project: Project) -> None:
    """Lines that look like commands, prompts or help in a text are text."""
    text = '"""\n%time x\n!ls\n>>> y\nIn [1]: z\nw?\n"""'
    project.chapter("01_a", f"text = {text}\nprint(text)")
    assert text_of(project.run()["01_a"], 1) == f"{eval(text)}\n"  # noqa: S307 - written above


def test_a_semicolon_hides_the_last_value(project: Project) -> None:
    """As in Jupyter, also before a comment; one in a text hides nothing."""
    project.chapter("01_a", "1;", "2;  # hidden", "';'", "x = 3; x")
    cells = project.run()["01_a"].notebook.cells[1:]
    shown = [[output.data["text/plain"] for output in cell.outputs] for cell in cells]
    assert shown == [[], [], ["';'"], ["3"]]


def test_a_cell_that_is_never_executed_has_failed(project: Project) -> None:
    """Whatever stops it before its first line, told of or not; here the cell above does both."""
    reject = (
        "from IPython import get_ipython\nfrom IPython.core.error import InputRejected\n"
        "class Reject:\n    def visit(self, tree):\n        raise InputRejected('not today')\n"
        "get_ipython().ast_transformers.append(Reject())\n"
        "get_ipython().showtraceback = lambda *_: None"
    )
    project.chapter("01_a", reject, "print('never')")
    error = project.run()["01_a"].error
    assert error is not None
    assert (error.line, error.message) == (9, "InputRejected: not today")


def test_empty_lines_at_the_beginning_of_a_cell_count(project: Project) -> None:
    """The line of a failure is the script's."""
    project.chapter("01_a", "\n\n1 / 0")
    error = project.run()["01_a"].error
    assert error is not None
    assert (error.line, error.message) == (7, "ZeroDivisionError: division by zero")
