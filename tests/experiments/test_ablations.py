"""Both arms of a comparison share all but what it is about."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.testing import assert_close

from ptfund import experiments
from ptfund.data import Standardizer, load_digits, split_digits
from ptfund.experiments import (
    Arms,
    StackedDigits,
    Trained,
    class_by_class,
    final_accuracies,
    leave_alone,
    stacked_digits,
    train,
)
from ptfund.experiments import _ablations as ablations
from ptfund.models import MLP, seeded

SEEDS = (0, 1)
FAST: dict[str, Any] = {"epochs": 1}


class Call(NamedTuple):
    """One training: on what, and what was varied."""

    digits: StackedDigits
    varied: dict[str, Any]
    result: Trained


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """The trainings that a comparison runs, in order."""
    seen: list[Call] = []

    def noting(digits: StackedDigits, **varied: Any) -> Trained:
        result = train(digits, **varied)
        seen.append(Call(digits, varied, result))
        return result

    monkeypatch.setattr(ablations, "train", noting)
    return seen


def arms_of(arms: Arms, calls: list[Call]) -> tuple[Call, Call]:
    """Return the trainings of the claimed and of the other arm."""
    (claimed,) = [call for call in calls if call.result.final == arms.claimed]
    (other,) = [call for call in calls if call.result.final == arms.other]
    assert len(calls) == 2
    return claimed, other


SAME_DIGITS: dict[Callable[..., Arms], tuple[str | None, str]] = {
    # What only the claimed arm and what only the other arm is told.
    experiments.clearing: (None, "after_step"),
    experiments.single_softmax: (None, "loss"),
    experiments.kaiming: ("model", ""),
    experiments.hidden_layer: (None, "model"),
    experiments.shuffling: (None, "order"),
}


@pytest.mark.parametrize("compare", SAME_DIGITS, ids=lambda compare: compare.__name__)
def test_arms_differ_in_one_argument(compare: Callable[..., Arms], calls: list[Call]) -> None:
    """The same digits, the same recipe, and one thing more for one of them."""
    claimed, other = arms_of(compare(SEEDS, epochs=1, batch=100), calls)
    only_claimed, only_other = SAME_DIGITS[compare]
    assert_same_digits(claimed.digits, other.digits)
    assert claimed.varied.pop(only_claimed or "", None) is not None or not only_claimed
    assert other.varied.pop(only_other, None) is not None or not only_other
    assert claimed.varied == other.varied == {"epochs": 1, "batch": 100}


def assert_same_digits(one: StackedDigits, other: StackedDigits) -> None:
    """Check that two arms learn from the same numbers."""
    assert one.seeds == other.seeds == SEEDS
    assert torch.equal(one.train.x, other.train.x)
    assert torch.equal(one.validation.x, other.validation.x)


def test_never_clearing_lets_gradients_add_up(calls: list[Call]) -> None:
    """The other arm does nothing after its steps."""
    _, other = arms_of(experiments.clearing(SEEDS, **FAST), calls)
    assert other.varied["after_step"] is leave_alone


def test_sorting_by_class_is_the_other_arm(calls: list[Call]) -> None:
    """In the claimed one the order is the default."""
    claimed, other = arms_of(experiments.shuffling(SEEDS, **FAST), calls)
    assert other.varied["order"] is class_by_class
    assert "order" not in claimed.varied


def test_the_second_softmax_is_taken_along_the_classes(calls: list[Call]) -> None:
    """By hand, for two rows of logits."""
    _, other = arms_of(experiments.single_softmax(SEEDS, **FAST), calls)
    logits, labels = torch.tensor([[1.0, 2.0, 3.0], [0.0, 5.0, 1.0]]), torch.tensor([2, 0])
    p = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
    assert_close(other.varied["loss"](logits, labels), cross_entropy(p, labels))


def test_kaiming_sets_weights_of_the_right_size_and_biases_of_zero(calls: list[Call]) -> None:
    """A deviation of √(2/64) in both layers; 640 weights tell it within some per cent."""
    claimed, _ = arms_of(experiments.kaiming(SEEDS, **FAST), calls)
    with seeded(0):
        model = claimed.varied["model"]()
    for layer in (model.hidden, model.output):
        assert layer.weight.std().item() == pytest.approx((2 / 64) ** 0.5, rel=0.1)
        assert torch.equal(layer.bias, torch.zeros_like(layer.bias))


def test_the_linear_arm_has_no_hidden_layer(calls: list[Call]) -> None:
    """Ten scores from 64 pixels."""
    _, other = arms_of(experiments.hidden_layer(SEEDS, **FAST), calls)
    model = other.varied["model"]()
    assert isinstance(model, nn.Linear)
    assert (model.in_features, model.out_features) == (64, 10)


def test_standardised_is_claimed_and_raw_the_other(calls: list[Call]) -> None:
    """Only the pixels differ."""
    claimed, other = arms_of(experiments.standardising(SEEDS, **FAST), calls)
    assert claimed.varied == other.varied == FAST
    assert torch.equal(other.digits.train.x, stacked_digits(SEEDS, standardize=False).train.x)
    assert torch.equal(claimed.digits.train.x, stacked_digits(SEEDS).train.x)


def defaults(make: Callable[..., Any]) -> tuple[float, float]:
    """Return the learning rate and the momentum of what makes an optimizer."""
    made = make([torch.ones(1, requires_grad=True)]).defaults
    return made["lr"], made["momentum"]


def test_momentum_is_the_only_difference(calls: list[Call]) -> None:
    """The learning rate is that of both."""
    claimed, other = arms_of(experiments.momentum(SEEDS, lr=0.02, **FAST), calls)
    assert defaults(claimed.varied.pop("optimizer")) == (0.02, 0.9)
    assert defaults(other.varied.pop("optimizer")) == (0.02, 0)
    assert claimed.varied == other.varied == FAST
    assert_same_digits(claimed.digits, other.digits)


def test_clipping_is_the_only_difference(calls: list[Call]) -> None:
    """Raw pixels and one learning rate for both; gradients no longer than told."""
    claimed, other = arms_of(experiments.clipping(SEEDS, lr=0.2, limit=0.5), calls)
    clip = claimed.varied.pop("before_step")
    w = torch.zeros(1, 2, requires_grad=True)
    w.grad = torch.tensor([[3.0, 4.0]])
    clip([w])
    assert_close(w.grad, torch.tensor([[0.3, 0.4]]))
    for call in (claimed, other):
        assert defaults(call.varied.pop("optimizer")) == (0.2, 0)
        assert call.varied == {}
        assert torch.equal(call.digits.train.x, stacked_digits(SEEDS, standardize=False).train.x)


def test_clipping_has_the_defaults_that_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A length of 1 and the learning rate 0.3."""
    recipes = []

    def noting(_seeds: Sequence[int], **recipe: Any) -> list[float]:
        recipes.append(recipe)
        return [0.0, 0.0]

    monkeypatch.setattr(ablations, "final_accuracies", noting)
    experiments.clipping(SEEDS)
    experiments.momentum(SEEDS)
    w = torch.zeros(1, 1, requires_grad=True)
    w.grad = torch.tensor([[5.0]])
    recipes[0]["before_step"]([w])
    assert_close(w.grad, torch.tensor([[1.0]]))
    assert defaults(recipes[1]["optimizer"]) == (0.3, 0)
    assert defaults(recipes[3]["optimizer"]) == (0.1, 0)


def test_early_stopping_chooses_by_one_half_and_judges_by_the_other(calls: list[Call]) -> None:
    """By hand from the two trainings, which learn the same from the same labels."""
    seeds = range(5)
    arms = experiments.early_stopping(seeds, wrong=0.3, epochs=8)
    choosing, judging = (call.result for call in calls)
    assert all(map(torch.equal, choosing.networks.parameters, judging.networks.parameters))
    chosen = choosing.accuracies.argmax(dim=0).tolist()
    assert chosen != judging.accuracies.argmax(dim=0).tolist()
    for seed, epoch in enumerate(chosen):
        assert arms.claimed[seed] == judging.accuracies[epoch, seed]
        assert arms.other[seed] == judging.accuracies[-1, seed]
    one, other = (call.digits.validation for call in calls)
    clean = stacked_digits(seeds).validation
    assert torch.equal(torch.cat([one.x, other.x], dim=1), clean.x)
    assert torch.equal(torch.cat([one.y, other.y], dim=1), clean.y)
    assert one.y.shape == (5, 180)


def test_early_stopping_mislabels_the_share_that_it_says(calls: list[Call]) -> None:
    """Each wrong label is another class, each of them about equally often, by seed."""
    experiments.early_stopping(SEEDS, wrong=0.3, **FAST)
    clean, noisy = stacked_digits(SEEDS).train, calls[0].digits.train
    assert torch.equal(noisy.x, clean.x)
    wrong = noisy.y != clean.y
    assert wrong.sum(dim=1).tolist() == [round(0.3 * 1078)] * 2
    assert not torch.equal(wrong[0], wrong[1])
    shifts = ((noisy.y - clean.y) % 10)[wrong].bincount(minlength=10)
    # 646 in nine classes: 72 ± 8 each.
    assert shifts[0] == 0
    assert shifts[1:].min() > 36
    assert noisy.y.min() == 0
    assert noisy.y.max() == 9


def test_early_stopping_has_a_fifth_of_wrong_labels_by_default(calls: list[Call]) -> None:
    """Which may also be none or all."""
    experiments.early_stopping(SEEDS, **FAST)
    clean = stacked_digits(SEEDS).train.y
    assert (calls[0].digits.train.y != clean).sum().item() == 2 * round(0.2 * 1078)
    experiments.early_stopping(SEEDS, wrong=0.0, **FAST)
    assert torch.equal(calls[2].digits.train.y, clean)
    experiments.early_stopping(SEEDS, wrong=1.0, **FAST)
    assert (calls[4].digits.train.y != clean).all()
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="wrong must be from 0 to 1, got"):
            experiments.early_stopping(SEEDS, wrong=wrong)


def test_shifted_images_are_those_one_pixel_to_the_right() -> None:
    """Moved by NumPy before they are standardised by their own training images."""
    arms = experiments.shifting(SEEDS, epochs=3)
    assert arms.claimed == final_accuracies(SEEDS, epochs=3)
    networks = train(stacked_digits(SEEDS), epochs=3).networks.unstacked()
    for seed, network, share in zip(SEEDS, networks, arms.other, strict=True):
        raw = split_digits(torch.Generator().manual_seed(seed), standardize=False)
        images = raw.validation.x.reshape(-1, 8, 8).numpy().copy()
        images[:, :, 1:] = images[:, :, :-1].copy()
        images[:, :, 0] = 0
        shifted = raw.standardize(torch.from_numpy(images).flatten(start_dim=1))
        right = network(shifted).argmax(dim=1) == raw.validation.y
        assert share == pytest.approx(right.double().mean().item(), abs=0.004)


def test_accuracies_are_those_of_the_last_epoch() -> None:
    """On standardised pixels unless told otherwise; the recipe is passed on."""
    assert final_accuracies(SEEDS, epochs=2) == train(stacked_digits(SEEDS), epochs=2).final
    make = partial(torch.optim.SGD, lr=0.001)
    raw = train(stacked_digits(SEEDS, standardize=False), epochs=2, optimizer=make).final
    assert final_accuracies(SEEDS, standardize=False, epochs=2, optimizer=make) == raw


def test_the_unchanged_recipe_is_trained_once_and_cannot_be_spoilt(calls: list[Call]) -> None:
    """It is an arm of most comparisons; each caller gets a list of its own."""
    first = final_accuracies((5, 6))
    expected = list(first)
    first.clear()
    assert final_accuracies([5, 6]) == expected
    assert len(calls) == 1
    assert expected == train(stacked_digits([5, 6])).final
    raw = train(stacked_digits([5, 6], standardize=False)).final
    assert final_accuracies([5, 6], standardize=False) == raw != expected


def test_default_models_are_the_books_own() -> None:
    """A model made by hand changes nothing."""
    assert final_accuracies(SEEDS, epochs=1) == final_accuracies(
        SEEDS, epochs=1, model=lambda: MLP(64, 64, 10)
    )


def nearest(x: Tensor, seen: Tensor, labels: Tensor) -> Tensor:
    """Return the class of the nearest sample that was seen, in double precision."""
    return labels[torch.cdist(x.double(), seen.double()).argmin(dim=1)]


def share(guesses: Tensor, labels: Tensor) -> float:
    """Return the share of right guesses."""
    return (guesses == labels).double().mean().item()


def test_neighbours_on_raw_and_on_standardised_pixels() -> None:
    """Against a plain search; rounding may turn one decision of 360."""
    arms = experiments.raw_neighbours(SEEDS)
    for seed, ours, theirs in zip(SEEDS, arms.claimed, arms.other, strict=True):
        for standardize, found in ((False, ours), (True, theirs)):
            split = split_digits(torch.Generator().manual_seed(seed), standardize=standardize)
            guesses = nearest(split.validation.x, *split.train)
            assert found == pytest.approx(share(guesses, split.validation.y), abs=0.004)
    assert arms.claimed != arms.other


def test_the_leaking_scaler_has_seen_all_images() -> None:
    """Its scale is that of the whole file; the honest one is that of the training part."""
    arms = experiments.leaking_scaler(range(4))
    everything = load_digits().images.flatten(start_dim=1).double()
    mean, scale = everything.mean(dim=0), everything.std(dim=0, correction=0)
    scale[scale == 0] = 1
    for seed, found in enumerate(arms.claimed):
        raw = split_digits(torch.Generator().manual_seed(seed), standardize=False)
        x, seen = ((part.x - mean) / scale for part in (raw.validation, raw.train))
        expected = share(nearest(x, seen, raw.train.y), raw.validation.y)
        assert found == pytest.approx(expected, abs=0.004)
    assert arms.other == experiments.raw_neighbours(range(4)).other
    assert arms.claimed != arms.other


def test_scales_are_measured_on_the_images_that_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """For each seed on all images in one arm, on its training part in the other."""
    measured: list[Tensor] = []
    fit = Standardizer.fit

    def noting(x: Tensor) -> Standardizer:
        measured.append(x)
        return fit(x)

    monkeypatch.setattr(Standardizer, "fit", noting)
    digits = stacked_digits(SEEDS, standardize=False)
    measured.clear()
    experiments.leaking_scaler(SEEDS)
    # Splitting fits one for each seed, too.
    leaking, honest = measured[2:4], measured[4:]
    everything = load_digits().images.flatten(start_dim=1).float()
    assert all(torch.equal(x, everything) for x in leaking)
    assert all(map(torch.equal, honest, digits.train.x))


def test_neighbours_compete_with_networks_on_the_same_images() -> None:
    """The neighbours' arm is that on raw pixels, the network's that of the recipe."""
    arms = experiments.neighbours_or_network(SEEDS)
    assert arms == Arms(experiments.raw_neighbours(SEEDS).claimed, final_accuracies(SEEDS))


def test_parts_are_shuffled_by_seed_or_blocks_of_the_file() -> None:
    """By hand for the blocks; one order more or less moves the shuffled arm a little."""
    arms = experiments.shuffled_parts([0, 1, 2])
    images, labels = load_digits()
    pixels = images.flatten(start_dim=1).double()
    right = 0
    for part in range(5):
        inside = torch.arange(1797) * 5 // 1797 == part
        guesses = nearest(pixels[inside], pixels[~inside], labels[~inside])
        right += int((guesses == labels[inside]).sum())
    assert arms.other == pytest.approx([right / 1797] * 3, abs=1e-3)
    assert len(set(arms.claimed)) > 1
    assert arms.claimed[:2] == experiments.shuffled_parts([0, 1]).claimed
    assert arms.difference.positive == 3
    assert max(arms.claimed) < 0.995
    assert experiments.shuffled_parts([0, 1], parts=40).other[0] > arms.other[0]


def test_a_single_part_is_refused() -> None:
    """There would be no neighbours in other parts."""
    with pytest.raises(ValueError, match="parts must be at least 2, got 1"):
        experiments.shuffled_parts(SEEDS, parts=1)
