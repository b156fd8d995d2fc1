"""What the engine's tests share."""

from pathlib import Path

import pytest

from tests.engine.project import CONFIGURATION, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without chapters."""
    project = Project(tmp_path)
    project.write("mkdocs.yml", CONFIGURATION)
    project.write("docs/index.md", "# Home\n")
    (tmp_path / "tutorials").mkdir()
    return project
