"""Checks of chapter 1's exercises."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot as one_hot_of_torch

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._values import difference

__all__ = [
    "five_shapes",
    "mean_squared_error",
    "one_hot",
    "pairwise_distances",
    "standardise_images",
]


def five_shapes(answer: Answer) -> None:
    """Compare with what PyTorch says; tell where to look, not what is right."""
    x, y, z = torch.zeros(6, 4), torch.zeros(4), torch.zeros(6, 1)
    asked = {
        "x - y": (x - y, "align both shapes at the right: what does `y` become?"),
        "x.mean(dim=1)": (x.mean(dim=1), "which dimension is it that `dim=1` takes away?"),
        "x[:, None] * x": (
            x[:, None] * x,
            "write the shape of `x` under that of `x[:, None]`, both aligned at the right",
        ),
        "x.T @ z": (x.T @ z, "the inner two sizes must agree, and are gone afterwards"),
        "z - z[:, 0]": (
            z - z[:, 0],
            "`z[:, 0]` has one dimension less than `z`: align the two shapes at the right",
        ),
    }
    right = [tuple(tensor.shape) for tensor, _ in asked.values()]
    got = answer()
    if not isinstance(got, list):
        raise WrongAnswer(f"five_shapes() {difference(right, got)}")
    if len(got) != len(right):
        raise WrongAnswer(f"there must be {len(right)} shapes, got {len(got)}")
    for (expression, (_, look)), shape, is_right in zip(asked.items(), got, right, strict=True):
        if not isinstance(shape, tuple):
            raise WrongAnswer(f"each shape must be a tuple, such as (6, 4) or (6,), got {shape!r}")
        if shape != is_right:
            raise WrongAnswer(f"the shape of `{expression}` is not {tuple(shape)}: {look}")


def one_hot(answer: Answer) -> None:
    """Compare with `F.one_hot`."""
    cases = [
        (torch.tensor([2, 0]), 3),
        (torch.tensor([1, 1, 0, 3]), 4),
        (torch.arange(10), 10),  # here comparing without a new axis runs
        (torch.tensor([9, 3, 3, 0, 1, 2, 4, 5, 6, 7]), 10),
        (torch.tensor([4]), 6),
        (torch.zeros(0, dtype=torch.int64), 3),
    ]

    def reference(labels: Tensor, classes: int) -> Tensor:
        return one_hot_of_torch(labels, classes).float()

    compare(
        answer,
        reference,
        cases,
        {
            "the labels need a new axis: without one, each is compared with the class at its own "
            "position, and only if there are as many labels as classes": (
                lambda labels, classes: (labels == torch.arange(classes)).float()
            ),
            "the first class is number 0, not 1": lambda labels, classes: (
                labels[:, None] == torch.arange(1, classes + 1)
            ).float(),
            "rows and columns are exchanged: each label must have a row of its own": (
                lambda labels, classes: reference(labels, classes).T
            ),
            "the elements must be 0.0 and 1.0, got False and True: what converts them?": (
                lambda labels, classes: reference(labels, classes).bool()
            ),
            "the elements must be 0.0 and 1.0 as float32, got whole numbers": one_hot_of_torch,
        },
    )


def standardise_images(answer: Answer) -> None:
    """Compare with a loop over the images."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(3, 2, 4), (7, 5, 5), (5, 5, 5), (1, 8, 8), (4, 1, 6)]
    cases = [
        (torch.rand(shape, generator=generator) * torch.arange(1.0, 1 + shape[0])[:, None, None],)
        for shape in shapes
    ]

    def reference(images: Tensor) -> Tensor:
        return torch.stack([(image - image.mean()) / image.std() for image in images])

    compare(
        answer,
        reference,
        cases,
        {
            "it fails for most shapes, and where it runs it may take one image's mean from "
            "another image: mean and deviation must keep their dimensions": (
                lambda x: (x - x.mean(dim=(1, 2))) / x.std(dim=(1, 2))
            ),
            "all images share one mean and one deviation: each must have its own": (
                lambda x: (x - x.mean()) / x.std()
            ),
            "mean and deviation are those of each pixel over the images: each image must have "
            "its own, over its pixels": (
                lambda x: (x - x.mean(dim=0, keepdim=True)) / x.std(dim=0, keepdim=True)
            ),
            "mean and deviation are those of each column of an image: they must be of the whole "
            "image": lambda x: (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True),
            "mean and deviation are those of each row of an image: they must be of the whole "
            "image": lambda x: (x - x.mean(dim=2, keepdim=True)) / x.std(dim=2, keepdim=True),
            "the mean is right, but it is divided by the variance: its root is the deviation": (
                lambda x: (x - x.mean((1, 2), keepdim=True)) / x.var((1, 2), keepdim=True)
            ),
            "the mean is subtracted, and nothing is divided": (
                lambda x: x - x.mean((1, 2), keepdim=True)
            ),
        },
    )


def mean_squared_error(answer: Answer) -> None:
    """Compare with a loop over the pairs."""
    generator = torch.Generator().manual_seed(0)
    cases = [
        (torch.randn(n, 1, generator=generator), torch.randn(n, generator=generator))
        for n in (3, 1, 2, 10)
    ]

    def reference(predictions: Tensor, targets: Tensor) -> Tensor:
        pairs = zip(predictions[:, 0], targets, strict=True)
        return sum(((p - t) ** 2 for p, t in pairs), torch.tensor(0.0)) / len(targets)

    compare(
        answer,
        reference,
        cases,
        {
            "each prediction is still compared with all targets, n · n pairs: print the shape of "
            "the difference": lambda p, t: (p - t).square().mean(),
            "it returns the sum of the squares, not their mean": (
                lambda p, t: (p[:, 0] - t).square().sum()
            ),
            "it returns a number for each pair: their mean is missing": (
                lambda p, t: (p[:, 0] - t).square()
            ),
            "each pair counts, but with its distance, not with the square of it": (
                lambda p, t: (p[:, 0] - t).abs().mean()
            ),
            "only the means of both are compared: squaring comes before the mean": (
                lambda p, t: (p.mean() - t.mean()).square()
            ),
        },
    )


def pairwise_distances(answer: Answer) -> None:
    """Compare with the tensor of all differences."""
    generator = torch.Generator().manual_seed(0)
    cases = [
        (torch.randn(n, f, generator=generator), torch.randn(m, f, generator=generator))
        for n, m, f in ((3, 2, 4), (4, 4, 5), (1, 6, 2))
    ]
    twice = torch.rand(6, 64, generator=generator)
    cases.append((twice, twice.flip(0)))  # equal rows, of which rounding makes less than 0

    def reference(a: Tensor, b: Tensor) -> Tensor:
        return (a[:, None] - b).square().sum(dim=2).sqrt()

    def squared(a: Tensor, b: Tensor, products: float = 2.0) -> Tensor:
        both = a.square().sum(1, keepdim=True) + b.square().sum(1)
        return both - products * (a @ b.T)

    compare(
        answer,
        reference,
        cases,
        {
            "of two equal rows the distance is nan: rounding leaves a number slightly below 0, "
            "which has no root": lambda a, b: squared(a, b).sqrt(),
            "the dot product counts twice: look at the formula": (
                lambda a, b: squared(a, b, 1.0).clamp(min=0).sqrt()
            ),
            "the two sums of squares must become a column and a row, so that each meets each": (
                lambda a, b: (
                    (a.square().sum(1) + b.square().sum(1) - 2 * a @ b.T).clamp(min=0).sqrt()
                )
            ),
            "these are the squares of the distances: the root is missing": (
                lambda a, b: squared(a, b).clamp(min=0)
            ),
        },
        # Near 0, the root makes a large error of a small one: of 1e-5, 3e-3.
        tolerance=5e-3,
    )
