"""Networks that are trained at once learn what each would learn alone."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.testing import assert_close

from ptfund.data import split_digits
from ptfund.experiments import (
    StackedDigits,
    class_by_class,
    clear_gradients,
    clip_gradients,
    in_random_order,
    leave_alone,
    stacked_digits,
    train,
)
from ptfund.models import MLP, seeded

SEEDS = (3, 8)


@pytest.fixture(scope="module")
def digits() -> StackedDigits:
    """The splits of two seeds."""
    return stacked_digits(SEEDS)


def alone(  # noqa: PLR0913 - as many things as are varied
    seed: int,
    make: Callable[..., Any] = lambda params: torch.optim.SGD(params, lr=0.1),
    *,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
    epochs: int = 2,
    batch: int = 64,
    clip: float | None = None,
    clear: bool = True,
) -> tuple[nn.Module, list[float]]:
    """Train one network the plain way; return it and its accuracies."""
    generator = torch.Generator().manual_seed(seed)
    split = split_digits(generator)
    with seeded(seed):
        model = MLP()
    optimizer = make(model.parameters())
    accuracies = []
    for _ in range(epochs):
        order = torch.randperm(len(split.train.x), generator=generator)
        for rows in order.split(batch):
            if clear:
                optimizer.zero_grad()
            torch.autograd.backward(loss(model(split.train.x[rows]), split.train.y[rows]))
            if clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
        guesses = model(split.validation.x).argmax(dim=1)
        accuracies.append((guesses == split.validation.y).double().mean().item())
    return model, accuracies


OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": lambda params: torch.optim.SGD(params, lr=0.1),
    "momentum": lambda params: torch.optim.SGD(params, lr=0.05, momentum=0.9),
    "decay": lambda params: torch.optim.SGD(params, lr=0.1, weight_decay=0.01),
    "Adam": lambda params: torch.optim.Adam(params, lr=0.001),
    "AdamW": lambda params: torch.optim.AdamW(params, lr=0.001, weight_decay=0.1),
}


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_each_network_learns_what_it_would_learn_alone(
    make: Callable[..., torch.optim.Optimizer], digits: StackedDigits
) -> None:
    """Two epochs with several optimizers: weights up to rounding, and every accuracy."""
    trained = train(digits, epochs=2, optimizer=make)
    for number, (seed, ours) in enumerate(zip(SEEDS, trained.networks.unstacked(), strict=True)):
        theirs, accuracies = alone(seed, make)
        for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            assert_close(one, other, rtol=1e-3, atol=1e-4)
        # One image is 1/360: rounding may turn a close decision.
        assert trained.accuracies[:, number].tolist() == pytest.approx(accuracies, abs=0.004)


def double_softmax(logits: Tensor, labels: Tensor) -> Tensor:
    """Return a loss that is wrong on purpose."""
    return cross_entropy(logits.softmax(dim=1), labels)


VARIATIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "loss": ({"loss": double_softmax}, {"loss": double_softmax}),
    "batch": ({"batch": 200}, {"batch": 200}),
    "clip": ({"before_step": clip_gradients(0.5)}, {"clip": 0.5}),
    "never cleared": ({"after_step": leave_alone}, {"clear": False}),
}


@pytest.mark.parametrize(("ours", "theirs"), VARIATIONS.values(), ids=VARIATIONS)
def test_what_is_varied_is_that_of_a_plain_loop(
    ours: dict[str, Any], theirs: dict[str, Any], digits: StackedDigits
) -> None:
    """Another loss, other batches, clipped gradients, gradients that are never cleared."""
    trained = train(digits, epochs=1, **ours)
    for seed, network in zip(SEEDS, trained.networks.unstacked(), strict=True):
        model, _ = alone(seed, epochs=1, **theirs)
        for one, other in zip(network.parameters(), model.parameters(), strict=True):
            assert_close(one, other, rtol=1e-3, atol=1e-4)


def test_the_defaults_are_the_recipe_of_chapter_5(digits: StackedDigits) -> None:
    """Thirty epochs of batches of 64, at the learning rate 0.1."""
    plain = train(digits)
    explicit = train(
        digits, epochs=30, batch=64, optimizer=lambda params: torch.optim.SGD(params, lr=0.1)
    )
    assert torch.equal(plain.accuracies, explicit.accuracies)
    assert plain.accuracies.shape == (30, 2)
    assert plain.final == plain.accuracies[-1].tolist()
    assert min(plain.final) > 0.9


def test_training_twice_gives_the_same(digits: StackedDigits) -> None:
    """The generators of the digits stay where the split has left them."""
    states = [generator.get_state() for generator in digits.generators]
    one, other = (train(digits, epochs=1).networks for _ in range(2))
    assert all(map(torch.equal, one.parameters, other.parameters))
    after = [generator.get_state() for generator in digits.generators]
    assert all(map(torch.equal, states, after))


def test_a_seed_learns_the_same_in_any_company() -> None:
    """The networks beside it and its place among them do not matter."""
    many, few = (train(stacked_digits(seeds), epochs=1) for seeds in ([8, 1, 3], [3]))
    for stack, single in zip(many.networks.parameters, few.networks.parameters, strict=True):
        assert_close(stack[2], single[0], rtol=1e-4, atol=1e-5)


def test_models_and_orders_are_asked_once_a_seed(digits: StackedDigits) -> None:
    """A model is made under its seed; an order gets the labels of its seed, once an epoch."""
    firsts, asked = [], []

    def model() -> nn.Module:
        made = nn.Linear(64, 10)
        firsts.append(made.weight[0, 0].item())
        return made

    def order(labels: Tensor, generator: torch.Generator) -> Tensor:
        asked.append((labels, generator))
        return torch.arange(len(labels))

    train(digits, epochs=2, model=model, order=order)
    expected = []
    for seed in SEEDS:
        with seeded(seed):
            expected.append(nn.Linear(64, 10).weight[0, 0].item())
    assert firsts == expected
    assert len(asked) == 4
    for number, (labels, generator) in enumerate(asked):
        assert torch.equal(labels, digits.train.y[number % 2])
        assert generator is asked[number % 2][1]


def test_hooks_stand_on_both_sides_of_the_step(digits: StackedDigits) -> None:
    """Before the step the parameters are the old ones, after it the new ones."""
    seen: list[tuple[str, Tensor, bool]] = []

    def note(name: str) -> Callable[[Sequence[Tensor]], None]:
        def hook(parameters: Sequence[Tensor]) -> None:
            seen.append((name, parameters[0].detach().clone(), parameters[0].grad is not None))

        return hook

    train(digits, epochs=1, batch=1078, before_step=note("before"), after_step=note("after"))
    (first, old, had), (second, new, has) = seen
    assert (first, second) == ("before", "after")
    assert had
    assert has
    assert not torch.equal(old, new)


def test_orders_hold_each_row_once_and_come_from_the_generator() -> None:
    """One is `randperm`; the other sorts it by class, and keeps its order within a class."""
    labels = torch.tensor([2, 0, 1, 0, 2, 1, 0])
    plain = torch.randperm(7, generator=torch.Generator().manual_seed(5))
    assert torch.equal(in_random_order(labels, torch.Generator().manual_seed(5)), plain)
    rows = class_by_class(labels, torch.Generator().manual_seed(5)).tolist()
    by_hand = [row for label in range(3) for row in plain.tolist() if labels[row] == label]
    assert rows == by_hand


def test_clipping_measures_each_network_over_all_its_parameters() -> None:
    """As PyTorch's own does for one network; short gradients stay as they are."""
    shapes = [(3, 4, 5), (3, 4)]
    generator = torch.Generator().manual_seed(0)
    gradients = [torch.randn(shape, generator=generator) for shape in shapes]
    for gradient in gradients:
        gradient[1] *= 0.01
    stacked = [torch.zeros(shape, requires_grad=True) for shape in shapes]
    for parameter, gradient in zip(stacked, gradients, strict=True):
        parameter.grad = gradient.clone()
    clip_gradients(2.0)(stacked)
    for number in range(3):
        single = [torch.zeros(shape[1:], requires_grad=True) for shape in shapes]
        for parameter, gradient in zip(single, gradients, strict=True):
            parameter.grad = gradient[number].clone()
        nn.utils.clip_grad_norm_(single, 2.0)
        for ours, theirs in zip(stacked, single, strict=True):
            assert ours.grad is not None
            assert theirs.grad is not None
            assert_close(ours.grad[number], theirs.grad)
    assert torch.equal(stacked[0].grad[1], gradients[0][1])  # type: ignore[index]


def test_clipping_passes_over_parameters_without_a_gradient() -> None:
    """A parameter that was frozen has none."""
    frozen, free = torch.ones(1, 2), torch.ones(1, 2, requires_grad=True)
    free.grad = torch.tensor([[3.0, 4.0]])
    clip_gradients(1.0)([frozen, free])
    assert_close(free.grad, torch.tensor([[0.6, 0.8]]))


def test_clearing_forgets_and_leaving_alone_does_not() -> None:
    """After the one there is no gradient, after the other it is what it was."""
    w = torch.ones(2, requires_grad=True)
    w.grad = torch.ones(2)
    leave_alone([w])
    assert torch.equal(w.grad, torch.ones(2))
    clear_gradients([w])
    assert w.grad is None


@pytest.mark.parametrize("name", ["epochs", "batch"])
def test_nothing_to_do_is_refused(name: str, digits: StackedDigits) -> None:
    """No epoch, and batches of no sample."""
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        train(digits, **{name: 0})  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_a_length_that_is_not_positive_is_refused(limit: float) -> None:
    """Also one that is not a number."""
    with pytest.raises(ValueError, match="limit must be positive, got"):
        clip_gradients(limit)
