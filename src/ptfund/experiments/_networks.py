"""Several small networks in one tensor, and the digits of several seeds side by side."""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Float32, Float64, Int64
from torch import Tensor, nn

from ptfund._guards import must, must_be
from ptfund.data import split_digits
from ptfund.models import MLP


class StackedSamples(NamedTuple):
    """Features and labels of several seeds, which all have equally many samples."""

    x: Float32[Tensor, "seeds samples features"]
    """The features of each sample, of shape `(seeds, samples, features)`."""

    y: Int64[Tensor, "seeds samples"]
    """The class of each sample, of shape `(seeds, samples)`."""


class StackedDigits(NamedTuple):
    """The digits as each of several seeds splits them. The test parts stay untouched."""

    seeds: tuple[int, ...]
    """What the splits, and later the networks and the orders of their batches, come from."""

    train: StackedSamples
    """60 % of the images of each seed, to learn from."""

    validation: StackedSamples
    """20 %, to make decisions by."""

    generators: tuple[torch.Generator, ...]
    """The generator of each seed as its split has left it."""


def stacked_digits(seeds: Sequence[int], *, standardize: bool = True) -> StackedDigits:
    """Return the digits as each seed splits them, side by side.

    A stratified split shares out each class by its size alone, so the parts of all seeds
    are equally large, and nothing has to be filled up or left out.

    Args:
        seeds: At least one; each fixes a split.
        standardize: Whether to standardise, by the training images of the same seed; if
            not, pixels go from 0 to 16.

    Returns:
        Features of dtype `float32` and labels of dtype `int64`, on the CPU.

    Raises:
        ValueError: If there is no seed.

    Examples:
        >>> digits = stacked_digits([0, 1, 2])
        >>> digits.train.x.shape, digits.validation.y.shape
        (torch.Size([3, 1078, 64]), torch.Size([3, 360]))
    """
    if not seeds:
        raise must("seeds", "be at least one", seeds)
    generators = tuple(torch.Generator().manual_seed(seed) for seed in seeds)
    splits = [split_digits(generator, standardize=standardize) for generator in generators]
    train, validation = (
        StackedSamples(torch.stack([x for x, _ in parts]), torch.stack([y for _, y in parts]))
        for parts in ([split.train for split in splits], [split.validation for split in splits])
    )
    return StackedDigits(tuple(seeds), train, validation, generators)


class StackedNetworks:
    """Several networks of one shape, computed at once: linear layers, with ReLU in between.

    Each parameter has one dimension more than in a single network, and each network sees
    samples of its own. No number of one network ever meets one of another, so that each
    learns as if it were alone. Few large operations take less time than many small ones.

    Examples:
        >>> from ptfund.models import seeded
        >>> with seeded(0):
        ...     models = [MLP(), MLP()]
        >>> networks = StackedNetworks(models)
        >>> x = torch.rand(2, 5, 64)
        >>> torch.testing.assert_close(networks(x)[1], models[1](x[1]))
    """

    parameters: list[Tensor]
    """For each layer the weights, of shape `(networks, outputs, inputs)`, and the biases, of
    shape `(networks, outputs)`: leaves, for an optimizer to move."""

    def __init__(self, models: Sequence[nn.Module]) -> None:
        """Copy the parameters of networks.

        Args:
            models: At least one [MLP][ptfund.models.MLP] or `nn.Linear`; they stay as they
                are.

        Raises:
            TypeError: If one of them is of another kind.
            ValueError: If there is none, or they differ in shape.
        """
        if not models:
            raise must("models", "be at least one", models)
        for model in models:
            if not isinstance(model, MLP | nn.Linear):
                raise must_be("models", "of the kind MLP or Linear", type(model).__name__)
        each = [list(model.parameters()) for model in models]
        shapes = [[tuple(parameter.shape) for parameter in one] for one in each]
        if any(one != shapes[0] for one in shapes):
            raise must("models", "have the same shapes", shapes)
        stacks = zip(*each, strict=True)
        self.parameters = [torch.stack(stack).detach().requires_grad_() for stack in stacks]
        self._models = models

    def __call__(
        self, x: Float[Tensor, "networks samples features"]
    ) -> Float[Tensor, "networks samples classes"]:
        """Return the logits that each network gives to its own samples.

        Args:
            x: Samples of shape `(networks, samples, features)`.

        Returns:
            Logits of shape `(networks, samples, classes)`.
        """
        # One matrix product a network: bias + x @ weight.T, as nn.Linear computes it.
        first, bias, *others = self.parameters
        scores = torch.baddbmm(bias[:, None], x, first.mT)
        for weight, bias in zip(others[::2], others[1::2], strict=True):
            scores = torch.baddbmm(bias[:, None], scores.relu(), weight.mT)
        return scores

    def accuracies(self, samples: StackedSamples) -> Float64[Tensor, " networks"]:
        """Return which share of its own samples each network gets right.

        Args:
            samples: Features of shape `(networks, samples, features)` and labels of shape
                `(networks, samples)`.

        Returns:
            Numbers from 0 to 1 of shape `(networks,)`, without gradient.
        """
        with torch.no_grad():
            predicted = self(samples.x).argmax(dim=2)
        return (predicted == samples.y).double().mean(dim=1)

    def unstacked(self) -> list[nn.Module]:
        """Return each network as a model of its own.

        Returns:
            One new model a network, in order and of the kind that it was made from.
        """
        models = copy.deepcopy(list(self._models))
        for number, model in enumerate(models):
            for parameter, stack in zip(model.parameters(), self.parameters, strict=True):
                parameter.data = stack[number].detach().clone()
        return models
