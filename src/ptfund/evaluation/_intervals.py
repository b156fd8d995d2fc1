"""How far a result could be moved by other samples: intervals."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import torch
from jaxtyping import Shaped
from torch import Tensor

from ptfund._guards import check_whole, must
from ptfund.evaluation._checks import check_level


class Interval(NamedTuple):
    """What lies between two numbers."""

    low: float
    """The lower end."""

    high: float
    """The upper end."""


def wilson_interval(hits: int, samples: int, level: float = 0.95) -> Interval:
    r"""Return which shares fit what was seen: an interval for the true accuracy.

    A classifier with the true accuracy $p$ is right in $p N$ of $N$ samples on average, give
    or take some multiple $z$ of the standard deviation $\sqrt{p (1 - p) N}$; with 0.95, $z$
    is 1.96. The interval holds all $p$ for which the hits that were counted lie within that:

    $$
    \frac{\hat{p} + \frac{z^2}{2 N}}{1 + \frac{z^2}{N}} \pm \frac{z}{1 + \frac{z^2}{N}}
    \sqrt{\frac{\hat{p} (1 - \hat{p})}{N} + \frac{z^2}{4 N^2}}
    $$

    where $\hat{p}$ is the share of hits. It never leaves the range from 0 to 1, and has a
    width even if all samples are hits.

    Args:
        hits: How many samples were right.
        samples: How many there were; they must be drawn independently of each other, and of
            what the classifier learned from.
        level: In which share of all repetitions such an interval shall hold the true
            accuracy.

    Returns:
        Both ends, from 0 to 1.

    Raises:
        TypeError: If `hits` or `samples` is not a whole number.
        ValueError: If there is no sample, `hits` are below 0 or more than the samples, or
            `level` is not between 0 and 1.

    Examples:
        >>> low, high = wilson_interval(350, 360)
        >>> f"{low:.3f} to {high:.3f}"
        '0.950 to 0.985'

    References:
        Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
        Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", 2001,
        equation 4.
    """
    check_whole("samples", samples, least=1)
    check_whole("hits", hits, least=0, most=samples)
    check_level(level)
    share, z = hits / samples, NormalDist().inv_cdf((1 + level) / 2)
    shrink = 1 + z**2 / samples
    centre = (share + z**2 / (2 * samples)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / samples + z**2 / (4 * samples**2))
    # With no hit, or nothing but hits, centre and half are equal but for their rounding.
    low = centre - half if hits else 0.0
    return Interval(low, centre + half if hits < samples else 1.0)


def bootstrap_interval(
    metric: Callable[..., float | Tensor],
    *columns: Shaped[Tensor, "samples ..."],
    generator: torch.Generator,
    resamples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """Return how far a metric varies over samples drawn, with replacement, from these ones.

    The samples at hand stand for all that could have come: a resample has as many, some of
    them several times, others not at all. The metric of many resamples is sorted, and as much
    is cut off at both ends as `level` leaves over (the *percentile* interval).

    All columns are resampled together, row by row. So two classifiers that were asked about
    the same samples are compared on the same ones every time, too.

    Args:
        metric: Takes a resample of each column, in the order of the columns, and returns one
            number.
        columns: Tensors with one row a sample, such as predicted and true classes, all on one
            device.
        generator: Where the random numbers come from; it must be on the CPU.
        resamples: How often to draw. The ends are the more certain the more there are.
        level: Which share of the resampled metrics the interval shall hold.

    Returns:
        Both ends, in the unit of the metric.

    Raises:
        TypeError: If `resamples` is not a whole number.
        ValueError: If there is no column or no sample, the columns differ in length,
            `resamples` is less than 1, `level` is not between 0 and 1, or the metric of a
            resample is not finite.

    Examples:
        How much better is the first of two classifiers on the same 100 samples?

        >>> labels = torch.zeros(100, dtype=torch.int64)
        >>> first, second = (torch.arange(100) < 20).long(), (torch.arange(100) < 40).long()
        >>> def gain(first, second, labels):
        ...     return ((first == labels).double() - (second == labels).double()).mean()
        >>> gain(first, second, labels)
        tensor(0.2000, dtype=torch.float64)
        >>> generator = torch.Generator().manual_seed(0)
        >>> low, high = bootstrap_interval(gain, first, second, labels, generator=generator)
        >>> f"{low:.1f} to {high:.1f}"
        '0.1 to 0.3'

    References:
        Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3.
    """
    if not columns:
        raise must("columns", "be at least one", 0)
    lengths = [len(column) if column.ndim else 0 for column in columns]
    if not all(lengths):
        raise must("columns", "have at least one sample each", lengths)
    if len(set(lengths)) > 1:
        raise must("columns", "have the same length", lengths)
    check_whole("resamples", resamples, least=1)
    check_level(level)
    results = torch.empty(resamples, dtype=torch.float64)
    for number in range(resamples):
        rows = torch.randint(lengths[0], (lengths[0],), generator=generator)
        results[number] = float(metric(*(column[rows.to(column.device)] for column in columns)))
    if not results.isfinite().all():
        at = int((~results.isfinite()).nonzero()[0])
        raise must(f"the metric of resample {at}", "be finite", results[at].item())
    ends = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=torch.float64)
    low, high = results.quantile(ends).tolist()
    return Interval(low, high)
