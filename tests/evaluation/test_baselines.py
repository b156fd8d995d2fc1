"""Baselines: scikit-learn and hand arithmetic are the oracles."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from torch import Tensor

from ptfund.evaluation import majority, nearest_centroid, nearest_neighbour

Baseline = Callable[[Tensor, Tensor, Tensor], Tensor]
each = pytest.mark.parametrize("baseline", [majority, nearest_centroid, nearest_neighbour])


def drawn(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return samples, training samples, and classes of which number 2 does not occur."""
    generator = torch.Generator().manual_seed(seed)
    x, train_x = (torch.randn(n, 5, generator=generator) for n in (60, 40))
    shares = torch.tensor([0.2, 0.5, 0.0, 0.3])
    return x, train_x, shares.multinomial(40, replacement=True, generator=generator)


@pytest.mark.parametrize("seed", range(5))
def test_baselines_are_those_of_scikit_learn(seed: int) -> None:
    """On random numbers, one class being absent; ties do not occur there."""
    x, train_x, train_y = drawn(seed)
    for baseline, oracle in (
        (majority, DummyClassifier(strategy="most_frequent")),
        (nearest_centroid, NearestCentroid()),
        (nearest_neighbour, KNeighborsClassifier(n_neighbors=1)),
    ):
        wanted = oracle.fit(train_x.numpy(), train_y.numpy()).predict(x.numpy())
        np.testing.assert_array_equal(baseline(x, train_x, train_y).numpy(), wanted)


def test_of_equally_frequent_or_near_classes_the_first_counts() -> None:
    """Whatever their order among the training samples."""
    x, train_x, train_y = torch.zeros(1, 1), torch.tensor([[1.0], [-1.0]]), torch.tensor([3, 1])
    assert majority(x, train_x, train_y).tolist() == [1]
    assert nearest_centroid(x, train_x, train_y).tolist() == [1]


def test_nearest_centroid_is_exact_far_from_zero() -> None:
    """A matrix product would round the difference of the two away."""
    train_x = torch.tensor([[10_000.0, 10_000.0], [10_000.0, 10_000.01]])
    train_y = torch.tensor([0, 1])
    assert nearest_centroid(train_x.repeat(30, 1), train_x, train_y).tolist() == [0, 1] * 30


def test_among_equally_near_samples_the_first_counts() -> None:
    """Also where numbers are so large that a matrix product would round the difference away."""
    train_x = torch.full((40, 30), 1000.0)
    train_x[7, 0] += 0.01
    train_x[20] = train_x[7]
    train_y = torch.arange(40)
    assert nearest_neighbour(train_x[20:21], train_x, train_y).item() == 7
    assert nearest_neighbour(train_x[30:31], train_x, train_y).item() == 0


@each
def test_predictions_may_be_changed(baseline: Baseline) -> None:
    """They are classes of dtype int64, one a sample, with a memory of their own."""
    x, train_x, train_y = drawn(0)
    before = train_y.clone()
    found = baseline(x, train_x, train_y)
    assert found.dtype == torch.int64
    assert found.shape == (60,)
    found[0] = 9
    assert (found == 9).sum() == 1
    assert torch.equal(train_y, before)


@each
@pytest.mark.usefixtures("unchecked")
def test_samples_and_training_samples_must_fit(baseline: Baseline) -> None:
    """Each argument is checked under its own name."""
    x, train_x, train_y = drawn(0)
    with pytest.raises(ValueError, match="x must have 5 features, got 2"):
        baseline(x[:, :2], train_x, train_y)
    with pytest.raises(ValueError, match="train_y must be 40, one a sample, got 3"):
        baseline(x, train_x, train_y[:3])
    with pytest.raises(ValueError, match=r"^x must be finite at row 0, column 0, got nan"):
        baseline(x * torch.nan, train_x, train_y)
    with pytest.raises(ValueError, match="train_x must have at least one sample"):
        baseline(x, train_x[:0], train_y[:0])
    with pytest.raises(TypeError, match="train_x must be of a floating-point dtype"):
        baseline(x, train_x.long(), train_y)
    with pytest.raises(TypeError, match="train_y must be of dtype"):
        baseline(x, train_x, train_y.int())
