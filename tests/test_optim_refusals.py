"""What optimizers refuse, and in which words."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from ptfund import optim
from tests.test_optim import every_class, leaves, numbers


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (optim.SGD, {"lr": -0.1}, r"lr must be at least 0 and finite, got -0.1"),
        (optim.SGD, {"lr": math.nan}, "lr must be at least 0 and finite, got nan"),
        (optim.SGD, {"lr": math.inf}, "lr must be at least 0 and finite, got inf"),
        (optim.SGD, {"momentum": 1}, "momentum must be from 0 to below 1, got 1"),
        (optim.SGD, {"momentum": -0.5}, r"momentum must be from 0 to below 1, got -0.5"),
        (optim.SGD, {"weight_decay": -1}, "weight_decay must be at least 0 and finite, got -1"),
        (optim.Adam, {"eps": -1}, "eps must be at least 0 and finite, got -1"),
        (optim.Adam, {"betas": (1.0, 0.9)}, r"betas must be two numbers .*, got \(1.0, 0.9\)"),
        (optim.AdamW, {"betas": (0.9, -0.1)}, r"betas must be two numbers from 0 to below 1"),
        (optim.AdamW, {"betas": (0.9,)}, r"betas must be two numbers .*, got \(0.9,\)"),
        (optim.AdamW, {"weight_decay": -1}, "weight_decay must be at least 0 and finite"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_options_out_of_range_are_refused(
    kind: type[optim.Optimizer], options: dict[str, Any], message: str
) -> None:
    """For all parameters, and for a group alone."""
    with pytest.raises(ValueError, match=message):
        kind(leaves(numbers(0)), **options)
    with pytest.raises(ValueError, match=message):
        kind([{"params": leaves(numbers(0))}, {"params": leaves(numbers(1)), **options}])


@pytest.mark.usefixtures("unchecked")
@every_class
def test_parameters_that_cannot_be_moved_are_refused(kind: Callable[..., Any]) -> None:
    """None, one alone, no tensors, results, twice the same, unknown options."""
    w = torch.ones(2, requires_grad=True)
    nothing: list[Any] = [[], iter(()), [{"params": []}]]
    for empty in nothing:
        with pytest.raises(ValueError, match=r"params must not be empty, got \[\]"):
            kind(empty)
    for alone in (w, {"params": [w]}, [{"params": w}]):
        with pytest.raises(TypeError, match=r"params must be several tensors or dict.*got 'one "):
            kind(alone)
    with pytest.raises(TypeError, match="parameter must be a tensor, got 'str'"):
        kind(["w"])
    with pytest.raises(TypeError, match="parameter must be a tensor, got 'dict'"):
        kind([w, {"params": [w]}])
    with pytest.raises(TypeError, match=r"params must be all tensors or all dict.*got 'Tensor'"):
        kind([{"params": [w]}, w])
    with pytest.raises(ValueError, match="parameter must be a leaf, got <MulBackward0"):
        kind([w * 2])
    for twice in ([w, w], [{"params": [w]}, {"params": [w]}]):
        with pytest.raises(ValueError, match=r"parameter must be given once, got \(2,\)"):
            kind(twice)
    with pytest.raises(ValueError, match=r"group must have options out of \['lr'.*got 'rate'"):
        kind([{"params": [w], "rate": 1.0}])
