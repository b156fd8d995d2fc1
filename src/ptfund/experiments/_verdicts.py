"""What ten seeds say about a claim."""

from collections.abc import Callable
from math import comb
from statistics import NormalDist
from typing import NamedTuple

from ptfund._guards import must
from ptfund.evaluation import PairedDifference, paired_difference

SAME_SIGN = 0.9
"""The share of the seeds in which a difference must have the sign of the claim."""


class Arms(NamedTuple):
    """The results of two ways of doing something, one a seed, both with the same seeds."""

    claimed: list[float]
    """Those of the way that the claim says is better."""

    other: list[float]
    """Those of the other way."""

    @property
    def difference(self) -> PairedDifference:
        """How far the claimed way lies above the other; below 0 it contradicts the claim."""
        return paired_difference(self.claimed, self.other)


def verdict(*differences: PairedDifference, seeds: int = 10, varied: str = "the setting") -> str:
    """Return what differences say about the claim that they lie above 0.

    One difference is `"confirmed"` if it is above 0 in at least nine tenths of the seeds,
    `"reversed"` if it is below 0 in as many, and else `"not visible"`: the effect may be
    smaller than [what could be seen][ptfund.experiments.smallest_visible], or there may
    be none.

    Args:
        differences: One for each setting under which the claim was tested.
        seeds: How many seeds each of them comes from.
        varied: In what the settings differ. It is only repeated, not found out.

    Returns:
        The verdict on which all settings agree, or else `"depends on "` and `varied`.

    Raises:
        ValueError: If there is no difference, or one has more signs than seeds.

    Examples:
        >>> better = paired_difference([0.9] * 10, [0.8] * 10)
        >>> worse = paired_difference([0.7] * 10, [0.8] * 10)
        >>> verdict(better), verdict(worse)
        ('confirmed', 'reversed')
        >>> verdict(better, worse, varied="the learning rate")
        'depends on the learning rate'
    """
    if not differences:
        raise must("differences", "be at least one", differences)
    verdicts = {_single(difference, seeds) for difference in differences}
    return verdicts.pop() if len(verdicts) == 1 else f"depends on {varied}"


def _single(difference: PairedDifference, seeds: int) -> str:
    signs = difference.positive + difference.negative
    if signs > seeds:
        raise must("seeds", f"be at least {signs}, as many as have a sign", seeds)
    if difference.positive >= SAME_SIGN * seeds:
        return "confirmed"
    if difference.negative >= SAME_SIGN * seeds:
        return "reversed"
    return "not visible"


def smallest_visible(difference: PairedDifference, *, seeds: int = 10, power: float = 0.8) -> float:
    """Return how large an effect would have to be, to be seen reliably beside this spread.

    That is the mean of normally distributed differences of the same standard deviation
    which [verdict][ptfund.experiments.verdict] confirms with the probability `power`.

    Args:
        difference: What was measured; only its deviation counts.
        seeds: How many seeds it comes from.
        power: How often such an effect is to be seen, between 0 and 1.

    Returns:
        A number of at least 0, in the unit of the difference.

    Raises:
        ValueError: If there is no seed, or `power` is not between 0 and 1.

    Examples:
        With ten seeds it is a good third more than the spread:

        >>> spread = PairedDifference(mean=0.0, deviation=1.0, positive=5, negative=5)
        >>> round(smallest_visible(spread), 2)
        1.38
    """
    if not 0 < power < 1:
        raise must("power", "be between 0 and 1", power)
    above = _root(lambda share: chance_to_confirm(share, seeds) - power)
    return difference.deviation * NormalDist().inv_cdf(above)


def chance_to_confirm(share: float, seeds: int = 10) -> float:
    """Return how probable it is that a claim is confirmed, by at least nine tenths of the seeds.

    Args:
        share: The probability that a single seed agrees with the claim, from 0 to 1. Where
            there is no effect it is one half.
        seeds: How many seeds, which are independent.

    Returns:
        A probability from 0 to 1.

    Raises:
        ValueError: If there is no seed, or `share` is not from 0 to 1.

    Examples:
        Nine or ten equal sides of ten coins, out of 1,024 equally probable throws:

        >>> chance_to_confirm(0.5) == 11 / 1024
        True
    """
    if seeds < 1:
        raise must("seeds", "be at least 1", seeds)
    if not 0 <= share <= 1:
        raise must("share", "be from 0 to 1", share)
    return sum(
        comb(seeds, hits) * share**hits * (1 - share) ** (seeds - hits)
        for hits in range(seeds + 1)
        if hits >= SAME_SIGN * seeds
    )


def _root(rising: Callable[[float], float]) -> float:
    """Return where between 0 and 1 a rising function is 0, by halving."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return middle
