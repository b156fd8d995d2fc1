"""Confusion, precision, recall, F1: scikit-learn and hand arithmetic are the oracles."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from torch.testing import assert_close

from ptfund.evaluation import class_scores, confusion_matrix, macro_f1

# The classes 3 and 4 are rare, and often one does not occur, or is never predicted.
CLASSES = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4])


@given(st.lists(st.tuples(CLASSES, CLASSES), min_size=1, max_size=40))
@settings(deadline=None)
def test_all_scores_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """Unbalanced, with absent and never predicted classes, which count as 0."""
    predicted, labels = torch.tensor(pairs).T
    named = {"labels": range(5)}
    confusion = confusion_matrix(predicted, labels, classes=5)
    assert confusion.dtype == torch.int64
    np.testing.assert_array_equal(
        confusion.numpy(), metrics.confusion_matrix(labels, predicted, **named)
    )
    wanted = metrics.precision_recall_fscore_support(labels, predicted, zero_division=0, **named)
    for ours, theirs in zip(class_scores(confusion), wanted[:3], strict=True):
        assert_close(ours, torch.tensor(theirs))
    macro = metrics.f1_score(labels, predicted, average="macro", zero_division=0, **named)
    found = macro_f1(predicted, labels, classes=5)
    assert type(found) is float
    assert found == pytest.approx(macro)


def test_scores_by_hand() -> None:
    """Rows are true classes: 3 of 4 zeros were found, among 5 that were called so."""
    predicted = torch.tensor([0, 0, 0, 1, 0, 0, 1])
    labels = torch.tensor([0, 0, 0, 0, 1, 1, 1])
    confusion = confusion_matrix(predicted, labels, classes=2)
    assert confusion.tolist() == [[3, 1], [2, 1]]
    precision, recall, f1 = class_scores(confusion)
    assert precision.tolist() == pytest.approx([3 / 5, 1 / 2])
    assert recall.tolist() == pytest.approx([3 / 4, 1 / 3])
    assert f1.tolist() == pytest.approx([2 / 3, 2 / 5])
    assert macro_f1(predicted, labels, classes=2) == pytest.approx(8 / 15)


@pytest.mark.usefixtures("unchecked")
def test_classes_must_be_known() -> None:
    """On both sides; the message says which side."""
    labels = torch.tensor([0, 1, 2])
    with pytest.raises(ValueError, match="labels must be from 0 to 1, got 2"):
        confusion_matrix(labels - labels, labels, classes=2)
    with pytest.raises(ValueError, match="predicted must be from 0 to 1, got 2"):
        confusion_matrix(labels, labels - labels, classes=2)
    with pytest.raises(ValueError, match="predicted must be at least 0, got -1"):
        macro_f1(labels - 1, labels, classes=3)
    with pytest.raises(ValueError, match="predicted must be 3, one a sample, got 2"):
        confusion_matrix(labels[:2], labels, classes=3)
    with pytest.raises(ValueError, match="labels must have at least one sample"):
        confusion_matrix(labels[:0], labels[:0], classes=3)
    with pytest.raises(ValueError, match="classes must be at least 1, got 0"):
        confusion_matrix(labels, labels, classes=0)
    with pytest.raises(TypeError, match=r"classes must be a whole number, got 3\.0"):
        confusion_matrix(labels, labels, classes=3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="predicted must be of dtype"):
        confusion_matrix(labels.float(), labels, classes=3)


@pytest.mark.usefixtures("unchecked")
def test_scores_need_a_square_of_counts() -> None:
    """Not predictions, not shares, and not nothing."""
    counts = torch.ones(2, 2, dtype=torch.int64)
    with pytest.raises(ValueError, match=r"must have the shape \(classes, classes\), got \(2,\)"):
        class_scores(counts[0])
    with pytest.raises(ValueError, match=r"must have the shape \(classes, classes\), got \(1, 2"):
        class_scores(counts[:1])
    with pytest.raises(ValueError, match=r"must have the shape \(classes, classes\), got \(2, 2, "):
        class_scores(counts.expand(2, 2, 2))
    with pytest.raises(ValueError, match=r"must have at least one sample, got \(2, 2\)"):
        class_scores(0 * counts)
    with pytest.raises(ValueError, match=r"must have at least one sample, got \(0, 0\)"):
        class_scores(counts[:0, :0])
    with pytest.raises(ValueError, match="confusion must be at least 0, got -3"):
        class_scores(counts - 4 * torch.eye(2, dtype=torch.int64))
    with pytest.raises(TypeError, match=r"must be of dtype .*int64, got .*float32"):
        class_scores(counts.float())
