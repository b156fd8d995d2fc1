"""One epoch, one measurement, all epochs: the loop that chapter 6 writes by hand."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - what everyone calls it
from torch.nn.utils import clip_grad_norm_
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from tqdm import tqdm

from ptfund import optim
from ptfund._guards import check_whole, must, must_be
from ptfund.training._progress import EarlyStopping, History

__all__ = ["fit", "mean_loss", "train_epoch"]


def train_epoch(  # noqa: PLR0913 - each is one decision about training
    model: nn.Module,
    optimizer: torch.optim.Optimizer | optim.Optimizer,
    batches: Iterable[Sequence[Tensor]],
    *,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    accumulate: int = 1,
    clip: float | None = None,
    epoch: int = 1,
) -> float:
    """Take a step for each batch; return the mean loss of the samples.

    Each sample counts with the loss that it had when its batch was met, before the step.

    Args:
        model: What is trained, in train mode; batches are moved to its parameters' device.
        optimizer: Holds the model's parameters. Its step must need no closure, so that
            `torch.optim.LBFGS` is left out.
        batches: Pairs of inputs and targets with samples along dimension 0.
        loss: Takes outputs and targets, and returns the mean over the samples.
        accumulate: How many batches give one step. The step is that of one batch of all
            their samples, up to rounding, where a sample's output does not depend on the
            others.
        clip: The largest length of the gradient of all parameters; None for any length.
        epoch: Which epoch it is, counted from 1, for errors to name.

    Returns:
        The mean over the samples, in the unit of the loss.

    Raises:
        FloatingPointError: If a loss is NaN or infinite. The batches before it have had their
            steps, its own has not. Batches are counted from 1.
        TypeError: If `accumulate` is not a whole number.
        ValueError: If there is no sample, `accumulate` is less than 1, or `clip` not above 0.

    Examples:
        >>> model = nn.Linear(1, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> x, y = torch.ones(4, 1), torch.zeros(4, 1)
        >>> first = train_epoch(model, optimizer, [(x, y)], loss=F.mse_loss)
        >>> train_epoch(model, optimizer, [(x, y)], loss=F.mse_loss) < first
        True
    """
    _check_step(accumulate, clip)
    device = _device(model)
    model.train()
    total, samples, batch = 0.0, 0, 0
    for group in _groups(batches, accumulate):
        size = sum(len(x) for x, _ in group)
        optimizer.zero_grad()
        for x, y in group:
            batch += 1
            batch_loss = loss(model(x.to(device)), y.to(device))
            value = batch_loss.item()
            _check_finite("loss", value, f"epoch {epoch}, batch {batch}")
            if len(group) > 1:
                batch_loss = batch_loss * (len(x) / size)
            batch_loss.backward()
            total += value * len(x)
        samples += size
        if clip is not None:
            clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
    return _mean(total, samples)


def mean_loss(
    model: nn.Module,
    batches: Iterable[Sequence[Tensor]],
    *,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
) -> float:
    """Return the mean loss of the samples, in eval mode and without gradients.

    Args:
        model: What is measured; its mode is afterwards what it was.
        batches: Pairs of inputs and targets with samples along dimension 0.
        loss: Takes outputs and targets, and returns the mean over the samples.

    Returns:
        The mean over all samples, whatever the sizes of the batches.

    Raises:
        ValueError: If there is no sample.

    Examples:
        >>> x, y = torch.zeros(3, 1), torch.tensor([[1.0], [1.0], [4.0]])
        >>> mean_loss(nn.Identity(), [(x[:2], y[:2]), (x[2:], y[2:])], loss=F.mse_loss)
        6.0
    """
    device = _device(model)
    mode = model.training
    model.eval()
    total, samples = 0.0, 0
    try:
        with torch.no_grad():
            for x, y in batches:
                total += loss(model(x.to(device)), y.to(device)).item() * len(x)
                samples += len(x)
    finally:
        model.train(mode)
    return _mean(total, samples)


def fit(  # noqa: PLR0913 - each is one decision about training
    model: nn.Module,
    optimizer: torch.optim.Optimizer | optim.Optimizer,
    batches: Iterable[Sequence[Tensor]],
    *,
    epochs: int,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    accumulate: int = 1,
    clip: float | None = None,
    validation: Iterable[Sequence[Tensor]] | None = None,
    scheduler: LRScheduler | None = None,
    stopping: EarlyStopping | None = None,
    history: History | None = None,
    after_epoch: Callable[[History], None] | None = None,
) -> History:
    """Train a model for a number of epochs; return the losses of each.

    On a terminal a bar shows the progress; in a log, in Jupyter and on a page nothing does.

    Args:
        model: What is trained, on whatever device its parameters are.
        optimizer: Holds the model's parameters; see [`train_epoch`][ptfund.training.train_epoch].
        batches: Pairs of inputs and targets, anew in each epoch, such as a `DataLoader`.
        epochs: After how many epochs training ends, those in `history` included.
        loss: Takes outputs and targets, and returns the mean over the samples.
        accumulate: How many batches give one step.
        clip: The largest length of the gradient; None for any length.
        validation: Pairs that are not trained on, measured after each epoch.
        scheduler: Takes its step after each epoch; `ReduceLROnPlateau` is told the
            validation loss.
        stopping: Is told the validation loss of each epoch, and ends training when it is
            finished. The weights stay those of the last epoch: see its `restore`.
        history: Epochs that are already done, as `resume` gives them back; new ones are added.
        after_epoch: Called after each epoch, for example to save.

    Returns:
        `history`, or a new one.

    Raises:
        FloatingPointError: If a loss is NaN or infinite; it names epoch and batch, both
            counted from 1.
        TypeError: If `epochs` or `accumulate` is not a whole number, or `batches` or
            `validation` can be gone through only once.
        ValueError: If an option is out of its range, there is no sample, or a validation
            part is needed and missing.

    Examples:
        >>> x = torch.linspace(-1, 1, 20)[:, None]
        >>> model = nn.Linear(1, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> history = fit(model, optimizer, [(x, 3 * x + 1)], epochs=100, loss=F.mse_loss)
        >>> round(model.weight.item(), 2), round(model.bias.item(), 2)
        (3.0, 1.0)
    """
    _check_fit(epochs, batches, validation, scheduler, stopping)
    history = History() if history is None else history
    with tqdm(total=epochs, initial=len(history), unit="epoch", disable=None) as progress:
        while len(history) < epochs and not (stopping is not None and stopping.finished):
            epoch = len(history) + 1
            train_loss = train_epoch(
                model, optimizer, batches, loss=loss, accumulate=accumulate, clip=clip, epoch=epoch
            )
            if validation is not None:
                validation_loss = mean_loss(model, validation, loss=loss)
                _check_finite("validation loss", validation_loss, f"epoch {epoch}")
                history.validation_loss.append(validation_loss)
            history.train_loss.append(train_loss)
            if isinstance(scheduler, ReduceLROnPlateau):
                scheduler.step(validation_loss)
            elif scheduler is not None:
                scheduler.step()
            if stopping is not None:
                stopping.update(validation_loss, model)
            if after_epoch is not None:
                after_epoch(history)
            progress.set_postfix(loss=train_loss)
            progress.update()
    return history


def _groups(batches: Iterable[Sequence[Tensor]], size: int) -> Iterator[list[Sequence[Tensor]]]:
    """Yield so many batches at a time, and at the end what is left."""
    remaining = iter(batches)
    while group := list(islice(remaining, size)):
        yield group


def _device(model: nn.Module) -> torch.device:
    """Return where the parameters are; the CPU if there are none."""
    parameter = next(model.parameters(), None)
    return torch.device("cpu") if parameter is None else parameter.device


def _mean(total: float, samples: int) -> float:
    if not samples:
        raise must("batches", "hold at least one sample", samples)
    return total / samples


def _check_finite(name: str, value: float, where: str) -> None:
    if not math.isfinite(value):
        raise FloatingPointError(f"the {name} must be finite, got {value} in {where}")


def _check_step(accumulate: int, clip: float | None) -> None:
    check_whole("accumulate", accumulate, least=1)
    if clip is not None and not clip > 0:
        raise must("clip", "be above 0", clip)


def _check_fit(
    epochs: int,
    batches: Iterable[Sequence[Tensor]],
    validation: Iterable[Sequence[Tensor]] | None,
    scheduler: LRScheduler | None,
    stopping: EarlyStopping | None,
) -> None:
    check_whole("epochs", epochs, least=0)
    for name, pairs in (("batches", batches), ("validation", validation)):
        if isinstance(pairs, Iterator):
            raise must_be(name, "something to go through again, such as a list", type(pairs))
    looks = isinstance(scheduler, ReduceLROnPlateau) or stopping is not None
    if looks and validation is None:
        raise must("validation", "be given, since its loss decides what is done", validation)
