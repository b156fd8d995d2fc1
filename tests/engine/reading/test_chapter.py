"""Reading a script into cells: lines, tags, titles, and what is no chapter."""

from pathlib import Path

import nbformat
import pytest

from ptfund._site.reading.chapter import Chapter, ChapterError, read_chapter, read_error
from tests.engine.project import Project

ROOT = Path(__file__).parents[3]

SCRIPT = '''\
# %% [markdown]
# # Two: a title
#
# Prose.

# %%
import math
text = """
# %% no cell
"""

# %% tags=["allow-stderr"]

# !a comment, not a command
print(text)


# %% [markdown]
#
# Last words.
'''


def test_cells_know_their_kind_source_and_line(project: Project) -> None:
    """A cell's line is the one after its marker, or after the blank lines that end the last."""
    chapter = read_chapter(project.write("tutorials/02_two_words.py", SCRIPT), project.root)
    found = [(cell.kind, cell.line, cell.source.splitlines()[0]) for cell in chapter.cells]
    assert found == [
        ("markdown", 2, "# Two: a title"),
        ("code", 7, "import math"),
        ("code", 13, ""),
        ("markdown", 19, ""),
    ]
    assert chapter.cells[1].source.splitlines()[2] == "# %% no cell"
    assert chapter.cells[2].source.splitlines()[1] == "# !a comment, not a command"


def test_names_and_tags(project: Project) -> None:
    """Title, name, address and tags come from the script alone."""
    chapter = read_chapter(project.write("tutorials/02_two_or_three.py", SCRIPT), project.root)
    assert (chapter.title, chapter.name, chapter.slug, chapter.script) == (
        "Two: a title",
        "02_two_or_three",
        "two-or-three",
        "tutorials/02_two_or_three.py",
    )
    assert [set(cell.tags) for cell in chapter.cells] == [set(), set(), {"allow-stderr"}, set()]


@pytest.mark.parametrize("path", sorted((ROOT / "tutorials").glob("*.py")), ids=lambda p: p.stem)
def test_every_line_of_the_book_is_found_again(path: Path) -> None:
    """In the real chapters, each line of each cell stands in the script where it is said to."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for cell in read_chapter(path, ROOT).cells:
        for number, line in enumerate(cell.source.splitlines(), cell.line):
            shown = line if cell.kind == "code" else f"# {line}".rstrip()
            assert lines[number - 1] == shown


def test_equal_cells_have_lines_of_their_own(project: Project) -> None:
    """A cell is looked for behind the one before it."""
    path = project.chapter("01_a", "x = 1", "x = 1", "x = 1")
    chapter = read_chapter(path, project.root)
    assert [cell.line for cell in chapter.cells] == [2, 5, 8, 11]


def test_a_notebook_is_valid_and_always_the_same(project: Project) -> None:
    """Two notebooks of one chapter are equal to the byte; jupytext's ids are random."""
    path = project.write("tutorials/02_two.py", SCRIPT)
    first, second = (read_chapter(path, project.root).notebook() for _ in range(2))
    nbformat.validate(first)
    assert nbformat.writes(first) == nbformat.writes(second)


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("tensors", SCRIPT, 1, "NN_topic.py"),
        ("01_Tensors", SCRIPT, 1, "NN_topic.py"),
        ("01_x", "# %% [markdown]\n# # T\n\n# %%\nx = 1\nx = = 2\n", 6, "SyntaxError"),
        ("01_x", "# %% [markdown]\n# # T\n\n# %%\n%matplotlib inline\n", 5, "SyntaxError"),
        ("01_x", "# %% [markdown]\n# No title\n", 2, "# Title"),
        ("01_x", "# %% [markdown]\n# ## A section\n", 2, "# Title"),
        ("01_x", "# %%\nx = 1\n", 1, "# Title"),
        ("01_x", "", 1, "# Title"),
        ("01_x", '# %% [markdown]\n# # T\n\n\n# %% tags=["solved"]\n\nx = 1\n', 5, "'solved'"),
    ],
)
def test_what_is_no_chapter_is_refused_with_its_line(
    project: Project, name: str, text: str, line: int, message: str
) -> None:
    """The error names the script, the line and what is wrong there."""
    path = project.write(f"tutorials/{name}.py", text)
    with pytest.raises(ChapterError) as refused:
        read_chapter(path, project.root)
    assert str(refused.value).startswith(f"tutorials/{name}.py:{line}: ")
    assert message in refused.value.message


def test_a_name_that_is_no_text_is_refused_in_words_that_can_be_shown(project: Project) -> None:
    """Elsewhere than on a Mac, a file's name may be any bytes, for which Python has stand-ins."""
    with pytest.raises(ChapterError) as refused:
        read_chapter(project.root / "tutorials" / "01_\udcff.py", project.root)
    assert str(refused.value).encode().startswith(b"tutorials/01_\\udcff.py:1: a chapter must be")


def test_a_wrong_name_is_an_address_within_the_site(project: Project) -> None:
    """While serving, such a script has a page; it must not be written to the root of the disk."""
    slugs = [Chapter(project.root / name, "", "", ()).slug for name in ("a.py", "_.py", "01_.py")]
    assert slugs == ["a", "-", "01-"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("IndexError: 3 is out of range", ("IndexError", "3 is out of range", "counting from 1")),
        ("IndexError", ("IndexError", "", "counting from 1")),
        ("IndexError: IndexError: 3", ("IndexError", "IndexError: 3", "counting from 1")),
    ],
)
def test_a_deliberate_error_has_a_name_a_message_and_a_cause(
    text: str, read: tuple[str, str, str]
) -> None:
    """The name stands before the message, and alone if there is none."""
    told = {"error": "IndexError", "cause": "counting from 1"}
    output = nbformat.v4.new_output("display_data", {"text/plain": text})
    assert read_error(output) is None
    output.metadata["text/plain"] = told
    assert read_error(output) == read


def test_bytes_that_are_no_text_are_refused_with_their_line(project: Project) -> None:
    """A script in another encoding is named with the first line that cannot be read."""
    path = project.write("tutorials/01_x.py", "")
    path.write_bytes(b"# %% [markdown]\n# # T\n# na\xefve\n")
    with pytest.raises(ChapterError, match="UTF-8") as refused:
        read_chapter(path, project.root)
    assert refused.value.line == 3
