"""The check of `train_with_momentum`: it compares each step with PyTorch's optimizer."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from ptfund.exercises import _small_networks as small
from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import name_mistake
from ptfund.exercises._values import copied, difference, same

__all__ = ["train_with_momentum"]


def train_with_momentum(answer: Answer) -> None:
    """Compare with `torch.optim.SGD`."""
    sizes = (3, 5, 2, 4)
    labels = [(7 * torch.arange(n) + n) % 10 for n in sizes]
    batches = list(zip(small.normal(1, *((n, 6) for n in sizes)), labels, strict=True))
    cases = [
        (small.network(2, 6, 4, 10), batches, 0.5),
        (small.network(3, 6, 5, 10), batches[:3], 0.9),
    ]
    outcomes = [_yielded(answer, *case) for case in cases]
    expected = [small.by_optimizer(*case) for case in cases]
    if same(expected, outcomes):
        return

    def steps(
        velocity: Callable[..., Any],
        move: Callable[..., Any] = lambda _m, _old, _g, new: new,
    ) -> Callable[..., list[list[Tensor]]]:
        """Return the steps with another rule for the velocity, or for the move along it."""

        def found(
            start: list[Tensor], batches: small.Batches, momentum: float
        ) -> list[list[Tensor]]:
            def rule(old: Tensor, slope: Tensor) -> tuple[Tensor, Tensor]:
                new = velocity(momentum, old, slope)
                return new, move(momentum, old, slope, new)

            return small.stepped(start, batches, rule)[1:]

        return found

    def right(m: float, v: Tensor, g: Tensor) -> Tensor:
        return m * v + g

    mistakes: dict[str, Callable[..., list[list[Tensor]]]] = {
        "what was yielded changes afterwards: in the end, each step holds the last parameters": (
            lambda *case: [small.by_optimizer(*case)[-1]] * len(case[1])
        ),
        "it yields before the step: what comes out first is `start`": (
            lambda *case: [case[0], *small.by_optimizer(*case)][:-1]
        ),
        "there is no momentum in its steps: does a velocity outlive the step?": steps(
            lambda _m, _v, g: g
        ),
        "the slope enters the velocity with the factor 1 - momentum: in PyTorch, in full": steps(
            lambda m, v, g: m * v + (1 - m) * g
        ),
        "the slope is multiplied with the momentum: only the old velocity must be": steps(
            lambda m, v, g: m * (v + g)
        ),
        "the velocity never forgets: it must be multiplied with the momentum": steps(
            lambda _, v, g: v + g
        ),
        "its momentum is 0.9, whatever is asked for": steps(lambda _, v, g: 0.9 * v + g),
        "it goes uphill: a slope is followed downwards, so one of the signs is wrong": steps(
            right, lambda _m, _v, _g, new: -new
        ),
        "its moves are a tenth as long as they must be: the rate is 0.1, and comes in once": steps(
            right, lambda _m, _v, _g, new: 0.1 * new
        ),
        "each step goes along the velocity of the step before: update it first": steps(
            right, lambda _m, old, _g, _new: old
        ),
        "these are the steps of Nesterov's momentum, which looks ahead": steps(
            right, lambda m, _v, g, new: g + m * new
        ),
    }
    name_mistake(outcomes, cases, mistakes)
    wrong = next(pair for pair in zip(expected, outcomes, strict=True) if not same(*pair))
    raise WrongAnswer(f"list(train_with_momentum(…)) {difference(*wrong)}")


def _yielded(
    answer: Answer, start: list[Tensor], batches: small.Batches, momentum: float
) -> list[Any]:
    """Return all that is yielded, as it is once nothing more comes."""
    given, found, calls = copied((start, batches)), [], 0

    def gradients(*arguments: Tensor) -> list[Tensor]:
        nonlocal calls
        calls += 1
        return small.gradients(*arguments)

    with answer.at_work("train_with_momentum(…)"):
        steps = answer.function(*given, gradients, momentum)
        if isinstance(steps, Iterator | list | tuple):
            found = list(islice(steps, len(batches) + 1))
    if not isinstance(steps, Iterator | list | tuple):
        instead = "None" if steps is None else f"a {type(steps).__name__}"
        raise WrongAnswer(f"it must yield parameters, and returned {instead}: is `yield` missing?")
    if not same((start, batches), given, 0.0):
        raise WrongAnswer(
            "it changes `start` or `batches`, which are the caller's: make new tensors"
        )
    if any(isinstance(step, Tensor) for step in found):
        raise WrongAnswer(
            "after each step it must yield the list of all parameters, and a single tensor came"
        )
    if len(found) != len(batches):
        times = str(len(found)) if len(found) < len(batches) else f"more than {len(batches)}"
        raise WrongAnswer(f"it must yield once after each of {len(batches)} batches, got {times}")
    if not calls:
        raise WrongAnswer("it never calls the function `gradients` that it is given")
    return [list(step) if isinstance(step, tuple) else step for step in found]
