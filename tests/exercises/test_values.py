"""Copying, comparing and describing what answers take and return."""

import warnings
from typing import Any, NamedTuple

import pytest
import torch
from torch import nn

from ptfund.exercises._values import copied, described, difference, same

NAN = float("nan")
X = torch.tensor([1.0, 2.0])
SAME = [
    (X, X + 1e-6),
    (torch.tensor([NAN, torch.inf]), torch.tensor([NAN, torch.inf])),
    (torch.zeros(0, 3), torch.zeros(0, 3)),
    (torch.tensor([True]), torch.tensor([True])),
    (nn.Parameter(X), X),
    (2.0, 2.0 + 1e-7),
    (2.0, 2),
    (NAN, NAN),
    (3, 3),
    (True, True),
    ("a", "a"),
    (None, None),
    ((2, 3), torch.Size([2, 3])),
    ([X, 1], [X.clone(), 1]),
    ({"a": X}, {"a": X.clone()}),
    (ValueError, ValueError),
]
DIFFERENT = [
    (X, X + 1e-3, "must be 1 at [0], got 1.001"),
    (X, X + 5e-5, "must be 1.0 at [0], got 1.0000499"),
    (torch.tensor(1.0), torch.tensor(NAN), "must be 1, got nan"),
    (torch.tensor([[0, 0], [0, 7]]), torch.tensor([[0, 0], [0, 8]]), "must be 7 at [1, 1], got 8"),
    (X, X[None], "must have the shape (2,), got (1, 2)"),
    (X, torch.tensor(1.0), "must have the shape (2,), got ()"),
    (X, X.double(), "must have the dtype torch.float32, got torch.float64"),
    (X, X.to_sparse(), "must return a plain tensor"),
    (X, X.to("meta"), "must return a plain tensor"),
    (X, [1.0, 2.0], "must return a tensor, got a list"),
    (X, None, "returned None: is a `return` missing?"),
    (2.0, 2.1, "must return 2, got 2.1"),
    (2.0, 2.0001, "must return 2.0, got 2.0001"),
    (2.0, 10**400, "must return 2, got 1000"),
    (2.0, float("inf"), "must return 2, got inf"),
    (2.0, torch.tensor(2.0), "must return a float, got a tensor"),
    (1.0, True, "must return a float, got a bool"),
    (2.0, "2", "must return a float, got a str"),
    (3, 3.0, "must return an int, got a float"),
    (3, True, "must return an int, got a bool"),
    (3, 4, "must return 3, got 4"),
    (True, 1, "must return a bool, got an int"),
    (True, False, "must return True, got False"),
    ("a", "b", "must return 'a', got 'b'"),
    ((2, 3), [2, 3], "must return a tuple, got a list"),
    ([2, 3], (2, 3), "must return a list, got a tuple"),
    ((2, 3), (2,), "must have the length 2, got 1"),
    ((2, 3), (2, 3, 4), "must have the length 2, got 3"),
    ((2, 3), (2, 4), "[1] must return 3, got 4"),
    ([X, X], [X, None], "[1] must not be None"),
    ([X, X], [X, X + 1], "[1] must be 1 at [0], got 2"),
    ({"a": 1}, {"a": 2}, "must return {'a': 1}, got {'a': 2}"),
    ({"a": 1}, {"b": 1}, "must return {'a': 1}, got {'b': 1}"),
    ({"a": 1}, [1], "must return a dict, got a list"),
]


@pytest.mark.parametrize(("expected", "got"), SAME)
def test_same(expected: object, got: object) -> None:
    """Up to rounding, and in a shape that is a tuple, two values are one."""
    assert same(expected, got)


@pytest.mark.parametrize(("expected", "got", "told"), DIFFERENT)
def test_different(expected: object, got: object, told: str) -> None:
    """What differs is told, with as many digits as show it."""
    assert not same(expected, got)
    assert difference(expected, got).startswith(told)


def test_a_nested_tensor_is_no_plain_one() -> None:
    """Its shape cannot even be asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, about nested tensors
        nested = torch.nested.nested_tensor([X, X[:1]])
    assert not same(X, nested)
    assert difference(X, nested).startswith("must return a plain tensor")


@pytest.mark.parametrize("pair", [(X, X + 0.3), (1.0, 1.3), ((1.0,), (1.3,))])
def test_tolerance_is_for_all_that_holds_numbers(pair: tuple[Any, Any]) -> None:
    """By that much a number may differ, and by that share of it besides."""
    assert same(*pair, 0.2)
    assert not same(*pair, 0.1)


def test_copies_share_nothing() -> None:
    """Tensors, modules, generators, and what holds them; whether a gradient is wanted stays."""
    generator = torch.Generator().manual_seed(3)
    layer, w = nn.Linear(2, 1), torch.ones(2, requires_grad=True)
    given: tuple[Any, ...] = (X, [w], {"a": layer}, generator, len, nn.Parameter(X))
    got = copied(given)
    assert type(got) is tuple
    assert isinstance(got[5], nn.Parameter)
    assert got[1][0].requires_grad
    assert got[1][0].is_leaf
    assert torch.equal(torch.rand(3, generator=got[3]), torch.rand(3, generator=generator))
    with torch.no_grad():
        for tensor in (got[0], got[1][0], got[2]["a"].weight, got[5]):
            tensor.fill_(9.0)
    assert X.tolist() == [1.0, 2.0]
    assert w.tolist() == [1.0, 1.0]
    assert 9.0 not in layer.weight
    assert got[4] is len


class Pair(NamedTuple):
    """A tuple that is not made of one list."""

    x: int
    y: int


@pytest.mark.parametrize("value", [torch.Size([2, 3]), Pair(2, 3)])
def test_what_only_looks_like_a_tuple_is_left_as_it_is(value: tuple[int, ...]) -> None:
    """It may not be made as a tuple is."""
    assert copied(value) is value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (X, "[1, 2]"),
        (torch.tensor(3), "3"),
        (torch.zeros(9), "<tensor of shape (9,)>"),
        (torch.zeros(2, 2), "<tensor of shape (2, 2)>"),
        (1 / 3, "0.3333"),
        ([1, 0.5], "[1, 0.5]"),
        ((1,), "(1,)"),
        ((1, 2), "(1, 2)"),
        (list(range(9)), "<list of length 9>"),
        (nn.Linear(1, 1), "<Linear>"),
        (torch.Generator(), "<Generator>"),
        (len, "len"),
        ("a", "'a'"),
        (None, "None"),
    ],
)
def test_described(value: object, words: str) -> None:
    """Short things in full, long ones by what they are."""
    assert described(value) == words
