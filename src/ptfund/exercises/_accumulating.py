"""The check of `accumulated_epoch`: it watches an epoch, and tells which gradient a step finds."""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - what everyone calls it

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._values import copied, same

__all__ = ["accumulated_epoch"]

Batches = list[tuple[Tensor, Tensor]]


class _Watched(nn.Module):
    """A linear layer that notes how it is trained."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 4, dtype=dtype)
        self.events: list[int | str] = []  # the size of each batch, "backward", "step"
        self.gradients: list[Tensor] = []  # what each step has found

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            raise WrongAnswer("the model is in eval mode while it is trained")
        self.events.append(len(x))
        logits: Tensor = self.layer(x)
        if logits.requires_grad:
            logits.register_hook(lambda _: self.events.append("backward"))
        return logits

    def before_step(self, *_: Any) -> None:
        """Note what a step finds."""
        self.events.append("step")
        self.gradients.append(_flat_gradient(self))


def accumulated_epoch(answer: Answer) -> None:
    """Watch when a step comes, and which gradient it finds."""
    _watch(answer, [4, 4, 2], 3)
    _watch(answer, [3, 5, 2, 1, 4], 2)
    _watch(answer, [2, 3], 1, left=0.5, dtype=torch.float64)
    _watch(answer, [1, 4], 5, left=0.5)


def _watch(
    answer: Answer,
    sizes: list[int],
    accumulate: int,
    left: float = 0.0,  # in `.grad`, from before
    dtype: torch.dtype = torch.float32,
) -> None:
    torch.manual_seed(len(sizes))
    batches = [(torch.randn(n, 3, dtype=dtype), torch.randint(4, (n,))) for n in sizes]
    model = _Watched(dtype)
    twin = copy.deepcopy(model.layer)
    optimizer, twins = (torch.optim.SGD(m.parameters(), 0.5, 0.9) for m in (model, twin))
    optimizer.register_step_pre_hook(model.before_step)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, left) if left else None
    given = copied(batches)
    with answer.at_work(f"accumulated_epoch(model, optimizer, batches, {accumulate})"):
        answer.function(model, optimizer, given, accumulate)
    if not same(batches, given, 0.0):
        raise WrongAnswer("it changes `batches`, which belong to the caller")
    _check_order(model.events, sizes, accumulate)
    before, when = torch.full_like(model.gradients[0], left), "before the epoch"
    for number, found in enumerate(model.gradients):
        group = batches[number * accumulate :][:accumulate]
        means = [_gradient(twin, [batch]) for batch in group]
        whole = _gradient(twin, group)
        if not _close(found, whole):
            raise WrongAnswer(_gradient_told(found, whole, means, before, when))
        twins.step()
        before, when = whole, "by the group before"
    if not same(list(twin.parameters()), list(model.parameters()), 1e-4):
        raise WrongAnswer("the weights change otherwise than by the steps of the optimizer")


def _check_order(events: list[int | str], sizes: list[int], accumulate: int) -> None:
    """Check what the model is given, and when a step comes."""
    count = len(sizes)
    starts = range(0, count, accumulate)
    due = [min(start + accumulate, count) for start in starts]
    seen = [event for event in events if isinstance(event, int)]
    steps = [place for place, event in enumerate(events) if event == "step"]
    taken = [sum(isinstance(event, int) for event in events[:place]) for place in steps]
    right: list[int | str] = []
    for number, size in enumerate(sizes, 1):
        right += [size, "backward", *["step"] * (number in due)]
    if not taken:
        wrong = "`optimizer.step` is never called"
    elif seen != sizes and seen == [sum(sizes[start:][:accumulate]) for start in starts]:
        wrong = (
            "the model is given all samples of a group at once, which needs the memory of the "
            "large batch: give it one batch at a time"
        )
    elif taken == due[:-1] and count % accumulate:
        wrong = "the last group has fewer batches, and there is no step for it"
    elif seen != sizes:
        wrong = f"the model must be given each batch once, of {sizes} samples, got {seen}"
    elif taken != due and taken == list(range(1, count + 1)):
        wrong = "there is a step after each batch: it must wait for its group"
    elif taken != due:
        wrong = (
            f"of {count} batches, with accumulate={accumulate}, steps must come after those with "
            f"the numbers {due}, got {taken}"
        )
    elif events != right:
        wrong = (
            "`backward` must be called once for each batch, before the model is given the next: "
            "otherwise the graphs of a whole group are in memory"
        )
    else:
        return
    raise WrongAnswer(wrong)


def _flat_gradient(model: nn.Module) -> Tensor:
    found = [p * 0 if p.grad is None else p.grad for p in model.parameters()]
    return torch.cat([gradient.detach().flatten() for gradient in found])


def _gradient(model: nn.Module, batches: Batches) -> Tensor:
    """Return the gradient of all samples of the batches, and leave it in the model."""
    x, y = (torch.cat(part) for part in zip(*batches, strict=True))
    model.zero_grad()
    F.cross_entropy(model(x), y).backward()
    return _flat_gradient(model)


def _close(one: Tensor, other: Tensor) -> bool:
    return bool((one - other).norm() <= 1e-4 * other.norm())


def _gradient_told(
    found: Tensor, whole: Tensor, means: list[Tensor], before: Tensor, when: str
) -> str:
    """Return what is wrong with the gradient that a step has found."""
    added = torch.stack(means).sum(dim=0)
    direction = found / found.norm()
    factor = found.norm() / whole.norm()
    told = {
        "a step finds no gradient: what clears it between `backward` and `step`?": (
            not found.any()
        ),
        "the losses of a group are added up undivided, so that its step is too long": (
            _close(found, added)
        ),
        "each batch of a group counts the same, as in a mean of batch means: a smaller one must "
        "count less": _close(found, added / len(means)),
        "only the last batch of a group counts: what clears the gradients of the others?": (
            len(means) > 1 and _close(direction, means[-1] / means[-1].norm())
        ),
        f"what was left in `.grad` {when} counts, too: clear it before the first `backward`": (
            _close(found, whole + before)
        ),
        f"the gradient of a step is {factor:.3g} times that of its group in one batch: by what is "
        "each loss divided?": _close(direction, whole / whole.norm()),
        "the gradient of a step is not that of its group in one batch": True,
    }
    return next(message for message, holds in told.items() if holds)
