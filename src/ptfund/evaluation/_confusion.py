"""Which classes are taken for which, and what that says about each class."""

from typing import NamedTuple

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from ptfund._guards import check_labels, check_whole, must, must_be


def confusion_matrix(
    predicted: Int64[Tensor, " samples"], labels: Int64[Tensor, " samples"], *, classes: int
) -> Int64[Tensor, "classes classes"]:
    """Return how many samples of each class were taken for which class.

    Args:
        predicted: The predicted class of each sample, of shape `(samples,)`.
        labels: The true ones, of the same shape.
        classes: How many classes there are; both must be below it.

    Returns:
        Counts of shape `(classes, classes)` and dtype `int64`, with a row for each true
        class and a column for each predicted one. What is right stands on the diagonal.

    Raises:
        TypeError: If a tensor is not of dtype `int64`, or `classes` is not a whole number.
        ValueError: If there is no sample, the two differ in shape, or one holds what is no
            class.

    Examples:
        Of two samples of the class 1 one was taken for a 2:

        >>> confusion_matrix(torch.tensor([0, 1, 2]), torch.tensor([0, 1, 1]), classes=3)
        tensor([[1, 0, 0],
                [0, 1, 1],
                [0, 0, 0]])
    """
    check_whole("classes", classes, least=1)
    check_labels("labels", labels, classes=classes)
    check_labels("predicted", predicted, samples=len(labels), classes=classes)
    # Each pair has a number of its own, as a two-digit number has.
    pairs = classes * labels + predicted
    return pairs.bincount(minlength=classes**2).reshape(classes, classes)


class ClassScores(NamedTuple):
    """How well each class is found. The mean over the classes is called *macro*."""

    precision: Float64[Tensor, " classes"]
    """Which share of what was called by this class belongs to it, of shape `(classes,)`."""

    recall: Float64[Tensor, " classes"]
    """Which share of this class was called by it, of shape `(classes,)`."""

    f1: Float64[Tensor, " classes"]
    """The harmonic mean of both, of shape `(classes,)`."""


def class_scores(confusion: Int64[Tensor, "classes classes"]) -> ClassScores:
    r"""Return precision, recall and F1 of each class.

    With $c_{jk}$ for the samples of class $j$ that were taken for class $k$, class $k$ has

    $$
    \text{precision} = \frac{c_{kk}}{\sum_j c_{jk}}, \quad
    \text{recall} = \frac{c_{kk}}{\sum_j c_{kj}}, \quad
    F_1 = \frac{2 c_{kk}}{\sum_j c_{jk} + \sum_j c_{kj}}
    $$

    Where this would be 0 / 0, it is 0, as in scikit-learn with `zero_division=0`: the
    precision of a class that was never predicted, the recall of one that does not occur.
    Such a class pulls a mean over the classes down; leave it out of the mean if that is not
    meant.

    Args:
        confusion: Counts with a row for each true class and a column for each predicted
            one, as [`confusion_matrix`][ptfund.evaluation.confusion_matrix] returns them.

    Returns:
        Three tensors of shape `(classes,)` and dtype `float64`, from 0 to 1, on the device of
        the counts.

    Raises:
        TypeError: If `confusion` is not of dtype `int64`.
        ValueError: If it is not square, is empty, holds a number below 0 or no sample.

    Examples:
        The class 2 does not occur, but was predicted once:

        >>> scores = class_scores(torch.tensor([[1, 0, 0], [0, 1, 1], [0, 0, 0]]))
        >>> scores.recall
        tensor([1.0000, 0.5000, 0.0000], dtype=torch.float64)
        >>> scores.f1.mean()
        tensor(0.5556, dtype=torch.float64)
    """
    if confusion.dtype != torch.int64:
        raise must_be("confusion", "of dtype torch.int64", confusion.dtype)
    shape = tuple(confusion.shape)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise must("confusion", "have the shape (classes, classes)", shape)
    if not confusion.any():
        raise must("confusion", "have at least one sample", shape)
    if confusion.min() < 0:
        raise must("confusion", "be at least 0", int(confusion.min()))
    right, predicted, true = confusion.diag(), confusion.sum(dim=0), confusion.sum(dim=1)
    return ClassScores(
        precision=_share(right, predicted),
        recall=_share(right, true),
        f1=_share(2 * right, predicted + true),
    )


def macro_f1(
    predicted: Int64[Tensor, " samples"], labels: Int64[Tensor, " samples"], *, classes: int
) -> float:
    """Return the mean of F1 over the classes, in which a rare class counts as much as any.

    Args:
        predicted: The predicted class of each sample, of shape `(samples,)`.
        labels: The true ones, of the same shape.
        classes: How many classes there are. One that neither occurs nor was predicted counts
            with 0.

    Returns:
        A number from 0 to 1.

    Raises:
        TypeError: If a tensor is not of dtype `int64`, or `classes` is not a whole number.
        ValueError: If there is no sample, the two differ in shape, or one holds what is no
            class.

    Examples:
        Always the frequent class is right in 90 % of the samples, yet it does not find the
        other one at all:

        >>> labels = torch.tensor([0] * 9 + [1])
        >>> round(macro_f1(torch.zeros_like(labels), labels, classes=2), 3)
        0.474
    """
    return class_scores(confusion_matrix(predicted, labels, classes=classes)).f1.mean().item()


def _share(part: Int64[Tensor, " classes"], whole: Int64[Tensor, " classes"]) -> Tensor:
    """Return part by whole, and 0 where both are 0."""
    # The part is 0 where the whole is.
    return part.double() / whole.clamp(min=1)
