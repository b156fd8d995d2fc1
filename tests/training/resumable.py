"""A run with everything that has a state; as a program it trains, saves, and can be killed.

    python -m tests.training.resumable FILE EPOCHS [batch|save]

It goes on from FILE if that is there, and saves after each epoch. With a further word it stops
for ever in the middle of epoch 3, or while that epoch is being saved, and says `waiting`.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ptfund.training import EarlyStopping, History, fit, resume, save
from tests.training.loops import PYTORCHS, network, samples


class Shuffled:
    """Batches of 7 out of 40 samples, in a new order in each epoch."""

    def __init__(self, generator: torch.Generator) -> None:
        """Keep where the orders come from."""
        self.generator = generator

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Serve an epoch."""
        x, y = samples(40)
        for rows in torch.randperm(40, generator=self.generator).split(7):
            yield x[rows], y[rows]


class Run:
    """A model with dropout, an optimizer, a schedule, early stopping, and a loader's generator."""

    def __init__(
        self, make: Callable[[Iterable[Tensor]], torch.optim.Optimizer], seed: int = 0
    ) -> None:
        """Make all parts; nothing is trained."""
        self.model = network(dropout=0.5, seed=seed)
        self.optimizer = make(self.model.parameters())
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, T_max=9)
        self.history, self.stopping = History(), EarlyStopping(patience=50)
        self.generator = torch.Generator().manual_seed(seed)
        self.parts: dict[str, Any] = {
            "model": self.model,
            "optimizer": self.optimizer,
            "history": self.history,
            "stopping": self.stopping,
            "generator": self.generator,
            "scheduler": self.scheduler,
        }

    def train(self, epochs: int, *, goes_on: bool = False, **options: Any) -> None:
        """Train until so many epochs are done; dropout draws from seed 0 at first."""
        if not goes_on and not self.history.train_loss:
            torch.manual_seed(0)
        options = {"batches": Shuffled(self.generator)} | options
        fit(
            self.model,
            self.optimizer,
            epochs=epochs,
            validation=[samples(11)],
            scheduler=self.scheduler,
            stopping=self.stopping,
            history=self.history,
            **options,
        )


def wait_to_be_killed() -> None:
    """Say so, and do nothing more."""
    sys.stdout.write("waiting\n")
    sys.stdout.flush()
    threading.Event().wait()


class Stuck(Shuffled):
    """Batches of which, in one epoch, the third never comes."""

    def __init__(self, run: Run, epoch: int) -> None:
        """Keep the run, to know its epoch."""
        super().__init__(run.generator)
        self.run, self.epoch = run, epoch

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Serve an epoch, perhaps not to its end."""
        for number, batch in enumerate(super().__iter__()):
            if (len(self.run.history) + 1, number) == (self.epoch, 2):
                wait_to_be_killed()
            yield batch


def main(file: Path, epochs: int, where: str) -> None:
    """Train, from the file on if there is one."""
    run = Run(PYTORCHS["SGD"])
    torch.manual_seed(0)
    if file.exists():
        resume(file, **run.parts)

    def keep(history: History) -> None:
        if where == "save" and len(history) == 3:
            # Written, but not yet in its place.
            setattr(os, "fsync", lambda _: wait_to_be_killed())  # noqa: B010 - mypy allows no other
        save(file, **run.parts)

    batches = Stuck(run, 3 if where == "batch" else 0)
    run.train(epochs, goes_on=True, batches=batches, after_epoch=keep)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), (sys.argv[3:] or [""])[0])
