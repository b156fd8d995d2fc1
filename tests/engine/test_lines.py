"""Complaints about links name the line that holds the link."""

import logging

import pytest

from ptfund._site.lines import LinkLines
from tests.engine.project import Project


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("Doc file 'a.md' contains a link 'b.md', but the target is not found.", "docs/a.md:3: "),
        ("Doc file 'a.md' contains an absolute link '/b', it was left.", "docs/a.md:4: "),
        ("Doc file 't/01_x.py' contains a link 'b.md#c', but there is none.", "t/01_x.py:2: "),
        ("mkdocs_autorefs: a.md: Could not find cross-reference target 'no.such'", "docs/a.md:5: "),
        ("Doc file 'gone.md' contains a link 'b.md', but the target is not found.", ""),
        ("Something else about 'a.md'", ""),
    ],
)
def test_the_line_stands_before_the_complaint(project: Project, message: str, place: str) -> None:
    """MkDocs' own words stay; where the file is known, its line is put before them."""
    project.write("docs/a.md", "# A\nb.md in words\n[b](b.md)\n[c](/b)\n[d][no.such]\n")
    project.write("t/01_x.py", "# %% [markdown]\n# [b](b.md#c)\n")
    record = logging.LogRecord("mkdocs", logging.WARNING, "", 0, message, None, None)
    finder = LinkLines(project.root, (project.root, project.root / "docs"))
    assert finder.filter(record)
    assert record.getMessage() == place + message
