"""Measure what `fit` costs beside the bare loop of chapter 6.

    python -m tests.bench.training [ROUNDS]

Both train the model of the book on the digits, in turns and on one thread, ten epochs each time.
It prints a table in Markdown: the median processor time of a step over ROUNDS turns (20 unless
told), and the median of the ratios of neighbouring turns. With the chapter's loader that should
be at most 1.05; with ready batches, where a step does next to nothing else, it is a bit more.
"""

import statistics
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - what everyone calls it
from torch.utils.data import DataLoader, TensorDataset

from ptfund.data import split_digits
from ptfund.models import MLP, seeded
from ptfund.training import fit

EPOCHS = 10
Batches = list[tuple[Tensor, Tensor]] | DataLoader[tuple[Tensor, ...]]


def bare(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Batches) -> float:
    """Train as chapter 6 does; return the mean loss of the last epoch."""
    for _ in range(EPOCHS):
        total, samples = 0.0, 0
        for x, y in batches:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
            samples += len(y)
    return total / samples


def fitted(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Batches) -> float:
    """Train with `fit`; return the mean loss of the last epoch."""
    return fit(model, optimizer, batches, epochs=EPOCHS).train_loss[-1]


def seconds(train: Callable[..., float], batches: Batches) -> float:
    """Return how long a step takes, beginning with the same weights each time."""
    with seeded(0):
        model = MLP()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    start = time.process_time()
    train(model, optimizer, batches)
    return (time.process_time() - start) / (EPOCHS * len(batches))


def compare(what: str, batches: Batches, rounds: int) -> None:
    """Take turns, and print what was measured."""
    ways: dict[str, Callable[..., float]] = {"the bare loop": bare, "`fit`": fitted}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        # Who goes first changes, so that neither always finds the caches warm.
        for name in list(ways)[:: 1 if turn % 2 else -1]:
            took = seconds(ways[name], batches)
            if turn > 0:  # the first one warms up
                times[name].append(took)
    for name, taken in times.items():
        median = 1e6 * statistics.median(taken)
        print(f"| {what}: a step of {name}, median of {rounds} | {median:.0f} µs |")
    ratios = [ours / theirs for theirs, ours in zip(*times.values(), strict=True)]
    print(f"| {what}: `fit` against the bare loop | {statistics.median(ratios):.3f} |")


def main(rounds: int) -> None:
    """Compare with the loader of the chapter, and with batches that are ready."""
    torch.set_num_threads(1)
    x, y = split_digits(torch.Generator().manual_seed(0)).train
    generator = torch.Generator().manual_seed(0)
    print("| what | measured |\n|---|---|")
    loader = DataLoader(TensorDataset(x, y), batch_size=64, shuffle=True, generator=generator)
    compare("loader", loader, rounds)
    compare("ready", list(zip(x.split(64), y.split(64), strict=True)), rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
