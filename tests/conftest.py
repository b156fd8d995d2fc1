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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: once it is started, its event loop owns the main thread."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bad shapes through to the function's own check, as for a reader."""
    monkeypatch.setattr("jaxtyping.config.jaxtyping_disable", True)
