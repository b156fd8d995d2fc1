"""The share of right predictions: scikit-learn is the oracle."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score

from ptfund.evaluation import accuracy

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
