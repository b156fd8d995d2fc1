"""Checks of chapter 6's exercises."""

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - what everyone calls it
from torch.nn.utils import clip_grad_norm_

from ptfund.exercises._accumulating import accumulated_epoch
from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._resuming import snapshot
from ptfund.exercises._stopping import last_epoch
from ptfund.exercises._values import copied, described, same

__all__ = ["accumulated_epoch", "clip_each", "last_epoch", "measured", "snapshot"]

Batches = list[tuple[Tensor, Tensor]]


class _Applied(Answer):
    """An answer that changes its arguments, called so that what it has done is returned."""

    def __init__(self, answer: Answer, apply: Callable[..., Any], said: str) -> None:
        """Take the answer, what calls it, and how that is written before what is wrong."""
        super().__init__(answer.function)
        self.answer, self.apply, self.said = answer, apply, said

    def __call__(self, *arguments: Any) -> Any:
        with self.answer.at_work(f"{self.name}(…)"):
            return self.apply(self.function, *copied(arguments))

    def call(self, *arguments: Any) -> str:
        return self.said.format(*map(described, arguments))


def clip_each(answer: Answer) -> None:
    """Compare with gradients and counts from a loop over the gradients alone."""
    torch.manual_seed(0)
    few = [torch.tensor([3.0, -4.0]), None, torch.tensor([0.3, 0.4]), torch.tensor([0.0, 8.0, 6.0])]
    cases: list[tuple[Any, ...]] = [
        (few, 2.5),
        ([torch.tensor([3.0, 4.0]), torch.tensor([[2.0], [1.0]])], 5.0),  # exactly the limit
        ([torch.tensor(-7.0), torch.zeros(3), torch.randn(4, 5)], 1.5),
        ([None, torch.full((2, 2), 3.0, dtype=torch.float64), torch.ones(1)], 0.5),
    ]

    def lengths(gradients: list[Tensor | None]) -> list[float]:
        return [sum(e**2 for e in g.flatten().tolist()) ** 0.5 for g in gradients if g is not None]

    def clipped(gradients: list[Tensor | None], limit: float) -> list[Tensor | None]:
        each = iter(lengths(gradients))
        return [g if g is None else g * min(1.0, limit / (next(each) or 1)) for g in gradients]

    given = "with the gradients {} and the limit {}"
    compare(
        _Applied(answer, lambda *case: _clip(*case)[0], f"{given}, gradient"),
        clipped,
        cases,
        {message: _changing(change) for message, change in CLIPPING_MISTAKES.items()}
        | {
            "one length is taken of all gradients together: each must have its own": (
                lambda *case: _clip(lambda p, limit: clip_grad_norm_([*p], limit), *case)[0]
            )
        },
    )
    compare(
        _Applied(answer, lambda *case: _clip(*case)[1], f"{given}, it"),
        lambda gradients, limit: sum(length > limit for length in lengths(gradients)),
        cases,
        {
            "the gradients are right, but one of exactly the limit is counted": (
                lambda gradients, limit: sum(length >= limit for length in lengths(gradients))
            ),
            "the gradients are right, but all are counted, and not those that were too long": (
                lambda gradients, _: len(lengths(gradients))
            ),
            "the gradients are right, but none is counted: can `parameters` be walked twice?": (
                lambda *_: 0
            ),
        },
    )


CLIPPING_MISTAKES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "no gradient has changed: does the tensor in `.grad` change, or only a new one? Or are "
    "`parameters` walked through twice?": lambda g, _: g,
    "short gradients become longer: only what is too long may change": (
        lambda g, limit: g * limit / g.norm()
    ),
    "a gradient of length 0 becomes nan: what is divided by its length?": (
        lambda g, limit: g / g.norm() * g.norm().clamp(max=limit)
    ),
    "each element is clipped by itself, which changes the direction: the length of the whole "
    "gradient counts": lambda g, limit: g.clamp(-limit, limit),
    "the length is the root of the sum of the squares, and the root is missing": (
        lambda g, limit: g * (limit / g.square().sum()).clamp(max=1)
    ),
    "the length is the root of the sum of the squares, not the sum of the absolute values": (
        lambda g, limit: g * (limit / g.abs().sum()).clamp(max=1)
    ),
    "what is too long becomes longer: the factor is upside down": (
        lambda g, limit: g * (g.norm() / limit).clamp(min=1)
    ),
    "what is too long is multiplied by the limit: it must have this length afterwards": (
        lambda g, limit: g * limit if g.norm() > limit else g
    ),
    "what is too long has the length 1 afterwards: it must have that of the limit": (
        lambda g, limit: g / g.norm() if g.norm() > limit else g
    ),
}


def _changing(change: Callable[[Tensor, float], Tensor]) -> Callable[..., Any]:
    """Return a function that changes each gradient."""
    return lambda gradients, limit: [g if g is None else change(g, limit) for g in gradients]


def _clip(
    clip: Callable[..., Any], gradients: list[Tensor | None], limit: float
) -> tuple[list[Tensor | None], Any]:
    """Return what a call leaves in `.grad`, and what it returns."""
    shapes = [torch.zeros(2) if gradient is None else gradient for gradient in gradients]
    parameters = [nn.Parameter(torch.ones_like(shape)) for shape in shapes]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    count = clip((parameter for parameter in parameters), limit)
    if any((parameter != 1).any() for parameter in parameters):
        raise WrongAnswer("it changes the parameters, and must change what is in their `.grad`")
    if [parameter.grad is None for parameter in parameters] != [g is None for g in gradients]:
        raise WrongAnswer("no gradient may go, and none may come where there is none")
    return [parameter.grad for parameter in parameters], count


def measured(answer: Answer) -> None:
    """Compare the loss with that of all samples at once, then look at the mode."""
    torch.manual_seed(0)
    cases = []
    for sizes, training in (((4, 4, 2), True), ((1, 6), False), ((3,), True), ((5, 2), False)):
        dtype = torch.float64 if len(sizes) == 1 else torch.float32
        model = nn.Sequential(_Dropping(), nn.Linear(6, 3, dtype=dtype)).train(training)
        batches = [(3 * torch.randn(n, 6, dtype=dtype), torch.randint(3, (n,))) for n in sizes]
        cases.append((model, batches))

    @torch.no_grad()
    def reference(model: nn.Module, batches: Batches) -> float:
        x, y = (torch.cat(part) for part in zip(*batches, strict=True))
        logs = model.eval()(x).log_softmax(dim=1)
        return -float(logs[range(len(y)), y].double().mean())

    def by_batches(model: nn.Module, batches: Batches) -> float:
        return reference(model, batches) * sum(len(y) for _, y in batches) / len(batches)

    def by_samples(model: nn.Module, batches: Batches) -> float:
        means = [reference(model, [batch]) for batch in batches]
        return sum(means) / sum(len(y) for _, y in batches)

    compare(
        _Applied(answer, lambda *case: _measure(*case)[0], "measured(model, batches)"),
        reference,
        cases,
        {_bugs_told(bugs): _with_bugs(*bugs) for bugs in itertools.product((True, False), repeat=3)}
        | {
            "a sum over all samples is divided by the number of batches": by_batches,
            "means of batches are added up, and divided by the number of samples": by_samples,
        },
    )
    compare(
        _Applied(answer, lambda *case: _measure(*case)[1], "whether its layers train afterwards:"),
        lambda model, _: [model.training],
        cases,
        {
            "the loss is right, but the model is left in eval mode: when is its mode read, and "
            "is it put back?": lambda *_: [False],
            "the loss is right, but the model is left in train mode, even if it came in eval": (
                lambda *_: [True]
            ),
            "the loss is right, but `model.training = …` sets the mode of the model alone: its "
            "layers stay in eval": lambda model, _: [False, True][: 1 + model.training],
        },
    )


class _Dropping(nn.Module):
    """Dropout that needs no luck: in train mode it drops the first half."""

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            raise WrongAnswer("it builds a graph, and is only to measure")
        return x * torch.tensor([0, 0, 0, 2, 2, 2]) if self.training else x


def _bugs_told(bugs: tuple[bool, ...]) -> str:
    """Return what to say about those of the three bugs that are left."""
    names = (
        "`cross_entropy` takes logits, and is given probabilities",
        "a small batch counts as much as a large one",
        "dropout is at work while it measures",
    )
    left = [name for name, there in zip(names, bugs, strict=True) if there]
    if len(left) == len(names):
        return "all three bugs are there: compare it with `mean_loss`, line by line"
    return f"{'one bug is' if len(left) == 1 else 'two bugs are'} left: {', and '.join(left)}"


def _with_bugs(softmax: bool, means: bool, drops: bool) -> Callable[..., float]:  # noqa: FBT001 - switches
    @torch.no_grad()
    def measure(model: nn.Module, batches: Batches) -> float:
        model.train(model.training and drops)
        logits = [model(x) for x, _ in batches]
        given = [each.softmax(dim=1) if softmax else each for each in logits]
        losses = [F.cross_entropy(z, y).item() for z, (_, y) in zip(given, batches, strict=True)]
        weights = [1 if means else len(y) for _, y in batches]
        return sum(w * loss for w, loss in zip(weights, losses, strict=True)) / sum(weights)

    return measure


def _measure(
    measure: Callable[..., Any], model: nn.Module, batches: Batches
) -> tuple[Any, list[bool]]:
    """Return what a call returns, and in which modes the layers are afterwards."""
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)

    def changeable() -> list[Any]:
        return [batches, [(parameter, parameter.grad) for parameter in model.parameters()]]

    before = copied(changeable())
    loss = measure(model, batches)
    if not same(before, changeable(), 0.0):
        raise WrongAnswer("it changes the weights, their gradients or the batches")
    return loss, sorted({module.training for module in model.modules()})
