"""A loop to compare with, models and batches."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - what everyone calls it

from ptfund import optim
from ptfund.models import seeded

Optimizer = torch.optim.Optimizer | optim.Optimizer


def samples(count: int = 10, *, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Return so many samples of 6 features, in 3 classes."""
    generator = torch.Generator().manual_seed(count)
    x = torch.randn(count, 6, generator=generator, dtype=dtype)
    return x, torch.randint(3, (count,), generator=generator)


def pieces(size: int = 4, count: int = 10) -> list[tuple[Tensor, ...]]:
    """Return batches of a size, the last one smaller."""
    return list(zip(*(part.split(size) for part in samples(count)), strict=True))


def network(*, dropout: float = 0.0, seed: int = 0) -> nn.Sequential:
    """Return a small network; the same seed gives the same weights."""
    with seeded(seed):
        first, last = nn.Linear(6, 5), nn.Linear(5, 3)
    return nn.Sequential(first, nn.Tanh(), nn.Dropout(dropout), last)


def bare(
    model: nn.Module,
    optimizer: Optimizer,
    batches: Iterable[Sequence[Tensor]],
    epochs: int,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None,
) -> list[float]:
    """Train as the five lines do; return the mean loss of the samples in each epoch."""
    means = []
    for _ in range(epochs):
        losses: list[float] = []
        for x, y in batches:
            logits = model(x)
            loss = F.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses += [loss.item()] * len(y)
        if scheduler is not None:
            scheduler.step()
        means.append(sum(losses) / len(losses))
    return means


def equal(one: nn.Module, other: nn.Module) -> bool:
    """Return whether two models have the same states, to the last bit."""
    states = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(key == name and torch.equal(a, b) for (key, a), (name, b) in states)


def copies(model: nn.Module) -> list[Tensor]:
    """Return the parameters as they are now."""
    return [parameter.detach().clone() for parameter in model.parameters()]


Make = Callable[[Iterable[Tensor]], Optimizer]
PYTORCHS: dict[str, Callable[[Iterable[Tensor]], torch.optim.Optimizer]] = {
    "SGD": lambda params: torch.optim.SGD(params, lr=0.1, momentum=0.9),
    "Adam": lambda params: torch.optim.Adam(params, lr=0.01),
    "AdamW": lambda params: torch.optim.AdamW(params, lr=0.01, weight_decay=0.1),
}
OPTIMIZERS: dict[str, Make] = {
    **PYTORCHS,
    "our SGD": lambda params: optim.SGD(params, lr=0.1, momentum=0.9),
    "our Adam": lambda params: optim.Adam(params, lr=0.01),
    "our AdamW": lambda params: optim.AdamW(params, lr=0.01, weight_decay=0.1),
}
