"""Losses by hand: PyTorch, scikit-learn, finite differences and arithmetic are the oracles."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from torch import Tensor
from torch.nn import functional
from torch.testing import assert_close

from ptfund.losses import cross_entropy, log_softmax, log_sum_exp, mse_loss

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 5))
SCALES = st.sampled_from([1e-3, 1.0, 30.0, 1e4])
DTYPES = st.sampled_from([torch.float32, torch.float64])
several_times = settings(deadline=None, max_examples=60)


def drawn(
    shape: tuple[int, ...], seed: int, scale: float = 1.0, dtype: torch.dtype = torch.float64
) -> Tensor:
    """Return random numbers that can be differentiated with respect to."""
    generator = torch.Generator().manual_seed(seed)
    numbers = scale * torch.randn(shape, generator=generator, dtype=torch.float64)
    return numbers.to(dtype).requires_grad_()


def classes(shape: tuple[int, int], seed: int) -> Tensor:
    """Return a random class for each row."""
    return torch.randint(shape[1], (shape[0],), generator=torch.Generator().manual_seed(seed))


def agree(ours: Tensor, theirs: Tensor, *inputs: Tensor) -> None:
    """Compare two results, and the gradients of their sums with respect to the inputs."""
    assert_close(ours, theirs)
    for gradient, wanted in zip(
        torch.autograd.grad(ours.sum(), inputs),
        torch.autograd.grad(theirs.sum(), inputs),
        strict=True,
    ):
        assert_close(gradient, wanted)


@several_times
@given(st.lists(st.integers(1, 4), max_size=3), st.integers(0, 99), DTYPES)
def test_mean_squared_error_is_that_of_pytorch(
    sizes: list[int], seed: int, dtype: torch.dtype
) -> None:
    """Of any shape, with the gradients of both arguments."""
    one = drawn(tuple(sizes), seed, dtype=dtype)
    other = drawn(tuple(sizes), seed + 1, dtype=dtype)
    agree(mse_loss(one, other), functional.mse_loss(one, other), one, other)


@several_times
@given(SIZES, st.integers(0, 99), SCALES, DTYPES)
def test_losses_of_classes_are_those_of_pytorch(
    shape: tuple[int, int], seed: int, scale: float, dtype: torch.dtype
) -> None:
    """With their gradients, for logits from tiny to huge."""
    logits, labels = drawn(shape, seed, scale, dtype), classes(shape, seed)
    agree(log_sum_exp(logits), logits.logsumexp(dim=1), logits)
    agree(log_softmax(logits), logits.log_softmax(dim=1), logits)
    ours = cross_entropy(logits, labels)
    agree(ours, functional.cross_entropy(logits, labels), logits)
    assert ours.shape == ()
    assert ours.dtype == dtype


def test_cross_entropy_is_the_log_loss_of_scikit_learn() -> None:
    """An oracle that starts from probabilities."""
    logits, labels = drawn((50, 4), 0).detach(), classes((50, 4), 0)
    wanted = metrics.log_loss(labels, logits.softmax(dim=1), labels=range(4))
    assert cross_entropy(logits, labels).item() == pytest.approx(wanted)


def test_cross_entropy_by_arithmetic() -> None:
    """Probabilities of 1/4 and 2/3 for the true classes."""
    logits = torch.tensor([[0.0, math.log(3)], [math.log(6), math.log(3)]])
    wanted = (math.log(4) + math.log(3 / 2)) / 2
    assert cross_entropy(logits, torch.tensor([0, 0])).item() == pytest.approx(wanted)


def test_mean_squared_error_by_arithmetic() -> None:
    """The squares of 3 and -1."""
    assert mse_loss(torch.tensor([5.0, 1.0]), torch.tensor([2.0, 2.0])) == 5


def test_gradient_of_cross_entropy_is_p_minus_y_over_n() -> None:
    """The formula in its docstring."""
    logits, labels = drawn((5, 3), 0), classes((5, 3), 1)
    torch.autograd.backward(cross_entropy(logits, labels))
    wanted = (logits.detach().softmax(dim=1) - functional.one_hot(labels, 3)) / 5
    assert logits.grad is not None
    assert_close(logits.grad, wanted)


@pytest.mark.parametrize(
    "loss",
    [
        lambda logits: mse_loss(logits, torch.ones_like(logits)),
        log_sum_exp,
        log_softmax,
        lambda logits: cross_entropy(logits, torch.tensor([1, 0])),
    ],
    ids=["mse_loss", "log_sum_exp", "log_softmax", "cross_entropy"],
)
def test_gradients_are_those_of_nudging(loss: Callable[[Tensor], Tensor]) -> None:
    """First and second ones."""
    logits = drawn((2, 3), 0)
    assert torch.autograd.gradcheck(loss, logits)
    assert torch.autograd.gradgradcheck(loss, logits)


@pytest.mark.parametrize("size", [1e4, 1e30])
def test_extreme_logits_give_finite_losses(size: float) -> None:
    """A sure and right answer costs nothing, a sure and wrong one as much as it was sure."""
    logits = torch.tensor([[size, -size], [size, -size]], requires_grad=True)
    assert_close(log_sum_exp(logits), torch.tensor([size, size]))
    assert cross_entropy(logits, torch.tensor([0, 0])) == 0
    loss = cross_entropy(logits, torch.tensor([1, 1]))
    assert_close(loss, torch.tensor(2 * size))
    torch.autograd.backward(loss)
    assert logits.grad is not None
    assert_close(logits.grad, torch.tensor([[0.5, -0.5]] * 2))


def test_a_common_shift_of_large_logits_costs_no_digits() -> None:
    """Probabilities depend on differences alone, and these are exact here."""
    logits = torch.tensor([[1.0, 2.0, 0.5]])
    assert_close(log_softmax(logits + 2.0**16), log_softmax(logits), rtol=0, atol=1e-6)
    assert_close(log_sum_exp(logits + 8), log_sum_exp(logits) + 8)


@several_times
@given(SIZES, st.integers(0, 99), SCALES)
def test_probabilities_add_up_to_1(shape: tuple[int, int], seed: int, scale: float) -> None:
    """The exponentials of the logarithms."""
    assert_close(
        log_softmax(drawn(shape, seed, scale)).exp().sum(dim=1), torch.ones(shape[0]).double()
    )


def test_a_single_class_is_certain() -> None:
    """Nothing else is possible."""
    assert cross_entropy(torch.tensor([[7.0]]), torch.tensor([0])) == 0


FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "log_sum_exp": log_sum_exp,
    "log_softmax": log_softmax,
    "cross_entropy": lambda logits: cross_entropy(logits, torch.tensor([0])),
}


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_bad_logits_are_refused(function: Callable[[Tensor], Tensor]) -> None:
    """Whole numbers, other shapes, none at all, and what is not finite."""
    with pytest.raises(TypeError, match=r"logits must be of a floating-point dtype, got torch.int"):
        function(torch.tensor([[1, 2]]))
    for bad_shape in ([2], [1, 2, 2]):
        with pytest.raises(ValueError, match=r"logits must have the shape \(samples, "):
            function(torch.zeros(bad_shape))
    for empty in ([0, 2], [1, 0]):
        with pytest.raises(ValueError, match="logits must have at least one sample"):
            function(torch.zeros(empty))
    for bad in (math.nan, math.inf, -math.inf):
        with pytest.raises(
            ValueError, match=f"logits must be finite at row 0, column 1, got {bad}"
        ):
            function(torch.tensor([[0.0, bad]]))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (torch.tensor([0.0, 1.0]), TypeError, r"labels must be of dtype torch.int64, got"),
        (torch.tensor([0, 1], dtype=torch.int32), TypeError, r"of dtype torch.int64, got"),
        (torch.tensor([[0], [1]]), ValueError, r"labels must have the shape \(samples,\), got"),
        (torch.tensor([0, 1, 2]), ValueError, "labels must be 2, one a sample, got 3"),
        (torch.tensor([0, -100]), ValueError, "labels must be at least 0, got -100"),
        (torch.tensor([0, 3]), ValueError, "labels must be from 0 to 2, got 3"),
    ],
)
def test_bad_labels_are_refused(labels: Tensor, error: type[Exception], message: str) -> None:
    """Each with what was wanted and what came."""
    with pytest.raises(error, match=message):
        cross_entropy(torch.zeros(2, 3), labels)


@pytest.mark.usefixtures("unchecked")
def test_nothing_is_broadcast() -> None:
    """A column and a row would be compared each with each."""
    for predictions, targets in (((3, 1), (3,)), ((3,), (3, 1)), ((3,), ())):
        with pytest.raises(ValueError, match=r"targets must have the shape \(3.*\), got \("):
            mse_loss(torch.zeros(predictions), torch.zeros(targets))


@pytest.mark.usefixtures("unchecked")
def test_numbers_that_cannot_be_averaged_are_refused() -> None:
    """Whole numbers, two dtypes, none at all."""
    numbers = torch.zeros(3)
    with pytest.raises(TypeError, match="predictions must be of a floating-point dtype"):
        mse_loss(numbers.long(), numbers.long())
    with pytest.raises(TypeError, match=r"targets must be of dtype torch.float32, got torch.f.*64"):
        mse_loss(numbers, numbers.double())
    with pytest.raises(ValueError, match=r"predictions must not be empty, got \(0, 2\)"):
        mse_loss(torch.zeros(0, 2), torch.zeros(0, 2))
