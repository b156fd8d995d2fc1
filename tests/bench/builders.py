"""The chapters, laid out for other builders of executed pages; and the environment of those.

Each builder gets a folder of its own with a small site around the chapters. The code of every cell
is that of the book; prose is translated only roughly, and nobody translates links, boxes or
exercises for them.
"""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from ptfund._site.reading.chapter import Chapter

__all__ = ["OTHERS", "Builder", "lay_out_own", "make_environment", "read_versions"]

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".cache" / "bench-others"
CONSTRAINTS = ROOT / "constraints.txt"
PACKAGES = (
    "jupyter-cache",
    "mkdocs-jupyter",
    "mkdocs-material",
    "myst-nb",
    "sphinx",
    "sphinx-gallery",
)

MKDOCS = """\
site_name: The chapters
theme: {name: material, font: false}
plugins:
  - search
  - mkdocs-jupyter:
      include: ["tutorials/*.py"]
      execute: true
      allow_errors: false
      kernel_name: python3
"""
GALLERY = """\
project = "The chapters"
extensions = ["sphinx_gallery.gen_gallery"]
sphinx_gallery_conf = {{
    "examples_dirs": "tutorials",
    "gallery_dirs": "gallery",
    "filename_pattern": "/",
    "parallel": {processors},
    "backreferences_dir": None,
}}
exclude_patterns = ["tutorials", "_build"]
"""
# The data base of the cache is made before Sphinx forks: two processes that both make it fail.
NOTEBOOKS = """\
from jupyter_cache import get_cache

get_cache("_cache").db
project = "The chapters"
extensions = ["myst_nb"]
nb_execution_mode = "cache"
nb_execution_cache_path = "_cache"
nb_execution_timeout = -1
nb_execution_raise_on_error = True
exclude_patterns = ["_build", "_cache", "jupyter_execute"]
"""


@dataclass(frozen=True)
class Builder:
    """What to run in which folder, and what to remove there to begin anew."""

    name: str
    folder: Path
    command: Sequence[str]
    made: Sequence[str]
    """What a build leaves that makes the next one faster, or is its result."""

    def forget(self) -> None:
        """Remove all that builds have left."""
        for name in self.made:
            shutil.rmtree(self.folder / name, ignore_errors=True)


def make_environment() -> Path:
    """Return the Python of the others' environment, which is made where it is missing."""
    python, ready = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "ready"
    wanted = "\n".join([*PACKAGES, CONSTRAINTS.read_text("utf-8")])
    if not ready.exists() or ready.read_text("utf-8") != wanted:
        install = [str(python), "-m", "pip", "install", "--quiet", "-c", str(CONSTRAINTS)]
        for command in (
            [sys.executable, "-m", "venv", str(ENVIRONMENT)],
            [*install, "-e", str(ROOT), *PACKAGES],
        ):
            subprocess.run(command, stdout=sys.stderr, check=True)  # what it says is no result
        ready.write_text(wanted, "utf-8")
    return python


def read_versions(python: Path, *packages: str) -> list[str]:
    """Return each package with the version that an environment has."""
    code = "import sys; from importlib.metadata import version as v; print(*map(v, sys.argv[1:]))"
    told = subprocess.run(
        [str(python), "-c", code, *packages], capture_output=True, text=True, check=True
    )
    return [f"{name} {number}" for name, number in zip(packages, told.stdout.split(), strict=True)]


def lay_out_own(folder: Path) -> Builder:
    """Return the builder of this project, whose chapters are already in their folder."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    return Builder("this project", folder, command, (".cache/ptfund/runs",))


def lay_out_mkdocs_jupyter(
    folder: Path, chapters: Sequence[Chapter], python: Path, processors: int
) -> Builder:
    """Lay out the scripts as they are: mkdocs-jupyter reads them through Jupytext.

    It runs one after the other, however many processors there are.
    """
    del processors
    (folder / "docs" / "tutorials").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(MKDOCS, "utf-8")
    (folder / "docs" / "index.md").write_text("# The chapters\n", "utf-8")
    for chapter in chapters:
        shutil.copy(chapter.path, folder / "docs" / "tutorials")
    (version,) = read_versions(python, "mkdocs-jupyter")
    command = [str(python), "-m", "mkdocs", "build", "--quiet"]
    return Builder(version, folder, command, (".cache", "site"))


def lay_out_sphinx_gallery(
    folder: Path, chapters: Sequence[Chapter], python: Path, processors: int
) -> Builder:
    """Lay out scripts whose prose is reStructuredText in comments."""
    (folder / "tutorials").mkdir(parents=True)
    (folder / "conf.py").write_text(GALLERY.format(processors=processors), "utf-8")
    contents = "The chapters\n============\n\n.. toctree::\n\n   gallery/index\n"
    (folder / "index.rst").write_text(contents, "utf-8")
    (folder / "tutorials" / "GALLERY_HEADER.rst").write_text("Chapters\n========\n", "utf-8")
    for chapter in chapters:
        script = to_gallery_script(chapter)
        (folder / "tutorials" / chapter.path.name).write_text(script, "utf-8")
    version = " on ".join(read_versions(python, "sphinx-gallery", "sphinx"))
    return Builder(version, folder, _sphinx(python, processors), ("_build", "gallery"))


def lay_out_myst_nb(
    folder: Path, chapters: Sequence[Chapter], python: Path, processors: int
) -> Builder:
    """Lay out notebooks."""
    folder.mkdir(parents=True)
    (folder / "conf.py").write_text(NOTEBOOKS, "utf-8")
    names = "\n".join(f"   {chapter.name}" for chapter in chapters)
    contents = f"The chapters\n============\n\n.. toctree::\n\n{names}\n"
    (folder / "index.rst").write_text(contents, "utf-8")
    for chapter in chapters:
        nbformat.write(chapter.notebook(), folder / f"{chapter.name}.ipynb")
    version = " with ".join(read_versions(python, "myst-nb", "jupyter-cache"))
    return Builder(
        version, folder, _sphinx(python, processors), ("_build", "_cache", "jupyter_execute")
    )


LayOut = Callable[[Path, Sequence[Chapter], Path, int], Builder]
OTHERS: dict[str, LayOut] = {
    "mkdocs-jupyter": lay_out_mkdocs_jupyter,
    "sphinx-gallery": lay_out_sphinx_gallery,
    "myst-nb": lay_out_myst_nb,
}


def _sphinx(python: Path, processors: int) -> list[str]:
    return [str(python), "-m", "sphinx", "-q", "-j", str(processors), ".", "_build"]


def to_gallery_script(chapter: Chapter) -> str:
    """Return a chapter as sphinx-gallery reads it, with every line of code as it is."""
    title, _, prose = chapter.cells[0].source.partition("\n")
    parts = [f'"""\n{_to_rest(title)}\n"""', _comment(prose)]
    for cell in chapter.cells[1:]:
        # After an empty line a comment is code: right below the mark it would be prose.
        code = f"# %%\n\n{cell.source}"
        parts.append(code if cell.kind == "code" else _comment(cell.source))
    script = "\n\n".join(parts) + "\n"
    _check_same_code(script, chapter)
    return script


def _comment(prose: str) -> str:
    lines = _to_rest(prose).splitlines()
    return "\n".join(["# %%", *(f"# {line}".rstrip() for line in lines)])


def _to_rest(prose: str) -> str:
    """Return Markdown with its headings underlined, and code between two backticks."""
    prose = re.sub(r"(?<!`)`(?!`)", "``", prose)
    return re.sub(
        r"^(#+) (.+)$",
        lambda heading: f"{heading[2]}\n{' =-~^'[len(heading[1])] * len(heading[2])}",
        prose,
        flags=re.MULTILINE,
    )


def _check_same_code(script: str, chapter: Chapter) -> None:
    """Stop if the translation has changed what runs."""
    ours = ast.parse(chapter.path.read_text("utf-8")).body
    theirs = ast.parse(script).body[1:]  # without the title
    if [ast.dump(node) for node in theirs] != [ast.dump(node) for node in ours]:
        raise ValueError(f"the code of {chapter.script} was not translated as it is")
