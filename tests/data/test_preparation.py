"""Sharing out and standardising: scikit-learn and hand arithmetic are the oracles."""

import math
from contextlib import suppress

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from ptfund.data import Standardizer, load_digits, stratified_split
from tests.data.drawing import feature_tables, label_lists


def generator(seed: int = 0) -> torch.Generator:
    """Return a generator of its own."""
    return torch.Generator().manual_seed(seed)


@given(
    labels=label_lists(),
    weights=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    seed=st.integers(0, 99),
)
@settings(deadline=None)
def test_parts_are_disjoint_and_complete_and_share_each_class(
    labels: Tensor, weights: list[int], seed: int
) -> None:
    """Whatever labels and fractions: every position once, each class within one of its share.

    Where a class is too small to be in every part, that is said, and it is true.
    """
    fractions = [weight / sum(weights) for weight in weights]
    counts = labels.bincount().tolist()
    parts: tuple[Tensor, ...] = ()
    with suppress(ValueError):
        parts = stratified_split(labels, fractions, generator(seed))
    if not parts:
        assert any(0 < share * count < 1 for share in fractions for count in counts)
        return
    assert torch.cat(parts).sort().values.tolist() == list(range(len(labels)))
    for part, share in zip(parts, fractions, strict=True):
        assert part.dtype == torch.int64
        found = labels[part].bincount(minlength=len(counts)).tolist()
        for own, count in zip(found, counts, strict=True):
            assert abs(own - share * count) < 1 + 1e-9
            assert (own > 0) == (count > 0)


def test_counts_are_those_of_scikit_learn_within_one() -> None:
    """On the digits both share out each class alike; they may differ in what is rounded up."""
    labels = load_digits().labels
    ours = stratified_split(labels, (0.75, 0.25), generator())
    theirs = train_test_split(
        np.arange(len(labels)), test_size=0.25, stratify=labels.numpy(), random_state=0
    )
    for mine, other in zip(ours, theirs, strict=True):
        difference = labels[mine].bincount() - labels[torch.from_numpy(other)].bincount()
        assert difference.abs().max() <= 1


def test_each_class_is_shared_out_to_the_nearest_number() -> None:
    """By hand: 60, 20 and 20 % of seven are 4.2, 1.4 and 1.4; the cuts 4.2 and 5.6 are rounded."""
    labels = torch.tensor([5] * 7 + [2] * 10)
    parts = stratified_split(labels, (0.6, 0.2, 0.2), generator())
    assert [(labels[part] == 5).sum().item() for part in parts] == [4, 2, 1]
    assert [(labels[part] == 2).sum().item() for part in parts] == [6, 2, 2]


def test_a_large_class_is_shared_out_exactly() -> None:
    """Nothing is rounded on the way: half of 10,002 is 5,001."""
    halves = stratified_split(torch.zeros(10_002).long(), (0.5, 0.5), generator())
    assert [len(half) for half in halves] == [5001, 5001]


def test_members_and_order_are_left_to_chance() -> None:
    """Over many seeds each sample is in each part as often as its share says, at any place."""
    labels = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
    seeds = 400
    first_part = torch.zeros(len(labels))
    first_place = torch.zeros(len(labels))
    for seed in range(seeds):
        first, _ = stratified_split(labels, (0.75, 0.25), generator(seed))
        first_part[first] += 1
        first_place[first[0]] += 1
    # The standard errors of the two shares are 0.022 and 0.017.
    assert (first_part / seeds - 0.75).abs().max() < 0.1
    assert (first_place / seeds - 1 / 8).abs().max() < 0.08


def test_classes_are_mixed_within_a_part() -> None:
    """A part does not come class by class."""
    labels = torch.arange(2).repeat_interleave(50)
    for part in stratified_split(labels, (0.5, 0.5), generator()):
        assert 5 < labels[part][:25].sum() < 20


def test_a_seed_fixes_the_parts() -> None:
    """The same seed gives the same parts, another one others; the generator moves on."""
    labels, again = load_digits().labels, generator()
    first = stratified_split(labels, (0.5, 0.5), again)
    state = torch.get_rng_state()
    torch.testing.assert_close(first, stratified_split(labels, (0.5, 0.5), generator()))
    assert torch.equal(state, torch.get_rng_state())
    for other in (again, generator(1)):
        assert not torch.equal(first[0], stratified_split(labels, (0.5, 0.5), other)[0])


def test_labels_may_be_far_apart() -> None:
    """A large label costs no memory."""
    (part,) = stratified_split(torch.tensor([10**12, 3]), (1.0,), generator())
    assert sorted(part.tolist()) == [0, 1]


@pytest.mark.parametrize(
    "fractions", [(), (0.5,), (0.6, 0.6), (1.5, -0.5), (1.0, 0.0), (math.nan, 1.0)]
)
def test_fractions_must_share_out_all(fractions: tuple[float, ...]) -> None:
    """They are positive and add up to 1."""
    with pytest.raises(ValueError, match=r"fractions must be positive and add up to 1, got \("):
        stratified_split(torch.tensor([0, 1]), fractions, generator())


def test_a_class_must_reach_all_parts() -> None:
    """A class of two cannot be in three parts; the message names it."""
    labels = torch.tensor([0] * 10 + [7] * 2)
    with pytest.raises(ValueError, match=r"class 7 must have a sample for each of .*, got 2"):
        stratified_split(labels, (0.6, 0.2, 0.2), generator())


@pytest.mark.usefixtures("unchecked")
def test_labels_to_stratify_by_are_checked() -> None:
    """Of dtype int64, at least one, none negative."""
    with pytest.raises(TypeError, match=r"labels must be of dtype .*int64, got .*float32"):
        stratified_split(torch.zeros(4), (0.5, 0.5), generator())
    with pytest.raises(ValueError, match="labels must have at least one sample"):
        stratified_split(torch.zeros(0, dtype=torch.int64), (0.5, 0.5), generator())
    with pytest.raises(ValueError, match="labels must be at least 0, got -1"):
        stratified_split(torch.tensor([0, -1]), (0.5, 0.5), generator())


@given(feature_tables())
@settings(deadline=None)
def test_training_features_have_mean_0_and_deviation_1_unless_constant(x: Tensor) -> None:
    """For any table, one sample included; a constant feature becomes 0, and nothing NaN."""
    z = Standardizer.fit(x)(x)
    constant = (x == x[0]).all(dim=0)
    zeros = torch.zeros(x.shape[1], dtype=x.dtype)
    assert z.isfinite().all()
    torch.testing.assert_close(z[:, constant], torch.zeros_like(z[:, constant]), rtol=0, atol=0)
    torch.testing.assert_close(z.mean(dim=0), zeros, rtol=0, atol=1e-4)
    ones = (~constant).to(x.dtype)
    torch.testing.assert_close(z.std(dim=0, correction=0), ones, rtol=1e-3, atol=1e-4)


@given(feature_tables())
@settings(deadline=None)
def test_scikit_learn_gives_the_same_scale(x: Tensor) -> None:
    """Its scaler has the same guard, and the divisor N."""
    standardize = Standardizer.fit(x.double())
    scaler = StandardScaler().fit(x.double().numpy())
    torch.testing.assert_close(standardize.mean, torch.from_numpy(scaler.mean_))
    torch.testing.assert_close(standardize.scale, torch.from_numpy(scaler.scale_))


def test_a_constant_that_rounding_would_spread_is_constant() -> None:
    """The mean of equal numbers is not always that number in float32."""
    x = torch.full((1000, 1), 0.1)
    assert x.std(dim=0, correction=0) > 0
    standardize = Standardizer.fit(x)
    assert standardize.scale.item() == 1
    assert standardize(x).abs().max() == 0


def test_a_spread_that_rounding_takes_away_is_constant() -> None:
    """The squares of tiny differences are 0, and 0 is no divisor."""
    standardize = Standardizer.fit(torch.tensor([[0.0], [1e-200]], dtype=torch.float64))
    assert standardize.scale.item() == 1


def test_unseen_features_are_measured_by_the_fitted_ones() -> None:
    """By hand: mean 2 and deviation 2 turn 5 into 1.5; a former constant is only shifted."""
    standardize = Standardizer.fit(torch.tensor([[0.0, 7.0], [4.0, 7.0]]))
    unseen = torch.tensor([[5.0, 9.0], [2.0, 7.0]])
    torch.testing.assert_close(standardize(unseen), torch.tensor([[1.5, 2.0], [0.0, 0.0]]))
    torch.testing.assert_close(unseen, torch.tensor([[5.0, 9.0], [2.0, 7.0]]))


def test_fitting_is_outside_of_any_graph_and_applying_is_not() -> None:
    """The two measures are constants; a gradient reaches the features that are scaled."""
    x = torch.tensor([[0.0], [4.0]], requires_grad=True)
    standardize = Standardizer.fit(x)
    assert not standardize.mean.requires_grad
    assert not standardize.scale.requires_grad
    (gradient,) = torch.autograd.grad(standardize(x).sum(), x)
    torch.testing.assert_close(gradient, torch.tensor([[0.5], [0.5]]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_measures_keep_the_dtype(dtype: torch.dtype) -> None:
    """A model in one precision is fed with one."""
    x = torch.tensor([[0.0, 1.0], [4.0, 1.0]], dtype=dtype)
    standardize = Standardizer.fit(x)
    assert standardize.mean.dtype == standardize.scale.dtype == standardize(x).dtype == dtype


@pytest.mark.usefixtures("unchecked")
def test_features_to_standardise_are_checked() -> None:
    """Fitting and applying refuse what is no table of finite numbers, or another table."""
    standardize = Standardizer.fit(torch.tensor([[0.0, 1.0], [4.0, 1.0]]))
    for call in (Standardizer.fit, standardize):
        with pytest.raises(TypeError, match=r"x must be of a floating-point dtype, got .*int64"):
            call(torch.tensor([[1, 2]]))
        with pytest.raises(ValueError, match=r"x must have the shape .*, got \(2,\)"):
            call(torch.zeros(2))
        with pytest.raises(ValueError, match="x must be finite at row 0, column 1, got nan"):
            call(torch.tensor([[1.0, math.nan]]))
    with pytest.raises(ValueError, match="x must have 2 features, got 3"):
        standardize(torch.zeros(1, 3))
