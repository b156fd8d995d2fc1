"""Optimizers by hand: those of `torch.optim` and arithmetic are the oracles."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.testing import assert_close

from ptfund import optim
from ptfund.models import MLP, seeded

LR = st.sampled_from([0.0, 1e-3, 0.1, 1.0])
DECAY = st.sampled_from([0.0, 0.01, 0.5])
BETAS = st.tuples(st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.0, 0.9, 0.999]))
SETTINGS = st.one_of(
    st.tuples(
        st.just("SGD"),
        st.fixed_dictionaries(
            {"lr": LR, "momentum": st.sampled_from([0.0, 0.5, 0.9]), "weight_decay": DECAY}
        ),
    ),
    st.tuples(
        st.sampled_from(["Adam", "AdamW"]),
        st.fixed_dictionaries(
            {
                "lr": LR,
                "betas": BETAS,
                "eps": st.sampled_from([1e-8, 1e-3]),
                "weight_decay": DECAY,
            }
        ),
    ),
)
CLASSES = [optim.SGD, optim.Adam, optim.AdamW]
every_class = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)


def numbers(seed: int, scale: float = 1.0) -> list[Tensor]:
    """Return three random tensors of different shapes."""
    generator = torch.Generator().manual_seed(seed)
    return [
        scale * torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((3, 2), (4,), ())
    ]


def leaves(values: list[Tensor]) -> list[Tensor]:
    """Return copies that can be optimized."""
    return [value.clone().requires_grad_() for value in values]


def walk(optimizer: Any, parameters: list[Tensor], gradients: list[list[Tensor]]) -> None:
    """Make one step for each list of gradients."""
    for step in gradients:
        for parameter, gradient in zip(parameters, step, strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()
        optimizer.zero_grad()


@settings(deadline=None, max_examples=100)
@given(SETTINGS, st.integers(0, 99), st.integers(1, 4), st.sampled_from([1e-6, 1.0, 1e3]))
def test_steps_are_those_of_pytorch(
    setting: tuple[str, dict[str, Any]], seed: int, steps: int, scale: float
) -> None:
    """For any parameters, gradients and options; so is what is remembered."""
    name, options = setting
    start = numbers(seed)
    gradients = [numbers(seed + 1 + step, scale) for step in range(steps)]
    ours, theirs = leaves(start), leaves(start)
    own, reference = (
        getattr(optim, name)(ours, **options),
        getattr(torch.optim, name)(theirs, **options),
    )
    walk(own, ours, gradients)
    walk(reference, theirs, gradients)
    for one, other in zip(ours, theirs, strict=True):
        assert_close(one, other)
        for key, value in own.state[one].items():
            wanted = reference.state[other][key]
            # What gradients of this scale leave when they cancel out is rounding.
            atol = 1e-12 * (1 + scale**2)
            assert_close(torch.as_tensor(value, dtype=wanted.dtype), wanted, rtol=1e-9, atol=atol)


@every_class
def test_options_begin_as_in_pytorch(kind: type[optim.Optimizer]) -> None:
    """Who gives no option gets the same steps."""
    ours, theirs = leaves(numbers(0)), leaves(numbers(0))
    own, reference = kind(ours), getattr(torch.optim, kind.__name__)(theirs)
    options = own.param_groups[0]
    assert options == {key: reference.param_groups[0][key] for key in options} | {"params": ours}
    walk(own, ours, [numbers(1), numbers(2)])
    walk(reference, theirs, [numbers(1), numbers(2)])
    assert_close(ours, theirs)


@pytest.mark.parametrize(
    "make",
    [
        lambda package, model: package.SGD(model.parameters(), lr=0.1, momentum=0.9),
        lambda package, model: package.Adam(model.parameters(), lr=0.01, weight_decay=0.1),
        lambda package, model: package.AdamW(
            [
                {"params": model.hidden.parameters(), "lr": 0.1, "weight_decay": 0.0},
                {"params": model.output.parameters()},
            ],
            lr=0.01,
            weight_decay=0.2,
        ),
    ],
    ids=["momentum", "Adam", "AdamW in groups"],
)
def test_twenty_steps_on_a_network_are_those_of_pytorch(make: Callable[..., Any]) -> None:
    """With gradients that depend on the steps before."""

    def trained(package: Any) -> list[Tensor]:
        with seeded(0):
            model = MLP(4, 8, 3)
        optimizer = make(package, model)
        generator = torch.Generator().manual_seed(0)
        for _ in range(20):
            x = torch.randn(16, 4, generator=generator)
            y = x[:, :3].argmax(dim=1)
            optimizer.zero_grad()
            torch.autograd.backward(nn.functional.cross_entropy(model(x), y))
            optimizer.step()
        return [parameter.detach() for parameter in model.parameters()]

    assert_close(trained(optim), trained(torch.optim))


def test_steps_of_gradient_descent_by_arithmetic() -> None:
    """Gradients of 1 and 2, a rate of 0.1, a momentum of 0.5."""
    for momentum, wanted in ((0.0, 0.7), (0.5, 0.65)):
        w = torch.tensor(1.0, requires_grad=True)
        walk(
            optim.SGD([w], lr=0.1, momentum=momentum), [w], [[torch.ones(())], [2 * torch.ones(())]]
        )
        assert w.item() == pytest.approx(wanted)


def test_a_velocity_is_no_view_of_the_gradient() -> None:
    """Gradients may be cleared in place."""
    w = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0, momentum=0.5)
    w.grad = torch.ones(1)
    optimizer.step()
    w.grad.zero_()
    optimizer.step()
    assert w.item() == pytest.approx(-1.5)


@every_class
def test_single_precision_is_kept(kind: type[optim.Optimizer]) -> None:
    """By parameters and by what is remembered, along the steps of PyTorch."""
    start = [number.float() for number in numbers(0)]
    gradients = [[number.float() for number in numbers(step)] for step in (1, 2, 3)]
    ours, theirs = leaves(start), leaves(start)
    own = kind(ours, lr=0.1, weight_decay=0.1)
    walk(own, ours, gradients)
    walk(getattr(torch.optim, kind.__name__)(theirs, lr=0.1, weight_decay=0.1), theirs, gradients)
    assert_close(ours, theirs)
    remembered = [value for memory in own.state.values() for value in memory.values()]
    assert {value.dtype for value in remembered if isinstance(value, Tensor)} <= {torch.float32}


@every_class
def test_parameters_are_moved_in_place(kind: type[optim.Optimizer]) -> None:
    """The optimizer holds the very tensors of the model, and its steps are not tracked."""
    w = torch.ones(2, requires_grad=True)
    optimizer = kind([w], lr=0.1)
    torch.autograd.backward(w.square().sum())
    gradient = w.grad
    optimizer.step()
    assert optimizer.param_groups[0]["params"][0] is w
    assert w.is_leaf
    assert w.requires_grad
    assert (w < 1).all()
    assert w.grad is gradient
    assert_close(gradient, torch.full((2,), 2.0))


@every_class
def test_parameters_without_a_gradient_are_skipped(kind: type[optim.Optimizer]) -> None:
    """Neither decay nor what is remembered moves them, as in PyTorch."""
    ours, theirs = leaves(numbers(0)), leaves(numbers(0))
    options = {"lr": 0.1, "weight_decay": 0.5}
    own = kind(ours, **options)
    reference = getattr(torch.optim, kind.__name__)(theirs, **options)
    for step in range(3):
        for parameters, optimizer in ((ours, own), (theirs, reference)):
            for parameter, gradient in zip(parameters, numbers(step), strict=True):
                parameter.grad = gradient
            parameters[step].grad = None
            optimizer.step()
    assert_close(ours, theirs)
    frozen = torch.ones(2)
    kind([frozen]).step()
    assert_close(frozen, torch.ones(2))


@every_class
def test_clearing_leaves_no_gradient_and_what_is_remembered(kind: type[optim.Optimizer]) -> None:
    """`None`, not zeros; parameters and state stay."""
    parameters = leaves(numbers(0))
    optimizer = kind(parameters)
    walk(optimizer, parameters, [numbers(1)])
    kept = dict(optimizer.state)
    optimizer.zero_grad()
    assert [parameter.grad for parameter in parameters] == [None] * 3
    assert optimizer.state == kept


def test_a_changed_option_counts_from_the_next_step() -> None:
    """That is how schedules work."""
    w = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0)
    walk(optimizer, [w], [[torch.ones(1)]])
    optimizer.param_groups[0]["lr"] = 0.5
    walk(optimizer, [w], [[torch.ones(1)]])
    assert w.item() == -1.5


def test_groups_keep_their_own_options() -> None:
    """What a group does not say is that of all; the caller's dictionaries stay as they were."""
    a, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    groups: list[dict[str, Any]] = [{"params": [a], "lr": 1.0}, {"params": [b]}]
    optimizer = optim.SGD(groups, lr=0.1)
    walk(optimizer, [a, b], [[torch.ones(1), torch.ones(1)]])
    assert [a.item(), b.item()] == pytest.approx([-1.0, -0.1])
    assert groups == [{"params": [a], "lr": 1.0}, {"params": [b]}]
