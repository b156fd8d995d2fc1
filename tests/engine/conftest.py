"""What the engine's tests share."""

import os
import shutil
from pathlib import Path

import pytest

from tests.engine.project import Project, begin_project

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without chapters."""
    return begin_project(tmp_path)


@pytest.fixture
def shelf(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Four chapters: on a module, on a module through it, on a file, on nothing."""
    folders = os.pathsep.join(str(project.root / name) for name in ("src", "later"))
    monkeypatch.setenv("PYTHONPATH", folders, prepend=os.pathsep)
    project.write("later/other.py", "")
    project.write("src/far/notes.txt", "")
    project.write("src/kit/__init__.py", "")
    project.write("src/kit/part.py", "")
    project.write("src/near.py", "from far import far\n\ndef near():\n    return far() + 1\n")
    project.write("src/far.py", "def far():\n    return 1\n")
    project.write("src/other.py", "")
    project.write("data/numbers.txt", "1 2 3")
    project.chapter("01_near", "from near import near\nprint(near())")
    project.chapter("02_far", "import kit.part\nfrom far import far\nprint(far())")
    project.chapter(
        "03_data", "from pathlib import Path\nprint(Path('data/numbers.txt').read_text())"
    )
    project.chapter("04_alone", "value = 2\nprint(value)")
    with (project.root / "tutorials" / "04_alone.py").open("a") as file:
        file.write("\n# %% [markdown]\n# Twice that is `{python} 2 * value`.\n#\n# Prose.\n")
    return project


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of what the book is made of."""
    for folder in ("docs", "src", "tests", "tutorials"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    for file in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path
