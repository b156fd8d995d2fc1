"""The check of `last_epoch`: it compares with a search, on many losses."""

from collections.abc import Callable

import torch

from ptfund.exercises._answers import Answer
from ptfund.exercises._comparing import compare

__all__ = ["last_epoch"]


def last_epoch(answer: Answer) -> None:
    """Compare with a search for the next epoch that counts."""
    generator = torch.Generator().manual_seed(0)
    cases = [
        ([0.75, 0.5, 0.5, 0.25, 0.5, 0.5], 2, 0.0),
        ([1.0, 0.875, 0.75, 0.625, 0.5, 0.375], 2, 0.25),
        ([1.0], 1, 0.125),
    ]
    for number in range(96):
        steps = torch.randint(-3, 3, (2 + number // 8,), generator=generator)
        unit = (1 / 8, 1 / 128)[number % 2]  # exact, so that ties are ties
        losses = (4 + steps.cumsum(dim=0) * unit).tolist()
        cases.append((losses, 1 + number % 3, number // 3 % 3 * unit))

    def reference(losses: list[float], patience: int, least: float) -> int:
        best = 0
        while True:
            waits = enumerate(losses[best + 1 :][:patience], 1)
            if not (gain := next((n for n, loss in waits if losses[best] - loss > least), 0)):
                return min(best + 1 + patience, len(losses))
            best += gain

    compare(
        answer,
        reference,
        cases,
        {
            "the best so far moves with each gain, and must move only when an epoch counts": (
                _waiting(follow=min)
            ),
            "a loss is compared with that of the epoch before, not with the best so far": (
                _waiting(follow=lambda loss, _: loss)
            ),
            "an epoch counts that is better by exactly `least`: it must be by more": (
                _waiting(lambda loss, best, least: loss <= best - least)
            ),
            "`least` changes nothing": _waiting(lambda loss, best, _: loss < best),
            "an epoch counts although its loss is not lower: on which side is `least`?": (
                _waiting(lambda loss, best, least: loss < best + least)
            ),
            "`least` is taken as a share of the best loss, and is a difference": (
                _waiting(lambda loss, best, least: loss < best * (1 - least))
            ),
            "the first epoch is taken for one that has not counted, and always counts": (
                lambda losses, *rest: reference([losses[0], *losses], *rest) - 1
            ),
            "an epoch that counts does not end the waiting, which must begin anew": (
                _waiting(again=False)
            ),
            "it stops one epoch too late": (
                lambda losses, patience, least: reference(losses, patience + 1, least)
            ),
            "it stops one epoch too early": (
                lambda losses, patience, least: reference(losses, patience - 1, least)
            ),
            "epochs are counted from 1": lambda *case: reference(*case) - 1,
        },
    )


def _waiting(
    counts: Callable[[float, float, float], bool] = lambda loss, best, least: loss < best - least,
    follow: Callable[[float, float], float] | None = None,
    *,
    again: bool = True,
) -> Callable[..., int]:
    """Return early stopping with another idea of what counts, or of what is the best so far."""

    def stop(losses: list[float], patience: int, least: float) -> int:
        best, waited = losses[0], 0
        for epoch, loss in enumerate(losses[1:], 2):
            better = counts(loss, best, least)
            waited = waited + 1 if not better else 0 if again else waited
            best = follow(loss, best) if follow else loss if better else best
            if waited == patience:
                return epoch
        return len(losses)

    return stop
