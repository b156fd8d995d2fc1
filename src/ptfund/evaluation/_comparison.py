"""Is one better than the other? Over several seeds, and on the same samples."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Int64
from torch import Tensor

from ptfund._guards import check_labels, must


class PairedDifference(NamedTuple):
    """By how much one way of doing something differs from another over several seeds."""

    mean: float
    """The mean of the differences."""

    deviation: float
    """Their standard deviation, with the divisor n - 1."""

    positive: int
    """How many of them are above 0."""

    negative: int
    """How many of them are below 0."""


def paired_difference(first: Sequence[float], second: Sequence[float]) -> PairedDifference:
    """Return how far `first` lies above `second`, where both hold one result a seed.

    What a seed does to both, such as an easy split, cancels out: the spread of the
    differences is often far smaller than that of the results.

    Args:
        first: One result a seed, in the order of the seeds.
        second: The results of the other way with the same seeds.

    Returns:
        Mean, standard deviation and signs of `first - second`, in the unit of the results.

    Raises:
        ValueError: If the two have not the same length, hold fewer than two results, or
            one that is not finite.

    Examples:
        >>> paired_difference([0.5, 0.75, 1.0], [0.25, 0.5, 0.75])
        PairedDifference(mean=0.25, deviation=0.0, positive=3, negative=0)
    """
    if len(first) != len(second):
        raise must("first and second", "have the same length", (len(first), len(second)))
    if len(first) < 2:
        raise must("first", "hold at least two results", len(first))
    one, other = (torch.tensor(results, dtype=torch.float64) for results in (first, second))
    differences = one - other
    if not differences.isfinite().all():
        at = int((~differences.isfinite()).nonzero()[0])
        raise must(f"results of seed {at}", "be finite", (first[at], second[at]))
    return PairedDifference(
        mean=differences.mean().item(),
        deviation=differences.std().item(),
        positive=int((differences > 0).sum()),
        negative=int((differences < 0).sum()),
    )


class SignTest(NamedTuple):
    """Where two classifiers differ on the same samples, and what chance could do."""

    first_only: int
    """How many samples only the first one got right."""

    second_only: int
    """How many samples only the second one got right."""

    p_value: float
    """How probable a division as uneven as this, or more so, would be if each of these
    samples had gone to either of the two by the toss of a fair coin."""


def sign_test(
    first: Int64[Tensor, " samples"],
    second: Int64[Tensor, " samples"],
    labels: Int64[Tensor, " samples"],
) -> SignTest:
    r"""Return how often only one of two classifiers is right, and the exact sign test of it.

    Samples that both get right, or both wrong, say nothing about which one is better. Of the
    $n$ others the first one has $a$ for itself. If the two were equally good, $a$ would be
    the number of heads in $n$ tosses of a coin, and a difference at least as large would have
    the probability

    $$
    \min \left( 1, \; 2 \sum_{k=0}^{\min(a, n - a)} \binom{n}{k} \, 2^{-n} \right)
    $$

    This is the exact form of McNemar's test. It speaks of these two trained classifiers and
    of samples drawn independently, not of training again with another seed.

    Args:
        first: The classes predicted by the first one, of shape `(samples,)`.
        second: Those predicted by the other one, of the same samples.
        labels: The true ones.

    Returns:
        Both counts, and the two-sided p-value from 0 to 1, which is 1 if there is no
        such sample.

    Raises:
        TypeError: If one of the three is not of dtype `int64`.
        ValueError: If there is no sample, or the three differ in shape.

    Examples:
        Three samples for the first, none for the second: so do two of eight series of three
        tosses.

        >>> labels = torch.tensor([0, 1, 2, 3])
        >>> sign_test(labels, torch.tensor([0, 0, 0, 0]), labels)
        SignTest(first_only=3, second_only=0, p_value=0.25)

    References:
        McNemar, "Note on the sampling error of the difference between correlated proportions
        or percentages", 1947.
    """
    check_labels("labels", labels)
    check_labels("first", first, samples=len(labels))
    check_labels("second", second, samples=len(labels))
    one, other = first == labels, second == labels
    first_only, second_only = int((one & ~other).sum()), int((other & ~one).sum())
    tosses = first_only + second_only
    tail = sum(math.comb(tosses, k) for k in range(min(first_only, second_only) + 1))
    # Whole numbers are exact however large; a balanced division would count its middle twice.
    return SignTest(first_only, second_only, min(1.0, 2 * tail / 2**tosses))
