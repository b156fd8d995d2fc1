"""The cells of a script: its markers, tags and prose; Jupytext, which learners use, agrees."""

from pathlib import Path

import jupytext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptfund._site.reading.cells import TAGS, Cell, read_cells
from ptfund._site.reading.source import Fault

ROOT = Path(__file__).parents[3]
BEGIN = "# %% [markdown]\n# # T\n\n"
# Lines that a code cell may consist of, in any order; some look like what they are not.
LINES = [
    "x = 1",
    "",
    "# Why",
    '"""# %% [markdown]"""',
    "if x: print('# %%')  # %% [markdown]",
    "x = '''\n# %% tags=[\"hint\"]\n\n'''",
    "x = '''\n# %% '''  # A comment behind a string",
    "def f():\n    return 1\n",
    "    # An indented comment",
    "# # A heading",
    "# + a term",
    "# - a bullet",
    "#!ls",
    "# <div>",
    "# In[1]: x",
]


def as_jupytext_reads(text: str) -> list[tuple[str, str, set[str]]]:
    """Return kind, source and tags of each cell, as in a notebook; blank lines end none."""
    form = {"extension": ".py", "format_name": "percent", "comment_magics": False}
    cells = jupytext.reads(text, fmt=form).cells
    return [(c.cell_type, c.source.rstrip("\n"), set(c.metadata.get("tags", ()))) for c in cells]


def as_read(cells: tuple[Cell, ...]) -> list[tuple[str, str, set[str]]]:
    """Return the same of cells that were read here."""
    return [(cell.kind, cell.source.rstrip("\n"), set(cell.tags)) for cell in cells]


tag_lists = st.lists(st.sampled_from(sorted(TAGS)), unique=True)
code_cells = st.lists(st.sampled_from(LINES)).map(lambda lines: "\n".join(lines).rstrip())
words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8)
prose_lines = st.one_of(
    words.map(lambda text: f"{text} {text}".lstrip("`~%<I").rstrip()),
    st.sampled_from(
        ["", "- a list", "    indented", "```python\nx\n```", "# Title", "+ x", "# %%"]
    ),
)
prose_cells = st.lists(prose_lines).map(lambda lines: "\n".join(lines).rstrip())
cells = st.one_of(
    st.tuples(st.just("code"), code_cells, tag_lists),
    st.tuples(st.just("markdown"), prose_cells, tag_lists),
)


def write(kind: str, source: str, tags: list[str]) -> str:
    """Write a cell as an author does."""
    names = ", ".join(f'"{tag}"' for tag in tags)
    marker = "# %%" + " [markdown]" * (kind == "markdown") + f" tags=[{names}]" * bool(tags)
    if kind == "markdown":
        source = "\n".join(f"# {line}".rstrip() for line in source.split("\n")) if source else ""
    return f"{marker}\n{source}\n" if source else f"{marker}\n"


@settings(deadline=None)
@given(st.lists(st.tuples(cells, st.integers(0, 3))))
def test_cells_are_read_as_they_were_written(
    written: list[tuple[tuple[str, str, list[str]], int]],
) -> None:
    """Kind, source, tags and line of each, whatever is between them; Jupytext reads the same."""
    text, expected = BEGIN, [("markdown", "# T", set[str]())]
    lines = [2]
    for (kind, source, tags), blank in written:
        lines.append(text.count("\n") + 2)
        text += write(kind, source, tags) + "\n" * blank
        expected.append((kind, source, set(tags)))
    read = read_cells(text)
    assert as_read(read) == expected
    assert [cell.line for cell in read] == lines
    assert as_jupytext_reads(text) == expected


@pytest.mark.parametrize("path", sorted((ROOT / "tutorials").glob("*.py")), ids=lambda p: p.stem)
def test_the_book_is_in_jupyter_what_it_is_here(path: Path) -> None:
    """Learners open the scripts through Jupytext, which finds the same cells in each."""
    text = path.read_text(encoding="utf-8")
    assert as_jupytext_reads(text) == as_read(read_cells(text))


@pytest.mark.parametrize(
    ("marker", "kind", "tags"),
    [
        ("# %%", "code", set()),
        ("# %%  ", "code", set()),
        ('# %% tags=["hint"]', "code", {"hint"}),
        ('# %% tags=["hint","check"]', "code", {"hint", "check"}),
        ('# %% tags=["hint", "check"] ', "code", {"hint", "check"}),
        ("# %% [markdown]", "markdown", set()),
        ('# %% [markdown] tags=["solution"]', "markdown", {"solution"}),
    ],
)
def test_markers_that_are_allowed(marker: str, kind: str, tags: set[str]) -> None:
    """The whole grammar; Jupytext reads it so."""
    text = f"{BEGIN}{marker}\n# Words\n"
    _, cell = read_cells(text)
    assert (str(cell.kind), cell.line, set(cell.tags)) == (kind, 5, tags)
    assert as_jupytext_reads(text) == as_read(read_cells(text))


@pytest.mark.parametrize(
    "marker",
    [
        "#%%",
        "#  %%",
        "# %%%",
        "# %%%% [markdown]",
        "# %%[markdown]",
        "# %%  [markdown]",
        "# %% [raw]",
        "# %% [md]",
        "# %% [Markdown]",
        "# %% [MARKDOWN]",
        "# %% [markdwon]",
        "# %% [markdown",
        "# %% markdown]",
        "# %% markdown",
        "# %% [code]",
        "# %% A title",
        "# %% A title [markdown]",
        "# %% [markdown] A title",
        '# %% A title tags=["hint"]',
        "# %% tags=[cheat-sheet]",
        "# %% tags=['hint']",
        '# %% tags="hint"',
        "# %% tags=hint",
        "# %% tags=[1]",
        "# %% tags=[]",
        "# %% tags=[null]",
        '# %% tags=["hint"',
        '# %% tags=["hint",]',
        '# %% tags=["hint" "check"]',
        '# %% tags=["hint"]]',
        '# %% tags = ["hint"]',
        '# %% tag=["hint"]',
        '# %% Tags=["hint"]',
        '# %% tags=["hint"] tags=["check"]',
        '# %% tags=["hint"] slideshow={"slide_type": "slide"}',
        '# %% id="a" tags=["hint"]',
        '# %% tags=["hint"] [markdown]',
        '# %% {"tags": ["hint"]}',
        "# %% language=r",
        "# %%timeit",
        "# %% # [markdown]",
        "# %%\u00a0[markdown]",
        "    # %% [markdown]",
        "    # %%",
        "# <codecell>",
        "# In[3]:",
        "#In[ ]",
    ],
)
@pytest.mark.parametrize("before", ["x = 1", "# %% [markdown]\n# Prose."])
def test_other_markers_are_refused(marker: str, before: str) -> None:
    """Whether they would be code, prose or a cell of a third kind, with the form that is right."""
    text = f"{BEGIN}# %%\n{before}\n{marker}\n# Words\n"
    with pytest.raises(Fault) as refused:
        read_cells(text)
    assert refused.value.line == text.split("\n").index(marker) + 1
    if marker[0] == "#" or before == "x = 1":
        assert "must be `# %%` or `# %% [markdown]`" in refused.value.message
        assert f"got `{marker}`" in refused.value.message


@pytest.mark.parametrize(
    "marker", ["# +", '# + tags=["hint"]', '# + {"tags": ["hint"]}', "# + [markdown]", "# -"]
)
def test_markers_of_the_light_format_are_refused_in_code(marker: str) -> None:
    """They would be comments, and no cells; in prose a plus is the bullet of a list."""
    with pytest.raises(Fault, match="must be `# %%` or") as refused:
        read_cells(f"{BEGIN}# %%\nx = 1\n{marker}\ny = 1\n")
    assert refused.value.line == 6
    assert len(read_cells(f"{BEGIN}# %%\ntext = '''\n{marker}\n'''\n")) == 2
    assert len(read_cells(f"{BEGIN}# %% [markdown]\n{marker}\n")) == 2


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ('"solved"', "unknown tag 'solved': a tag must be one of allow-stderr, cheat-sheet, check"),
        ('"hint", "b", "a"', "unknown tag 'a, b'"),
        ('"hint "', "unknown tag 'hint '"),
        ('""', "unknown tag ''"),
        ('"hint", "hint"', "each of its tags once"),
    ],
)
def test_tags_that_are_none_are_refused(tags: str, message: str) -> None:
    """With the line of the marker."""
    with pytest.raises(Fault, match=message) as refused:
        read_cells(f"{BEGIN}\n\n# %% tags=[{tags}]\n\nx = 1\n")
    assert refused.value.line == 6


@pytest.mark.parametrize(
    ("text", "culprit", "message"),
    [
        ("# Prose.\n\n# More.\n", "", "an empty line is '#'"),
        ("# Prose.\n\n\n# More.\n", "", "an empty line is '#'"),
        ("\n# Prose.\n", "", "an empty line is '#'"),
        ("# Prose.\nx = 1\n", "x = 1", "'# %%' stands before code"),
        ("# Prose.\n\nx = 1\n", "", "'# %%' stands before code"),
        ("#Prose.\n", "#Prose.", "begin with '# '"),
        ("#\n## A title\n", "## A title", "begin with '# '"),
        ("# Prose.\n    # More.\n", "    # More.", "begin with '# '"),
        ('"""# A title\nProse.\n"""\n', '"""# A title', "begin with '# '"),
        ('"""\n# A title\n"""\n', '"""', "begin with '# '"),
        ("r'''\n# A title\n'''\n", "r'''", "begin with '# '"),
        ("# Prose.\n#\n# ```python\n# x = 1\n", "# ```python", "must be closed with ```"),
        ("# ````\n# ```\n", "# ````", "must be closed with ````"),
        ("# !!! note\n#     ~~~\n#     x\n#     ```\n", "#     ~~~", "must be closed with ~~~"),
        ("# ```\n# ```python\n", "# ```", "must be closed with ```"),
        ("# > ```\n# > x\n", "# > ```", "must be closed with ```"),
    ],
)
def test_prose_that_is_written_otherwise_is_refused(text: str, culprit: str, message: str) -> None:
    """With the first line that is not as it must be."""
    script = f"{BEGIN}# %% [markdown]\n{text}\n# %%\nx = 1\n\n# %% [markdown]\n# ```\n# x\n# ```\n"
    with pytest.raises(Fault, match=message) as refused:
        read_cells(script)
    assert refused.value.line == 5 + text.split("\n").index(culprit)


def test_a_fence_may_hold_others() -> None:
    """Other marks, fewer of them, or a word behind them close no fence."""
    prose = "# ````\n# ```\n# x\n# ````\n#\n# ~~~ text\n# ```\n# ~~~ text\n# ~~~\n# `````\n# `````"
    assert len(read_cells(f"{BEGIN}# %% [markdown]\n{prose}\n")) == 2
    assert len(read_cells(f"{BEGIN}# %% [markdown]\n# ```x``` is code in a line.\n")) == 2


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("def f():\n    x = 1\n\n# %%\n    return x\n", 9, "IndentationError: unexpected indent"),
        ("x = [\n# %%\n    1]\n", 5, r"SyntaxError: '\[' was never closed"),
        ("y = 1\nif y:\n# %%\n    x = 1\n", 6, "IndentationError: expected an indented block"),
        ("@print\n\n# %% [markdown]\n# Prose.\n\n# %%\ndef f(): pass\n", 5, "SyntaxError"),
        ("try:\n    x = 1\n\n# %%\nfinally:\n    x = 2\n", 6, "SyntaxError: expected 'except'"),
    ],
)
def test_a_statement_in_two_cells_is_refused(text: str, line: int, message: str) -> None:
    """The script is right; its cells, which run one by one, are not."""
    compile(f"{BEGIN}# %%\n{text}", "script", "exec")
    with pytest.raises(Fault, match=f"whole by itself: {message}") as refused:
        read_cells(f"{BEGIN}# %%\n{text}")
    assert refused.value.line == line


def test_empty_cells_are_cells() -> None:
    """They have a line, and nothing in it."""
    read = read_cells(f"{BEGIN}# %%\n\n\n# %% [markdown]\n# %%\n")
    assert [(cell.kind, cell.source, cell.line) for cell in read[1:]] == [
        ("code", "", 5),
        ("markdown", "", 8),
        ("code", "", 9),
    ]
