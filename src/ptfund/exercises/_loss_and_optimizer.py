"""Checks of chapter 5's exercises."""

import math
from collections.abc import Callable
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - as everyone calls it

from ptfund import optim
from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._losses import Refusing, compare_extremes

__all__ = [
    "adam_with_decay",
    "binary_cross_entropy",
    "largest_lr",
    "warm_up_then_cosine",
    "weighted_cross_entropy",
]


def binary_cross_entropy(answer: Answer) -> None:
    """Compare with PyTorch's own, and its gradient, up to logits of ±1000."""
    reference = F.binary_cross_entropy_with_logits
    cases = [
        (torch.tensor([2.0, -1.0, 0.5, -3.0, 1.5]), torch.tensor([1.0, 1.0, 0.0, 0.0, 1.0])),
        (torch.tensor([0.25, -2.0, 3.0]), torch.zeros(3)),
        (torch.tensor([-0.5]), torch.ones(1)),
        (torch.tensor([0.25, -1.0, 2.0]).double(), torch.tensor([1.0, 0.0, 0.0]).double()),
    ]

    def each(z: Tensor, y: Tensor) -> Tensor:
        return reference(z, y, reduction="none")

    compare(
        answer,
        reference,
        cases,
        {
            "the sign is flipped: a loss is never negative": lambda z, y: -reference(z, y),
            "yes and no are exchanged: see the sign of the logits": lambda z, y: reference(-z, y),
            "it returns the sum over the samples, not their mean": lambda z, y: each(z, y).sum(),
            "it returns a number for each sample: their mean is missing": each,
            "samples with target 0 cost nothing": lambda z, y: (y * each(z, y)).mean(),
            "both targets have a mean of their own, which may be that of nothing: take one mean "
            "over all samples": (
                lambda z, y: (each(z, y)[y == 1].mean() + each(z, y)[y == 0].mean()) / 2
            ),
        },
    )
    extremes = [
        (torch.tensor([z, 0.5]), torch.tensor([y, 1.0])) for z in (1000, -1000) for y in (1, 0)
    ]
    compare_extremes(answer, reference, extremes)
    forbidden = {reference.__name__, "soft_margin_loss", "multilabel_soft_margin_loss"}
    with Refusing(lambda name, _: name in forbidden):
        answer(*cases[0])


def adam_with_decay(answer: Answer) -> None:
    """Compare with our optimizers, which do as PyTorch's, then forbid both."""
    generator = torch.Generator().manual_seed(0)
    w = torch.tensor([1.0, -2.0, 0.5, 0.0])
    # Large ones, some as small as ε, and none at all.
    gradients = torch.randn(6, 4, generator=generator) * torch.tensor([1.0, 1000.0, 1e-8, 0.0])
    cases = [
        (w, gradients, 0.05, 0.3, 0.0),
        (w, gradients, 0.05, 0.0, 0.3),
        (w.double(), gradients.double(), 0.1, 0.0, 0.0),
    ]

    def reference(w: Tensor, gradients: Tensor, lr: float, *decays: float) -> Tensor:
        kind = optim.AdamW if decays[1] else optim.Adam
        optimizer = kind([w], lr=lr, weight_decay=max(decays))
        for w.grad in gradients:
            optimizer.step()
        return w

    def mistaken(**changes: Any) -> Callable[..., Tensor]:
        return lambda *case: _adam(*case, **changes)

    compare(
        answer,
        reference,
        cases,
        {
            "the two decays are exchanged: which of them does Adam divide by the root?": (
                lambda w, g, lr, coupled, decoupled: _adam(w, g, lr, decoupled, coupled)
            ),
            "`decoupled` goes into the gradient: it must stay out of the running means": (
                lambda w, g, lr, *decays: _adam(w, g, lr, sum(decays), 0.0)
            ),
            "`coupled` shrinks the parameter itself: it must go into the running means": (
                lambda w, g, lr, *decays: _adam(w, g, lr, 0.0, sum(decays))
            ),
            "decoupled decay shrinks too much: it is multiplied by the learning rate": (
                lambda w, g, lr, coupled, decoupled: _adam(w, g, lr, coupled, decoupled / lr)
            ),
            "decoupled decay shrinks Adam's step, too: it comes before": mistaken(before=False),
            "coupled decay always takes the `w` of the start": mistaken(current=False),
            "the bias correction is missing: both means begin at 0": mistaken(corrected=False),
            "the bias correction divides by 0: number the first step 1": mistaken(first=0),
            "the corrected means replace the running ones: keep both": mistaken(replaced=True),
            "coupled decay misses the squares: both means take it in": mistaken(squared=False),
            "the running means begin anew in each step: they must be kept": mistaken(kept=False),
            "the root is missing": mistaken(root=lambda s: s + 1e-8),
            "ε is missing: where all gradients are 0, it is nan": mistaken(root=Tensor.sqrt),
            "ε stands below the root, not after it": mistaken(root=lambda s: (s + 1e-8) ** 0.5),
        },
    )

    def refuse(optimizer: object, *_: object, **__: object) -> None:
        made = type(optimizer).__module__
        raise WrongAnswer(f"the result is right, but an optimizer of `{made}` took the steps")

    with (
        mock.patch.object(torch.optim.Optimizer, "__init__", refuse),
        mock.patch.object(optim.Optimizer, "__init__", refuse),
    ):
        answer(*cases[0])


def _adam(
    w: Tensor, gradients: Tensor, lr: float, coupled: float, decoupled: float, **changes: Any
) -> Tensor:
    """Return the parameter after Adam's steps, with something changed."""
    root = changes.get("root", lambda s: s.sqrt() + 1e-8)
    start, m, s = w, torch.zeros_like(w), torch.zeros_like(w)
    for t, gradient in enumerate(gradients, changes.get("first", 1)):
        if not changes.get("kept", True):
            m, s = torch.zeros_like(w), torch.zeros_like(w)
        seen = gradient + coupled * (w if changes.get("current", True) else start)
        squares = (seen if changes.get("squared", True) else gradient) ** 2
        m, s = m.lerp(seen, 0.1), s.lerp(squares, 0.001)
        parts = (1 - 0.9**t, 1 - 0.999**t) if changes.get("corrected", True) else (1.0, 1.0)
        corrected = m / parts[0], s / parts[1]
        m, s = corrected if changes.get("replaced", False) else (m, s)
        step = lr * corrected[0] / root(corrected[1])
        shrink = 1 - lr * decoupled
        w = shrink * w - step if changes.get("before", True) else shrink * (w - step)
    return w


def weighted_cross_entropy(answer: Answer) -> None:
    """Compare with PyTorch's own, and its gradient, up to logits of ±1000."""
    generator = torch.Generator().manual_seed(0)
    cases = []
    for classes, numbers in (
        ([0, 0, 0, 1, 0, 2], [0.5, 3.0, 2.0]),
        # As many images as classes; one does not occur, and one does not count.
        ([2, 0, 2, 3], [1.0, 4.0, 0.5, 0.0]),
    ):
        logits = 2 * torch.randn(len(classes), len(numbers), generator=generator)
        cases.append((logits, torch.tensor(classes), torch.tensor(numbers)))
    cases.append((cases[0][0].double(), cases[0][1], cases[0][2].double()))

    def reference(z: Tensor, y: Tensor, w: Tensor) -> Tensor:
        return F.cross_entropy(z, y, w)

    def each(z: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(z, y, reduction="none")

    compare(
        answer,
        reference,
        cases,
        {
            "it divides by the number of images: there, too, one of weight 2 must count as two": (
                lambda z, y, w: (w[y] * each(z, y)).mean()
            ),
            "it divides by the weights of all classes, each once: which weights were used?": (
                lambda z, y, w: (w[y] * each(z, y)).sum() / w.sum()
            ),
            "weights are taken by the position of an image, not by its class: that runs only if "
            "there are as many images as classes": (
                lambda z, y, w: (w * each(z, y)).sum() / w.sum()
            ),
            "the weights multiply the logits, which makes other probabilities: weight the losses": (
                lambda z, y, w: F.cross_entropy(w * z, y)
            ),
            "the weights have no effect: weight each loss before they become one number": (
                lambda z, y, _: F.cross_entropy(z, y)
            ),
            "it returns the weighted sum: by what must it be divided?": (
                lambda z, y, w: (w[y] * each(z, y)).sum()
            ),
            "each class has a mean of its own, so that it no longer counts how often it occurs": (
                lambda z, y, w: (
                    sum(w[c] * each(z, y)[y == c].mean() for c in y.unique()) / w[y.unique()].sum()
                )
            ),
        },
    )
    extremes = [
        (torch.tensor([[z, 0.0], [0.5, 0.0]]), torch.tensor([y, 1]), torch.tensor([2.0, 0.5]))
        for z, y in ((1000.0, 0), (1000.0, 1), (-1000.0, 0), (-1000.0, 1))
    ]
    compare_extremes(answer, reference, extremes)
    forbidden = {"cross_entropy", "nll_loss"}
    with Refusing(lambda name, options: name in forbidden and options["weight"] is not None):
        answer(*cases[0])


def largest_lr(answer: Answer) -> None:
    """Compare with the largest singular value, squared."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(50, 3), (4, 1)]
    cases = [(torch.randn(shape, generator=generator) + 0.7,) for shape in shapes]
    cases += [(torch.randn(20, 4, generator=generator).double() * torch.tensor([0.5, 3, 1, 1]),)]

    def reference(x: Tensor) -> float:
        return len(x) / float(torch.linalg.svdvals(x.double())[0]) ** 2

    def hessian(x: Tensor) -> Tensor:
        return 2 * x.T @ x / len(x)

    compare(
        answer,
        reference,
        cases,
        {
            "it is twice the limit: what is the slope of a square?": lambda x: 2 * reference(x),
            "it is half the limit: look at 1 - ηλ once more": lambda x: reference(x) / 2,
            "it is the limit divided by N: is the loss a sum?": lambda x: reference(x) / len(x),
            "it takes XᵀX for the Hessian: the square and the mean each bring a factor": (
                lambda x: 2 * reference(x) / len(x)
            ),
            "it comes from the smallest curvature: in which direction must steps be shortest?": (
                lambda x: 2 / torch.linalg.eigvalsh(hessian(x))[0].item()
            ),
            "it comes from the largest element of the Hessian: a direction between the axes may "
            "be steeper": lambda x: 2 / hessian(x).max().item(),
            "it takes a column of ones for the bias: this layer has none": (
                lambda x: reference(torch.cat([x, torch.ones_like(x[:, :1])], dim=1))
            ),
            "it takes the features less their mean: this layer sees them as they are": (
                lambda x: reference(x - x.mean(dim=0))
            ),
            "a singular value of x is not yet an eigenvalue of XᵀX": (
                lambda x: len(x) / float(torch.linalg.svdvals(x)[0])
            ),
        },
        tolerance=1e-3,  # a search may end near the limit; all mistakes are farther off
    )
    # With fewer samples than features some curvatures are 0, or what rounding makes of it.
    wide = [(torch.randn(shape, generator=generator),) for shape in ((2, 5), (1, 4))]
    compare(answer, reference, wide, tolerance=1e-3)


def warm_up_then_cosine(answer: Answer) -> None:
    """Compare with PyTorch's cosine, in each step of several plans."""
    plans = [(4, 10), (0, 4), (2, 3)]
    cases = [(t, warmup, total) for warmup, total in plans for t in range(total)]

    def reference(t: int, warmup: int, total: int) -> float:
        rise = [n / warmup for n in range(1, warmup + 1)]
        angles = torch.linspace(0, math.pi, total - warmup + 1, dtype=torch.float64)
        return float([*rise, *((angles.cos() + 1) / 2).tolist()][t])

    def wave(t: int, steps: int) -> float:
        return (1 + math.cos(math.pi * t / steps)) / 2

    def then(falling: Callable[[int, int, int], float]) -> Callable[[int, int, int], float]:
        return lambda t, w, n: (t + 1) / w if t < w else falling(t, w, n)

    compare(
        answer,
        reference,
        cases,
        {
            "the first factor is 0, a step that moves nothing, and step `warmup - 1` has less "
            "than 1": lambda t, w, n: t / w if t < w else wave(t - w, n - w),
            "step `warmup - 1` does not have all of the learning rate: how much is one rise?": (
                lambda t, w, n: (t + 1) / (w + 1) if t < w else wave(t - w, n - w)
            ),
            "step `warmup` has more than 1: there the cosine begins": (
                lambda t, w, n: (t + 1) / w if t <= w else wave(t - w, n - w)
            ),
            "the cosine goes on from step 0: its own t is 0 in step `warmup`": (
                then(lambda t, w, n: wave(t, n - w))
            ),
            "the cosine is that of a training without warm-up: it jumps down in step `warmup`": (
                then(lambda t, _, n: wave(t, n))
            ),
            "the cosine falls too slowly: its T are not all steps, but those that are left": (
                then(lambda t, w, n: wave(t - w, n))
            ),
            "the last step has 0, and moves nothing: how many steps are left in step `warmup`?": (
                then(lambda t, w, n: wave(t - w, n - w - 1))
            ),
            "with a `warmup` of 0 it divides by 0: there the cosine begins at once": (
                lambda t, w, n: min(1.0, (t + 1) / w) * wave(max(t - w, 0), n - w)
            ),
        },
    )
