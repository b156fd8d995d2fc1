"""How good predictions are, and what they must be better than."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from ptfund._guards import check_features, check_labels, must

__all__ = ["PairedDifference", "accuracy", "nearest_neighbour", "paired_difference"]


def accuracy(predicted: Int64[Tensor, " samples"], labels: Int64[Tensor, " samples"]) -> float:
    """Return the share of samples whose class was predicted right.

    Args:
        predicted: The predicted class of each sample, of shape `(samples,)`; from scores
            of shape `(samples, classes)` it is `scores.argmax(dim=1)`.
        labels: The true ones, of the same shape.

    Returns:
        A number from 0 to 1.

    Raises:
        TypeError: If one of the two is not of dtype `int64`.
        ValueError: If there is no sample, or the two differ in shape.

    Examples:
        >>> accuracy(torch.tensor([0, 1, 2, 2]), torch.tensor([0, 1, 1, 2]))
        0.75
    """
    check_labels("labels", labels)
    check_labels("predicted", predicted, samples=len(labels))
    return (predicted == labels).double().mean().item()


def nearest_neighbour(
    x: Float[Tensor, "samples features"],
    train_x: Float[Tensor, "train features"],
    train_y: Int64[Tensor, " train"],
) -> Int64[Tensor, " samples"]:
    """Return for each sample the class of the training sample that is nearest to it.

    It learns nothing and compares with everything: a baseline that a model has to beat.
    Near is measured by the Euclidean distance.

    Args:
        x: The samples to classify, of shape `(samples, features)`.
        train_x: The training samples, of shape `(train, features)`.
        train_y: Their classes, of shape `(train,)`.

    Returns:
        Predicted classes of shape `(samples,)` and dtype `int64`; among training samples
        that are equally near, the first one counts.

    Raises:
        TypeError: If features are not of a floating-point dtype, or `train_y` is not of
            dtype `int64`.
        ValueError: If a tensor is empty, has another shape, or is not finite.

    Examples:
        >>> x, train_x = torch.tensor([[1.0], [9.0]]), torch.tensor([[0.0], [8.0]])
        >>> nearest_neighbour(x, train_x, torch.tensor([3, 5]))
        tensor([3, 5])
    """
    check_features("train_x", train_x)
    check_labels("train_y", train_y, samples=len(train_x))
    check_features("x", x, features=train_x.shape[1])
    # The faster way by a matrix product rounds, and would break ties by chance.
    distances = torch.cdist(x, train_x, compute_mode="donot_use_mm_for_euclid_dist")
    return train_y[distances.argmin(dim=1)]


class PairedDifference(NamedTuple):
    """By how much one way of doing something differs from another over several seeds."""

    mean: float
    """The mean of the differences."""

    deviation: float
    """Their standard deviation, with the divisor n - 1."""

    positive: int
    """How many of them are above 0."""

    negative: int
    """How many of them are below 0."""


def paired_difference(first: Sequence[float], second: Sequence[float]) -> PairedDifference:
    """Return how far `first` lies above `second`, where both hold one result a seed.

    What a seed does to both, such as an easy split, cancels out: the spread of the
    differences is often far smaller than that of the results.

    Args:
        first: One result a seed, in the order of the seeds.
        second: The results of the other way with the same seeds.

    Returns:
        Mean, standard deviation and signs of `first - second`, in the unit of the results.

    Raises:
        ValueError: If the two have not the same length, hold fewer than two results, or
            one that is not finite.

    Examples:
        >>> paired_difference([0.5, 0.75, 1.0], [0.25, 0.5, 0.75])
        PairedDifference(mean=0.25, deviation=0.0, positive=3, negative=0)
    """
    if len(first) != len(second):
        raise must("first and second", "have the same length", (len(first), len(second)))
    if len(first) < 2:
        raise must("first", "hold at least two results", len(first))
    one, other = (torch.tensor(results, dtype=torch.float64) for results in (first, second))
    differences = one - other
    if not differences.isfinite().all():
        at = int((~differences.isfinite()).nonzero()[0])
        raise must(f"results of seed {at}", "be finite", (first[at], second[at]))
    return PairedDifference(
        mean=differences.mean().item(),
        deviation=differences.std().item(),
        positive=int((differences > 0).sum()),
        negative=int((differences < 0).sum()),
    )
