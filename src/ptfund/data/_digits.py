"""The digits: as they come, and ready to learn from."""

from typing import NamedTuple

import torch
from jaxtyping import Float32, Int64, UInt8
from sklearn import datasets
from torch import Tensor

from ptfund.data._preparation import Standardizer, stratified_split


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
