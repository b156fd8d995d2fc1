"""The build's report: what ran, how long it took, with which versions."""

import json
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ptfund._site.disk import write_whole
from ptfund._site.running.run import Run

__all__ = ["read_expected_seconds", "write_report"]

_PACKAGES = ("ptfund", "torch", "numpy", "matplotlib", "scikit-learn", "mkdocs", "mkdocs-material")


def write_report(path: Path, runs: Sequence[Run]) -> None:
    """Write the report of a build as JSON, whole or not at all."""
    report = {
        "chapters": {run.chapter.name: _entry(run) for run in runs},
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
    }
    write_whole(path, json.dumps(report, indent=2) + "\n")


def read_expected_seconds(path: Path) -> dict[str, float]:
    """Return how long each chapter took in the build before, as far as is known."""
    try:
        chapters = json.loads(path.read_text(encoding="utf-8"))["chapters"]
        return {name: float(entry["seconds"]) for name, entry in chapters.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        # Only the order of the work depends on it: a missing or damaged report costs nothing.
        return {}


def _entry(run: Run) -> dict[str, Any]:
    return {
        "status": "failed" if run.failure else "unchanged" if run.cached else "executed",
        "seconds": round(run.seconds, 2),
        "cells": run.chapter.code_cells,
        "peak_memory_mb": round(run.peak_memory / 2**20, 1),
        "threads": run.threads,
    }
