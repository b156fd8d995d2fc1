"""Samples shared out in parts, and features brought to one scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from ptfund._guards import check_features, check_labels, must


def stratified_split(
    labels: Int64[Tensor, " samples"], fractions: Sequence[float], generator: torch.Generator
) -> tuple[Int64[Tensor, " part"], ...]:
    """Return the positions of the samples of each part, every class being shared out alike.

    Which members of a class go where is left to chance, and so is the order within a part.

    Args:
        labels: The class of each sample, of shape `(samples,)` and dtype `int64`.
        fractions: The share of each part: positive numbers that add up to 1.
        generator: Where the random numbers come from; it must be on the CPU.

    Returns:
        One tensor a part, of dtype `int64`, on the CPU. Each position from 0 to
        `samples - 1` is in exactly one of them, and of each class a part has its fraction,
        rounded to the number above or below.

    Raises:
        TypeError: If `labels` are not of dtype `int64`.
        ValueError: If `labels` are none, negative or of another shape, `fractions` are not
            positive or do not add up to 1, or a class is too small to be in every part.

    Examples:
        >>> labels = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
        >>> train, test = stratified_split(labels, (0.75, 0.25), torch.Generator())
        >>> labels[train].bincount(), labels[test].bincount()
        (tensor([3, 3]), tensor([1, 1]))
    """
    check_labels("labels", labels)
    shares = tuple(fractions)
    if not all(share > 0 for share in shares) or not math.isclose(sum(shares), 1):
        raise must("fractions", "be positive and add up to 1", shares)
    ends = torch.tensor(shares, dtype=torch.float64).cumsum(dim=0)
    parts: list[list[Tensor]] = [[] for _ in shares]
    for label in sorted(set(labels.tolist())):
        members = (labels == label).nonzero()[:, 0].cpu()
        members = members[torch.randperm(len(members), generator=generator)]
        cuts = (ends * len(members) + 0.5).floor().long()
        for part, piece in zip(parts, members.tensor_split(cuts[:-1]), strict=True):
            if not len(piece):
                raise must(f"class {label}", f"have a sample for each of {shares}", len(members))
            part.append(piece)
    whole = [torch.cat(part) for part in parts]
    return tuple(part[torch.randperm(len(part), generator=generator)] for part in whole)


@dataclass(frozen=True, eq=False)
class Standardizer:
    """Brings every feature to mean 0 and standard deviation 1, as measured on some samples.

    Fit it on the training samples alone, and apply it to all.

    Examples:
        >>> standardize = Standardizer.fit(torch.tensor([[0.0, 7.0], [4.0, 7.0]]))
        >>> standardize(torch.tensor([[4.0, 8.0]]))
        tensor([[1., 1.]])
    """

    mean: Float[Tensor, " features"]
    """The mean of each feature, of shape `(features,)`."""

    scale: Float[Tensor, " features"]
    """What each feature is divided by: its standard deviation, or 1 where it is constant."""

    @classmethod
    def fit(cls, x: Float[Tensor, "samples features"]) -> "Standardizer":
        """Return the standardizer of these samples.

        The standard deviation is that of the samples themselves, with the divisor N. A
        feature that is the same in all of them has none that could be divided by; it is
        only shifted.

        Args:
            x: At least one sample, of shape `(samples, features)`.

        Returns:
            A standardizer whose two tensors have the dtype and the device of `x`, and no
            gradient.

        Raises:
            TypeError: If `x` is not of a floating-point dtype.
            ValueError: If `x` is empty, of another shape, or not finite.
        """
        check_features("x", x)
        x = x.detach()
        mean, deviation = x.mean(dim=0), x.std(dim=0, correction=0)
        # Rounding can give a constant a deviation, and take that of tiny numbers away.
        constant = (x == x[0]).all(dim=0) | (deviation == 0)
        return cls(
            mean=torch.where(constant, x[0], mean),
            scale=torch.where(constant, 1, deviation),
        )

    def __call__(self, x: Float[Tensor, "samples features"]) -> Float[Tensor, "samples features"]:
        """Return the samples, each feature shifted and scaled.

        Args:
            x: Samples with the features that were measured, of shape
                `(samples, features)`.

        Returns:
            A new tensor of the same shape.

        Raises:
            TypeError: If `x` is not of a floating-point dtype.
            ValueError: If `x` is empty, has other features, or is not finite.
        """
        check_features("x", x, features=len(self.mean))
        return (x - self.mean) / self.scale
