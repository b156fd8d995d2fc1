"""Save and resume: exact, all or nothing, and safe."""

import copy
import errno
import io
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from ptfund import optim
from ptfund.models import seeded
from ptfund.training import EarlyStopping, History, fit, resume, save
from tests.training.loops import PYTORCHS, equal, network, samples
from tests.training.resumable import Run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is not there yet, alone in its folder."""
    return tmp_path / "run.pt"


def same(one: Any, other: Any) -> bool:
    """Return whether two nested states are equal, tensors to the last bit."""
    if isinstance(one, Tensor):
        return isinstance(other, Tensor) and torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@pytest.mark.parametrize("name", list(PYTORCHS))
def test_a_resumed_run_is_the_uninterrupted_one(name: str, file: Path) -> None:
    """Weights, optimizer, schedule, history, best weights and random numbers, to the last bit."""
    make = PYTORCHS[name]
    whole = Run(make)
    whole.train(5)
    first = Run(make)
    first.train(2)
    save(file, **first.parts)
    first.train(1)  # what was saved stays as it was
    second = Run(make, seed=7)
    with seeded(99):
        resume(file, **second.parts)
        second.train(5, goes_on=True)
    assert equal(second.model, whole.model)
    assert second.history == whole.history
    assert same(second.optimizer.state_dict(), whole.optimizer.state_dict())
    assert same(second.stopping.state_dict(), whole.stopping.state_dict())
    assert torch.equal(second.generator.get_state(), whole.generator.get_state())


def test_the_global_generator_goes_with_the_parts(file: Path) -> None:
    """What is drawn after resuming is what was drawn after saving."""
    with seeded(3):
        save(file, model=nn.Linear(1, 1))
        drawn = torch.rand(4)
        torch.rand(100)
        resume(file, model=nn.Linear(1, 1))
        assert torch.equal(torch.rand(4), drawn)


def test_a_path_may_be_a_string(file: Path) -> None:
    """As everywhere in Python."""
    save(str(file), model=network())
    other = network(seed=1)
    resume(str(file), model=other)
    assert equal(other, network())


def test_saving_again_replaces_the_file(file: Path) -> None:
    """The newest state counts, and nothing else is left in the folder."""
    for seed in (0, 1):
        save(file, model=network(seed=seed))
    other = network(seed=2)
    resume(file, model=other)
    assert equal(other, network(seed=1))
    assert list(file.parent.iterdir()) == [file]


def test_a_part_without_a_state_is_refused(file: Path) -> None:
    """It says which, and writes nothing."""
    with pytest.raises(TypeError, match="lr must be something with a state, got 'float'"):
        save(file, model=network(), lr=0.1)
    assert list(file.parent.iterdir()) == []


class Full(io.BytesIO):
    """A file on a disk without room."""

    def write(self, _: object) -> int:
        """Take nothing."""
        raise OSError(errno.ENOSPC, "No space left")


class HalfState:
    """Can be saved, but not loaded."""

    def state_dict(self) -> dict[str, Any]:
        """Return nothing in particular."""
        return {}


def test_a_state_must_come_back_too(file: Path) -> None:
    """Better refused while saving than when it is needed."""
    with pytest.raises(TypeError, match="half must be something with a state"):
        save(file, half=HalfState())


FULL = OSError(errno.ENOSPC, "No space left")
STOP = KeyboardInterrupt()


@pytest.mark.parametrize(
    ("where", "failure"),
    [("write", FULL), ("fsync", FULL), ("replace", FULL), ("fsync", STOP), ("replace", STOP)],
)
def test_an_interrupted_save_leaves_the_old_file(
    where: str, failure: BaseException, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails: the last good checkpoint is whole, and there is no litter."""
    save(file, model=network())
    content = file.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise failure

    real = Path.open

    def full(path: Path, mode: str = "r") -> Any:
        """Make the file as always, but let it take nothing."""
        real(path, mode).close()
        return Full()

    with monkeypatch.context() as patch:
        if where == "write":
            patch.setattr(Path, "open", full)
        elif where == "replace":
            patch.setattr(Path, "replace", fail)
        else:
            patch.setattr("os.fsync", fail)
        with pytest.raises(type(failure)) as raised:
            save(file, model=network(seed=1))
    if isinstance(failure, OSError):
        error = raised.value
        assert isinstance(error, OSError)
        assert (error.errno, error.filename) == (errno.ENOSPC, str(file))
    assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


def test_content_reaches_the_disk_before_the_name(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renaming first could leave an empty file after a power failure."""
    events = []
    fsync, replace = __import__("os").fsync, Path.replace

    def synced(descriptor: int) -> None:
        events.append("fsync")
        fsync(descriptor)

    def replaced(path: Path, target: Path) -> Path:
        events.append("replace")
        return replace(path, target)

    monkeypatch.setattr("os.fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    save(file, model=network())
    assert events == ["fsync", "replace"]


def test_a_missing_folder_is_named(file: Path) -> None:
    """By the path that was asked for."""
    with pytest.raises(FileNotFoundError, match=r"nowhere\W+run\.pt"):
        save(file.parent / "nowhere" / "run.pt", model=network())


def test_a_missing_file_is_named(file: Path) -> None:
    """There is nothing to resume from."""
    with pytest.raises(FileNotFoundError, match=r"run\.pt"):
        resume(file, model=network())


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(share: float, file: Path) -> None:
    """At whatever place, and nothing is changed."""
    save(file, model=network())
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    model = network(seed=1)
    with pytest.raises(ValueError, match=r"run\.pt must be a whole file that `save` has written"):
        resume(file, model=model)
    assert equal(model, network(seed=1))


class Bomb:
    """Runs code where it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Ask for a call."""
        return Path.write_text, (Path("bombed"), "by loading")


@pytest.mark.parametrize(
    "written",
    [
        lambda file: file.write_bytes(pickle.dumps(Bomb())),
        lambda file: torch.save({"parts": Bomb(), "random": []}, file),
        lambda file: torch.save(network().state_dict(), file),
        lambda file: torch.save(torch.zeros(3), file),
        lambda file: file.write_text("no checkpoint"),
    ],
    ids=["pickle", "pickle within", "state dict", "tensor", "text"],
)
def test_a_foreign_file_is_refused_and_runs_nothing(
    written: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file from a stranger is data, or an error."""
    monkeypatch.chdir(file.parent)
    written(file)
    with pytest.raises(ValueError, match=r"run\.pt must be a whole file that `save` has written"):
        resume(file, model=network())
    assert list(file.parent.iterdir()) == [file]


def stranger(**changes: Any) -> dict[str, Any]:
    """Return the parts of another run, some of them changed."""
    return Run(PYTORCHS["SGD"], seed=5).parts | changes


def wide() -> nn.Sequential:
    """Return a network of other sizes."""
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 3))


def deep() -> nn.Sequential:
    """Return a network with one layer more."""
    return nn.Sequential(*network(), nn.Linear(3, 3))


def two_groups() -> torch.optim.Optimizer:
    """Return an optimizer that has its parameters in two groups."""
    model = network()
    groups = [{"params": layer.parameters()} for layer in (model[0], model[3])]
    return torch.optim.SGD(groups, lr=0.1, momentum=0.9)


MISFITS: dict[str, tuple[Any, type[Exception], str]] = {
    "shape": (
        lambda: {"model": wide()},
        ValueError,
        "0.weight of model must have the shape (5, 6), as in run.pt, got (8, 6)",
    ),
    "dtype": (
        lambda: {"model": network().double()},
        ValueError,
        "0.weight of model must have the dtype torch.float32, as in run.pt, got torch.float64",
    ),
    "too many": (
        lambda: {"model": deep()},
        ValueError,
        "model must have only what is in run.pt, got '4.weight'",
    ),
    "too few": (
        lambda: {"model": network()[:3]},
        ValueError,
        "model must have 3.weight, as in run.pt, got ['0.bias', '0.weight']",
    ),
    "optimizer": (
        lambda: {"optimizer": torch.optim.Adam(network().parameters())},
        TypeError,
        "optimizer must be of the type SGD, as in run.pt, got 'Adam'",
    ),
    "groups": (
        lambda: {"optimizer": two_groups()},
        ValueError,
        "optimizer must have groups of [4] parameters, as in run.pt, got [2, 2]",
    ),
    "scheduler": (
        lambda: {
            "scheduler": torch.optim.lr_scheduler.StepLR(
                torch.optim.SGD(network().parameters(), lr=0.1), 1
            )
        },
        TypeError,
        "scheduler must be of the type CosineAnnealingLR, as in run.pt, got 'StepLR'",
    ),
    "exchanged": (
        lambda: {"history": EarlyStopping(1)},
        TypeError,
        "history must be of the type History, as in run.pt, got 'EarlyStopping'",
    ),
    "unknown": (
        lambda: {"more": History()},
        ValueError,
        "parts must be generator, history, model, optimizer, scheduler, stopping, as in run.pt",
    ),
}


@pytest.mark.parametrize(("changes", "error", "message"), MISFITS.values(), ids=MISFITS.keys())
def test_what_does_not_fit_is_named_and_nothing_is_changed(
    changes: Any, error: type[Exception], message: str, file: Path
) -> None:
    """Not even the parts that would have fitted, nor the random numbers."""
    run = Run(PYTORCHS["SGD"])
    run.train(2)
    save(file, **run.parts)
    parts = stranger(**changes())
    del run
    before = {name: state(part) for name, part in parts.items()}
    random = torch.get_rng_state()
    with pytest.raises(error, match=re.escape(message)):
        resume(file, **parts)
    assert same({name: state(part) for name, part in parts.items()}, before)
    assert torch.equal(torch.get_rng_state(), random)


def state(part: Any) -> Any:
    """Return a copy of the state of a part."""
    if isinstance(part, torch.Generator):
        return part.get_state()
    return copy.deepcopy(part.state_dict())


def test_a_missing_part_is_an_error(file: Path) -> None:
    """What was saved is wanted back, or resuming would not be exact."""
    save(file, model=network(), history=History())
    with pytest.raises(ValueError, match=r"parts must be history, model, as in run\.pt, got \['m"):
        resume(file, model=network())


def test_our_own_optimizers_cannot_be_saved(file: Path) -> None:
    """They have no state dict; better refused than begun anew in silence."""
    optimizer = optim.SGD(network().parameters(), lr=0.1)
    with pytest.raises(TypeError, match="optimizer must be something with a state, got 'SGD'"):
        save(file, optimizer=optimizer)


def test_a_model_may_be_renamed(file: Path) -> None:
    """What it computes with must be alike, not what its class is called."""

    class Renamed(nn.Linear):
        """The same layer by another name."""

    layer = nn.Linear(2, 2)
    save(file, model=layer)
    other = Renamed(2, 2)
    resume(file, model=other)
    assert_close(other.weight, layer.weight, rtol=0, atol=0)


def test_a_finished_run_stays_finished(file: Path) -> None:
    """Early stopping has a state, so that no epoch follows."""
    model, stopping = network(), EarlyStopping(1)
    stopping.update(1.0, model)
    stopping.update(2.0, model)
    save(file, model=model, stopping=stopping)
    again = EarlyStopping(1)
    resume(file, model=model, stopping=again)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    part = [samples()]
    assert len(fit(model, optimizer, part, epochs=9, validation=part, stopping=again)) == 0
