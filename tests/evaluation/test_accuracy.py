"""Judging predictions: scikit-learn, NumPy and hand arithmetic are the oracles."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score
from sklearn.neighbors import KNeighborsClassifier

from ptfund.evaluation import accuracy, nearest_neighbour, paired_difference

CLASSES = st.integers(0, 3)


@given(st.lists(st.tuples(CLASSES, CLASSES), min_size=1, max_size=50))
@settings(deadline=None)
def test_accuracy_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """The share of equal pairs, as a Python number."""
    predicted, labels = torch.tensor(pairs).T
    found = accuracy(predicted, labels)
    assert type(found) is float
    assert found == pytest.approx(accuracy_score(labels.numpy(), predicted.numpy()), abs=1e-15)


def test_accuracy_is_exact_for_many_samples() -> None:
    """A third of three million is not rounded to seven digits."""
    labels = torch.tensor([0, 1, 2]).repeat(1_000_000)
    assert accuracy(torch.zeros_like(labels), labels) == 1 / 3


@pytest.mark.usefixtures("unchecked")
def test_predictions_and_labels_must_fit() -> None:
    """A column of predictions would be compared with every label; scores are no classes."""
    labels = torch.tensor([0, 1, 2])
    with pytest.raises(ValueError, match=r"predicted must have the shape \(samples,\), got \(3, 1"):
        accuracy(labels[:, None], labels)
    with pytest.raises(ValueError, match="predicted must be 3, one a sample, got 1"):
        accuracy(labels[:1], labels)
    with pytest.raises(ValueError, match="labels must have at least one sample"):
        accuracy(labels[:0], labels[:0])
    with pytest.raises(TypeError, match=r"predicted must be of dtype .*int64, got .*float32"):
        accuracy(labels.float(), labels)
    with pytest.raises(TypeError, match=r"labels must be of dtype .*int64, got .*uint8"):
        accuracy(labels, labels.to(torch.uint8))


def test_nearest_neighbour_is_that_of_scikit_learn() -> None:
    """On random tables; ties do not occur there."""
    generator = torch.Generator().manual_seed(0)
    x, train_x = (torch.randn(n, 5, generator=generator) for n in (60, 40))
    train_y = torch.randint(3, (40,), generator=generator)
    oracle = KNeighborsClassifier(n_neighbors=1).fit(train_x.numpy(), train_y.numpy())
    found = nearest_neighbour(x, train_x, train_y)
    assert found.dtype == torch.int64
    np.testing.assert_array_equal(found.numpy(), oracle.predict(x.numpy()))


def test_among_equally_near_ones_the_first_counts() -> None:
    """Also where numbers are so large that a matrix product would round the difference away."""
    train_x = torch.full((40, 30), 1000.0)
    train_x[7, 0] += 0.01
    train_x[20] = train_x[7]
    train_y = torch.arange(40)
    assert nearest_neighbour(train_x[20:21], train_x, train_y).item() == 7
    assert nearest_neighbour(train_x[30:31], train_x, train_y).item() == 0


@pytest.mark.usefixtures("unchecked")
def test_features_and_classes_of_neighbours_must_fit() -> None:
    """Each argument is checked under its own name."""
    x, train_x, train_y = torch.zeros(2, 3), torch.zeros(4, 3), torch.zeros(4, dtype=torch.int64)
    with pytest.raises(ValueError, match="x must have 3 features, got 2"):
        nearest_neighbour(x[:, :2], train_x, train_y)
    with pytest.raises(ValueError, match="train_y must be 4, one a sample, got 3"):
        nearest_neighbour(x, train_x, train_y[:3])
    with pytest.raises(ValueError, match=r"^x must be finite at row 0, column 0, got nan"):
        nearest_neighbour(x * math.nan, train_x, train_y)
    with pytest.raises(ValueError, match="train_x must have at least one sample"):
        nearest_neighbour(x, train_x[:0], train_y[:0])
    with pytest.raises(TypeError, match="train_x must be of a floating-point dtype"):
        nearest_neighbour(x, train_x.long(), train_y)


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
