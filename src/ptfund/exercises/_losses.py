"""What checks of losses share: large logits, gradients, and functions that give it away."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._values import copied, difference, same

__all__ = ["Refusing", "compare_extremes"]


def compare_extremes(
    answer: Answer, reference: Callable[..., Tensor], cases: Sequence[tuple[Tensor, ...]]
) -> None:
    """Compare a loss that is right for small logits at large ones, then its gradient.

    Args:
        answer: What was written; the logits are its first argument.
        reference: Another way to the right loss, in PyTorch.
        cases: The arguments of each call.

    Raises:
        WrongAnswer: If the loss differs, or its gradient with respect to the logits.
    """
    for case in cases:
        expected, got = reference(*case), answer(*case)
        if not same(expected, got):
            raise WrongAnswer(
                f"right for small logits, but {answer.call(*case)} {difference(expected, got)}: "
                "what overflows, or rounds to 0 before its logarithm is taken?"
            )
    for case in cases:
        _compare_gradient(answer, reference, case)


def _compare_gradient(
    answer: Answer, reference: Callable[..., Tensor], case: tuple[Tensor, ...]
) -> None:
    logits, *rest = copied(case)
    (expected,) = torch.autograd.grad(reference(logits.requires_grad_(), *rest), logits)
    with answer.at_work(f"{answer.call(*case)}.backward()"):
        loss, got = answer.function(logits, *rest), None
        if loss.requires_grad:
            (got,) = torch.autograd.grad(loss, logits, allow_unused=True)
    if got is None:
        raise WrongAnswer(
            "the loss is right, but has no gradient: what takes numbers out of their tensors?"
        )
    if not same(expected, got):
        why = ": a number that is not used overflows, and comes back as 0 · ∞"
        raise WrongAnswer(
            f"the loss is right, but the gradient of {answer.call(*case)} "
            f"{difference(expected, got)}{why if got.isnan().any() else ''}"
        )


class Refusing(TorchFunctionMode):
    """Within it, a call of some of PyTorch's functions is a `WrongAnswer`."""

    def __init__(self, forbids: Callable[[str, dict[str, Any]], bool]) -> None:
        super().__init__()
        self.forbids = forbids

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        if self.forbids(name, kwargs or {}):
            raise WrongAnswer(f"the loss is right, but the task is to write what `{name}` does")
        return func(*args, **(kwargs or {}))
