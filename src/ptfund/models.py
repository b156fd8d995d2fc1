"""Small networks, and random numbers for their layers that a seed fixes."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ptfund._guards import must

__all__ = ["MLP", "seeded"]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Fix the random numbers that are drawn in a block without a generator.

    The initialisation of layers and dropout take no generator; they draw from PyTorch's
    global one. After the block that one is as it was before.

    Args:
        seed: The same seed gives the same numbers.

    Examples:
        >>> with seeded(0):
        ...     one = nn.Linear(3, 2)
        >>> with seeded(0):
        ...     other = nn.Linear(3, 2)
        >>> torch.equal(one.weight, other.weight)
        True
    """
    with torch.random.fork_rng():
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
            ValueError: If a size is less than 1.
        """
        super().__init__()
        for name, size in (("features", features), ("hidden", hidden), ("classes", classes)):
            if size < 1:
                raise must(name, "be at least 1", size)
        self.hidden = nn.Linear(features, hidden)
        self.output = nn.Linear(hidden, classes)

    def forward(self, x: Float[Tensor, "samples features"]) -> Float[Tensor, "samples classes"]:
        """Return the logits: one score a class, any real number.

        Args:
            x: Samples of shape `(samples, features)`, in the dtype and on the device of
                the parameters.

        Returns:
            Logits of shape `(samples, classes)`.
        """
        logits: Tensor = self.output(self.hidden(x).relu())
        return logits
