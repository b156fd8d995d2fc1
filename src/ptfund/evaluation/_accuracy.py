"""The share of right predictions."""

from jaxtyping import Int64
from torch import Tensor

from ptfund._guards import check_labels


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
        >>> import torch
        >>> accuracy(torch.tensor([0, 1, 2, 2]), torch.tensor([0, 1, 1, 2]))
        0.75
    """
    check_labels("labels", labels)
    check_labels("predicted", predicted, samples=len(labels))
    return (predicted == labels).double().mean().item()
