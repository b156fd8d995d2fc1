"""Checks of chapter 2's exercises."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._values import difference, same
from ptfund.scalar import Value

__all__ = ["fit_slope", "grad_after_two_calls", "logistic", "second_derivative", "tanh"]

Function = Callable[[Tensor], Tensor]


def tanh(answer: Answer) -> None:
    """Look at what is noted, then compare the rule with PyTorch's."""
    leaves = [Value(number) for number in (0.5, -1.2, 0.0, 2.0)]
    # All of them first: what a rule needs must be its own, and not the last call's.
    results = [_noted(answer, u, u.data) for u in leaves]
    table = []
    for u, result in zip(leaves, results, strict=True):
        for upstream in (1.0, 3.0, -0.5):
            with answer.at_work(f"the rule of tanh(Value({u.data})), given {upstream},"):
                gradients = result.grad_fn(upstream)
            if u.grad or result.grad:
                whose = "u" if u.grad else "the result"
                raise WrongAnswer(f"it changes the `.grad` of {whose}: the engine's walk does that")
            if gradients is None:
                raise WrongAnswer("the rule returned None: is a `return` missing?")
            if not isinstance(gradients, list | tuple) or len(gradients) != 1:
                raise WrongAnswer(
                    f"the rule must return a tuple of one gradient, with a comma, got {gradients}"
                )
            if not isinstance(gradients[0], float | int):
                raise WrongAnswer(f"the gradient must be a plain number, got {gradients[0]!r}")
            table.append((u.data, upstream, gradients[0]))
    u, upstream, got = torch.tensor(table, dtype=torch.float64).T
    t = torch.tanh(u)
    mistakes = {
        "the slope is made of `u`: in the formula, t is the result": upstream * (1 - u**2),
        "the slope lacks a square: at the result -1 it must be 0": upstream * (1 - t),
        "it multiplies by the result, as is right for exp: tanh has another slope": upstream * t,
    }
    _judge_rule(got, torch.tanh, u, upstream, mistakes)
    leaf, x = Value(0.5), torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    (x.tanh().tanh() * x).backward()
    with answer.at_work("the walk through tanh(tanh(u)) * u"):
        (answer.function(answer.function(leaf)) * leaf).backward()
    if not same(x.grad, torch.tensor(leaf.grad, dtype=torch.float64)):
        raise WrongAnswer("alone the rule is right, but a walk through tanh(tanh(u)) * u is not")


def _noted(answer: Answer, u: Value, number: float) -> Any:
    """Return the value that an answer makes, if number and input are right."""
    result = answer(u)
    if not isinstance(result, Value):
        raise WrongAnswer(f"it {difference(u, result)} (the Value of `ptfund.scalar`)")
    if u.data != number:
        raise WrongAnswer("it changes the number in `u`: make a new Value for the result")
    right = math.tanh(number)
    if not same(right, result.data):
        raise WrongAnswer(f"tanh(Value({number})) {difference(right, result.data)}")
    if not result.inputs:
        raise WrongAnswer("the result is a leaf, where a walk ends: give it its input and its rule")
    if not isinstance(result.inputs, list | tuple):
        raise WrongAnswer("`inputs` must be a tuple, even of one value: is a comma missing?")
    if len(result.inputs) != 1:
        raise WrongAnswer("the result must have one input, `u`: make one operation, not several")
    if result.inputs[0] is not u:
        raise WrongAnswer("the input of the result must be `u` itself, not a copy of it")
    if not callable(result.grad_fn):
        raise WrongAnswer("`grad_fn` must be the rule itself: a function of the upstream gradient")
    return result


def _judge_rule(
    got: Tensor, function: Function, u: Tensor, upstream: Tensor, mistakes: dict[str, Tensor]
) -> None:
    """Compare gradients, in float64, with PyTorch's of the same function, which only grows."""
    u = u.detach().requires_grad_()
    (right,) = torch.autograd.grad(function(u), u, upstream)
    if same(right, got, 1e-12):
        return
    slope = right / upstream
    mistakes = mistakes | {
        "the rule returns its own slope alone, and the upstream gradient has no part in it": slope,
        "the gradient has the wrong sign: the function grows everywhere": -right,
        "slope and upstream gradient are added: what if one of them is 0?": upstream + slope,
        "the upstream gradient is handed on as it is: where is the slope?": upstream,
    }
    for message, wrong in mistakes.items():
        if same(wrong, got):
            raise WrongAnswer(message)
    if same(right, got):
        raise WrongAnswer("some digits of a `float64` get lost: is a step computed in `float32`?")
    n = next(n for n, pair in enumerate(zip(right, got, strict=True)) if not same(*pair))
    given = f"for u = {u[n]:g} and the upstream gradient {upstream[n]:g},"
    raise WrongAnswer(f"{given} what the rule returns {difference(right[n], got[n])}")


def grad_after_two_calls(answer: Answer) -> None:
    """Add up what each call finds; tell where to look, not what is right."""
    x = torch.tensor(2.0, requires_grad=True)
    first, second = (torch.autograd.grad(x**2, x)[0].item() for _ in range(2))
    got = answer()
    if got == "error":
        raise WrongAnswer("no line raises: is it one graph that is walked twice, or are there two?")
    if isinstance(got, bool) or not isinstance(got, float | int):
        wrong = difference(first, got) if got is None else f"got {got!r}"
        raise WrongAnswer(f"the prediction must be a number, or the text 'error': {wrong}")
    looks = {
        second: "this is what one call finds. What does the other do to a `.grad` that is there?",
        first * second: "the second call does not multiply what it finds",
        0.0: "no line clears it",
    }
    if not same(first + second, got):
        otherwise = "what is the slope of `x**2` at 2, and what does each call do with it?"
        raise WrongAnswer(f"x.grad is not {got:g}: {looks.get(got, otherwise)}")


def fit_slope(answer: Answer) -> None:
    """Compare with what the steps amount to: each takes the same share of the way that is left."""
    generator = torch.Generator().manual_seed(0)
    cases = []
    for n, steps, lr in ((4, 1, 0.1), (5, 0, 0.1), (3, 2, 0.2), (6, 20, 0.05)):
        x = torch.randn(n, generator=generator) + 1
        cases.append((x, 2 * x + torch.randn(n, generator=generator), steps, lr))

    def reference(x: Tensor, y: Tensor, steps: int, lr: float) -> Tensor:
        left = (1 - 2 * lr * x.double().square().mean()) ** steps
        return (x.double() @ y.double() / x.double().square().sum() * (1 - left)).float()

    def stepping(sign: int = -1, kept: int = 0, most: int = 20) -> Callable[..., Tensor]:
        """Return a descent that goes up, keeps old gradients, or takes too few steps."""

        def descend(x: Tensor, y: Tensor, steps: int, lr: float) -> Tensor:
            w = gradient = torch.zeros(())
            for _ in range(min(steps, most)):
                gradient = kept * gradient + 2 * ((w * x - y) * x).mean()
                w = w + sign * lr * gradient
            return w

        return descend

    def stopping(error: type[Exception]) -> Callable[..., Tensor]:
        """Return a descent that stops in its second step."""

        def descend(*case: Any) -> Tensor:
            if case[2] > 1:
                raise error
            return reference(*case)

        return descend

    mistakes = {
        "it still stops: in its second step `w` has no `.grad`. Is it a leaf?": stopping(TypeError),
        "in its second step there is no graph to walk: what `no_grad` or `detach` gives is a "
        "constant, and a graph can be walked only once": stopping(RuntimeError),
        "it runs, and the gradients of all steps so far add up": stepping(kept=1),
        "it climbs: the gradient points to where the loss grows": stepping(sign=1),
        "all steps lead as far as one: does each begin at 0 again?": stepping(most=1),
        "`w` stays 0: has the step a gradient, and does it change `w`?": stepping(most=0),
        "all steps follow the gradient at `w` = 0: each needs a loss of its own": (
            lambda x, y, steps, lr: steps * lr * 2 * (x * y).mean()
        ),
        "it jumps to the end, whatever `steps` is": lambda x, y, *_: (x @ y) / (x @ x),
    }
    compare(answer, reference, cases, mistakes, tolerance=1e-4)
    if answer(*cases[0]).requires_grad:
        raise WrongAnswer("the result is still tracked: it must be a regular tensor")


def logistic(answer: Answer) -> None:
    """Compare numbers and gradients with PyTorch's, and look at what is saved."""
    numbers = torch.linspace(-6, 4, 5, dtype=torch.float64)
    compare(
        answer,
        torch.sigmoid,
        [(numbers,), (numbers.float(),), (numbers[:1],)],
        {
            "it falls, and must grow: look at the exponent's sign": lambda u: torch.sigmoid(-u),
            "the quotient ends too early: `1 / 1 + a` is 1 + a": lambda u: 1 + torch.exp(-u),
        },
    )
    u = numbers.clone().requires_grad_()
    with answer.at_work("logistic(u), with u tracked,"):
        result = answer.function(u)
        answer.function(numbers + 1)  # what a rule needs must not be the last call's
    node = _own_rule(result, u)
    s, upstream = torch.sigmoid(numbers), numbers.flip(0) / 2
    with answer.at_work("`backward`"):
        saved = node.saved_tensors
        (got,) = torch.autograd.grad(result, u, upstream, allow_unused=True, retain_graph=True)
    if got is None:
        raise WrongAnswer("`backward` returned None: is a `return` missing?")
    kept = {"what it has saved": (s, result), "what it gets": (numbers.flip(0) / 2, upstream)}
    for what, (before, after) in kept.items():
        if not same(before, after.detach()):
            raise WrongAnswer(f"`backward` changes {what} in place: others need that as well")
    another = torch.sigmoid(numbers + 1)
    mistakes = {
        "the slope is made of the input, not of the result": upstream * numbers * (1 - numbers),
        "the slope is that of tanh": upstream * (1 - s**2),
        "the slope lacks a factor: where the result is near 1, it must be near 0": upstream * s,
        "the rule answers for the last call, not for the one whose graph is walked: keep what "
        "it needs in `ctx`": upstream * another * (1 - another),
    }
    _judge_rule(got, torch.sigmoid, u, upstream, mistakes)
    if any(isinstance(attribute, Tensor) for attribute in vars(node).values()):
        raise WrongAnswer("a tensor is an attribute of `ctx`: use `ctx.save_for_backward`")
    if any(same(numbers, tensor.detach()) for tensor in saved):
        raise WrongAnswer("it saves its input: the result is enough for this rule")
    if not any(same(s, tensor.detach()) for tensor in saved):
        raise WrongAnswer("its result is not among what `ctx.save_for_backward` has saved")


def _own_rule(result: Any, u: Tensor) -> Any:
    """Return the node of a result, if it is all that lies between it and its input."""
    node = getattr(result, "grad_fn", None)
    if node is None:
        raise WrongAnswer("the result is not tracked: does it come from the `apply` of a Function?")
    if not isinstance(node, BackwardCFunction):
        raise WrongAnswer(f"the graph ends in {node.name()}, a rule of PyTorch's: where is yours?")
    sources = [source for source, _ in node.next_functions if source is not None]
    if [getattr(source, "variable", None) is u for source in sources] != [True]:
        raise WrongAnswer("your Function must take `u` itself, and be all that the graph holds")
    return node


def second_derivative(answer: Answer) -> None:
    """Compare with derivatives by hand: roughly, to name the mistake, then exactly."""

    def cube(u: Tensor) -> Tensor:
        return u**3

    def line(u: Tensor) -> Tensor:
        return 2 * u

    line.__name__ = "lambda u: 2 * u"  # as messages call it
    places = torch.tensor([2.0, -0.7, 0.4])
    inputs = (places, places.double(), places[:1], places.flip(0))
    cases = [(f, u) for f in (cube, torch.sin, line) for u in inputs]

    def first(f: Function, u: Tensor) -> Tensor:
        return {cube: 3 * u**2, torch.sin: u.cos(), line: 0 * u + 2}[f]

    def second(f: Function, u: Tensor) -> Tensor:
        return {cube: 6 * u, torch.sin: -u.sin(), line: 0 * u}[f]

    def lost(f: Function, u: Tensor) -> Tensor:
        if f is line:
            raise RuntimeError
        return second(f, u)

    try:
        answer(*cases[0])
    except WrongAnswer as wrong:
        if wrong.raised is RuntimeError and "does not require grad" in str(wrong):
            raise WrongAnswer(f"{wrong}. Are `u`, and the first walk itself, tracked?") from None
    mistakes = {
        "it fails where the first derivative is a constant, as for `lambda u: 2 * u`: there a "
        "second walk finds no graph, and the answer is 0": lost,
        "this is the first derivative": first,
        "this is the square of the first derivative": lambda f, u: first(f, u).square(),
        "both derivatives have been added up in `.grad`": lambda f, u: first(f, u) + second(f, u),
        "it is n times too small: where is a mean?": lambda f, u: second(f, u) / len(u),
        "it is n · n times too small: where are two means?": lambda f, u: (
            second(f, u) / len(u) ** 2
        ),
    }
    compare(answer, second, cases, mistakes, tolerance=1e-2)
    for f, u in cases:
        _exact(answer, f, u.clone(), second(f, u))
        _exact(answer, f, u.clone().requires_grad_(), second(f, u))


def _exact(answer: Answer, f: Function, u: Tensor, right: Tensor) -> None:
    """Look for rounding, and for what walks leave behind."""
    tracked = u.requires_grad
    with answer.at_work(answer.call(f, u)):
        got = answer.function(f, u)
    if not same(right, got, 1e-12 if u.dtype == torch.float64 else 1e-5):
        raise WrongAnswer("the numbers are near, as by nudging, and not those of autograd")
    if u.grad is not None or u.requires_grad != tracked:
        what = "`.grad`" if u.requires_grad == tracked else "`requires_grad`"
        raise WrongAnswer(f"afterwards `u`, which belongs to the caller, has another {what}")
    if got.requires_grad:
        whether = "if `u` is tracked" if tracked else "though nobody will walk through it"
        raise WrongAnswer(f"the result has a graph, {whether}: it must be numbers alone")
