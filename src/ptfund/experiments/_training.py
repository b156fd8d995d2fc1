"""One training loop for several networks, with a place for everything that is varied."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import torch
from jaxtyping import Float64, Int64
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ptfund._guards import check_whole, must
from ptfund.experiments._networks import StackedDigits, StackedNetworks
from ptfund.models import MLP, seeded

Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]
Order: TypeAlias = Callable[[Tensor, torch.Generator], Tensor]
Hook: TypeAlias = Callable[[Sequence[Tensor]], None]
MakeOptimizer: TypeAlias = Callable[[list[Tensor]], torch.optim.Optimizer]

gradient_descent = partial(torch.optim.SGD, lr=0.1)


def in_random_order(
    labels: Int64[Tensor, " samples"], generator: torch.Generator
) -> Int64[Tensor, " samples"]:
    """Return the rows of an epoch, shuffled.

    Args:
        labels: The class of each sample, of shape `(samples,)`; only their number counts.
        generator: Where the order comes from.

    Returns:
        Each position once.

    Examples:
        >>> in_random_order(torch.zeros(4).long(), torch.Generator().manual_seed(0)).shape
        torch.Size([4])
    """
    return torch.randperm(len(labels), generator=generator)


def class_by_class(
    labels: Int64[Tensor, " samples"], generator: torch.Generator
) -> Int64[Tensor, " samples"]:
    """Return the rows of an epoch, shuffled, and then sorted by class.

    Args:
        labels: The class of each sample, of shape `(samples,)`.
        generator: Where the order within a class comes from.

    Returns:
        Each position once, all those of class 0 first.

    Examples:
        >>> labels = torch.tensor([1, 0, 1, 0])
        >>> labels[class_by_class(labels, torch.Generator().manual_seed(0))]
        tensor([0, 0, 1, 1])
    """
    rows = in_random_order(labels, generator)
    return rows[labels[rows].argsort(stable=True)]


def clear_gradients(parameters: Sequence[Tensor]) -> None:
    """Forget the gradients, as `zero_grad` does.

    Args:
        parameters: Tensors whose `grad` becomes None.

    Examples:
        >>> w = torch.ones(1, requires_grad=True)
        >>> w.backward()
        >>> clear_gradients([w])
        >>> w.grad is None
        True
    """
    for parameter in parameters:
        parameter.grad = None


def leave_alone(_parameters: Sequence[Tensor]) -> None:
    """Do nothing: a hook for a place where nothing is to happen.

    As `after_step` of [train][ptfund.experiments.train] it means that gradients are never cleared.

    Examples:
        >>> w = torch.ones(1, requires_grad=True)
        >>> w.backward()
        >>> leave_alone([w])
        >>> w.grad
        tensor([1.])
    """


def clip_gradients(limit: float) -> Hook:
    """Return a hook that shortens the gradient of each network to `limit`, where it is longer.

    Each network is clipped by the length of its own gradient, over all its parameters, as
    `torch.nn.utils.clip_grad_norm_` would clip it.

    Args:
        limit: The greatest length, above 0.

    Returns:
        A function of stacked parameters with gradients, for the argument `before_step` of
        [train][ptfund.experiments.train].

    Raises:
        ValueError: If `limit` is not positive.

    Examples:
        >>> w = torch.zeros(2, 2, requires_grad=True)
        >>> w.grad = torch.tensor([[30.0, 40.0], [0.3, 0.4]])
        >>> clip_gradients(1.0)([w])
        >>> w.grad
        tensor([[0.6000, 0.8000],
                [0.3000, 0.4000]])
    """
    if not limit > 0:
        raise must("limit", "be positive", limit)

    def clip(parameters: Sequence[Tensor]) -> None:
        gradients = [p.grad for p in parameters if p.grad is not None]
        squares = torch.stack([g.flatten(start_dim=1).square().sum(dim=1) for g in gradients])
        factors = (limit / (squares.sum(dim=0).sqrt() + 1e-6)).clamp(max=1)
        for gradient in gradients:
            gradient.mul_(factors.reshape(-1, *[1] * (gradient.ndim - 1)))

    return clip


class Trained(NamedTuple):
    """What came of a training."""

    networks: StackedNetworks
    """The networks after the last epoch."""

    accuracies: Float64[Tensor, "epochs seeds"]
    """The accuracy on the validation part after each epoch, one column a seed."""

    @property
    def final(self) -> list[float]:
        """The accuracy on the validation part after the last epoch, one a seed."""
        return [float(share) for share in self.accuracies[-1]]


def train(  # noqa: PLR0913 - one argument for each thing that an experiment varies
    digits: StackedDigits,
    *,
    epochs: int = 30,
    batch: int = 64,
    model: Callable[[], nn.Module] = MLP,
    order: Order = in_random_order,
    loss: Loss = cross_entropy,
    optimizer: MakeOptimizer = gradient_descent,
    before_step: Hook = leave_alone,
    after_step: Hook = clear_gradients,
) -> Trained:
    """Train one network a seed, all at once, each as if it were alone.

    The defaults are the recipe of chapter 5. Everything that chance decides comes from the
    seed: the split, the first weights, the order of the samples. So two calls that
    differ in one argument differ in that alone, seed by seed.

    Args:
        digits: What to learn from; it stays as it is, its generators too.
        epochs: How often to go through all training samples.
        batch: How many samples each step sees; the last step of an epoch sees the rest.
        model: Makes one network, an `MLP` or `nn.Linear`; it is called once a seed, inside
            [seeded][ptfund.models.seeded].
        order: Returns the rows of one epoch from the labels and the generator of a seed.
        loss: A mean over samples, from logits of shape `(samples, classes)` and labels of
            shape `(samples,)`.
        optimizer: Makes an optimizer from the list of stacked parameters; gradient descent with
            the learning rate 0.1 unless told. It must treat every element alone, as SGD and
            Adam do; one that looks at whole tensors would mix the networks.
        before_step: What to do with the parameters between `backward` and `step`.
        after_step: What to do with them after `step`.

    Returns:
        The networks, and their accuracies on the validation part after each epoch.

    Raises:
        TypeError: If `epochs` or `batch` is not a whole number.
        ValueError: If one of them is less than 1.

    Examples:
        >>> from ptfund.experiments import stacked_digits
        >>> digits = stacked_digits([0, 1])
        >>> train(digits, epochs=1).accuracies.shape
        torch.Size([1, 2])
    """
    for name, number in (("epochs", epochs), ("batch", batch)):
        check_whole(name, number, least=1)
    generators = [generator.clone_state() for generator in digits.generators]
    models = []
    for seed in digits.seeds:
        with seeded(seed):
            models.append(model())
    networks = StackedNetworks(models)
    steps = optimizer(networks.parameters)
    each = torch.arange(len(models))[:, None]
    accuracies = []
    for _ in range(epochs):
        rows = torch.stack([order(y, g) for y, g in zip(digits.train.y, generators, strict=True)])
        x, y = digits.train.x[each, rows], digits.train.y[each, rows]
        for some_x, some_y in zip(
            torch.split(x, batch, dim=1), torch.split(y, batch, dim=1), strict=True
        ):
            mean = loss(networks(some_x).flatten(end_dim=1), some_y.flatten())
            # The sum of the networks' own losses: each network gets its own gradient.
            torch.autograd.backward(len(models) * mean)
            before_step(networks.parameters)
            steps.step()
            after_step(networks.parameters)
        accuracies.append(networks.accuracies(digits.validation))
    return Trained(networks, torch.stack(accuracies))
