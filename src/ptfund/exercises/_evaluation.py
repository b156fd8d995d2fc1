"""Checks of chapter 7's exercises; two of them are long, and have files of their own."""

import math
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._bootstrap import difference_interval
from ptfund.exercises._comparing import compare
from ptfund.exercises._macro_f1 import mean_f1

__all__ = [
    "accuracy_of_surest",
    "difference_interval",
    "equal_bins",
    "mean_f1",
    "worst_slice",
]


def equal_bins(answer: Answer) -> None:
    """Compare with a loop over the bins."""
    sizes = [(8, 3), (23, 5), (12, 4), (7, 7), (34, 8), (9, 1)]
    cases = [(*_sureness(n, levels=n), bins) for n, bins in sizes]
    cases += [(confidence.double(), right, bins) for confidence, right, bins in cases[:2]]
    tied = [(*_sureness(n, levels), bins) for n, levels, bins in ((60, 3, 7), (8, 2, 3), (6, 1, 4))]

    def reference(confidence: Tensor, right: Tensor, bins: int) -> tuple[Tensor, ...]:
        n, rows = len(right), iter(_sorted(confidence, right))
        parts = [list(islice(rows, n // bins + (k < n % bins))) for k in range(bins)]
        means = [[sum(column) / len(part) for column in zip(*part, strict=True)] for part in parts]
        return tuple(torch.tensor(means, dtype=confidence.dtype).T)

    def means(column: Tensor, parts: Iterable[Tensor]) -> Tensor:
        return torch.stack([column[part].mean() for part in parts])

    def cut(split: Callable[[Tensor, int], Iterable[Tensor]]) -> Callable[..., tuple[Tensor, ...]]:
        return lambda c, right, bins: (
            means(c, split(c, bins)),
            means(right.to(c.dtype), split(c, bins)),
        )

    def wide(c: Tensor, bins: int) -> list[Tensor]:
        return [(c * bins).ceil() == k + 1 for k in range(bins)]

    def at(place: Callable[[int, int, int], int]) -> Callable[[Tensor, int], Iterable[Tensor]]:
        return lambda c, bins: c.argsort().tensor_split(
            [place(len(c), k, bins) for k in range(1, bins)]
        )

    compare(
        answer,
        reference,
        cases,
        {
            "the bins are equally wide, and some are empty: sort the answers, and cut them by "
            "their number": cut(wide),
            "the answers are not sorted: the bins must go from the least sure ones to the surest": (
                cut(lambda c, bins: torch.arange(len(c)).tensor_split(bins))
            ),
            "`right` is not in the order of the sorted confidence: each must stay with its own": (
                lambda c, right, bins: (
                    means(c, c.argsort().tensor_split(bins)),
                    means(right.to(c.dtype), torch.arange(len(c)).tensor_split(bins)),
                )
            ),
            "`right` is sorted by itself: each must stay with its confidence": (
                lambda c, right, bins: reference(c.sort().values, right.sort().values, bins)
            ),
            "the most confident bin comes first: the least confident one must": (
                cut(lambda c, bins: c.argsort(descending=True).tensor_split(bins))
            ),
            "two bins differ by more than one answer, or there are too few: `chunk` makes all but "
            "the last one equal": cut(lambda c, bins: c.argsort().chunk(bins)),
            "the last bin takes all that is left over: the first ones must hold one more each": (
                cut(at(lambda n, k, bins: n // bins * k))
            ),
            "the last bin holds one more: where it does not come out even, the first ones must": (
                cut(at(lambda n, k, bins: n * k // bins))
            ),
            "the bins that hold one more stand apart: they must be the first ones": (
                cut(at(lambda n, k, bins: -(-n * k // bins)))
            ),
            "what is left over is dropped: the first bins must hold one more each": (
                cut(lambda c, bins: c.argsort()[: len(c) // bins * bins].tensor_split(bins))
            ),
            "accuracy and confidence are exchanged": lambda *case: reference(*case)[::-1],
        },
    )
    _compare_tied(answer, reference, tied)


def worst_slice(answer: Answer) -> None:
    """Compare with a loop over the groups."""
    generator = torch.Generator().manual_seed(0)
    many = torch.randint(8, (400,), generator=generator)
    cases = [
        # The right ones, all of the group: group by group.
        (*_groups((2, 3), (2, 2), (1, 3)), 2),  # the last one is the worst
        (*_groups((1, 3), (2, 2), (2, 3)), 2),  # the first one is
        (*_groups((3, 4), (1, 5), (0, 1), (4, 9)), 2),
        (*_groups((2, 3), (3, 3), (2, 4), (3, 6), (1, 2)), 2),  # three are equally bad
        (*_groups((0, 0), (9, 12), (0, 0), (2, 3), (0, 2)), 3),  # two do not occur
        (*_groups((20, 60), (1, 4), (8, 10)), 4),  # most errors, but not the worst
        (*_groups((0, 1), (2, 2), (5, 5)), 2),  # all that are judged are perfect
        (torch.rand(400, generator=generator) < 0.6 + many / 40, many, 1),
    ]

    def rates(right: Tensor, group: Tensor, at_least: int) -> dict[int, float]:
        found: dict[int, list[bool]] = {}
        for number, is_right in zip(group.tolist(), right.tolist(), strict=True):
            found.setdefault(number, []).append(is_right)
        kept = sorted(number for number, part in found.items() if len(part) >= at_least)
        return {number: sum(found[number]) / len(found[number]) for number in kept}

    def worst(rate: dict[int, float]) -> tuple[int, float]:
        number = min(rate, key=rate.__getitem__)
        return number, rate[number]

    def with_absent(absent: float) -> Callable[..., tuple[int, float]]:
        def wrong(right: Tensor, group: Tensor, _: int) -> tuple[int, float]:
            rate = rates(right, group, 1)
            missing = [number for number in range(max(rate)) if number not in rate]
            return (missing[0], absent) if missing else worst(rate)

        return wrong

    def perfect_if_small(right: Tensor, group: Tensor, at_least: int) -> dict[int, float]:
        return dict.fromkeys(rates(right, group, 1), 1.0) | rates(right, group, at_least)

    def most_errors(right: Tensor, group: Tensor, at_least: int) -> tuple[int, float]:
        rate = rates(right, group, at_least)
        number = max(rate, key=lambda number: int((~right & (group == number)).sum()))
        return number, rate[number]

    def position(*case: Any) -> tuple[int, float]:
        number, rate = worst(rates(*case))
        return list(rates(*case)).index(number), rate

    compare(
        answer,
        lambda *case: worst(rates(*case)),
        cases,
        {
            "groups of fewer than `at_least` images are not passed over": (
                lambda right, group, _: worst(rates(right, group, 1))
            ),
            "numbers that no image has count as groups, with 0 / 0, and so do groups that are too "
            "small: pass over both": with_absent(math.nan),
            "numbers that no image has count as groups, with 0, and so do groups that are too "
            "small: pass over both": with_absent(0.0),
            "where all large enough groups are perfect, it returns one that is too small": (
                lambda *case: worst(perfect_if_small(*case))
            ),
            "a group of exactly `at_least` images is large enough": (
                lambda right, group, at_least: worst(rates(right, group, at_least + 1))
            ),
            "the group with the largest number is never looked at": lambda right, group, n: worst(
                rates(right[group < group.max()], group[group < group.max()], n)
            ),
            "that is the best group": lambda *case: max(
                rates(*case).items(), key=lambda item: (item[1], -item[0])
            ),
            "of equally bad groups it must be the one with the smallest number": (
                lambda *case: worst(dict(reversed(rates(*case).items())))
            ),
            "that group has the most errors: it is their share that counts": most_errors,
            "it returns where the group stands among those that are large enough: the number of "
            "the group itself is asked for": position,
            "the group is right, but its share of errors is returned, not its accuracy": (
                lambda *case: (worst(rates(*case))[0], 1 - worst(rates(*case))[1])
            ),
        },
    )


def accuracy_of_surest(answer: Answer) -> None:
    """Compare with a loop over k."""
    cases = [_sureness(n, levels=n) for n in (8, 30, 4, 1)]
    cases += [(confidence.double(), right) for confidence, right in cases[:1]]

    def shares(right: list[bool]) -> Tensor:
        whole = [sum(right[:k]) / k for k in range(1, len(right) + 1)]
        return torch.tensor(whole, dtype=torch.float64)

    def reference(confidence: Tensor, right: Tensor) -> Tensor:
        return shares([is_right for _, is_right in _sorted(-confidence, right)])

    compare(
        answer,
        reference,
        cases,
        {
            "it begins with the images that the model is least sure of": (
                lambda c, right: shares([is_right for _, is_right in _sorted(c, right)])
            ),
            "`right` is sorted by itself: sort it by confidence": (
                lambda _, right: shares(sorted(right.tolist(), reverse=True))
            ),
            "the images are not sorted by confidence": lambda _, right: shares(right.tolist()),
            "each number of right ones is divided by that of all images: of `k` images it must "
            "be divided by `k`": lambda *case: _counted(reference(*case)) / len(case[1]),
            "these are the numbers of right ones: divide each by its `k`": (
                lambda *case: _counted(reference(*case))
            ),
            "the first `k` is 1, not 0": (
                lambda *case: _counted(reference(*case)) / torch.arange(len(case[1]))
            ),
            "`k` goes from 0, but 0 images have no accuracy: it must go from 1 to all": (
                lambda *case: torch.cat([torch.tensor([math.nan]), reference(*case)[:-1]])
            ),
            "these are the shares of errors, not of right ones": lambda *case: 1 - reference(*case),
            "the dtype must be torch.float64, got torch.float32: whole numbers divided by whole "
            "numbers give that, and so does `torch.tensor` of a list": (
                lambda *case: reference(*case).float()
            ),
        },
    )
    _compare_tied(answer, reference, [_sureness(60, 3), _sureness(8, 2), _sureness(5, 1)])


def _counted(shares: Tensor) -> Tensor:
    return shares * torch.arange(1, len(shares) + 1)


def _sureness(n: int, levels: int) -> tuple[Tensor, Tensor]:
    """Return confidences of so many different values, most near 1, and which ones are right."""
    generator = torch.Generator().manual_seed(n)
    ranks = torch.randperm(n, generator=generator) % levels
    confidence = 1 - 0.6 * ((ranks + 0.5) / levels).square()
    return confidence, torch.rand(n, generator=generator) < 0.6


def _sorted(key: Tensor, right: Tensor) -> list[tuple[float, bool]]:
    # Python's sort is stable.
    pairs = zip(key.tolist(), right.tolist(), strict=True)
    return sorted(pairs, key=lambda pair: pair[0])


def _groups(*groups: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return which images are right, and their groups, from (right ones, all) of each group."""
    right = [i < hits for hits, size in groups for i in range(size)]
    group = [number for number, (_, size) in enumerate(groups) for _ in range(size)]
    mixed = torch.randperm(len(right), generator=torch.Generator().manual_seed(0))
    return torch.tensor(right)[mixed], torch.tensor(group)[mixed]


def _compare_tied(
    answer: Answer, reference: Callable[..., Any], cases: Iterable[tuple[Any, ...]]
) -> None:
    """Compare where some are equally sure, after it was right where none are."""
    cases = list(cases)
    for case in cases:
        answer(*case)  # An error has its own words.
    try:
        compare(answer, reference, cases)
    except WrongAnswer:
        raise WrongAnswer(
            "it is right until some are equally sure: these must stay in the order in which they "
            "came. A sort may mix them, and turning its order round turns them round, too"
        ) from None
