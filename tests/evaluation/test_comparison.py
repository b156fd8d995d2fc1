"""Comparisons: NumPy, SciPy, enumeration and hand arithmetic are the oracles."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ptfund.evaluation import paired_difference, sign_test


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=12),
)
@settings(deadline=None)
def test_paired_difference_is_numpys(pairs: list[tuple[float, float]]) -> None:
    """Mean, deviation with the divisor n - 1, and signs of the differences."""
    first, second = zip(*pairs, strict=True)
    differences = np.subtract(first, second)
    found = paired_difference(first, second)
    assert found.mean == pytest.approx(differences.mean(), abs=1e-9)
    assert found.deviation == pytest.approx(differences.std(ddof=1), abs=1e-9)
    assert found.positive == (differences > 0).sum()
    assert found.negative == (differences < 0).sum()


def test_ties_have_no_sign() -> None:
    """By hand: 0, 1 and -2 have the mean -1/3 and one sign each way."""
    found = paired_difference([1.0, 2.0, 3.0], [1.0, 1.0, 5.0])
    assert (found.positive, found.negative) == (1, 1)
    assert found.mean == pytest.approx(-1 / 3)
    assert found.deviation == pytest.approx(math.sqrt(7 / 3))


def test_a_difference_needs_pairs() -> None:
    """Of the same length, at least two, and finite; the message says which seed is not."""
    with pytest.raises(ValueError, match=r"must have the same length, got \(3, 2\)"):
        paired_difference([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="first must hold at least two results, got 1"):
        paired_difference([1.0], [1.0])
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match=r"results of seed 1 must be finite, got \(2.0, "):
            paired_difference([1.0, 2.0], [1.0, bad])


THREE = st.integers(0, 2)


@given(st.lists(st.tuples(THREE, THREE, THREE), min_size=1, max_size=60))
@settings(deadline=None)
def test_sign_test_is_the_binomial_test_of_scipy(rows: list[tuple[int, int, int]]) -> None:
    """Of the samples that only one gets right, counted here one by one."""
    first, second, labels = torch.tensor(rows).T
    found = sign_test(first, second, labels)
    firsts = sum(a == y != b for a, b, y in rows)
    seconds = sum(b == y != a for a, b, y in rows)
    assert (found.first_only, found.second_only) == (firsts, seconds)
    wanted = stats.binomtest(firsts, firsts + seconds).pvalue if firsts + seconds else 1.0
    assert found.p_value == pytest.approx(wanted)


@pytest.mark.parametrize("firsts", range(8))
def test_the_p_value_is_the_share_of_tosses_at_least_as_uneven(firsts: int) -> None:
    """All 128 series of seven tosses, one by one."""
    labels = torch.zeros(7, dtype=torch.int64)
    first = (torch.arange(7) >= firsts).long()
    uneven = abs(2 * firsts - 7)
    tosses = [abs(2 * sum(series) - 7) >= uneven for series in product((0, 1), repeat=7)]
    assert sign_test(first, 1 - first, labels).p_value == pytest.approx(sum(tosses) / 128)


def test_thousands_of_disagreements_are_exact() -> None:
    """2 to the power of 5,000 does not fit any float."""
    labels = torch.zeros(5000, dtype=torch.int64)
    first = (torch.arange(5000) < 2400).long()
    wanted = stats.binomtest(2400, 5000).pvalue
    found = sign_test(first, 1 - first, labels)
    assert found[:2] == (2600, 2400)
    assert found.p_value == pytest.approx(wanted, rel=1e-6)


@pytest.mark.usefixtures("unchecked")
def test_classifiers_must_be_asked_about_the_same_samples() -> None:
    """The message says which of the three does not fit."""
    labels = torch.tensor([0, 1])
    with pytest.raises(ValueError, match="first must be 2, one a sample, got 1"):
        sign_test(labels[:1], labels, labels)
    with pytest.raises(ValueError, match="second must be 2, one a sample, got 1"):
        sign_test(labels, labels[:1], labels)
    with pytest.raises(ValueError, match="labels must have at least one sample"):
        sign_test(labels[:0], labels[:0], labels[:0])
    with pytest.raises(TypeError, match="second must be of dtype"):
        sign_test(labels, labels.double(), labels)
