"""The report says what ran and is never half a file."""

import json
import platform
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from ptfund._site.running.report import read_expected_seconds, write_report
from tests.engine.project import Project


def test_each_chapter_and_version_is_reported(project: Project) -> None:
    """Status, seconds, cells and memory stand under the chapter's name."""
    project.chapter("01_a", "x = 1", "y = 2")
    project.chapter("02_b", "1 / 0")
    path = project.root / ".cache" / "ptfund" / "report.json"
    write_report(path, list(project.run().values()))
    report = json.loads(path.read_text())
    assert report["versions"]["python"] == platform.python_version()
    assert report["versions"]["torch"] == version("torch")
    good, bad = report["chapters"]["01_a"], report["chapters"]["02_b"]
    assert (good["status"], good["cells"], bad["status"]) == ("executed", 2, "failed")
    assert good["seconds"] > 0
    assert 10 < good["peak_memory_mb"] < 1000
    assert read_expected_seconds(path) == {"01_a": good["seconds"], "02_b": bad["seconds"]}
    assert [entry.name for entry in path.parent.iterdir()] == ["report.json"]


def test_units_and_states_of_a_run_are_told(project: Project) -> None:
    """Mebibytes and hundredths of seconds; a failure that is known from before is one still."""
    project.chapter("01_a", "x = 1")
    project.chapter("02_b", "1 / 0")
    runs = [
        replace(run, cached=True, seconds=1.234, peak_memory=3 * 2**20)
        for run in project.run().values()
    ]
    path = project.root / "report.json"
    write_report(path, runs)
    entries = json.loads(path.read_text())["chapters"].values()
    assert [entry["status"] for entry in entries] == ["unchanged", "failed"]
    assert {(entry["seconds"], entry["peak_memory_mb"]) for entry in entries} == {(1.23, 3.0)}


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '{"chapters": {"a": {}}}', '{"chapters": 3}']
)
def test_a_missing_or_damaged_report_is_no_obstacle(tmp_path: Path, text: str | None) -> None:
    """Only the order of the next run depends on it, so nothing is expected then."""
    path = tmp_path / "report.json"
    if text is not None:
        path.write_text(text)
    assert read_expected_seconds(path) == {}
