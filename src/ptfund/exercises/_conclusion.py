"""Checks of chapter 9's exercises."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.functional import cross_entropy, one_hot

from ptfund.exercises import _small_networks as small
from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._momentum import train_with_momentum
from ptfund.exercises._values import copied, same

__all__ = ["rounding_gap", "tanh_gradients", "train_with_momentum", "wrong_gradients"]


def tanh_gradients(answer: Answer) -> None:
    """Compare with autograd, on sizes that all differ; then see that it was not used."""
    cases = []
    for n, features, units, classes, large, dtype in (
        (7, 5, 4, 3, (1, 1), torch.float32),
        (2, 3, 6, 5, (1, 1), torch.float32),
        (4, 6, 3, 7, (1, 3000), torch.float64),  # where exp alone gives inf
        (3, 5, 2, 4, (3000, 1), torch.float64),
    ):
        w1, b1, w2, b2 = small.network(n, features, units, classes)
        tensors = [*small.normal(n, (n, features)), large[0] * w1, b1, large[1] * w2, b2]
        x, *parameters = (tensor.to(dtype) for tensor in tensors)
        cases.append((x, one_hot(torch.arange(n) % (classes - 1), classes), *parameters))

    def reference(x: Tensor, one_hot: Tensor, *parameters: Tensor) -> list[Tensor]:
        def loss(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
            return cross_entropy((x @ w1.T + b1).tanh() @ w2.T + b2, one_hot.argmax(dim=1))

        return small.slopes_of(loss, list(parameters))

    def by_hand(
        slope: Callable[[Tensor], Tensor] = lambda h: 1 - h.tanh() ** 2,
        bend: Callable[[Tensor], Tensor] = torch.tanh,
        softmax: Callable[[Tensor], Tensor] = lambda z: z.softmax(dim=1),
    ) -> Callable[..., list[Tensor]]:
        def found(x: Tensor, one_hot: Tensor, *parameters: Tensor) -> list[Tensor]:
            w1, b1, w2, b2 = parameters
            h = x @ w1.T + b1
            dz = (softmax(bend(h) @ w2.T + b2) - one_hot) / len(x)
            dh = dz @ w2 * slope(h)
            return [dh.T @ x, dh.sum(dim=0), dz.T @ bend(h), dz.sum(dim=0)]

        return found

    def changed(change: Callable[..., list[Tensor]]) -> Callable[..., list[Tensor]]:
        return lambda x, *rest: change(len(x), *reference(x, *rest))

    compare(
        answer,
        reference,
        cases,
        {
            "the slope is still that of ReLU": by_hand(lambda h: h > 0),
            "no slope stands between the layers: `dh` is not `da`": by_hand(torch.ones_like),
            "the square in the slope must be that of `a`, not that of `h`": by_hand(
                lambda h: 1 - h**2
            ),
            "the slope lacks a square: look at the formula": by_hand(lambda h: 1 - h.tanh()),
            "the forward pass still has ReLU: tanh takes its place there, too": by_hand(
                bend=torch.relu
            ),
            "with large scores it overflows: what did `gradients` do about them?": by_hand(
                softmax=lambda z: z.exp() / z.exp().sum(dim=1, keepdim=True)
            ),
            "the softmax goes over the images, and must go over the classes of each": by_hand(
                softmax=lambda z: z.softmax(dim=0)
            ),
            "these are the slopes of a sum over the images: the loss is a mean": changed(
                lambda n, *slopes: [n * slope for slope in slopes]
            ),
            "all signs are reversed: it is $p - y$, not $y - p$": changed(
                lambda _, *slopes: [-slope for slope in slopes]
            ),
            "the slopes of weights are transposed: each must have the shape of its weights": (
                changed(lambda _, w1, b1, w2, b2: [w1.T, b1, w2.T, b2])
            ),
            "the order is not that of the parameters: the hidden layer comes first": changed(
                lambda _, w1, b1, w2, b2: [w2, b2, w1, b1]
            ),
        },
    )
    tracked: list[Tensor] = []

    def noted(tensor: Tensor) -> Tensor:
        tracked.append(tensor)
        return tensor

    with saved_tensors_hooks(noted, lambda tensor: tensor):
        answer(*cases[0])
    if tracked:
        raise WrongAnswer("the numbers are right, but they are autograd's: write the way back")


def wrong_gradients(answer: Answer) -> None:
    """Give it gradients of which it is known what was done to them."""
    made = [  # by position: a square matrix, a bias, another matrix and bias, and a slope of 0
        small.claim(torch.float32, 1.0, {}),
        small.claim(torch.float32, 1.0, {1: "reversed"}),
        small.claim(torch.float64, 1.0, {0: "doubled", 2: "spiked", 3: "missing"}),
        small.claim(torch.float64, 1e-6, {2: "further"}),
        small.claim(torch.float64, 1e6, {0: "near", 1: "near", 3: "further"}),
        small.claim(torch.float64, 1.0, {2: "nan"}),
        small.claim(torch.float64, 1.0, {0: "inf", 4: "nudged"}),
        small.claim(torch.float32, 1.0, {4: "narrow", 0: "transposed"}),
        small.claim(torch.float32, 1.0, {1: "row"}),
        small.claim(torch.float32, 1.0, {2: "transposed"}),
    ]
    cases = [case for case, _ in made]
    places = {loss: wrong for (_, loss, _), wrong in made}

    def reference(_: list[Tensor], loss: small.Loss, __: list[Tensor]) -> list[int]:
        return places[loss]

    def right(c: Tensor, s: Tensor) -> Any:
        return (c - s).norm() <= 1e-3 * s.norm()

    def unless(
        fits: Callable[[Tensor, Tensor], Any], shape: Callable[[Tensor], Any] = Tensor.size
    ) -> Callable[[list[Tensor], small.Loss, list[Tensor]], list[int]]:
        def found(claimed: list[Tensor], loss: small.Loss, parameters: list[Tensor]) -> list[int]:
            pairs = enumerate(zip(claimed, small.slopes_of(loss, parameters), strict=True))
            return [n for n, (c, s) in pairs if shape(c) != shape(s) or not fits(c, s)]

        return found

    compare(
        answer,
        reference,
        cases,
        {
            "one with a `nan` passes: every comparison with `nan` is false, so ask what fits, not "
            "what is off": unless(lambda c, s: not (c - s).norm() > 1e-3 * s.norm()),
            "shapes are not compared: of (1, 4) and (4,) the difference may be 0": unless(
                right, lambda _: 0
            ),
            "neither a `nan` nor another shape is found: no comparison with `nan` is true, and of "
            "(1, 4) and (4,) the difference may be 0": unless(
                lambda c, s: not (c - s).norm() > 1e-3 * s.norm(), lambda _: 0
            ),
            "(1, 4) passes for (4,): as many numbers make no equal shape": unless(
                right, Tensor.numel
            ),
            "(2, 1) passes for (2, 3): as many dimensions make no equal shape": unless(
                right, Tensor.dim
            ),
            "what is allowed does not grow with the gradient (`torch.allclose` adds a fixed number "
            "to it), but a gradient can be of any size": unless(
                lambda c, s: (c - s).norm() <= 1e-3
            ),
            "means or sums are compared: a length is the root of a sum of squares": unless(
                lambda c, s: (c - s).abs().sum() <= 1e-3 * s.abs().sum()
            ),
            "one that is off by half a thousandth is called wrong: compare lengths, over the whole "
            "gradient": unless(lambda c, s: torch.allclose(c, s, rtol=1e-3, atol=0)),
            "something is added to what is allowed, which hides a small gradient": unless(
                lambda c, s: (c - s).norm() <= 1e-3 * s.norm() + 1e-8
            ),
            "only lengths are compared: a gradient can have the right one and point elsewhere": (
                unless(lambda c, s: (c.norm() - s.norm()).abs() <= 1e-3 * s.norm())
            ),
            "where autograd's gradient is 0, a claimed 0 is right, but 0 / 0 is `nan`, and 0 < 0 "
            "is false": unless(lambda c, s: (c - s).norm() / s.norm() <= 1e-3),
            "it compares with the length of what is claimed, which can be `inf`: take autograd's": (
                unless(lambda c, s: (c - s).norm() <= 1e-3 * c.norm())
            ),
            "one that is off by two thousandths passes: a thousandth of the length counts": unless(
                lambda c, s: (c - s).square().sum() <= 1e-3 * s.square().sum()
            ),
            "these are the positions of the right ones": (
                lambda *case: [n for n in range(5) if n not in reference(*case)]
            ),
            "positions count from 0": lambda *case: [1 + n for n in reference(*case)],
        },
    )
    for tracked, kind in ((False, "not tracked"), (True, "tracked, as those of a module")):
        claimed, loss, parameters = cases[1]
        given = [w.clone().requires_grad_(tracked) for w in parameters]
        for w in given:
            w.grad = torch.ones_like(w)
        with answer.at_work(f"with parameters that are {kind}, wrong_gradients(…)"):
            got = answer.function(copied(claimed), loss, given)
        if not same(places[loss], got):
            raise WrongAnswer(
                f"if parameters have a `.grad` before, it must return [1] as before, got {got!r}"
            )
        if not all(w.requires_grad == tracked and same(torch.ones_like(w), w.grad) for w in given):
            raise WrongAnswer(
                "it changes `.grad` or `requires_grad` of the parameters: track copies of them"
            )


def rounding_gap(answer: Answer) -> None:
    """Compare on networks whose gap does not depend on the order of sums."""
    cases = small.where_float32_stands_still()

    def gap(*case: Any) -> float:
        ends = small.ends_in_both_dtypes(*case)
        return max((v.double() - w).abs().max().item() for v, w in ends)

    def after(of_ends: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., float]:
        return lambda *case: max(of_ends(*ends).item() for ends in small.ends_in_both_dtypes(*case))

    mistakes: dict[str, Callable[..., float]] = {
        "both trainings end equal: is the second one in `float64` from the start on?": (
            lambda *_: 0.0
        ),
        "the ends are subtracted in `float32`, which hardly tells them apart: both must be in "
        "`float64` first": after(lambda v, w: (v - w.float()).abs().max()),
        "signs are kept: a difference below 0 can be the largest, too": after(
            lambda v, w: (v.double() - w).max()
        ),
        "signs are kept: the other way round, a difference below 0 can be the largest, too": (
            after(lambda v, w: (w - v.double()).max())
        ),
        "the rate is 0.1, whatever is asked for": lambda *case: gap(*case[:2], 0.1),
        "means of differences are taken, and the largest is asked for": after(
            lambda v, w: (v.double() - w).abs().mean()
        ),
        "gradients add up from step to step: they must be cleared": lambda *case: gap(
            *case, lambda v, g: (v + g, v + g)
        ),
    }
    try:
        compare(answer, gap, cases, mistakes, tolerance=1e-4)
    except WrongAnswer as wrong:
        uncopied = "`.to` copies no tensor that has the dtype"
        if "non-leaf" in str(wrong):
            tracked = "what it makes of a tracked one is no leaf: track what it returns"
            raise WrongAnswer(f"{wrong}. {uncopied}, and {tracked}") from None
        if "`start`" in str(wrong):
            raise WrongAnswer(f"{wrong}. {uncopied}") from None
        raise
