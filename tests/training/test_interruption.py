"""A run that is killed, and goes on."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ptfund.models import seeded
from ptfund.training import resume
from tests.training.loops import PYTORCHS, equal
from tests.training.resumable import Run

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tests.training.resumable"]


def read(file: Path) -> tuple[Run, torch.Tensor]:
    """Return what a file holds: a run, and the global random state."""
    run = Run(PYTORCHS["SGD"])
    with seeded(0):
        resume(file, **run.parts)
        return run, torch.get_rng_state()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a run that was let alone."""
    file = tmp_path_factory.mktemp("whole") / "whole.pt"
    subprocess.run([*PROGRAM, str(file), "5"], cwd=ROOT, check=True)
    return file


@pytest.mark.parametrize("where", ["batch", "save"])
def test_a_killed_run_goes_on_as_if_it_had_not_been(
    where: str, whole: Path, tmp_path: Path
) -> None:
    """Killed in an epoch or while saving, it ends with the same bits as one that was let alone."""
    killed = tmp_path / "killed.pt"
    command = [*PROGRAM, str(killed), "5", where]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.kill()
    assert len(read(killed)[0].history) == 2
    subprocess.run([*PROGRAM, str(killed), "5"], cwd=ROOT, check=True)

    (one, random), (other, expected) = read(killed), read(whole)
    assert one.history == other.history
    assert len(one.history) == 5
    assert equal(one.model, other.model)
    for velocity, same in zip(
        one.optimizer.state_dict()["state"].values(),
        other.optimizer.state_dict()["state"].values(),
        strict=True,
    ):
        assert torch.equal(velocity["momentum_buffer"], same["momentum_buffer"])
    assert torch.equal(one.generator.get_state(), other.generator.get_state())
    assert torch.equal(random, expected)
    assert list(tmp_path.iterdir()) == [killed]
