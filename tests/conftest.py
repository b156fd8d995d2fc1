"""What all tests share."""

import os
from importlib.util import find_spec

import pytest

# The package and its tests run everywhere; the engine needs what Windows does not have.
pytest_plugins = ["tests.built"] if find_spec("resource") and find_spec("fcntl") else []


# Two processes share the work, and the processors: PyTorch's further threads would be in the way.
os.environ["OMP_NUM_THREADS"] = "1"
# No test opens a window; one that wants another way to draw says so.
os.environ.setdefault("MPLBACKEND", "agg")


# The files that take longest, in the order in which two processes begin them. The first makes the
# site; the second needs it late, and so nobody waits.
LONGEST = [
    *("test_downloads.py", "test_chapters.py", "test_reproducible.py", "test_colab.py"),
    *("test_plugin.py", "test_every_exercise.py", "test_processes.py", "test_recorder.py"),
    *("test_every_page.py", "test_progress.py", "test_reading.py"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: once it is started, its event loop owns the main thread.

    Among the others, and among the browser's, long files come first: what comes last is then
    short, and no process waits long for another.
    """

    def place(item: pytest.Item) -> tuple[bool, int]:
        late = LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST)
        return "browser" in item.path.parts, late

    items.sort(key=place)


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bad shapes through to the function's own check, as for a reader."""
    monkeypatch.setattr("jaxtyping.config.jaxtyping_disable", True)
