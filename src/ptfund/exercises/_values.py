"""What an answer takes and returns: copying it, comparing it, and saying it in a few words.

Each function has one form for each kind of value.
"""

import copy
from functools import singledispatch
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["copied", "described", "difference", "is_plain", "same"]

MOST_ELEMENTS = 8  # of a list or a tensor that is shown in full


@singledispatch
def copied(value: Any) -> Any:
    """Return a copy that can be given away: of tensors, modules, generators, and what holds them.

    Anything else is returned itself.
    """
    return value


@copied.register(nn.Module | nn.Parameter)
def _(value: nn.Module | nn.Parameter) -> Any:
    return copy.deepcopy(value)


@copied.register
def _(value: Tensor) -> Any:
    return value.detach().clone().requires_grad_(value.requires_grad)


@copied.register
def _(value: torch.Generator) -> Any:
    return torch.Generator().set_state(value.get_state())


@copied.register(list | tuple)
def _(value: list[Any] | tuple[Any, ...]) -> Any:
    return type(value)(map(copied, value)) if type(value) in {list, tuple} else value


@copied.register(dict)
def _(value: dict[Any, Any]) -> Any:
    return {key: copied(item) for key, item in value.items()}


@singledispatch
def same(expected: Any, got: Any, tolerance: float = 1e-5) -> bool:  # noqa: ARG001 - its forms use it
    """Return whether two values are of one kind, shape and dtype, and equal up to rounding.

    Args:
        expected: What should have come.
        got: What came.
        tolerance: By how much a number may differ, and by which share of the expected one
            besides.
    """
    return type(got) is type(expected) and bool(got == expected)


@same.register
def _(expected: Tensor, got: Any, tolerance: float = 1e-5) -> bool:
    alike = is_plain(got) and _form(got) == _form(expected)
    return alike and bool(torch.isclose(got, expected, tolerance, tolerance, equal_nan=True).all())


def is_plain(value: object) -> bool:
    """Return whether a value is a tensor that can be compared: of others, the shape may raise."""
    if not isinstance(value, Tensor) or value.is_nested:
        return False
    return value.layout == torch.strided and value.device.type == "cpu"


def _form(tensor: Tensor) -> tuple[torch.Size, torch.dtype]:
    return tensor.shape, tensor.dtype


@same.register
def _(expected: float, got: Any, tolerance: float = 1e-5) -> bool:
    if not isinstance(got, int | float) or isinstance(got, bool):
        return False
    try:
        numbers = [torch.tensor(float(number), dtype=torch.float64) for number in (got, expected)]
    except OverflowError:  # a whole number beyond all floats
        return False
    return bool(torch.isclose(numbers[0], numbers[1], tolerance, tolerance, equal_nan=True))


@same.register(list | tuple)
def _(expected: list[Any] | tuple[Any, ...], got: Any, tolerance: float = 1e-5) -> bool:
    kind = list if isinstance(expected, list) else tuple  # a shape is a tuple, too
    if not isinstance(got, kind) or len(got) != len(expected):
        return False
    return all(same(e, g, tolerance) for e, g in zip(expected, got, strict=True))


@same.register(dict)
def _(expected: dict[Any, Any], got: Any, tolerance: float = 1e-5) -> bool:
    if not isinstance(got, dict) or got.keys() != expected.keys():
        return False
    return all(same(expected[key], got[key], tolerance) for key in expected)


@singledispatch
def described(value: Any) -> str:
    """Return a value in a few words: short lists in full, large tensors by their shape."""
    return str(getattr(value, "__name__", repr(value)))


@described.register
def _(value: float) -> str:
    return f"{value:.4g}"


@described.register(nn.Module | torch.Generator)
def _(value: nn.Module | torch.Generator) -> str:
    return f"<{type(value).__name__}>"


@described.register
def _(value: Tensor) -> str:
    if value.ndim <= 1 and value.numel() <= MOST_ELEMENTS:
        return described(value.tolist())
    return f"<tensor of shape {tuple(value.shape)}>"


@described.register(list | tuple)
def _(value: list[Any] | tuple[Any, ...]) -> str:
    if len(value) > MOST_ELEMENTS:
        return f"<{type(value).__name__} of length {len(value)}>"
    inside = ", ".join(map(described, value))
    if isinstance(value, list):
        return f"[{inside}]"
    return f"({inside},)" if len(value) == 1 else f"({inside})"


@singledispatch
def difference(expected: Any, got: Any, tolerance: float = 1e-5) -> str:
    """Return how a result differs from what it must be, to be read after what returned it.

    Args:
        expected: What should have come.
        got: What came, which is not the `same`.
        tolerance: By how much a number may differ, and by which share of the expected one
            besides.
    """
    del tolerance  # it says how numbers in tensors and lists are told apart
    if wrong := _kind_differs(expected, got):
        return wrong
    return "must return {}, got {}".format(*_told_apart(expected, got))


@difference.register
def _(expected: Tensor, got: Any, tolerance: float = 1e-5) -> str:
    if wrong := _kind_differs(expected, got):
        return wrong
    if got.shape != expected.shape:
        return f"must have the shape {tuple(expected.shape)}, got {tuple(got.shape)}"
    if got.dtype != expected.dtype:
        return f"must have the dtype {expected.dtype}, got {got.dtype}"
    differs = ~torch.isclose(got, expected, tolerance, tolerance, equal_nan=True)
    place = tuple(differs.nonzero()[0].tolist())
    right, instead = _told_apart(expected[place].item(), got[place].item())
    at = f" at {list(place)}" if place else ""
    return f"must be {right}{at}, got {instead}"


@difference.register(list | tuple)
def _(expected: list[Any] | tuple[Any, ...], got: Any, tolerance: float = 1e-5) -> str:
    if wrong := _kind_differs(expected, got):
        return wrong
    if len(got) != len(expected):
        return f"must have the length {len(expected)}, got {len(got)}"
    pairs = enumerate(zip(expected, got, strict=True))
    place, (e, g) = next((n, pair) for n, pair in pairs if not same(*pair, tolerance))
    told = "must not be None" if g is None else difference(e, g, tolerance)
    return f"[{place}] {told}"


def _told_apart(*values: Any) -> list[str]:
    """Return values in a few words; in all their digits, if these would be the same."""
    short = [described(value) for value in values]
    return short if len(set(short)) > 1 else [repr(value) for value in values]


def _kind_differs(expected: Any, got: Any) -> str:
    """Return what to say to a result of another kind, "" if it is of the right one."""
    if got is None:
        return "returned None: is a `return` missing?"
    if isinstance(got, Tensor) and not is_plain(got):
        return "must return a plain tensor on the CPU, got one that is nested, sparse or elsewhere"
    kind = next((kind for kind in (Tensor, list, tuple) if isinstance(expected, kind)), None)
    number = type(expected) is float and type(got) is int
    if isinstance(got, kind) if kind else number or type(got) is type(expected):
        return ""
    return f"must return {_article(expected)}, got {_article(got)}"


def _article(value: object) -> str:
    """Return the name of a value's type with its article."""
    name = "tensor" if isinstance(value, Tensor) else type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
