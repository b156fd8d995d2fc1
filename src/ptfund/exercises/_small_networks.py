"""Networks of a few numbers for the checks of chapter 9: parameters, gradients, trainings."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from ptfund._guards import must
from ptfund.exercises._values import copied

__all__ = [
    "Batches",
    "Loss",
    "by_optimizer",
    "claim",
    "ends_in_both_dtypes",
    "gradients",
    "network",
    "normal",
    "slopes_of",
    "stepped",
    "where_float32_stands_still",
]

Batches = list[tuple[Tensor, Tensor]]
Loss = Callable[..., Tensor]
Rule = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def normal(seed: int, *shapes: tuple[int, ...]) -> list[Tensor]:
    """Return normally distributed numbers in each shape."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator) for shape in shapes]


def network(seed: int, features: int, units: int, classes: int) -> list[Tensor]:
    """Return weights and biases of a network with one hidden layer."""
    return normal(seed, (units, features), (units,), (classes, units), (classes,))


def slopes_of(loss: Loss, parameters: list[Tensor]) -> list[Tensor]:
    """Return autograd's gradients of a loss that is a function of the parameters."""
    tracked = [w.detach().clone().requires_grad_() for w in parameters]
    with torch.enable_grad():
        return list(torch.autograd.grad(loss(*tracked), tracked))


def gradients(x: Tensor, one_hot: Tensor, *parameters: Tensor) -> list[Tensor]:
    """Return the slopes of the cross-entropy of a network with ReLU and ten classes."""
    if one_hot.shape != (len(x), 10):
        raise must("one_hot", f"have the shape {(len(x), 10)}", tuple(one_hot.shape))

    def loss(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
        return cross_entropy((x @ w1.T + b1).relu() @ w2.T + b2, one_hot.argmax(dim=1))

    return slopes_of(loss, list(parameters))


def by_optimizer(start: list[Tensor], batches: Batches, momentum: float) -> list[list[Tensor]]:
    """Return the parameters after each step of PyTorch's optimizer."""
    parameters: list[Tensor] = copied(start)
    optimizer, found = torch.optim.SGD(parameters, lr=0.1, momentum=momentum), []
    for x, labels in batches:
        slopes = gradients(x, one_hot(labels, 10), *parameters)
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.grad = slope
        optimizer.step()
        found.append(copied(parameters))
    return found


def stepped(
    start: list[Tensor], batches: Batches, rule: Rule, lr: float = 0.1
) -> list[list[Tensor]]:
    """Return the start, and the parameters after each step of a rule.

    The rule makes of velocity and slope the next velocity, and what the rate is multiplied with.
    """
    found, velocities = [start], [torch.zeros_like(w) for w in start]
    for x, labels in batches:
        slopes = gradients(x, one_hot(labels, 10), *found[-1])
        pairs = [rule(*both) for both in zip(velocities, slopes, strict=True)]
        velocities = [velocity for velocity, _ in pairs]
        found.append([w - lr * move for w, (_, move) in zip(found[-1], pairs, strict=True)])
    return found


def ends_in_both_dtypes(
    start: list[Tensor], batches: Batches, lr: float, rule: Rule = lambda v, g: (v, g)
) -> list[tuple[Tensor, Tensor]]:
    """Return each parameter after the last step, as float32 and float64 have it."""
    ends = []
    for dtype in (torch.float32, torch.float64):
        converted = [(x.to(dtype), labels) for x, labels in batches]
        ends.append(stepped([w.to(dtype) for w in start], converted, rule, lr)[-1])
    return list(zip(*ends, strict=True))


def where_float32_stands_still() -> list[tuple[list[Tensor], Batches, float]]:
    """Return starts, batches and rates whose gap depends neither on the order of sums nor on luck.

    The last biases are so large that float32 loses each step of theirs, and the scores that are
    added to them; float64 keeps both.
    """
    cases = []
    for seed, parts, lr, extra, ink in (
        (1, [[3, 3, 3, 1], [3, 3]], 0.3, 0, 0.2),  # the bias of class 3 goes furthest, and up
        (2, [[2, 7, 1], [0, 0, 0, 0]], 1.1, 4, 0.2),  # that of class 0, too probable, and down
        (3, [list(range(10))], 0.3, 0, 20.0),  # a weight, where float32 has lost the scores
    ):
        w1, b1, w2, _ = network(seed, 5, 4, 10)
        b2 = 2e7 + extra * one_hot(torch.tensor(0), 10).float()
        images = normal(seed, *((len(part), 5) for part in parts))
        labels = [torch.tensor(part) for part in parts]
        batches = [(ink * x, part) for x, part in zip(images, labels, strict=True)]
        cases.append(([0.3 * w1, 0.3 * b1, 0.1 * w2 / max(1.0, ink / 4), b2], batches, lr))
    return cases


SLIPS: dict[str, Callable[[Tensor], Tensor]] = {
    "reversed": lambda slope: -slope,
    "doubled": lambda slope: 2 * slope,
    "missing": lambda slope: 0 * slope,
    "near": lambda slope: slope + 0.0005 * slope.norm() * (slope.abs() == slope.abs().min()),
    "spiked": lambda slope: slope + 0.002 * slope.norm() * (slope.abs() == slope.abs().min()),
    "further": lambda slope: slope + 0.002 * slope.norm() / slope.numel() ** 0.5,
    "nudged": lambda slope: slope + 0.01,
    "nan": lambda slope: slope.index_fill(0, torch.tensor(0), torch.nan),
    "inf": lambda slope: slope.index_fill(0, torch.tensor(0), torch.inf),
    "row": lambda slope: slope[None],
    "transposed": lambda slope: slope.T,
    "narrow": lambda slope: slope[:, :1],
}
"""What is done to a gradient; only what is near stays right."""


def claim(
    dtype: torch.dtype, size: float, slips: dict[int, str]
) -> tuple[tuple[list[Tensor], Loss, list[Tensor]], list[int]]:
    """Return what is claimed, a loss of this size, and parameters; and what is wrong."""
    x, last = (tensor.to(dtype) for tensor in (*normal(4, (6, 4)), torch.zeros(2, 3)))
    parameters = [*(w.to(dtype) for w in network(5, 4, 4, 3)), last]

    def loss(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, last: Tensor) -> Tensor:
        scores = (x @ w1.T + b1).tanh() @ w2.T + b2
        return size * (cross_entropy(scores, torch.arange(6) % 3) + last.square().sum())

    slopes = slopes_of(loss, parameters)
    claimed = [SLIPS[slips[n]](s) if n in slips else s for n, s in enumerate(slopes)]
    return (claimed, loss, parameters), sorted(n for n in slips if slips[n] != "near")
