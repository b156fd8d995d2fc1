"""Calibration: labels drawn from known probabilities, SciPy and arithmetic are the oracles."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from torch import Tensor
from torch.nn import functional

from ptfund.evaluation import calibration, fit_temperature


def drawn(samples: int = 20_000, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return logits of five classes, and labels drawn from the probabilities they stand for."""
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(samples, 5, generator=generator)
    return logits, logits.softmax(dim=1).multinomial(1, generator=generator)[:, 0]


def test_true_probabilities_are_calibrated() -> None:
    """Chance alone gives 20,000 samples in bins an error of about 0.003, double logits 0.17."""
    logits, labels = drawn()
    assert calibration(logits.softmax(dim=1), labels).error < 0.01
    assert calibration((2 * logits).softmax(dim=1), labels).error > 0.1


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0, 10.0])
def test_the_temperature_undoes_a_factor(factor: float) -> None:
    """Over seeds it has a standard deviation of 1 %."""
    logits, labels = drawn()
    assert fit_temperature(factor * logits, labels) == pytest.approx(factor, rel=0.05)


def test_tempered_probabilities_are_calibrated() -> None:
    """On samples that the temperature was not fitted on."""
    temperature = fit_temperature(3 * drawn(seed=1)[0], drawn(seed=1)[1])
    logits, labels = drawn()
    assert calibration((3 * logits / temperature).softmax(dim=1), labels).error < 0.015


@given(st.integers(0, 10_000), st.sampled_from([1e-20, 0.1, 1.0, 30.0, 1e30]))
@settings(deadline=None, max_examples=50)
def test_the_temperature_is_the_minimum(seed: int, scale: float) -> None:
    """SciPy's search over the logarithm finds no less cross-entropy anywhere."""
    logits, labels = drawn(60, seed)
    logits = scale * (logits.double() + 100)
    found = fit_temperature(logits, labels)

    def loss(log_temperature: float) -> float:
        return functional.cross_entropy(logits / math.exp(log_temperature), labels).item()

    best = optimize.minimize_scalar(
        loss, bounds=(math.log(scale) - 4, math.log(scale) + 6), method="bounded"
    )
    assert loss(math.log(found)) <= best.fun + 1e-9
    assert math.log(found) == pytest.approx(best.x, abs=0.01)


@pytest.mark.parametrize("right", [51, 60, 99])
def test_the_temperature_by_arithmetic(right: int) -> None:
    """The odds of two classes become those that were counted: (5 - 2) / T is their logarithm."""
    logits = torch.tensor([[5.0, 2.0]] * 100)
    labels = (torch.arange(100) >= right).long()
    wanted = 3 / math.log(right / (100 - right))
    assert fit_temperature(logits, labels) == pytest.approx(wanted, rel=1e-9)


def test_tiny_and_huge_temperatures_are_found() -> None:
    """Where most samples, or hardly more than by chance, are right."""
    logits = torch.tensor([[1.0, 0.0]] * 10_001)
    labels = torch.zeros(10_001, dtype=torch.int64)
    labels[0] = 1
    assert fit_temperature(logits, labels) == pytest.approx(1 / math.log(1e4))
    labels[:5_000] = 1
    assert fit_temperature(logits, labels) == pytest.approx(1 / math.log(5_001 / 5_000))


def test_no_temperature_is_the_best_where_there_is_none() -> None:
    """All right, or right as by chance, or worse."""
    logits = torch.tensor([[3.0, 1.0], [3.0, 1.0]])
    shifted = torch.tensor([[-5.0, -6.0], [3.0, 9.0]])
    with pytest.raises(ValueError, match="goes to 0, got 0"):
        fit_temperature(shifted, torch.tensor([0, 1]))
    with pytest.raises(ValueError, match=r"get wrong must be at least 1, .* goes to 0, got 0"):
        fit_temperature(logits, torch.tensor([0, 0]))
    with pytest.raises(ValueError, match=r"true class .* must be above 0, .* for ever, got 0\.0"):
        fit_temperature(logits, torch.tensor([0, 1]))
    with pytest.raises(ValueError, match=r"must be above 0, .* for ever, got -1\.0"):
        fit_temperature(logits, torch.tensor([1, 1]))
    with pytest.raises(ValueError, match=r"must be above 0, .* for ever, got 0\.0"):
        fit_temperature(torch.ones(2, 2), torch.tensor([0, 1]))
    third = torch.tensor([[0.1, 0.7, 0.3]] * 3)
    with pytest.raises(ValueError, match="for ever"):
        fit_temperature(third, torch.tensor([0, 1, 2]))


def test_bins_by_hand() -> None:
    """A bin has its upper end, and not its lower one; the error is a mean over samples."""
    confidence = torch.tensor([0.5, 0.75, 0.625, 0.875, 1.0], dtype=torch.float64)
    probabilities = torch.stack([confidence, 1 - confidence], dim=1)
    found = calibration(probabilities, torch.tensor([0, 0, 1, 1, 0]), bins=4)
    assert found.samples.tolist() == [0, 1, 2, 2]
    assert found.accuracy[1:].tolist() == [1.0, 0.5, 0.5]
    assert found.confidence[1:].tolist() == [0.5, 0.6875, 0.9375]
    assert math.isnan(found.accuracy[0])
    assert math.isnan(found.confidence[0])
    assert found.error == pytest.approx((0.5 + 2 * 0.1875 + 2 * 0.4375) / 5)
    assert type(found.error) is float


def test_confidence_is_that_of_the_predicted_class() -> None:
    """Not that of the true one; ten bins unless said otherwise."""
    found = calibration(torch.tensor([[0.25, 0.75]]), torch.tensor([0]))
    assert found.error == 0.75
    assert found.samples.tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]


def test_certainty_and_rounding_stay_in_the_last_bin() -> None:
    """Also a probability that rounding has lifted above 1."""
    found = calibration(torch.tensor([[1.0001, 0.0], [1.0, 0.0]]), torch.tensor([0, 0]), bins=3)
    assert found.samples.tolist() == [0, 0, 2]
    almost = torch.tensor([[1.0, 0.0]]).half().softmax(dim=1)
    assert calibration(almost, torch.tensor([0])).samples.sum() == 1


def test_gradients_are_left_out() -> None:
    """Probabilities and logits may come straight from a model."""
    logits, labels = drawn(100)
    logits.requires_grad_()
    assert not calibration(logits.softmax(dim=1), labels).confidence.requires_grad
    assert fit_temperature(logits, labels) > 0


@pytest.mark.usefixtures("unchecked")
def test_probabilities_are_checked() -> None:
    """Logits are none; the message says where they show it."""
    labels = torch.tensor([0, 1])
    p = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
    with pytest.raises(ValueError, match=r"probabilities must be at least 0, got -1\.0"):
        calibration(p - 1.25, labels)
    with pytest.raises(ValueError, match=r"probabilities must add up to 1 in row 1, got 1\.04"):
        calibration(p + torch.tensor([[0.0], [0.02]]), labels)
    with pytest.raises(ValueError, match=r"probabilities must add up to 1 in row 0, got 0\.96"):
        calibration(p - torch.tensor([[0.02], [0.0]]), labels)
    with pytest.raises(ValueError, match="probabilities must be finite at row 0"):
        calibration(p * math.nan, labels)
    with pytest.raises(ValueError, match=r"must have the shape \(samples, features\), got \(2,\)"):
        calibration(p[0], labels)
    with pytest.raises(ValueError, match="bins must be at least 1, got 0"):
        calibration(p, labels, bins=0)
    with pytest.raises(TypeError, match=r"bins must be a whole number, got 2\.0"):
        calibration(p, labels, bins=2.0)  # type: ignore[arg-type]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("function", [calibration, fit_temperature])
def test_labels_must_fit(function: Callable[[Tensor, Tensor], object]) -> None:
    """One a sample, of dtype int64, each of them a class."""
    scores = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
    with pytest.raises(ValueError, match="labels must be from 0 to 1, got 2"):
        function(scores, torch.tensor([0, 2]))
    with pytest.raises(ValueError, match="labels must be 2, one a sample, got 1"):
        function(scores, torch.tensor([0]))
    with pytest.raises(TypeError, match="labels must be of dtype"):
        function(scores, torch.tensor([0.0, 1.0]))
    with pytest.raises(TypeError, match="must be of a floating-point dtype"):
        function(scores.long(), torch.tensor([0, 1]))


@pytest.mark.usefixtures("unchecked")
def test_logits_must_be_finite() -> None:
    """A NaN would be neither above nor below 0 at any temperature."""
    with pytest.raises(ValueError, match="logits must be finite at row 1, column 0, got inf"):
        fit_temperature(torch.tensor([[0.0, 1.0], [math.inf, 0.0]]), torch.tensor([0, 0]))
