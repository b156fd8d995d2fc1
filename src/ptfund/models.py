"""Small networks, the random numbers of their layers, and what each layer gives."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from ptfund._guards import check_whole, must, must_be

__all__ = ["MLP", "layer_outputs", "seeded"]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Fix the random numbers that are drawn in a block without a generator.

    The initialisation of layers and dropout take no generator; they draw from PyTorch's
    global one. After the block that one is as it was before, even if the block has raised
    an error.

    Args:
        seed: The same seed gives the same numbers; at least 0.

    Raises:
        TypeError: If `seed` is not a whole number.
        ValueError: If it is negative.

    Examples:
        >>> with seeded(0):
        ...     one = nn.Linear(3, 2)
        >>> with seeded(0):
        ...     other = nn.Linear(3, 2)
        >>> torch.equal(one.weight, other.weight)
        True
    """
    check_whole("seed", seed, least=0)
    # Every accelerator has a global generator too; left to count them, PyTorch would warn.
    with torch.random.fork_rng(devices=range(torch.accelerator.device_count())):
        torch.manual_seed(seed)
        yield


class MLP(nn.Module):
    """A multilayer perceptron with one hidden layer: linear, ReLU, linear.

    Examples:
        >>> with seeded(0):
        ...     model = MLP()
        >>> model(torch.zeros(5, 64)).shape
        torch.Size([5, 10])
        >>> sum(parameter.numel() for parameter in model.parameters())
        4810
    """

    def __init__(self, features: int = 64, hidden: int = 64, classes: int = 10) -> None:
        """Make its layers with PyTorch's default initialisation.

        Args:
            features: How many numbers describe one sample.
            hidden: How many units the hidden layer has.
            classes: How many scores come out.

        Raises:
            TypeError: If a size is not a whole number.
            ValueError: If a size is less than 1.
        """
        super().__init__()
        for name, size in (("features", features), ("hidden", hidden), ("classes", classes)):
            check_whole(name, size, least=1)
        self.hidden = nn.Linear(features, hidden)
        self.output = nn.Linear(hidden, classes)

    def forward(self, x: Float[Tensor, "samples features"]) -> Float[Tensor, "samples classes"]:
        """Return the logits: one score a class, any real number.

        Args:
            x: Samples of shape `(samples, features)`, in the dtype and on the device of
                the parameters.

        Returns:
            Logits of shape `(samples, classes)`.

        Raises:
            ValueError: If `x` has another shape.
        """
        if x.ndim != 2 or x.shape[1] != self.hidden.in_features:
            shape = f"(samples, {self.hidden.in_features})"
            raise must("x", f"have the shape {shape}", tuple(x.shape))
        logits: Tensor = self.output(self.hidden(x).relu())
        return logits


def layer_outputs(
    model: nn.Module, x: Shaped[Tensor, "samples ..."]
) -> list[tuple[str, Shaped[Tensor, "..."]]]:
    """Return what each layer of a model gives for some samples, by hooks.

    A layer is a module that contains no other one. What a model computes in between by
    plain functions, such as `.relu()`, is no layer and is not listed.

    Args:
        model: Any module whose layers give one tensor each. It is called once, in the mode
            it is in (`train` or `eval`), and left without hooks.
        x: What it is called with: samples along dimension 0.

    Returns:
        The name and the output of each call of a layer, in the order of the calls: a layer
        that is called twice stands there twice, one that is not called is missing. The name
        is that of `model.named_modules()`, which is empty if the model is itself a layer.
        Outputs are copies, without gradient.

    Raises:
        TypeError: If a layer gives anything but a tensor.

    Examples:
        >>> model = MLP(features=64, hidden=32)
        >>> for name, output in layer_outputs(model, torch.zeros(5, 64)):
        ...     print(name, tuple(output.shape))
        hidden (5, 32)
        output (5, 10)
    """
    outputs: list[tuple[str, Tensor]] = []

    def keeper(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if not isinstance(output, Tensor):
                raise must_be(f"the output of the layer {name!r}", "a tensor", type(output))
            # A copy, for the next layer may work in place.
            outputs.append((name, output.clone()))

        return keep

    with ExitStack() as hooks, torch.no_grad():
        for name, module in model.named_modules():
            if next(module.children(), None) is None:
                hooks.callback(module.register_forward_hook(keeper(name)).remove)
        model(x)
    return outputs
