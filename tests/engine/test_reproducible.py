"""A build is a function of the commit: neither the place nor the time nor the history shows."""

import os
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.project import CONFIGURATION, PYPROJECT, Project

CHAPTER = """\
# %% [markdown]
# # {title}
#
# Prose {prose}, with a link to [home](../index.md).

# %%
import matplotlib.pyplot as plt
from checking import check
from tool import tool
from ptfund.display import raises, show
print({code}, tool(), {{"a", "b", "c"}})

# %% [markdown]
# The value is `{{python}} tool() * {code}`.

# %% tags=["cheat-sheet"]
with raises(ZeroDivisionError, cause="none of {code}"):
    {code} / 0

# %%
figure, axes = plt.subplots()
x = axes.plot([1, {code}], clip_on=True)
show(figure, alt=f"A line to {{tool()}}.")

# %% [markdown]
# ### An exercise

# %% [markdown] tags=["hint"]
# Think.

# %% tags=["solution"]
def answer():
    \"""Return {code}.\"""
    return tool()


# %% tags=["check"]
check(answer)

# %% [markdown] tags=["solution"]
# It is.
"""


def write_book(project: Project) -> None:
    """Write two chapters that share a module, and a document."""
    project.write("mkdocs.yml", CONFIGURATION + "site_url: https://example.org/book/\n")
    project.write("pyproject.toml", PYPROJECT)
    project.write("src/checking.py", "def check(answer):\n    print(answer())\n")
    project.write("src/tool.py", "def tool():\n    return 1\n")
    for number in (1, 2):
        text = CHAPTER.format(title=f"Chapter {number}", prose=0, code=0)
        project.write(f"tutorials/0{number}_c{number}.py", text)


def built(project: Project, **environment: str) -> dict[str, bytes]:
    """Build, and return every file of the site."""
    build = project.build(**environment)
    assert build.returncode == 0, build.stdout + build.stderr
    return project.site()


def test_two_clean_builds_of_one_commit_are_the_same_to_the_byte(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In another folder, time zone, language, with another hash seed, and a day later.

    The map of the site says when the commit was made.
    """
    write_book(project)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    date = {"GIT_COMMITTER_DATE": "2001-02-03T12:00:00Z", "PATH": os.environ["PATH"]}
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *arguments], cwd=project.root, env=date, check=True)
    other = Project(tmp_path_factory.mktemp("another-place") / "deeper")
    subprocess.run(["git", "clone", "-q", project.root, other.root], check=True)  # noqa: S607
    first = built(project, PYTHONHASHSEED="1", TZ="Pacific/Kiritimati", LC_ALL="C")
    second = built(other, PYTHONHASHSEED="2", TZ="America/Adak", LC_ALL="C.UTF-8")
    assert first.keys() == second.keys()
    assert [name for name, content in first.items() if second[name] != content] == []
    assert b"<lastmod>2001-02-03</lastmod>" in first["sitemap.xml"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The book and its first site, from which every history of edits begins."""
    project = Project(tmp_path_factory.mktemp("begun"))
    project.write("docs/index.md", "# Home\n")
    write_book(project)
    built(project)
    return project


def test_without_a_commit_the_date_is_the_first_of_all(begun: Project) -> None:
    """Outside a repository the map of the site says 1970."""
    assert b"<lastmod>1970-01-01</lastmod>" in begun.site()["sitemap.xml"]


def test_a_date_that_is_given_counts(begun: Project) -> None:
    """Whoever packs the site may say when it was made."""
    given = built(begun, SOURCE_DATE_EPOCH="1112000000")
    assert b"<lastmod>2005-03-28</lastmod>" in given["sitemap.xml"]


CHOICES = st.one_of(
    st.tuples(st.just("prose"), st.sampled_from([1, 2]), st.integers(0, 2)),
    st.tuples(st.just("code"), st.sampled_from([1, 2]), st.integers(0, 2)),
    st.tuples(st.just("module"), st.just(0), st.integers(1, 3)),
    st.tuples(st.just("document"), st.just(0), st.integers(0, 2)),
    st.tuples(st.just("chapter"), st.just(3), st.integers(0, 1)),
)


def edit(project: Project, kind: str, chapter: int, value: int) -> None:
    """Make one edit of a kind; each can be taken back by a later one."""
    name = f"tutorials/0{chapter}_c{chapter}.py"
    path = project.root / name
    if kind == "module":
        project.write("src/tool.py", f"def tool():\n    return {value}\n")
    elif kind == "document":
        project.write("docs/index.md", f"# Home\n\nText {value}.\n")
    elif kind == "chapter" and path.exists():
        path.unlink()
    elif kind == "chapter":
        project.write(name, CHAPTER.format(title="A third", prose=0, code=value))
    else:
        text = path.read_text(encoding="utf-8")
        line = {"prose": "# Prose {}, with", "code": "print({}, tool()"}[kind]
        for old in range(3):
            text = text.replace(line.format(old), line.format(value))
        path.write_text(text, encoding="utf-8")


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(edits=st.lists(CHOICES, min_size=3, max_size=5))
def test_after_any_edits_a_warm_build_equals_a_clean_one(
    begun: Project, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, int, int]]
) -> None:
    """Whatever was edited, built, taken back and built again, the site shows what is there now."""
    sources = begun.sources()
    try:
        for kind, chapter, value in edits:
            edit(begun, kind, chapter, value)
            warm = built(begun)
        clean = Project(tmp_path_factory.mktemp("clean") / "book")
        shutil.copytree(begun.root, clean.root, ignore=shutil.ignore_patterns(".cache", "site"))
        assert warm == built(clean)
    finally:
        begun.restore(sources)
