"""Checks of chapter 1's exercises."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import one_hot as one_hot_of_torch
from torch.overrides import TorchFunctionMode

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._values import difference, is_plain

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
        (torch.arange(10), 10),  # here comparing without a new dimension runs
        (torch.tensor([9, 3, 3, 0, 1, 2, 4, 5, 6, 7]), 10),
        (torch.tensor([4]), 6),
    ]

    def reference(labels: Tensor, classes: int) -> Tensor:
        return one_hot_of_torch(labels, classes).float()

    compare(
        answer,
        reference,
        cases,
        {
            "the labels need a new dimension: without it, each is compared with the class at its "
            "own position, and only if there are as many labels as classes": (
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

    def mean(x: Tensor, *, keepdim: bool = True) -> Tensor:
        return x.mean((1, 2), keepdim=keepdim)

    def deviation(x: Tensor, *, keepdim: bool = True) -> Tensor:
        return x.std((1, 2), keepdim=keepdim)

    def along(*dim: int) -> Callable[[Tensor], Tensor]:
        return lambda x: (x - x.mean(dim, keepdim=True)) / x.std(dim, keepdim=True)

    mistakes: dict[str, Callable[[Tensor], Tensor]] = {
        "it fails for most shapes, and where it runs it may take one image's mean from another "
        "image: mean and deviation must keep their dimensions": (
            lambda x: (x - mean(x, keepdim=False)) / deviation(x, keepdim=False)
        ),
        "the mean keeps its dimensions, and the deviation loses them": (
            lambda x: (x - mean(x)) / deviation(x, keepdim=False)
        ),
        "the deviation keeps its dimensions, and the mean loses them": (
            lambda x: (x - mean(x, keepdim=False)) / deviation(x)
        ),
        "all images share one mean and one deviation: each must have its own": along(0, 1, 2),
        "mean and deviation are those of each pixel over the images: each image must have its "
        "own, over its pixels": along(0),
        "mean and deviation are those of each column of an image: they must be of the whole "
        "image": along(1),
        "mean and deviation are those of each row of an image: they must be of the whole image": (
            along(2)
        ),
        "only the mean is divided: a difference needs parentheses to be divided as a whole": (
            lambda x: x - mean(x) / deviation(x)
        ),
        "the mean is right, but it is divided by the variance: its root is the deviation": (
            lambda x: (x - mean(x)) / deviation(x).square()
        ),
        "the deviation is not that of `.std`, which divides the sum of squares not by the number "
        "of pixels, but by one less": (
            lambda x: (x - mean(x)) / x.std((1, 2), correction=0, keepdim=True)
        ),
        "the mean is subtracted, and nothing is divided": lambda x: x - mean(x),
    }
    compare(answer, reference, cases, mistakes)


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
    """Compare with the tensor of all differences, which the answer itself must not make."""
    generator = torch.Generator().manual_seed(0)
    cases = [
        (torch.randn(n, f, generator=generator), torch.randn(m, f, generator=generator))
        for n, m, f in ((3, 2, 4), (4, 4, 5), (1, 6, 2))
    ]

    def reference(a: Tensor, b: Tensor) -> Tensor:
        return (a[:, None] - b).square().sum(dim=2).sqrt()

    def mistaken(a: Tensor, b: Tensor, products: float = 2.0) -> Tensor:
        both = a.square().sum(1, keepdim=True) + b.square().sum(1)
        return (both - products * (a @ b.T)).clamp(min=0)

    compare(
        answer,
        reference,
        cases,
        {
            "the dot product counts twice: look at the formula": (
                lambda a, b: mistaken(a, b, 1.0).sqrt()
            ),
            "the dot product must be subtracted": lambda a, b: mistaken(a, b, -2.0).sqrt(),
            "the two sums of squares must become a column and a row, so that each meets each": (
                lambda a, b: (
                    (a.square().sum(1) + b.square().sum(1) - 2 * a @ b.T).clamp(min=0).sqrt()
                )
            ),
            "each row has a sum of squares of its own: this is the sum over all rows": (
                lambda a, b: (a.square().sum() + b.square().sum() - 2 * a @ b.T).sqrt()
            ),
            "these are the squares of the distances: the root is missing": mistaken,
        },
    )
    a = torch.rand(20, 64, generator=generator)
    b = a.flip(0)  # equal rows, of which rounding makes less than 0
    with _Largest() as largest:
        got = answer(a, b)
    if is_plain(got) and got.isnan().any():
        raise WrongAnswer(
            "of two equal rows the distance is nan: rounding leaves a number slightly below 0, "
            "which has no root"
        )
    # Near 0, the root makes a large error of a small one: of 1e-5, 3e-3.
    compare(answer, reference, [(a, b)], tolerance=5e-3)
    if largest.elements >= len(a) * b.numel():
        raise WrongAnswer(
            "the distances are right, but a tensor of all differences is made: the formula needs "
            "none with a third dimension"
        )


class _Largest(TorchFunctionMode):
    """Notes how many elements the largest result of an operation has."""

    elements = 0

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call the operation, and look at what it returns."""
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.elements = max(self.elements, result.numel())
        return result
