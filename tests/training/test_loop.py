"""One epoch, one measurement, all epochs."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - what everyone calls it
from torch.testing import assert_close
from torch.utils.data import DataLoader, TensorDataset

from ptfund.models import seeded
from ptfund.training import EarlyStopping, History, fit, mean_loss, train_epoch
from tests.training.loops import OPTIMIZERS, Make, bare, copies, equal, network, pieces, samples

every_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


def sgd(model: nn.Module, lr: float = 0.1) -> torch.optim.SGD:
    """Return the plainest optimizer."""
    return torch.optim.SGD(model.parameters(), lr=lr)


@every_optimizer
def test_fit_is_the_bare_loop(make: Make) -> None:
    """Weights are equal to the last bit, and losses up to the rounding of their mean."""
    ours, theirs = network(), network()
    history = fit(ours, make(ours.parameters()), pieces(), epochs=3)
    losses = bare(theirs, make(theirs.parameters()), pieces(), 3)
    assert equal(ours, theirs)
    assert history.train_loss == pytest.approx(losses, rel=1e-12)
    assert history.validation_loss == []
    assert not equal(ours, network())


def test_fit_draws_what_the_bare_loop_draws() -> None:
    """With dropout and a shuffled loader the weights are equal, too."""
    trained = []
    for ours in (True, False):
        model, generator = network(dropout=0.5), torch.Generator().manual_seed(0)
        dataset = TensorDataset(*samples(30))
        loader = DataLoader(dataset, batch_size=7, shuffle=True, generator=generator)
        with seeded(1):
            if ours:
                fit(model, sgd(model), loader, epochs=3)
            else:
                bare(model, sgd(model), loader, 3)
        trained.append(model)
    assert equal(*trained)


def test_a_measurement_leaves_training_as_it_was() -> None:
    """With a validation part dropout draws the same numbers, and train mode comes back."""
    trained = []
    for validation in (None, [samples(5)]):
        model = network(dropout=0.5)
        with seeded(0):
            fit(model, sgd(model), pieces(), epochs=3, validation=validation)
        trained.append(model)
    assert equal(*trained)
    assert all(model.training for model in trained)


def test_an_epoch_is_trained_in_train_mode() -> None:
    """A model that comes in eval mode has its dropout nevertheless."""
    model, other = network(dropout=0.5), network(dropout=0.5)
    with seeded(0):
        train_epoch(model.eval(), sgd(model), pieces())
    with seeded(0):
        bare(other, sgd(other), pieces(), 1)
    assert equal(model, other)


def test_float64_stays_float64() -> None:
    """The loss is weighed without leaving the dtype of the model."""
    model, other = network().double(), network().double()
    x, y = samples(10, dtype=torch.float64)
    batches = list(zip(x.split(4), y.split(4), strict=True))
    history = fit(model, sgd(model), batches, epochs=2, accumulate=3)
    losses = bare(other, sgd(other), [(x, y)], 2)
    assert model[0].weight.dtype == torch.float64
    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        assert_close(one, two, rtol=1e-12, atol=1e-12)
    assert history.train_loss == pytest.approx(losses, rel=1e-12)


@every_optimizer
def test_accumulation_is_one_large_batch(make: Make) -> None:
    """4 + 4 + 2 samples give the step of all 10."""
    ours, theirs = network(), network()
    history = fit(ours, make(ours.parameters()), pieces(4), epochs=3, accumulate=3)
    losses = bare(theirs, make(theirs.parameters()), [samples()], 3)
    assert_close(copies(ours), copies(theirs), rtol=1e-4, atol=1e-5)
    assert history.train_loss == pytest.approx(losses, rel=1e-5)


@settings(deadline=None, max_examples=30)
@given(size=st.integers(1, 11), accumulate=st.integers(1, 5), count=st.integers(1, 20))
def test_groups_of_any_size_are_large_batches(size: int, accumulate: int, count: int) -> None:
    """The last group, and the last batch in it, may be smaller."""
    ours, theirs = network().double(), network().double()
    x, y = samples(count, dtype=torch.float64)
    batches = list(zip(x.split(size), y.split(size), strict=True))
    groups = list(zip(x.split(size * accumulate), y.split(size * accumulate), strict=True))
    loss = train_epoch(ours, sgd(ours), batches, accumulate=accumulate)
    (expected,) = bare(theirs, sgd(theirs), groups, 1)
    assert_close(copies(ours), copies(theirs))
    assert loss == pytest.approx(expected)


def test_what_was_in_grad_is_cleared_first() -> None:
    """A gradient from before training takes no part in it."""
    model, other = network(), network()
    model(samples()[0]).sum().backward()
    fit(model, sgd(model), pieces(), epochs=1)
    fit(other, sgd(other), pieces(), epochs=1)
    assert equal(model, other)


def test_clipping_bounds_the_step_and_keeps_its_direction() -> None:
    """A step of lr 1 is the gradient of the whole group: shrunk to the limit, or left alone."""
    steps = []
    for clip in (None, 0.01, 1000.0):
        model = network()
        before = copies(model)
        train_epoch(model, sgd(model, lr=1.0), pieces(), accumulate=3, clip=clip)
        moves = zip(copies(model), before, strict=True)
        steps.append(torch.cat([(new - old).flatten() for new, old in moves]))
    free, short, loose = steps
    assert_close(short.norm(), torch.tensor(0.01), rtol=1e-3, atol=0)
    assert_close(short / short.norm(), free / free.norm(), rtol=1e-3, atol=1e-4)
    assert torch.equal(loose, free)


def test_a_scheduler_steps_after_each_epoch() -> None:
    """As in the bare loop, to the last bit."""
    trained = []
    for ours in (True, False):
        model = network()
        optimizer = sgd(model)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
        if ours:
            fit(model, optimizer, pieces(), epochs=3, scheduler=scheduler)
        else:
            bare(model, optimizer, pieces(), 3, scheduler)
        trained.append(model)
        assert scheduler.last_epoch == 3
    assert equal(*trained)


def test_a_scheduler_on_a_plateau_hears_the_validation_loss() -> None:
    """Where nothing becomes better, the rate is cut after each epoch but the first."""
    model = network()
    optimizer = sgd(model, lr=1.0)
    for group in optimizer.param_groups:
        group["params"] = [nn.Parameter(torch.zeros(1))]
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
    validation = [samples(5)]
    fit(model, optimizer, pieces(), epochs=3, validation=validation, scheduler=plateau)
    assert optimizer.param_groups[0]["lr"] == 0.25
    assert plateau.best == pytest.approx(mean_loss(model, validation))


def test_losses_are_means_over_samples() -> None:
    """Not over batches: 4 + 4 + 2 gives what 10 at once give, with steps of 0."""
    model = network()
    optimizer = sgd(model, lr=0.0)
    validation = [tuple(part[:3] for part in samples()), tuple(part[3:] for part in samples())]
    history = fit(model, optimizer, pieces(), epochs=2, validation=validation)
    x, y = samples()
    expected = F.cross_entropy(model(x), y).item()
    assert history.train_loss == pytest.approx([expected] * 2)
    assert history.validation_loss == pytest.approx([expected] * 2)


def test_the_validation_loss_is_measured_after_the_epoch() -> None:
    """It belongs to the weights that the epoch has left."""
    model = network()
    history = fit(model, sgd(model), pieces(), epochs=1, validation=[samples(5)])
    assert history.validation_loss == [mean_loss(model, [samples(5)])]


@pytest.mark.parametrize("training", [True, False])
def test_a_measurement_is_in_eval_and_leaves_the_mode(training: bool) -> None:  # noqa: FBT001
    """Dropout is off, no graph is built, and the mode is afterwards what it was."""
    model = network(dropout=0.9).train(training)
    x, y = samples()
    seen = []

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        seen.append((outputs.requires_grad, model.training))
        return F.cross_entropy(outputs, targets)

    found = mean_loss(model, [(x, y)], loss=loss)
    assert seen == [(False, False)]
    assert model.training == training
    assert found == pytest.approx(F.cross_entropy(network()(x), y).item())


def test_the_mode_comes_back_even_after_an_error() -> None:
    """Who catches the error goes on training in train mode."""
    model = network()
    with pytest.raises(RuntimeError):
        mean_loss(model, [(torch.zeros(2, 7), torch.zeros(2))])
    assert model.training


def test_another_loss_is_used_for_both_parts() -> None:
    """For numbers, for example the squared error."""
    x = torch.linspace(-1, 1, 12)[:, None]
    part, model = [(x, 3 * x + 1)], nn.Linear(1, 1)
    history = fit(model, sgd(model, 0.3), part, epochs=80, loss=F.mse_loss, validation=part)
    assert_close(model.weight.detach(), torch.tensor([[3.0]]), rtol=0, atol=1e-3)
    assert history.validation_loss[-1] < 1e-6
    assert min(history.validation_loss[0], history.train_loss[0]) > 0.1


def test_training_goes_on_where_the_history_ends() -> None:
    """`epochs` counts those that are done; the history that was given is the one returned."""
    model, other = network(), network()
    optimizer = sgd(model)
    history = fit(model, optimizer, pieces(), epochs=2, validation=[samples(5)])
    same = fit(model, optimizer, pieces(), epochs=5, validation=[samples(5)], history=history)
    whole = fit(other, sgd(other), pieces(), epochs=5, validation=[samples(5)])
    assert same is history
    assert same == whole
    assert equal(model, other)
    fit(model, optimizer, pieces(), epochs=5, history=history)
    assert len(history) == 5


def test_zero_epochs_change_nothing() -> None:
    """Not even a gradient."""
    model = network()
    assert fit(model, sgd(model), pieces(), epochs=0) == History()
    assert equal(model, network())


def test_after_each_epoch_is_called_with_all_done() -> None:
    """History, scheduler and early stopping already know of the epoch."""
    model = network()
    optimizer, stopping = sgd(model), EarlyStopping(patience=9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    seen = []

    def note(history: History) -> None:
        epochs = (len(history.train_loss), len(history.validation_loss))
        seen.append((*epochs, scheduler.last_epoch, stopping.best_epoch + stopping.waited))

    fit(
        model,
        optimizer,
        pieces(),
        epochs=3,
        validation=[samples(5)],
        scheduler=scheduler,
        stopping=stopping,
        after_epoch=note,
    )
    assert seen == [(n, n, n, n) for n in (1, 2, 3)]


def test_early_stopping_ends_training_and_leaves_the_last_weights() -> None:
    """It ends after its patience, and the best weights are restored on demand."""
    model, stopping = network(), EarlyStopping(patience=2)
    away = [(x, (y + 1) % 3) for x, y in [samples()]]  # the better on one, the worse on the other
    history = fit(
        model, sgd(model, 1.0), [samples()], epochs=50, validation=away, stopping=stopping
    )
    best = min(history.validation_loss)
    assert len(history) == stopping.best_epoch + 2 < 50
    assert history.validation_loss[stopping.best_epoch - 1] == best == stopping.best_loss
    assert mean_loss(model, away) == history.validation_loss[-1] > best
    stopping.restore(model)
    assert mean_loss(model, away) == best
    fit(model, sgd(model), pieces(), epochs=50, validation=away, stopping=stopping, history=history)
    assert len(history) == stopping.best_epoch + 2


def spoilt(bad: float, batch: int) -> list[tuple[Tensor, Tensor]]:
    """Return batches of which one, counted from 1, has a number that is none."""
    batches = [(x.clone(), y) for x, y in pieces()]
    batches[batch - 1][0][0, 0] = bad
    return batches


class Later:
    """Batches that are good in the first epoch."""

    def __init__(self, bad: float) -> None:
        """Keep what will come."""
        self.bad, self.epochs = bad, 0

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        """Serve the next epoch."""
        self.epochs += 1
        return iter(pieces() if self.epochs == 1 else spoilt(self.bad, 3))


@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_loss_that_is_no_number_stops_training(accumulate: int) -> None:
    """The error names epoch and batch; the history holds what was done before."""
    model, history = network(), History()
    with pytest.raises(
        FloatingPointError, match=r"^the loss must be finite, got nan in epoch 2, b"
    ):
        fit(model, sgd(model), Later(torch.nan), epochs=3, history=history, accumulate=accumulate)
    assert len(history) == 1
    assert all(parameter.isfinite().all() for parameter in model.parameters())


@pytest.mark.parametrize("batch", [1, 3])
def test_the_batch_is_named_and_takes_no_step(batch: int) -> None:
    """The batches before it have had theirs."""
    model, other = network(), network()
    with pytest.raises(FloatingPointError, match=f"nan in epoch 1, batch {batch}$"):
        fit(model, sgd(model), spoilt(torch.nan, batch), epochs=1)
    bare(other, sgd(other), pieces()[: batch - 1], 1 if batch > 1 else 0)
    assert equal(model, other)


def test_an_infinite_loss_stops_training() -> None:
    """Infinity is no number to go on with either."""
    model = nn.Linear(1, 1)
    batch = (torch.tensor([[1e30]]), torch.tensor([[0.0]]))
    with pytest.raises(FloatingPointError, match="got inf in epoch 1, batch 1"):
        fit(model, sgd(model), [batch], epochs=1, loss=F.mse_loss)


def test_a_validation_loss_that_is_no_number_stops_training() -> None:
    """It is said which loss it was; the epoch does not count as done."""
    model, history = network(), History()
    bad = [(torch.full((1, 6), torch.nan), torch.tensor([0]))]
    message = "^the validation loss must be finite, got nan in epoch 1$"
    with pytest.raises(FloatingPointError, match=message):
        fit(model, sgd(model), pieces(), epochs=2, validation=bad, history=history)
    assert history == History()


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "epochs": ({"epochs": -1}, ValueError, "epochs must be at least 0, got -1"),
    "whole epochs": ({"epochs": 1.5}, TypeError, "epochs must be a whole number, got 1.5"),
    "accumulate": ({"accumulate": 0}, ValueError, "accumulate must be at least 1, got 0"),
    "whole": ({"accumulate": True}, TypeError, "accumulate must be a whole number, got True"),
    "clip": ({"clip": 0.0}, ValueError, "clip must be above 0, got 0.0"),
    "clip nan": ({"clip": torch.nan}, ValueError, "clip must be above 0, got nan"),
    "no batch": ({"batches": []}, ValueError, "batches must hold at least one sample, got 0"),
    "spent": ({"batches": iter(pieces())}, TypeError, "batches must be something to go through ag"),
    "spent validation": (
        {"validation": iter(pieces())},
        TypeError,
        "validation must be something to go through again",
    ),
    "blind": ({"stopping": EarlyStopping(1)}, ValueError, "validation must be given, since its"),
}


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("options", "error", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_options_are_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Each message says what it must be, and nothing was trained."""
    model = network()
    given_options: dict[str, Any] = {"batches": pieces(), "epochs": 1} | options
    with pytest.raises(error, match=message):
        fit(model, sgd(model), **given_options)
    assert equal(model, network())


def test_a_plateau_needs_a_validation_part() -> None:
    """Its scheduler has nothing else to look at."""
    model = network()
    optimizer = sgd(model)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    with pytest.raises(ValueError, match="validation must be given"):
        fit(model, optimizer, pieces(), epochs=1, scheduler=plateau)


def test_a_measurement_needs_a_sample() -> None:
    """The mean of nothing is no number."""
    with pytest.raises(ValueError, match="must hold at least one sample, got 0"):
        mean_loss(network(), [])


def test_a_model_without_parameters_is_measured_on_the_cpu() -> None:
    """There is no device to ask it for."""
    x = torch.ones(2, 3)
    assert mean_loss(nn.Identity(), [(x, 0 * x)], loss=F.mse_loss) == 1.0


def test_batches_are_moved_to_the_model() -> None:
    """On the device `meta`, which computes nothing, the loss is made where the model is."""
    model, devices = network().to("meta"), []

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        devices.append((outputs.device.type, targets.device.type))
        return torch.ones(()) * outputs.new_zeros((), device="cpu")

    mean_loss(model, [samples()], loss=loss)
    with pytest.raises(RuntimeError):  # no gradient flows through what was computed nowhere
        train_epoch(model, sgd(model), [samples()], loss=loss)
    assert devices == [("meta", "meta")] * 2


PROGRAM = """
import torch
from ptfund.training import History, fit

model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
history = History(train_loss=[1.0])
batch = (torch.ones(2, 1), torch.ones(2, 1))
fit(model, optimizer, [batch], epochs=4, loss=torch.nn.functional.mse_loss, history=history)
"""


def test_a_log_stays_empty() -> None:
    """Without a terminal nothing is written."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_a_terminal_shows_a_bar() -> None:
    """It counts epochs, those done before included, and tells the loss."""
    pty = pytest.importorskip("pty", reason="Windows has terminals of another kind")
    termios = pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        text = b""
        try:
            while chunk := os.read(ours, 4096):
                text += chunk
        except OSError as error:  # what Linux says at the end of a terminal
            assert error.errno == errno.EIO  # noqa: PT017
    os.close(ours)
    assert process.returncode == 0
    shown = text.decode()
    assert "4/4" in shown
    assert "epoch" in shown
    assert "loss=" in shown
