"""Intervals: SciPy, exact enumeration, and coverage by simulation are the oracles."""

import math
from statistics import NormalDist

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor

from ptfund.evaluation import Interval, accuracy, bootstrap_interval, wilson_interval


def seeded(seed: int = 0) -> torch.Generator:
    """Return a generator."""
    return torch.Generator().manual_seed(seed)


def mean(numbers: Tensor) -> Tensor:
    """Return the mean."""
    return numbers.mean()


@given(st.integers(1, 2000), st.floats(0, 1), st.floats(0.01, 0.999))
@settings(deadline=None)
def test_wilson_is_that_of_scipy(samples: int, share: float, level: float) -> None:
    """For any share, also for none and all, and any level."""
    hits = round(share * samples)
    wanted = stats.binomtest(hits, samples).proportion_ci(level, method="wilson")
    found = wilson_interval(hits, samples, level)
    assert found == pytest.approx((wanted.low, wanted.high), abs=1e-12)
    assert 0 <= found.low <= hits / samples <= found.high <= 1


def test_the_ends_of_wilson_are_where_the_count_is_just_z_deviations_off() -> None:
    """What the docstring says, put into the formula for the deviation; 0.95 is the default."""
    z = NormalDist().inv_cdf(0.975)
    for p, side in zip(wilson_interval(90, 100), (1, -1), strict=True):
        assert 90 - 100 * p == pytest.approx(side * z * math.sqrt(100 * p * (1 - p)))


@pytest.mark.parametrize("p", [0.5, 0.9, 0.97])
def test_wilson_covers_the_truth_about_as_often_as_it_says(p: float) -> None:
    """Exactly computed over all counts of 360: within 1.5 points of 95 %."""
    covered = sum(
        float(stats.binom.pmf(hits, 360, p))
        for hits in range(361)
        if wilson_interval(hits, 360).low <= p <= wilson_interval(hits, 360).high
    )
    assert covered == pytest.approx(0.95, abs=0.015)


def test_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    """400 samples of 60 normal numbers: 90 % of the intervals hold the mean 0.

    The share has a standard deviation of 0.015, and percentile intervals of 60 are about a
    point too narrow.
    """
    generator = seeded()
    covered = 0
    for _ in range(400):
        numbers = torch.randn(60, generator=generator)
        low, high = bootstrap_interval(mean, numbers, generator=generator, resamples=200, level=0.9)
        covered += low <= 0 <= high
    assert covered / 400 == pytest.approx(0.89, abs=0.05)


def test_bootstrap_of_three_is_their_enumeration() -> None:
    """Of the 27 equally probable resamples of 0, 3, 6 one is all 0: less than 5 %, more than 2."""
    numbers = torch.tensor([0.0, 3.0, 6.0])
    wide = bootstrap_interval(mean, numbers, generator=seeded(), resamples=4000)
    assert wide == pytest.approx((0.0, 6.0))
    narrower = bootstrap_interval(mean, numbers, generator=seeded(), resamples=4000, level=0.9)
    assert narrower == pytest.approx((1.0, 5.0))


def test_ends_between_two_resamples_are_interpolated() -> None:
    """A quarter of the way along 0, 1, 4, 9 lies between 0 and 1, three quarters past 4."""
    results = iter([4.0, 0.0, 9.0, 1.0])
    found = bootstrap_interval(
        lambda _: next(results), torch.zeros(5), generator=seeded(), resamples=4, level=0.5
    )
    assert found == pytest.approx((0.75, 5.25))


def test_bootstrap_is_about_wilson_for_a_large_sample() -> None:
    """The accuracy of 2,000 predictions of which 90 % are right."""
    labels = torch.zeros(2000, dtype=torch.int64)
    predicted = (torch.arange(2000) < 200).long()
    found = bootstrap_interval(accuracy, predicted, labels, generator=seeded())
    assert isinstance(found, Interval)
    assert found == pytest.approx(wilson_interval(1800, 2000), abs=0.003)


def test_columns_are_resampled_together() -> None:
    """The difference of a column and itself plus 1 does not vary; two means apart would."""
    numbers = torch.randn(50, 3, generator=seeded())
    found = bootstrap_interval(
        lambda one, other: float((other[:, 0] - one[:, 0]).mean()),
        numbers,
        numbers + 1,
        generator=seeded(),
        resamples=50,
    )
    assert found == pytest.approx((1.0, 1.0), abs=1e-5)


def test_resamples_are_as_large_as_the_sample_and_as_many_as_asked_for() -> None:
    """A thousand unless said otherwise."""
    sizes: list[int] = []

    def count(numbers: Tensor) -> float:
        sizes.append(len(numbers))
        return 0.0

    bootstrap_interval(count, torch.zeros(7), generator=seeded())
    assert sizes == [7] * 1000
    sizes.clear()
    bootstrap_interval(count, torch.zeros(7), generator=seeded(), resamples=3)
    assert sizes == [7] * 3


def test_the_generator_decides() -> None:
    """The same seed gives the same interval, another one another."""
    numbers = torch.randn(50, generator=seeded())
    found = [
        bootstrap_interval(mean, numbers, generator=seeded(seed), resamples=20)
        for seed in (1, 1, 2)
    ]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("hits", "samples", "level", "message"),
    [
        (0, 0, 0.95, "samples must be at least 1, got 0"),
        (-1, 9, 0.95, "hits must be at least 0, got -1"),
        (10, 9, 0.95, "hits must be at most 9, got 10"),
        (3, 9, 0.0, "level must be between 0 and 1, got 0.0"),
        (3, 9, 1.0, "level must be between 0 and 1, got 1.0"),
        (3, 9, math.nan, "level must be between 0 and 1, got nan"),
    ],
)
def test_wilson_needs_a_share(hits: int, samples: int, level: float, message: str) -> None:
    """Hits among samples, and a level that is neither none nor all."""
    with pytest.raises(ValueError, match=message):
        wilson_interval(hits, samples, level)


@pytest.mark.usefixtures("unchecked")
def test_counts_are_whole_numbers() -> None:
    """Neither a share nor a truth value."""
    with pytest.raises(TypeError, match=r"hits must be a whole number, got 0\.9"):
        wilson_interval(0.9, 10)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="samples must be a whole number, got True"):
        wilson_interval(0, True)  # noqa: FBT003 - that is the mistake
    with pytest.raises(TypeError, match=r"resamples must be a whole number, got 10\.0"):
        bootstrap_interval(mean, torch.zeros(3), generator=seeded(), resamples=10.0)  # type: ignore[arg-type]


@pytest.mark.usefixtures("unchecked")
def test_bootstrap_needs_columns_of_one_length() -> None:
    """At least one, with at least one sample."""
    three = torch.zeros(3)
    with pytest.raises(ValueError, match="columns must be at least one, got 0"):
        bootstrap_interval(mean, generator=seeded())
    with pytest.raises(ValueError, match=r"columns must have at least one sample each, got \[3, 0"):
        bootstrap_interval(mean, three, three[:0], generator=seeded())
    with pytest.raises(ValueError, match=r"columns must have at least one sample each, got \[0\]"):
        bootstrap_interval(mean, three[0], generator=seeded())
    with pytest.raises(ValueError, match=r"columns must have the same length, got \[3, 2\]"):
        bootstrap_interval(mean, three, three[:2], generator=seeded())


def test_bootstrap_refuses_what_it_cannot_sort() -> None:
    """Levels and numbers of resamples that say nothing, and metrics that are not finite."""
    numbers = torch.tensor([0.0, 1.0])
    with pytest.raises(ValueError, match="resamples must be at least 1, got 0"):
        bootstrap_interval(mean, numbers, generator=seeded(), resamples=0)
    with pytest.raises(ValueError, match="level must be between 0 and 1, got 95"):
        bootstrap_interval(mean, numbers, generator=seeded(), level=95.0)
    with pytest.raises(ValueError, match=r"the metric of resample [0-9]+ must be finite, got -inf"):
        bootstrap_interval(lambda x: x.mean().log(), numbers, generator=seeded())
