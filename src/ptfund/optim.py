"""Optimizers, which turn gradients into steps: as in `torch.optim`, short enough to be read."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, TypeAlias

import torch
from torch import Tensor

from ptfund._guards import must, must_be

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]

Parameters: TypeAlias = Iterable[Tensor] | Iterable[dict[str, Any]]
# A reader may pass 1 or 1.0; the run-time checks of the tests tell the two apart.
Number: TypeAlias = float | int


class Optimizer(ABC):
    """What all optimizers share: the parameters, in groups, and what is remembered of each.

    Subclasses say how one parameter moves.
    """

    param_groups: list[dict[str, Any]]
    """One dictionary a group: its parameters under `"params"`, and its options, such as
    `"lr"`, by name. Who changes an option changes the steps that follow."""
    state: dict[Tensor, dict[str, Any]]
    """What is remembered of earlier steps, by parameter, under the names of `torch.optim`."""

    def __init__(self, params: Parameters, **options: Any) -> None:
        """Keep the parameters themselves, no copies.

        Args:
            params: Leaf tensors, such as `model.parameters()`. Or one dictionary a group:
                its tensors under `"params"`, and the options that differ.
            options: What holds for each group that does not say otherwise.

        Raises:
            TypeError: If `params` are neither tensors nor dictionaries.
            ValueError: If there is no parameter, one is given twice or is no leaf, or an
                option is unknown or out of its range.
        """
        groups: list[Any] = _listed("params", params)
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        self.state = {}
        self.param_groups = []
        taken: set[Tensor] = set()
        for group in groups:
            if not isinstance(group, dict):
                raise must_be("params", "all tensors or all dictionaries", type(group).__name__)
            for name in group.keys() - options.keys() - {"params"}:
                raise must("group", f"have options out of {list(options)}", name)
            members = _listed("params", group["params"])
            for parameter in members:
                if not isinstance(parameter, Tensor):
                    raise must_be("parameter", "a tensor", type(parameter).__name__)
                if not parameter.is_leaf:
                    raise must("parameter", "be a leaf", parameter.grad_fn)
                if parameter in taken:
                    raise must("parameter", "be given once", tuple(parameter.shape))
                taken.add(parameter)
            self.param_groups.append(options | group | {"params": members})
            _check_ranges(self.param_groups[-1])

    @torch.no_grad()
    def step(self) -> None:
        """Move each parameter once, in place, by the gradient in its `grad`.

        Parameters without a gradient stay where they are, and so does what is remembered
        of them.
        """
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    state = self.state.setdefault(parameter, {})
                    self._move(parameter, parameter.grad, state, group)

    def zero_grad(self) -> None:
        """Clear the gradients: each `grad` becomes None."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    @abstractmethod
    def _move(
        self, parameter: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Change a parameter and its state in place, by the options of its group."""


class SGD(Optimizer):
    r"""Gradient descent, on request with momentum and weight decay.

    With the gradient $g$, to which decay adds a part of the parameter $w$, the velocity $v$,
    which begins at 0, and momentum $\mu$:

    $$
    \begin{aligned}
    v &\leftarrow \mu v + g \\
    w &\leftarrow w - \eta v
    \end{aligned}
    $$

    Examples:
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.25)
        >>> w.square().sum().backward()
        >>> optimizer.step()
        >>> w.detach()
        tensor([0.5000])

    References:
        Sutskever et al., "On the importance of initialization and momentum in deep
        learning", 2013, section 2; here the learning rate stands outside of the velocity.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Number = 1e-3,
        *,
        momentum: Number = 0.0,
        weight_decay: Number = 0.0,
    ) -> None:
        """Keep parameters and options.

        Args:
            params: Parameters or groups, as for [Optimizer][ptfund.optim.Optimizer].
            lr: The learning rate: which part of the gradient is one step.
            momentum: Which part of the velocity survives a step, from 0 to below 1.
            weight_decay: Which part of a parameter is added to its gradient.

        Raises:
            TypeError: If `params` are neither tensors nor dictionaries.
            ValueError: If there is no parameter, one is given twice or is no leaf, or an
                option is unknown or out of its range.
        """
        super().__init__(params, lr=lr, momentum=momentum, weight_decay=weight_decay)

    def _move(
        self, parameter: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        gradient = gradient + group["weight_decay"] * parameter
        if group["momentum"]:
            velocity = state.get("momentum_buffer", torch.zeros_like(parameter))
            gradient = state["momentum_buffer"] = group["momentum"] * velocity + gradient
        parameter -= group["lr"] * gradient


class Adam(Optimizer):
    r"""Steps whose length hardly depends on that of the gradient.

    Running means of the gradient $g$ and of its square begin at 0. After $t$ steps they are
    too small by the factors $1 - \beta_1^t$ and $1 - \beta_2^t$, which is corrected:

    $$
    \begin{aligned}
    m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
    s &\leftarrow \beta_2 s + (1 - \beta_2) \, g^2 \\
    w &\leftarrow w - \eta \, \frac{m / (1 - \beta_1^t)}
    {\sqrt{s / (1 - \beta_2^t)} + \epsilon}
    \end{aligned}
    $$

    Weight decay is added to the gradient, and so divided like it; compare
    [AdamW][ptfund.optim.AdamW].

    Examples:
        The first step is as long as the learning rate, whatever the gradient:

        >>> w = torch.tensor([1.0, 1.0], requires_grad=True)
        >>> optimizer = Adam([w], lr=0.25)
        >>> (w * torch.tensor([1.0, 1000.0])).sum().backward()
        >>> optimizer.step()
        >>> w.detach()
        tensor([0.7500, 0.7500])

    References:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Number = 1e-3,
        betas: tuple[Number, Number] = (0.9, 0.999),
        eps: Number = 1e-8,
        weight_decay: Number = 0.0,
    ) -> None:
        """Keep parameters and options.

        Args:
            params: Parameters or groups, as for [Optimizer][ptfund.optim.Optimizer].
            lr: The learning rate: about how far each parameter moves in one step.
            betas: Which part of the two running means survives a step, each from 0 to
                below 1.
            eps: What keeps the quotient finite where all gradients were 0.
            weight_decay: Which part of a parameter is added to its gradient.

        Raises:
            TypeError: If `params` are neither tensors nor dictionaries.
            ValueError: If there is no parameter, one is given twice or is no leaf, or an
                option is unknown or out of its range.
        """
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def _move(
        self, parameter: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        gradient = gradient + group["weight_decay"] * parameter
        step = state["step"] = state.get("step", 0) + 1
        means = []
        for name, beta, new in zip(
            ("exp_avg", "exp_avg_sq"), group["betas"], (gradient, gradient**2), strict=True
        ):
            mean = state.get(name, torch.zeros_like(parameter))
            state[name] = beta * mean + (1 - beta) * new
            means.append(state[name] / (1 - beta**step))
        parameter -= group["lr"] * means[0] / (means[1].sqrt() + group["eps"])


class AdamW(Adam):
    r"""Adam with weight decay that is decoupled: subtracted from the parameter itself.

    Before Adam's step, $w \leftarrow w - \eta \delta w$, where $\delta$ is the weight decay.
    All parameters shrink by the same part, however large their gradients are.

    Examples:
        A parameter whose gradient is 0 only shrinks:

        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = AdamW([w], lr=0.5, weight_decay=0.5)
        >>> (0 * w).sum().backward()
        >>> optimizer.step()
        >>> w.detach()
        tensor([0.7500])

    References:
        Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Number = 1e-3,
        betas: tuple[Number, Number] = (0.9, 0.999),
        eps: Number = 1e-8,
        weight_decay: Number = 0.01,
    ) -> None:
        """Keep parameters and options.

        Args:
            params: Parameters or groups, as for [Optimizer][ptfund.optim.Optimizer].
            lr: The learning rate: about how far each parameter moves in one step.
            betas: Which part of the two running means survives a step, each from 0 to
                below 1.
            eps: What keeps the quotient finite where all gradients were 0.
            weight_decay: Times `lr`, which part of each parameter is lost in one step.

        Raises:
            TypeError: If `params` are neither tensors nor dictionaries.
            ValueError: If there is no parameter, one is given twice or is no leaf, or an
                option is unknown or out of its range.
        """
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def _move(
        self, parameter: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        parameter *= 1 - group["lr"] * group["weight_decay"]
        super()._move(parameter, gradient, state, group | {"weight_decay": 0})


def _listed(name: str, params: Any) -> list[Any]:
    """Return what can be gone through only once, such as a generator, as a list."""
    if isinstance(params, Tensor | dict):
        raise must_be(name, "several tensors or dictionaries", f"one {type(params).__name__}")
    listed = list(params)
    if not listed:
        raise must(name, "not be empty", listed)
    return listed


def _check_ranges(group: dict[str, Any]) -> None:
    for name in ("lr", "weight_decay", "eps"):
        if name in group and not 0 <= group[name] < math.inf:
            raise must(name, "be at least 0 and finite", group[name])
    if not 0 <= group.get("momentum", 0) < 1:
        raise must("momentum", "be from 0 to below 1", group["momentum"])
    if "betas" in group and [0 <= beta < 1 for beta in group["betas"]] != [True, True]:
        raise must("betas", "be two numbers from 0 to below 1", group["betas"])
