"""Verdicts, at their edges, and what ten seeds can show."""

from math import comb
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptfund.evaluation import PairedDifference
from ptfund.experiments import Arms, chance_to_confirm, smallest_visible, verdict


def signs(positive: int, negative: int, deviation: float = 1.0) -> PairedDifference:
    """Return a difference with these signs."""
    return PairedDifference(0.0, deviation, positive, negative)


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        (10, 0, "confirmed"),
        (9, 1, "confirmed"),
        (9, 0, "confirmed"),
        (8, 0, "not visible"),
        (8, 2, "not visible"),
        (5, 5, "not visible"),
        (0, 0, "not visible"),
        (2, 8, "not visible"),
        (0, 9, "reversed"),
        (1, 9, "reversed"),
        (0, 10, "reversed"),
    ],
)
def test_nine_of_ten_signs_decide(positive: int, negative: int, expected: str) -> None:
    """Equal results have no sign, and count for neither side."""
    assert verdict(signs(positive, negative)) == expected


@pytest.mark.parametrize(("seeds", "least"), [(2, 2), (9, 9), (11, 10), (20, 18), (30, 27)])
def test_with_other_numbers_of_seeds_it_is_nine_tenths(seeds: int, least: int) -> None:
    """Rounded up."""
    assert verdict(signs(least, 0), seeds=seeds) == "confirmed"
    assert verdict(signs(least - 1, 0), seeds=seeds) == "not visible"
    assert verdict(signs(0, least), seeds=seeds) == "reversed"


def test_settings_agree_or_the_verdict_depends_on_them() -> None:
    """Confirmed here and not visible there is no agreement."""
    better, worse, neither = signs(10, 0), signs(0, 10), signs(5, 5)
    assert verdict(better, better, varied="lr") == "confirmed"
    assert verdict(better, worse, varied="lr") == "depends on lr"
    assert verdict(better, neither, varied="lr") == "depends on lr"
    assert verdict(neither, better, better) == "depends on the setting"


def test_a_verdict_needs_a_difference_with_as_many_seeds() -> None:
    """No difference, or more signs than seeds."""
    with pytest.raises(ValueError, match=r"differences must be at least one, got \(\)"):
        verdict()
    with pytest.raises(ValueError, match="seeds must be at least 11, as many as have a sign"):
        verdict(signs(10, 1))


def test_arms_are_subtracted_in_their_order() -> None:
    """The claimed way comes first."""
    assert Arms([3.0, 5.0], [1.0, 1.0]).difference == PairedDifference(3.0, 2**0.5, 2, 0)


@settings(deadline=None)
@given(st.integers(1, 40), st.floats(0, 1))
def test_the_chance_of_equal_signs_is_binomial(seeds: int, share: float) -> None:
    """One seed after the other, the distribution of the hits is convolved with that of one."""
    hits = np.ones(1)
    for _ in range(seeds):
        hits = np.convolve(hits, [1 - share, share])
    expected = hits[-(-9 * seeds // 10) :].sum()
    assert chance_to_confirm(share, seeds) == pytest.approx(expected, abs=1e-12)


def test_without_an_effect_either_sign_comes_in_two_of_a_hundred() -> None:
    """Ten coins: 2 · (10 + 1) of 1,024 throws."""
    assert 2 * chance_to_confirm(0.5) == 2 * (comb(10, 9) + 1) / 1024


@pytest.mark.parametrize(("seeds", "power"), [(10, 0.8), (10, 0.5), (20, 0.8), (1, 0.8)])
def test_the_smallest_visible_effect_is_confirmed_as_often_as_said(
    seeds: int, power: float
) -> None:
    """Simulated 20,000 times; the share has a standard deviation of 0.003."""
    effect = smallest_visible(signs(0, 0, 2.0), seeds=seeds, power=power)
    drawn = np.random.default_rng(0).normal(effect, 2.0, size=(20_000, seeds))
    confirmed = [
        verdict(signs(positive, seeds - positive), seeds=seeds) == "confirmed"
        for positive in (drawn > 0).sum(axis=1).tolist()
    ]
    assert np.mean(confirmed) == pytest.approx(power, abs=0.015)


def test_a_single_seed_sees_what_its_sign_sees() -> None:
    """By hand: with one seed the chance of the sign is the power itself."""
    assert smallest_visible(signs(0, 0), seeds=1) == pytest.approx(NormalDist().inv_cdf(0.8))
    assert smallest_visible(signs(0, 0, 0.0)) == 0.0


def test_impossible_chances_are_refused() -> None:
    """No seed, and probabilities that are none."""
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="share must be from 0 to 1, got"):
            chance_to_confirm(share)
    for power in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match="power must be between 0 and 1, got"):
            smallest_visible(signs(0, 0), power=power)
    with pytest.raises(ValueError, match="seeds must be at least 1, got 0"):
        chance_to_confirm(0.5, 0)
    with pytest.raises(ValueError, match="seeds must be at least 1, got 0"):
        smallest_visible(signs(0, 0), seeds=0)
