"""What a model must be better than. All are called alike: `classify(x, train_x, train_y)`."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from ptfund._guards import check_features, check_labels

# The faster way by a matrix product rounds, and would break ties by chance.
EXACT = "donot_use_mm_for_euclid_dist"


def majority(
    x: Float[Tensor, "samples features"],
    train_x: Float[Tensor, "train features"],
    train_y: Int64[Tensor, " train"],
) -> Int64[Tensor, " samples"]:
    """Return for each sample the class that is the most frequent among the training samples.

    It does not look at the features: what it gets right is what the frequencies of the
    classes give away.

    Args:
        x: The samples to classify, of shape `(samples, features)`.
        train_x: The training samples, of shape `(train, features)`.
        train_y: Their classes, of shape `(train,)`.

    Returns:
        One class again and again, of shape `(samples,)` and dtype `int64`; of equally
        frequent ones it is the first.

    Raises:
        TypeError: If features are not of a floating-point dtype, or `train_y` is not of
            dtype `int64`.
        ValueError: If a tensor is empty, has another shape, or is not finite.

    Examples:
        >>> majority(torch.zeros(2, 1), torch.zeros(3, 1), torch.tensor([4, 7, 7]))
        tensor([7, 7])
    """
    _check(x, train_x, train_y)
    return train_y.bincount().argmax().expand(len(x)).clone()


def nearest_centroid(
    x: Float[Tensor, "samples features"],
    train_x: Float[Tensor, "train features"],
    train_y: Int64[Tensor, " train"],
) -> Int64[Tensor, " samples"]:
    """Return for each sample the class whose mean training sample is nearest to it.

    The mean of a class is its *centroid*. Near is measured by the Euclidean distance.

    Args:
        x: The samples to classify, of shape `(samples, features)`.
        train_x: The training samples, of shape `(train, features)`.
        train_y: Their classes, of shape `(train,)`. A class without a training sample has
            no mean, and is never predicted.

    Returns:
        Predicted classes of shape `(samples,)` and dtype `int64`; among means that are
        equally near, that of the first class counts.

    Raises:
        TypeError: If features are not of a floating-point dtype, or `train_y` is not of
            dtype `int64`.
        ValueError: If a tensor is empty, has another shape, or is not finite.

    Examples:
        The class 5 lies around 3, the class 6 around 10:

        >>> train_x = torch.tensor([[2.0], [4.0], [10.0]])
        >>> nearest_centroid(torch.tensor([[0.0], [7.0]]), train_x, torch.tensor([5, 5, 6]))
        tensor([5, 6])
    """
    _check(x, train_x, train_y)
    classes = train_y.bincount().nonzero()[:, 0]
    centroids = torch.stack([train_x[train_y == label].mean(dim=0) for label in classes])
    return classes[torch.cdist(x, centroids, compute_mode=EXACT).argmin(dim=1)]


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
    _check(x, train_x, train_y)
    return train_y[torch.cdist(x, train_x, compute_mode=EXACT).argmin(dim=1)]


def _check(x: Tensor, train_x: Tensor, train_y: Tensor) -> None:
    """Raise an error unless there are samples, and training samples of the same features."""
    check_features("train_x", train_x)
    check_labels("train_y", train_y, samples=len(train_x))
    check_features("x", x, features=train_x.shape[1])
