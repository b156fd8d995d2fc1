"""The data that the chapters learn from, as tensors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Float32, Int64, UInt8
from sklearn import datasets
from torch import Tensor

from ptfund._guards import check_features, check_labels, must

__all__ = [
    "Digits",
    "Line",
    "Samples",
    "SplitDigits",
    "Standardizer",
    "load_digits",
    "make_line",
    "split_digits",
    "stratified_split",
]


class Digits(NamedTuple):
    """Images of handwritten digits, and which digit each of them shows.

    Being a tuple, it can be taken apart: `images, labels = load_digits()`.
    """

    images: UInt8[Tensor, "images 8 8"]
    """How much ink each pixel holds, from 0 (none) to 16, of shape `(images, 8, 8)`: one
    image after the other, its rows from top to bottom."""

    labels: Int64[Tensor, " images"]
    """The digit that each image shows, from 0 to 9, of shape `(images,)`."""


def load_digits() -> Digits:
    """Return 1,797 images of handwritten digits with their labels.

    They come with scikit-learn, so that nothing is downloaded, and stand in the order
    of the original file.

    Returns:
        Images of shape `(1797, 8, 8)` and dtype `uint8`, labels of shape `(1797,)` and
        dtype `int64`, both on the CPU. Each call gives new tensors, which may be changed.

    Examples:
        >>> images, labels = load_digits()
        >>> images[0, 2]
        tensor([ 0,  3, 15,  2,  0, 11,  8,  0], dtype=torch.uint8)
        >>> labels[:3]
        tensor([0, 1, 2])

    References:
        Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
        Learning Repository, 1998: the file `optdigits.tes`.
    """
    digits = datasets.load_digits()
    return Digits(
        images=torch.tensor(digits.images, dtype=torch.uint8),
        labels=torch.tensor(digits.target, dtype=torch.int64),
    )


class Line(NamedTuple):
    """Points beside a straight line.

    Being a tuple, it can be taken apart: `x, y = make_line(100, generator)`.
    """

    x: Float32[Tensor, " points"]
    """Where each point stands, of shape `(points,)`."""

    y: Float32[Tensor, " points"]
    """How high it stands there, of shape `(points,)`."""


def make_line(
    points: int,
    generator: torch.Generator,
    *,
    slope: float = 3.0,
    intercept: float = 1.0,
    noise: float = 0.5,
) -> Line:
    """Return points on the line y = slope · x + intercept, each moved up or down by chance.

    Where the truth must be known, data have to be made: whatever is fitted to these
    points can be compared with the line that they come from.

    Args:
        points: How many points to make, at least one.
        generator: Where the random numbers come from; it must be on the CPU.
        slope: How fast the line rises.
        intercept: Its height at x = 0.
        noise: The standard deviation of the moves, which are normally distributed;
            with 0 all points lie on the line.

    Returns:
        Both `x`, uniform between -3 and 3, and `y` have the shape `(points,)` and
        the dtype `float32`, on the CPU. All of `x` is drawn before the moves, so that the
        same seed gives the same `x` whatever the other arguments.

    Raises:
        ValueError: If `points` is less than 1 or `noise` is negative.

    Examples:
        >>> x, y = make_line(3, torch.Generator().manual_seed(0), noise=0.0)
        >>> torch.testing.assert_close(y, 3 * x + 1)
        >>> x.shape, y.shape
        (torch.Size([3]), torch.Size([3]))
    """
    if points < 1:
        raise must("points", "be at least 1", points)
    if noise < 0:
        raise must("noise", "be at least 0", noise)
    x = 6 * torch.rand(points, generator=generator, dtype=torch.float32) - 3
    moves = noise * torch.randn(points, generator=generator, dtype=torch.float32)
    return Line(x, slope * x + intercept + moves)


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
    for label in labels.bincount().nonzero().squeeze(dim=1).tolist():
        members = (labels == label).nonzero().squeeze(1).cpu()
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
        check_features("x", x)
        if x.shape[1] != len(self.mean):
            raise must("x", f"have {len(self.mean)} features", x.shape[1])
        return (x - self.mean) / self.scale


class Samples(NamedTuple):
    """What a model learns from, or is judged by: features and labels.

    Being a tuple, it can be taken apart: `x, y = samples`.
    """

    x: Float32[Tensor, "samples features"]
    """The features of each sample, of shape `(samples, features)`."""

    y: Int64[Tensor, " samples"]
    """The class of each sample, of shape `(samples,)`."""


class SplitDigits(NamedTuple):
    """The digits, ready to learn from."""

    train: Samples
    """60 % of the images, to learn from."""

    validation: Samples
    """20 %, to make decisions by."""

    test: Samples
    """20 %, to be used once."""

    standardize: Standardizer
    """Fitted on the raw pixels of `train`."""


def split_digits(generator: torch.Generator, *, standardize: bool = True) -> SplitDigits:
    """Return the digits in three parts, each image as a row of 64 numbers.

    This is what chapter 3 builds step by step: a stratified split of 60, 20 and 20 %, then
    pixels that are standardised by the training images alone.

    Args:
        generator: Where the random numbers of the split come from; it must be on the CPU.
        standardize: Whether to standardise; if not, pixels go from 0 to 16.

    Returns:
        Features of dtype `float32` and labels of dtype `int64`, on the CPU.

    Examples:
        >>> split = split_digits(torch.Generator().manual_seed(0))
        >>> split.train.x.shape, split.train.x.dtype
        (torch.Size([1078, 64]), torch.float32)
    """
    images, labels = load_digits()
    pixels = images.flatten(start_dim=1).float()
    rows = stratified_split(labels, (0.6, 0.2, 0.2), generator)
    scaler = Standardizer.fit(pixels[rows[0]])
    x = scaler(pixels) if standardize else pixels
    train, validation, test = (Samples(x[part], labels[part]) for part in rows)
    return SplitDigits(train, validation, test, scaler)
