"""The check of chapter 7's macro F1."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

import torch
from torch import Tensor

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare

__all__ = ["mean_f1"]


def mean_f1(answer: Answer) -> None:
    """Compare with a loop over classes and images; classes are absent in every way."""
    cases = [
        _case([0, 0, 0, 0, 0, 1, 1, 2], [0, 0, 0, 0, 1, 1, 1, 2], 3),
        _case([1, 1, 1, 3, 3, 2], [0, 1, 1, 3, 2, 2], 4),  # 0 is never named
        _case([0, 0, 1, 2, 2, 2], [0, 0, 0, 2, 2, 2], 3),  # 1 does not occur
        _case([1, 1, 3, 1, 3], [1, 1, 3, 3, 3], 4),  # 0 and 2: neither
        _case([0, 1, 2, 2, 2, 2], [1, 0, 2, 2, 2, 2], 3),  # 0 and 1 are never right
        _case([0], [0], 1),
    ]
    # So far all counts that `bincount` makes are long enough by themselves.
    without_last = [
        _case([0, 0, 1, 1, 1], [0, 1, 1, 1, 1], 4),
        _case([0, 1, 1, 1, 0], [0, 1, 1, 2, 1], 3),
        _case([0, 1, 1, 2, 0], [0, 1, 1, 0, 1], 3),
        _case([0, 1, 1, 1, 2], [0, 1, 1, 2, 1], 3),
        _case([1, 0], [0, 1], 5),
    ]

    def reference(predicted: Tensor, labels: Tensor, classes: int) -> float:
        pairs = list(zip(predicted.tolist(), labels.tolist(), strict=True))
        total = 0.0
        for k in range(classes):
            seen = sum((p == k) + (y == k) for p, y in pairs)
            total += 2 * sum(p == y == k for p, y in pairs) / seen if seen else 0.0
        return total / classes

    def mistake(mean: Callable[[_Counts], Tensor]) -> Callable[[Tensor, Tensor, int], float]:
        return lambda predicted, labels, k: mean(_counted(predicted, labels, k)).item()

    def of_means(c: _Counts) -> Tensor:
        precision, recall = c.precision.mean(), c.recall.mean()
        return 2 * precision * recall / (precision + recall)

    wrong: dict[str, Callable[[_Counts], Tensor]] = {
        "all classes are counted together, which gives the accuracy: F1 of each class comes "
        "first, the mean over the classes last": lambda c: c.right.sum() / c.true.sum(),
        "it is nan where a class neither occurs nor is named: that 0 / 0 must count with 0": (
            lambda c: (2 * c.right / c.seen).mean()
        ),
        "it is nan where a class is never right, for then precision and recall are 0 or 0 / 0: "
        "that class must count with 0": lambda c: (c.f1 * c.right / c.right).mean(),
        "frequent classes weigh more in the mean: all must weigh the same": (
            lambda c: (c.f1 * c.true).sum() / c.true.sum()
        ),
        "it is made of the mean precision and the mean recall: F1 of each class comes first, the "
        "mean last": of_means,
        "it is half of what it must be: a factor of 2 is missing": lambda c: c.f1.mean() / 2,
        "it is the mean recall: F1 takes precision, too": lambda c: c.recall.mean(),
        "it is the mean precision: F1 takes recall, too": lambda c: c.precision.mean(),
        "F1 is not half the sum of precision and recall: it is their harmonic mean": (
            lambda c: (c.precision + c.recall).mean() / 2
        ),
        "a class that neither occurs nor is named counts with 1: it must count with 0": (
            lambda c: c.f1.where(c.seen > 0, 1.0).mean()
        ),
    }
    left_out: dict[str, Callable[[_Counts], Tensor]] = {
        "neither occur nor are named": lambda c: c.f1[c.seen > 0].mean(),
        "do not occur": lambda c: c.f1[c.true > 0].mean(),
        "are never named": lambda c: c.f1[c.named > 0].mean(),
        "do not occur or are never named": lambda c: c.f1[c.named * c.true > 0].mean(),
        "are never right": lambda c: c.f1[c.right > 0].mean(),
    }
    wrong |= {
        f"classes that {which} are left out of the mean: they must count with 0": mean
        for which, mean in left_out.items()
    }
    compare(answer, reference, cases, {words: mistake(mean) for words, mean in wrong.items()})
    try:
        compare(answer, reference, without_last)
    except WrongAnswer:
        raise WrongAnswer(
            "it goes wrong where the last class does not occur, is never named or never right: "
            "`bincount` alone stops at the largest number that it meets, and each class must have "
            "its count"
        ) from None
    with _watched("ptfund.evaluation", "sklearn") as called:
        for case in cases + without_last:
            answer(*case)
    if called:
        raise WrongAnswer(f"it is right, but it calls `{called[0]}`: count and divide yourself")


class _Counts(NamedTuple):
    """What F1 is made of: for each class how many are right, are named so, and are so."""

    right: Tensor
    named: Tensor
    true: Tensor

    @property
    def seen(self) -> Tensor:
        """By what twice the right ones are divided."""
        return self.named + self.true

    @property
    def precision(self) -> Tensor:
        """Precision of each class, 0 where it is never named."""
        return self.right / self.named.clamp(min=1)

    @property
    def recall(self) -> Tensor:
        """Recall of each class, 0 where it does not occur."""
        return self.right / self.true.clamp(min=1)

    @property
    def f1(self) -> Tensor:
        """F1 of each class, 0 where it neither occurs nor is named."""
        return 2 * self.right / self.seen.clamp(min=1)


def _counted(predicted: Tensor, labels: Tensor, classes: int) -> _Counts:
    named, true = (x == torch.arange(classes)[:, None] for x in (predicted, labels))
    return _Counts(*(x.sum(dim=1).double() for x in (named & true, named, true)))


def _case(predicted: list[int], labels: list[int], classes: int) -> tuple[Tensor, Tensor, int]:
    return torch.tensor(predicted), torch.tensor(labels), classes


@contextmanager
def _watched(*modules: str) -> Iterator[list[str]]:
    """Collect from which of some modules, or their parts, functions are called in the block."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        name = f"{frame.f_globals.get('__name__')}."
        if event == "call":
            called.extend(module for module in modules if name.startswith(f"{module}."))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(before)
