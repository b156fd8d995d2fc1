"""The check of `snapshot` and `restore`: it goes on from one snapshot several times."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - what everyone calls it

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._values import copied, difference, same

__all__ = ["snapshot"]

Training = tuple[nn.Module, torch.optim.Optimizer, torch.Generator]


def snapshot(answer: Answer, restore: Answer) -> None:
    """Go on from one snapshot twice: in new objects, then in those that it is of."""
    taking, putting = "snapshot(model, optimizer, generator)", "restore(saved, model, …)"
    old = _begin(0)
    _train(*old)
    begun = _states(*old)
    with answer.at_work(taking):
        saved = answer.function(*old)
        seen = _states(*old)
    if not isinstance(saved, dict):
        raise WrongAnswer(f"{taking} {difference({}, saved)}")
    if not same(begun, seen, 0.0):
        raise WrongAnswer("a snapshot changes what it is of, and must only look at it")
    with answer.at_work(f"{taking}, then training on"):
        _train(*old)
        ended = _states(*old)
        answer.function(*old)  # a later one, which must not replace the first
    for again, objects in enumerate((_begin(1), old)):
        there = _states(*objects)
        with restore.at_work(putting):
            restore.function(saved, *objects)
            found = _states(*objects)
        for name, (missing, shared) in STATES.items():
            if same(begun[name], found[name], 0.0):
                continue
            if same(ended[name], found[name], 0.0):
                raise WrongAnswer(ONCE if again else shared)
            unchanged = same(there[name], found[name], 0.0)
            raise WrongAnswer(missing if unchanged else f"{name} are not those of the snapshot")
        with restore.at_work(f"{putting}, then training on"):
            _train(*objects)
            found = _states(*objects)
        if not same(ended, found, 1e-6):
            raise WrongAnswer(
                "all states are put back, but training goes on otherwise: is the model in train "
                "mode, and does the optimizer still hold its parameters?"
            )


ONCE = "`saved` serves only once: what is put back is in `saved` itself, and training changes it"
STATES = {
    "the weights": (
        "the weights are not put back",
        "the weights in `saved` train on: does `state_dict` copy?",
    ),
    "the buffers": (
        "the weights are right, but the model has buffers, too, and these are not put back",
        "the buffers in `saved` change as training goes on: do they have to be copied, too?",
    ),
    "the velocities": (
        "the velocities in the optimizer are not put back: it goes on from a standstill",
        "the velocities in `saved` change as training goes on: does `state_dict` copy them?",
    ),
    "the next batches": (
        "the loader's generator is not put back: the batches come in another order",
        "the loader's generator is in `saved` itself, and draws on: what gives its state?",
    ),
    "the units that dropout drops": (
        "the generator that dropout draws from is not put back: it is PyTorch's global one",
        "the state of the global generator is not that of the snapshot: when is it read?",
    ),
}


def _begin(seed: int) -> Training:
    """Return a model with dropout and buffers, its optimizer, and a loader's generator."""
    torch.manual_seed(seed)
    layers = nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 3)
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return model, optimizer, torch.Generator().manual_seed(seed)


def _train(model: nn.Module, optimizer: torch.optim.Optimizer, generator: torch.Generator) -> None:
    x, y = torch.linspace(-1, 1, 48).view(12, 4).sin(), torch.arange(12) % 3
    for rows in torch.randperm(12, generator=generator).split(4):
        loss = F.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def _states(
    model: nn.Module, optimizer: torch.optim.Optimizer, generator: torch.Generator
) -> dict[str, Any]:
    """Return copies of all that training changes, by the names in `STATES`."""
    held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    velocities = [optimizer.state.get(parameter, {}).get("momentum_buffer") for parameter in held]
    drawn = [generator.get_state(), torch.get_rng_state()]
    states = [list(model.parameters()), list(model.buffers()), velocities, *drawn]
    return dict(zip(STATES, map(copied, states), strict=True))
