"""Inline expressions: found in prose, evaluated where they stand, shown as nothing but text."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptfund._site.reading.chapter import ChapterError, read_chapter, replace_expressions
from tests.engine.project import Project

# The pieces of prose below all begin at line 8, after a cell that has set `x` to 3.
BEFORE = "# %% [markdown]\n# # A chapter\n\n# %%\nx = 3\n\n# %% [markdown]\n"


def write(project: Project, prose: str) -> None:
    """Write a chapter with one cell of code, and prose after it."""
    lines = "".join(f"# {line}".rstrip() + "\n" for line in prose.split("\n"))
    project.write("tutorials/01_a.py", BEFORE + lines)


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("It is `{python} x`.", [("x", 8)]),
        ("`{python} x`", [("x", 8)]),
        ("`{python} x` and\n`{python} f(x)`", [("x", 8), ("f(x)", 9)]),
        ('``{python} f"`{x}`" ``', [('f"`{x}`"', 8)]),
        ("Broken `{python} f(x,\n  y)` at a blank.", [("f(x, y)", 8)]),
        ('!!! note\n    Broken `{python} f(x,\n    "y")`.', [('f(x, "y")', 9)]),
        ("> Quoted `{python} f(x,\n> y)`.", [("f(x, y)", 8)]),
        ("| `{python} x` | b |\n|---|---|\n| `{python} {1: 2}` | d |", [("x", 8), ("{1: 2}", 10)]),
        ("A `` `{python} x` `` that only shows how.", []),
        ("A `python` and a `{pythonic} x`.", []),
        ("```\n`{python} x`\n```\n`{python} y`", [("y", 11)]),
        ("!!! note\n    ```\n    `{python} x`\n    ```\n\n`{python} y`", [("y", 13)]),
        ("~~~python\n`{python} x`\n~~~", []),
        (r"\`{python} x\` is escaped", []),
        ("One ` alone.\n\nThen `{python} x`.", [("x", 10)]),
    ],
)
def test_expressions_are_found_where_markdown_has_a_span_of_code(
    project: Project, prose: str, found: list[tuple[str, int]]
) -> None:
    """With its line, wrapped or not; not in blocks of code, nor where one is explained."""
    write(project, prose)
    chapter = read_chapter(project.root / "tutorials" / "01_a.py", project.root)
    steps = [(step.source, step.line) for step in chapter.steps if step.kind == "expression"]
    assert steps == found


@pytest.mark.parametrize(
    ("prose", "line", "message"),
    [
        ("Fine.\n`{python} x +`", 9, "SyntaxError: invalid syntax in the expression 'x +'"),
        ("`{python}`", 8, "SyntaxError"),
        ("`{python} x = 4`", 8, "SyntaxError"),
        ("`{python} (y := 4)`", 8, "an expression must not assign"),
        ("`{python} f((y := 4))`", 8, "an expression must not assign"),
    ],
)
def test_what_is_no_expression_is_refused_before_anything_runs(
    project: Project, prose: str, line: int, message: str
) -> None:
    """The error names the line of the expression."""
    write(project, prose)
    with pytest.raises(ChapterError) as refused:
        read_chapter(project.root / "tutorials" / "01_a.py", project.root)
    assert (refused.value.line, message in refused.value.message) == (line, True)


def test_an_expression_sees_what_the_cells_before_it_have_made(project: Project) -> None:
    """It is evaluated where it stands, between the cells, and its value's `str` is kept."""
    project.write(
        "tutorials/01_a.py",
        BEFORE + "# `{python} x` `{python} [x, 'y']` `{python} x, 1`\n\n# %%\nx += 1\n\n"
        "# %% [markdown]\n# `{python} f'{x:.2f}'`\n",
    )
    run = project.run()["01_a"]
    assert run.error is None
    values = [cell.metadata.get("values") for cell in run.notebook.cells]
    assert values == [None, None, ["3", "[3, 'y']", "(3, 1)"], None, ["4.00"]]


FAILURES = {
    "an error": ("Fine.\n`{python} x` `{python} x / 0`", 9, "ZeroDivisionError: division by zero"),
    "an unknown name": ("`{python} nothing`", 8, "NameError: name 'nothing' is not defined"),
    "nothing": ("Fine.\n\n`{python} [].append(1)`", 10, "must have a value, got None"),
    "something printed": ("`{python} print(x)`", 8, "must have a value, got None"),
    "something printed beside": ("`{python} print(x) or x`", 8, "must not print"),
    "a warning": ("`{python} __import__('warnings').warn('w') or x`", 8, "stderr"),
    "an endless one": ("`{python} [i for i in iter(int, 1)]`", 8, "more than 1 seconds"),
}


def test_every_failing_expression_names_its_line(project: Project) -> None:
    """As a failing cell does, and with the expression itself in the traceback."""
    for number, (prose, _, _) in enumerate(FAILURES.values()):
        write(project, prose)
        script = project.root / "tutorials" / "01_a.py"
        script.rename(script.with_name(f"{number:02}_x{number}.py"))
    runs = project.run(cell_timeout=1.0)
    for number, (kind, (_, line, message)) in enumerate(FAILURES.items()):
        error = runs[f"{number:02}_x{number}"].error
        assert error is not None, kind
        assert error.line == line, kind
        assert message in error.message, kind
    error = runs["00_x0"].error
    assert error is not None
    assert error.trace[0].source == "x / 0"


VALUES = [
    "3*4*5",
    "<Tensor>",
    "a | b",
    "`x`",
    "``",
    "&amp;",
    "[a](b.md)",
    "**b** _i_",
    "$x$",
    "\\\\ \\*",
    "{{ x }}",
    "<!-- -->",
    '"quoted"',
    "!!! note",
    "# T",
    "1. x",
    "[x][y]",
    "^[1]",
]


def test_a_value_is_shown_as_the_text_that_it_is(project: Project) -> None:
    """In running text, lists, tables, boxes, emphasis, links, titles and footnotes."""
    spans = [f"`{{python}} values[{n}]`" for n in range(len(VALUES))]
    rows = "\n".join(f"| {n} | {span} | x |" for n, span in enumerate(spans))
    boxes = "\n".join(f"    - {span}" for span in spans)
    text = (
        f"Text {' and '.join(spans)} ends.\n\n| n | v | x |\n|---|---|---|\n{rows}\n\n"
        f'??? success "Answer {spans[1]}"\n{boxes}\n\n*{spans[0]}* [{spans[3]}](#a-chapter) '
        f'[^1]\n\n[^1]: Note {spans[2]}.\n\n<span title="{spans[12]}">s</span>'
    )
    write(project, text)
    project.edit("tutorials/01_a.py", "x = 3", f"values = {VALUES!r}")
    built = project.build()
    assert built.returncode == 0, built.stdout + built.stderr
    page = project.page("a")
    for n, value in enumerate(VALUES):
        (cell,) = unescape(page).split(f"<td>{n}</td>\n<td>")[1:]
        assert cell.startswith(f"{value}</td>\n<td>x</td>")
        assert f"<li>{value}</li>" in unescape(page)
    assert f"Text {' and '.join(VALUES)} ends." in unescape(page)
    assert "<em>3*4*5</em>" in page
    assert "<summary>Answer &lt;Tensor&gt;</summary>" in page
    assert ">`x`</a>" in page
    assert "Note a | b." in page
    assert 'title="&quot;quoted&quot;"' in page
    assert "\ue000" not in page


@pytest.mark.parametrize(
    ("prose", "line"),
    [
        ("Fine.\n\n## A heading with `{python} x`", 10),
        ("Heading `{python} x`\n=======", 8),
        ("Fine.\n\n    indented = `{python} x`", 10),
        ("<pre>`{python} x`</pre>", 8),
        ("<!-- `{python} x` -->", 8),
        ("[unused]: `{python} x`", 8),
        ("Fine $y$, but $y = `{python} x`$ is a formula.", 8),
        ("Fine.\n\n$$\ny = `{python} x`\n$$", 11),
    ],
)
def test_where_an_expression_must_not_stand(project: Project, prose: str, line: int) -> None:
    """A heading has an address, which must not vary; code is shown as it is; nothing is lost."""
    write(project, prose)
    built = project.build()
    said = built.stdout + built.stderr
    assert built.returncode == 1, said
    assert f"tutorials/01_a.py:{line}: an expression must stand in running text, got 'x'" in said
    assert not (project.root / "site").exists()


def test_an_address_in_a_value_is_refused(project: Project) -> None:
    """What differs from run to run reaches a page neither by an output nor by prose."""
    write(project, "Fine.\n`{python} object()`")
    built = project.build()
    assert built.returncode == 1
    assert "tutorials/01_a.py:9: " in built.stdout
    assert "holds an address" in built.stdout


@given(st.lists(st.text(st.characters(exclude_characters="`\\\n\r", codec="utf-8")), min_size=1))
def test_replacing_touches_nothing_else(pieces: list[str]) -> None:
    """Whatever stands around expressions stays, and each text takes the place of its own."""
    words = [f"w{piece}w" for piece in pieces]
    prose = "`{python} x`".join(["w", *words])
    texts = [str(n) for n in range(len(words))]
    expected = "w" + "".join(text + word for text, word in zip(texts, words, strict=True))
    assert replace_expressions(prose, texts) == expected
