"""The scalar engine: PyTorch and finite differences are its oracles."""

import math
import operator
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jaxtyping
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ptfund.scalar import Value

# Operations that neither explode nor leave what a root or a quotient can take.
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: bounded(a) * bounded(b),
    "/": lambda a, b: a / (1 + b**2),
    "square": lambda a, _: bounded(a) ** 2,
    "cube root": lambda a, _: bounded(a) ** (1 / 3),
    "exp": lambda a, _: (-(a**2)).exp(),
    "negative": lambda a, _: -a,
    "2 -": lambda a, _: 2 - a + 0.5 * a,
    "3 /": lambda a, _: 3 / (1 + a * a) + a / 4,
}
NUMBERS = st.floats(-3, 3)
# An operation, and how far back among the values made so far its operands stand.
STEPS = st.tuples(st.sampled_from(list(OPERATIONS)), st.integers(0, 3), st.integers(0, 3))


@pytest.fixture
def _unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bad input through to the engine's own check, as for a reader."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


def bounded(value: Any) -> Any:
    """Return a positive value of moderate size that depends smoothly on any value."""
    return 1 / (1 + (value * value))


def grow(leaves: list[Any], steps: list[tuple[str, int, int]]) -> list[Any]:
    """Build a graph, in which values are used again and again, and return all its values."""
    made = list(leaves)
    for operation, first, second in steps:
        a, b = made[-1 - first % len(made)], made[-1 - second % len(made)]
        made.append(OPERATIONS[operation](a, b))
    return made


def tracked(number: float) -> torch.Tensor:
    """Return a leaf of PyTorch in the precision of the engine."""
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


@given(st.lists(NUMBERS, min_size=1, max_size=3), st.lists(STEPS, min_size=1, max_size=12))
def test_every_value_and_gradient_is_that_of_pytorch(
    numbers: list[float], steps: list[tuple[str, int, int]]
) -> None:
    """Random graphs, their values in between included, have the same data and gradients."""
    ours = grow([Value(number) for number in numbers], steps)
    theirs = grow([tracked(number) for number in numbers], steps)
    for tensor in theirs:
        tensor.retain_grad()
    ours[-1].backward()
    theirs[-1].backward()
    for value, tensor in zip(ours, theirs, strict=True):
        grad = 0.0 if tensor.grad is None else tensor.grad.item()
        assert value.data == pytest.approx(tensor.item(), rel=1e-9, abs=1e-12)
        assert value.grad == pytest.approx(grad, rel=1e-9, abs=1e-12)


@given(st.lists(NUMBERS, min_size=1, max_size=3), st.lists(STEPS, min_size=1, max_size=8))
def test_leaf_gradients_are_measured_slopes(
    numbers: list[float], steps: list[tuple[str, int, int]]
) -> None:
    """Nudging each leaf by a millionth gives its gradient."""
    leaves = [Value(number) for number in numbers]
    grow(leaves, steps)[-1].backward()
    for position, leaf in enumerate(leaves):
        ends = []
        for nudge in (1e-6, -1e-6):
            moved = [Value(n + nudge * (i == position)) for i, n in enumerate(numbers)]
            ends.append(grow(moved, steps)[-1].data)
        assert leaf.grad == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("operation", "data", "slopes"),
    [
        (lambda a, b: a + b, 5.0, (1.0, 1.0)),
        (lambda a, b: a - b, 1.0, (1.0, -1.0)),
        (lambda a, b: a * b, 6.0, (2.0, 3.0)),
        (lambda a, b: a / b, 1.5, (0.5, -0.75)),
        (lambda a, b: a**2 + 0 * b, 9.0, (6.0, 0.0)),
        (lambda a, b: a**0 + b**1, 3.0, (0.0, 1.0)),
        (lambda a, b: (a - 3).exp() * b, 2.0, (2.0, 1.0)),
        (lambda a, b: 1 + a + b, 6.0, (1.0, 1.0)),
        (lambda a, b: 7 - a - b, 2.0, (-1.0, -1.0)),
        (lambda a, b: 2 * a * b, 12.0, (4.0, 6.0)),
        (lambda a, b: 6 / a / b, 1.0, (-1 / 3, -0.5)),
        (lambda a, b: a + 1 - b - 0.5, 1.5, (1.0, -1.0)),
        (lambda a, b: a * 4 / 2 + b, 8.0, (2.0, 1.0)),
    ],
)
def test_operations_by_hand(
    operation: Callable[[Value, Value], Value], data: float, slopes: tuple[float, float]
) -> None:
    """At a = 3 and b = 2, with plain numbers on either side."""
    a, b = Value(3.0), Value(2)
    result = operation(a, b)
    result.backward()
    assert result.data == pytest.approx(data)
    assert (a.grad, b.grad) == pytest.approx(slopes)


def test_a_second_call_adds_as_pytorch_does() -> None:
    """Walking the same graph twice doubles all gradients, those in between too."""
    a, tensor = Value(3.0), tracked(3.0)
    between, theirs = a * a, tensor * tensor
    theirs.retain_grad()
    result, their_result = between * a, theirs * tensor
    for _ in range(2):
        result.backward()
        torch.autograd.backward(their_result, retain_graph=True)
    assert tensor.grad is not None
    assert theirs.grad is not None
    assert (a.grad, between.grad) == (tensor.grad.item(), theirs.grad.item()) == (54.0, 6.0)


def test_gradients_of_two_results_add_up() -> None:
    """A leaf that two graphs share holds the gradient of the sum of their results."""
    a = Value(3.0)
    (a * 5).backward()
    (a * a).backward()
    assert a.grad == 11.0


def test_a_leaf_is_its_own_result() -> None:
    """The slope of a value with itself is 1, on every call."""
    a = Value(3.0)
    a.backward()
    a.backward()
    assert a.grad == 2.0


def test_what_was_not_used_gets_no_gradient() -> None:
    """Only what the result was computed from is reached."""
    a, b = Value(3.0), Value(2.0)
    later = a * b
    (a + 1).backward()
    assert (a.grad, b.grad, later.grad) == (1.0, 0.0, 0.0)


def test_an_input_made_late_still_waits_for_all_its_users() -> None:
    """The order is that of the graph, not that in which the walk happens to find the values."""
    a = Value(2.0)
    deep = a
    for _ in range(5):
        deep = deep * 1
    (a * deep + deep).backward()
    assert a.grad == 2 * 2 + 1


def test_a_number_changed_later_does_not_falsify_the_gradient() -> None:
    """The rules keep the numbers of the moment of computing."""
    a, b = Value(3.0), Value(2.0)
    result = a * b + (a**2).exp() * 0
    a.data = b.data = 100.0
    result.backward()
    assert (a.grad, b.grad) == (2.0, 3.0)


def test_graphs_may_be_deeper_than_the_stack() -> None:
    """Twenty thousand sums in a row need no recursion."""
    first = last = Value(1.0)
    for _ in range(20_000):
        last = last + 1
    last.backward()
    assert (last.data, first.grad) == (20_001.0, 1.0)


def test_shared_values_are_walked_once() -> None:
    """Sixty steps in which every value is used twice have more than a million million ways."""
    a = Value(1.0)
    older, younger = a, a * 1
    for _ in range(60):
        older, younger = younger, older + younger
    younger.backward()
    assert a.grad == younger.data


def test_the_power_of_0_is_flat_even_at_0() -> None:
    """The general rule would divide by zero there; PyTorch says 0, too."""
    a, tensor = Value(0.0), tracked(0.0)
    (a**0).backward()
    torch.autograd.backward(tensor**0)
    assert tensor.grad is not None
    assert a.grad == tensor.grad.item() == 0.0


def test_values_know_their_order() -> None:
    """Each is younger than its inputs, which is what the walk relies on."""
    values = grow([Value(1.0), Value(2.0)], [("3 /", 0, 1), ("exp", 0, 0), ("*", 0, 2)])
    assert all(one.created < other.created for one, other in pairwise(values))
    assert all(source.created < value.created for value in values for source in value.inputs)


def test_text_shows_number_and_gradient() -> None:
    """Printing a value in a chapter says what there is to know."""
    a = Value(3)
    (a * a).backward()
    assert repr(a) == "Value(data=3.0, grad=6.0)"


@pytest.mark.usefixtures("_unchecked")
@pytest.mark.parametrize("bad", ["3", None, [3.0], torch.tensor(3.0), 1j])
def test_what_is_no_number_is_refused(bad: Any) -> None:
    """The message says what is needed, and what came, wherever it came."""
    with pytest.raises(TypeError, match="data must be a number, got "):
        Value(bad)
    for operation in (operator.add, operator.sub, operator.mul, operator.truediv):
        with pytest.raises(TypeError, match="operand must be a Value or a number, got "):
            operation(Value(1.0), bad)
    with pytest.raises(TypeError, match="exponent must be a number, got "):
        Value(1.0) ** bad


@pytest.mark.usefixtures("_unchecked")
def test_an_exponent_is_a_plain_number() -> None:
    """A value as exponent would need a rule that the engine does not have."""
    exponent: Any = Value(2.0)
    with pytest.raises(TypeError, match=r"exponent must be a number, got Value\(data=2.0"):
        Value(2.0) ** exponent


def test_roots_of_negative_numbers_are_refused() -> None:
    """Python would silently go on with complex numbers."""
    with pytest.raises(ValueError, match=r"base must be at least 0 for the exponent 0.5, got -4.0"):
        Value(-4.0) ** 0.5
    assert (Value(-2.0) ** -2).data == 0.25


def test_division_by_zero_and_too_large_a_power_are_errors() -> None:
    """Where no float is the answer, Python says so."""
    with pytest.raises(ZeroDivisionError):
        Value(1.0) / Value(0.0)
    with pytest.raises(OverflowError):
        Value(1000.0).exp()


def test_inputs_and_rule_come_together() -> None:
    """A result without a rule would silently be a leaf, a rule without inputs never be asked."""
    with pytest.raises(ValueError, match="inputs and grad_fn must come together"):
        Value(1.0, (Value(1.0),))
    with pytest.raises(ValueError, match="inputs and grad_fn must come together"):
        Value(1.0, (), lambda upstream: (upstream,))


def test_a_rule_answers_for_every_input() -> None:
    """A rule that forgets an input is noticed in the walk."""
    wrong = Value(2.0, (Value(1.0), Value(1.0)), lambda upstream: (upstream,))
    with pytest.raises(ValueError, match="shorter"):
        wrong.backward()


def test_rules_of_ones_own_take_part() -> None:
    """An operation can be added from outside, as the chapter's exercise does."""
    a = Value(0.5)
    result = math.sin(a.data)
    sine = Value(result, (a,), lambda upstream: (upstream * math.cos(0.5),))
    (sine * 3).backward()
    assert a.grad == pytest.approx(3 * math.cos(0.5))
