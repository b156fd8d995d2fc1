"""A small real project in a folder of its own: chapters, documents, configuration."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptfund._site.reading.book import read_book
from ptfund._site.reading.chapter import read_chapter
from ptfund._site.running.book import run_book
from ptfund._site.running.rules import Rules
from ptfund._site.running.run import Run
from ptfund._site.running.schedule import run_chapters

CONFIGURATION = """\
site_name: A small book
strict: true
theme: {name: material, font: false, features: [content.action.edit]}
plugins: [search, ptfund]
markdown_extensions:
  [admonition, attr_list, footnotes, md_in_html, tables, pymdownx.details, pymdownx.superfences,
   {pymdownx.tabbed: {alternate_style: true}}]
validation:
  nav: {omitted_files: warn, not_found: warn}
  links: {not_found: warn, anchors: warn, absolute_links: warn, unrecognized_links: warn}
"""
PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "small"
version = "1.0"
requires-python = ">=3.11"

[tool.hatch.build.targets.wheel]
only-include = ["src"]
sources = ["src"]
"""

BUILD = [sys.executable, "-m", "mkdocs", "build"]


def surroundings(**more: str) -> dict[str, str]:
    """Return the environment of a build: without the theme's banner, or a date of this process.

    What one build has compiled may be kept: the next need not do it again.
    """
    dropped = {"SOURCE_DATE_EPOCH", "PYTHONDONTWRITEBYTECODE"}
    own = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**own, "NO_MKDOCS_2_WARNING": "1", **more}


@dataclass(frozen=True)
class Project:
    """Where the project lies, and what can be done with it."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def chapter(self, name: str, *cells: str, title: str = "A chapter") -> Path:
        """Write a chapter: a title, then code cells, each after a marker of its own.

        The code of the first cell begins at line 5.
        """
        parts = [f"# %% [markdown]\n# # {title}\n", *(f"# %%\n{cell}\n" for cell in cells)]
        return self.write(f"tutorials/{name}.py", "\n".join(parts))

    def run(self, **rules: Any) -> dict[str, Run]:
        """Run all chapters by some rules, and return what came of each, by name."""
        chapters = [read_chapter(p, self.root) for p in sorted(self.root.glob("tutorials/*.py"))]
        runs = run_chapters(chapters, Rules(self.root, **rules))
        return {run.chapter.name: run for run in runs}

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a piece of a file that is there exactly once."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    def sources(self) -> dict[str, bytes]:
        """Return the files that people edit, with their contents."""
        found: dict[str, bytes] = {}
        for folder in ("data", "docs", "later", "src", "tutorials"):
            found |= _files(self.root / folder, self.root)
        return found

    def restore(self, sources: dict[str, bytes]) -> None:
        """Take all edits back."""
        for name in self.sources().keys() - sources.keys():
            path = self.root / name
            path.unlink()
            if not list(path.parent.iterdir()):
                path.parent.rmdir()
        for name, content in sources.items():
            (self.root / name).write_bytes(content)

    def update(self, **rules: Any) -> dict[str, Run]:
        """Return a run of each chapter as a build gets them: new only where it must be."""
        chapters, errors = read_book(self.root)
        assert errors == []
        runs = run_book(chapters, Rules(self.root, **rules), before={}, say=lambda _: None)
        return {run.chapter.name: run for run in runs}

    def executed(self) -> set[str]:
        """Update, and return the names of the chapters that had to be executed for it."""
        return {name for name, run in self.update().items() if not run.cached}

    def surroundings(self, **more: str) -> dict[str, str]:
        """Return the environment of a build, in which the project's `src` can be imported."""
        path = os.pathsep.join([str(self.root / "src"), os.environ.get("PYTHONPATH", "")])
        return surroundings(PYTHONPATH=path, **more)

    def build(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Build the site as `make site` does, and return what came of it."""
        return subprocess.run(
            BUILD,
            cwd=self.root,
            env=self.surroundings(**environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def site(self) -> dict[str, bytes]:
        """Return every file of the site that stands, with its content."""
        return _files(self.root / "site", self.root / "site")

    def page(self, slug: str) -> str:
        """Return the HTML of a chapter's page in the site that stands."""
        return (self.root / "site" / "tutorials" / slug / "index.html").read_text(encoding="utf-8")


def begin_project(root: Path) -> Project:
    """Return a project without chapters, which lies in a folder."""
    project = Project(root)
    project.write("mkdocs.yml", CONFIGURATION)
    project.write("docs/index.md", "# Home\n")
    (root / "tutorials").mkdir()
    return project


def _files(folder: Path, root: Path) -> dict[str, bytes]:
    """Return the files of a folder by their names as seen from a root."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def text_of(run: "Run", cell: int) -> str:
    """Return what a cell printed; cell 0 is the title."""
    outputs = run.notebook.cells[cell].outputs
    return "".join(output.text for output in outputs if output.output_type == "stream")
