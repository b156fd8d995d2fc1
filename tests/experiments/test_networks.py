"""Networks and splits of several seeds, side by side, are what each seed gives alone."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from ptfund.data import split_digits
from ptfund.experiments import StackedNetworks, StackedSamples, stacked_digits
from ptfund.models import MLP, seeded


def models(kind: type[nn.Module] = MLP, sizes: tuple[int, ...] = ()) -> list[nn.Module]:
    """Return three networks that differ."""
    made = []
    for seed in range(3):
        with seeded(seed):
            made.append(kind(*sizes))
    return made


@pytest.mark.parametrize("standardize", [True, False])
def test_each_seed_gets_the_split_that_it_gives_alone(*, standardize: bool) -> None:
    """In the order of the seeds, the pixels standardised by its own training images or raw."""
    digits = stacked_digits([4, 2], standardize=standardize)
    assert digits.seeds == (4, 2)
    for number, seed in enumerate(digits.seeds):
        generator = torch.Generator().manual_seed(seed)
        alone = split_digits(generator, standardize=standardize)
        for ours, theirs in ((digits.train, alone.train), (digits.validation, alone.validation)):
            assert torch.equal(ours.x[number], theirs.x)
            assert torch.equal(ours.y[number], theirs.y)
        assert torch.equal(digits.generators[number].get_state(), generator.get_state())


def test_no_seed_makes_no_digits() -> None:
    """Nothing could be stacked."""
    with pytest.raises(ValueError, match=r"seeds must be at least one, got \[\]"):
        stacked_digits([])


@pytest.mark.parametrize(
    ("kind", "sizes"), [(MLP, ()), (MLP, (64, 5, 3)), (nn.Linear, (64, 10))], ids=str
)
def test_stacked_networks_give_what_each_gives_alone(
    kind: type[nn.Module], sizes: tuple[int, ...]
) -> None:
    """The logits, and the gradient of each parameter."""
    alone = models(kind, sizes)
    networks = StackedNetworks(alone)
    x = torch.randn(3, 7, 64, generator=torch.Generator().manual_seed(0))
    logits = networks(x)
    assert_close(logits, torch.stack([model(some) for model, some in zip(alone, x, strict=True)]))
    torch.autograd.backward(logits.square().sum())
    for model, some in zip(alone, x, strict=True):
        torch.autograd.backward(model(some).square().sum())
    for number, parameters in enumerate(zip(*(m.parameters() for m in alone), strict=True)):
        ours = networks.parameters[number]
        assert ours.is_leaf
        assert ours.grad is not None
        assert_close(ours.grad, torch.stack([p.grad for p in parameters if p.grad is not None]))


def test_the_models_stay_as_they_are_and_unstacking_copies() -> None:
    """What is stacked and what is unstacked share no memory with the networks."""
    originals = models()
    networks = StackedNetworks(originals)
    first = networks.unstacked()
    with torch.no_grad():
        for parameter in networks.parameters:
            parameter.add_(1)
    second = networks.unstacked()
    for kept, before, after in zip(originals, first, second, strict=True):
        assert type(before) is MLP
        for one, other, moved in zip(
            kept.parameters(), before.parameters(), after.parameters(), strict=True
        ):
            assert one is not other
            assert torch.equal(one, other)
            assert torch.equal(moved, one + 1)
            assert moved.requires_grad


def test_accuracies_are_each_networks_own_without_gradient() -> None:
    """By hand: a linear layer that copies its inputs names the largest one."""
    layer = nn.Linear(3, 3)
    with torch.no_grad():
        layer.weight.copy_(torch.eye(3))
        layer.bias.zero_()
    networks = StackedNetworks([layer, layer])
    x = torch.eye(3)[[0, 1, 2, 0]].expand(2, 4, 3).contiguous()
    y = torch.tensor([[0, 1, 2, 0], [0, 2, 1, 0]])
    accuracies = networks.accuracies(StackedSamples(x, y))
    assert_close(accuracies, torch.tensor([1, 0.5], dtype=torch.float64))
    assert not accuracies.requires_grad


def test_what_cannot_be_stacked_is_refused() -> None:
    """Nothing, other kinds of networks, and other sizes."""
    with pytest.raises(ValueError, match=r"models must be at least one, got \[\]"):
        StackedNetworks([])
    with pytest.raises(TypeError, match="models must be of the kind MLP or Linear, got 'ReLU'"):
        StackedNetworks([MLP(), nn.ReLU()])
    with pytest.raises(ValueError, match="models must have the same shapes, got"):
        StackedNetworks([MLP(), MLP(hidden=5)])
