"""Checks of chapter 4's exercises."""

from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.modules.module import register_module_parameter_registration_hook

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._values import copied, difference, same

__all__ = ["Branches", "MyDropout", "Standardise", "count_parameters", "load_matching"]


def count_parameters(answer: Answer) -> None:
    """Compare with arithmetic by hand, and let the answer build nothing."""
    right = {(5, 3, 4): 18 + 16, (64, 64, 10): 4160 + 650, (3, 5): 20, (2, 7, 1, 9): 21 + 8 + 18}
    right |= {(1, 1): 2, (4, 4, 4, 4): 60, (3, 4, 5): 16 + 25}

    def weights(sizes: Any) -> Any:
        return sum(n * m for n, m in pairwise(sizes))

    mistakes: dict[str, Any] = {
        "the biases are missing": weights,
        "biases belong to what comes out, not to what goes in": lambda s: weights(s) + sum(s[:-1]),
        "the features have no biases, for no layer makes them": lambda s: weights(s) + sum(s),
        "the last layer has biases, too": lambda s: weights(s) + sum(s[1:-1]),
        "a layer has as many biases as outputs, not one": lambda s: weights(s) + len(s) - 1,
        "only the first layer counts: where does the loop return?": lambda s: (s[0] + 1) * s[1],
        "only the last layer counts: does the loop add up?": lambda s: (s[-2] + 1) * s[-1],
    }

    def refuse(*_: object) -> None:
        raise WrongAnswer("it builds layers: the sizes alone are enough to count")

    refusing = register_module_parameter_registration_hook(refuse)
    cases = [*((list(sizes),) for sizes in right), ((5, 3, 4),), (range(3, 6),)]
    try:
        compare(answer, lambda sizes: right[tuple(sizes)], cases, mistakes)
    finally:
        refusing.remove()


def _demand(right: object, otherwise: str) -> None:
    """Raise with a message unless something holds."""
    if not right:
        raise WrongAnswer(otherwise)


def _made(answer: Answer, *arguments: Any) -> Any:
    """Return an object of the class that was written, which is given the arguments themselves."""
    torch.manual_seed(0)  # a check leaves the global random numbers as they were
    with answer.at_work(answer.call(*arguments)):
        module = answer.function(*arguments)
    _demand(isinstance(module, nn.Module), "it must give a module: does it come from `nn.Module`?")
    _demand("_modules" in vars(module), "`__init__` must begin with `super().__init__()`")
    return module


def _applied(answer: Answer, module: nn.Module, x: Tensor, like: Tensor) -> Tensor:
    """Return what a module gives for x, which must stay as it is; in form it must be `like`."""
    given = copied(x)
    with answer.at_work(f"calling it with a tensor of shape {tuple(x.shape)}"):
        got = module(given)
    _demand(same(x, given, 0.0), "`forward` changes its argument `x`: work on a new tensor")
    if isinstance(got, Tensor) and (got.shape, got.dtype) == (like.shape, like.dtype):
        return got
    raise WrongAnswer(f"`forward` {difference(like, got)}")


def Branches(answer: Answer) -> None:  # noqa: N802 - named as what is asked for
    """Look at what is registered, then set all numbers and compare with the sum by hand."""
    for features, classes, branches in ((3, 4, 5), (4, 2, 1)):
        module = _made(answer, features, classes, branches)
        with answer.at_work("looking at its parts"):
            layers = [part for part in module.modules() if isinstance(part, nn.Linear)]
            in_layers = [p for layer in layers for p in layer.parameters()]
            forms = [(p.dtype, *p.shape) for p in in_layers]
            parameters, buffers = list(module.parameters()), list(module.buffers())
        _demand(layers, "no layer is registered: PyTorch looks into no plain dictionary or list")
        _demand(len(layers) == branches, f"{branches} layers must be registered: {len(layers)} are")
        kept = forms == [(torch.float32, classes, features), (torch.float32, classes)] * branches
        first = torch.cat([p.detach().flatten() for p in in_layers])
        kept &= len(first.unique()) == len(first) and bool(first.abs().max() <= features**-0.5)
        _demand(kept, "its layers must be the same, and begin with the same numbers, as before")
        _demand(not buffers, "a buffer is saved, but never learned")
        weights = [p for p in parameters if all(p is not other for other in in_layers)]
        _demand(weights, "the layers are registered, the weights of the sum are not")
        ones = torch.cat([weight.detach().flatten() for weight in weights])
        _demand(len(ones) == branches, f"{branches} weights are needed, got {len(ones)}")
        _demand(same(torch.ones(branches), ones), "the weights of the sum must begin with 1.0")
        _demand(all(p.requires_grad for p in parameters), "a parameter has `requires_grad=False`")
        for dtype in (torch.float32, torch.float64):
            _compare_sums(answer, module.to(dtype), layers, weights)


def _compare_sums(answer: Answer, module: Any, layers: list[Any], weights: list[Tensor]) -> None:
    """Set all numbers of a module, and compare scores and gradients with the sum by hand."""
    parameters = list(module.parameters())
    with torch.no_grad():
        for parameter in parameters:
            parameter.normal_()
    x = torch.randn(6, layers[0].in_features, dtype=parameters[0].dtype)
    factors = torch.cat([weight.flatten() for weight in weights])
    each = torch.stack([linear(x, layer.weight, layer.bias) for layer in layers])
    right = (factors[:, None, None] * each).sum(dim=0)
    got = _applied(answer, module, x, right)
    _demand(not same(each.sum(dim=0), got), "the weights of the sum no longer count in the scores")
    wrong = "it does not compute the weighted sum of what its registered layers give"
    _demand(same(right, got, 1e-4), wrong)
    _demand(got.requires_grad, "the scores are right, but not tracked: nothing could be learned")
    upstream = torch.randn_like(right)
    expected = torch.autograd.grad(right, parameters, upstream)
    with answer.at_work("the gradient of its scores"):
        reached = torch.autograd.grad(got, parameters, upstream, allow_unused=True)
    wrong = "the scores are right, but not all gradients: does `forward` use each parameter itself?"
    _demand(same(expected, reached, 1e-3), wrong)


def MyDropout(answer: Answer) -> None:  # noqa: N802 - named as what is asked for
    """Look at what is left of many elements, and at where random numbers come from."""
    for p, dtype in ((0.2, torch.float32), (0.7, torch.float64)):
        x = torch.randn(400, 50, generator=torch.Generator().manual_seed(0), dtype=dtype)
        generator = torch.Generator().manual_seed(1)
        layer = _made(answer, p, generator)
        of_all, own = torch.get_rng_state(), generator.get_state()
        got = _applied(answer, layer, x, x)
        _look_at_zeros(p, got == 0)
        _look_at_rest(p, (got / x)[got != 0])
        _demand(torch.equal(of_all, torch.get_rng_state()), "it draws from the global generator")
        drawn = not torch.equal(own, generator.get_state())
        _demand(drawn, "it draws nothing from the generator that it was given")
        more = [_applied(answer, layer, x, x) for _ in range(3)]
        _demand(not same(got, more[0]), "a second call draws the same: draw anew in each call")
        counts = {int((each == 0).sum()) for each in (got, *more)}
        _demand(len(counts) > 1, "each call sets equally many elements to 0: draw for each alone")
        twins = [_made(answer, p, torch.Generator().manual_seed(seed)) for seed in (1, 2)]
        alike = [same(got, _applied(answer, twin, x, x)) for twin in twins]
        _demand(alike == [True, False], "equal seeds must give equal results, different ones not")
        _look_at_modes(answer, layer, generator, x)
        untouched = same(x, _applied(answer, _made(answer, 0.0, generator), x, x))
        _demand(untouched, "with p = 0 it must change nothing")


def _look_at_zeros(p: float, zeros: Tensor) -> None:
    """Say what may be wrong with the elements that have become 0."""
    share = zeros.double().mean().item()
    _demand(share, "in training mode it sets nothing to 0: does it ask for `self.training`?")
    mixed = share == 1 or ((zeros != zeros[:1]).any() and (zeros != zeros[:, :1]).any())
    _demand(mixed, "whole rows or columns become 0: draw for each element alone")
    said = f"with p = {p:g} it must set about {p:.0%} of the elements to 0, got {share:.0%}"
    _demand(abs(share - (1 - p)) > 0.02, f"{said}: is p the share that stays?")
    _demand(abs(share - p) < 0.02, said)
    _demand(len(zeros.sum(dim=1).unique()) > 1, "each row loses equally many: draw for each alone")


def _look_at_rest(p: float, factors: Tensor) -> None:
    """Say what may be wrong with the factors by which the other elements were multiplied."""
    wrong = {
        1.0: "what is left is not scaled, so the mean shrinks",
        1 - p: "what is left is multiplied by the share that stays, not divided by it",
        1 / p: "what is left is divided by p: which share is it that stays?",
    }
    for factor, message in wrong.items():
        _demand(not same(torch.full_like(factors, factor), factors, 1e-4), message)
    right = same(torch.full_like(factors, 1 / (1 - p)), factors, 1e-4)
    _demand(right, f"what is left is multiplied by {factors[0]:.4g}: its mean must stay")


def _look_at_modes(answer: Answer, layer: Any, generator: torch.Generator, x: Tensor) -> None:
    """Say what may be wrong in training without and with gradients, and in eval."""
    with torch.no_grad():
        active = (_applied(answer, layer, x, x) == 0).any()
    _demand(active, "without gradients it does nothing: it is `training` that says the mode")
    tracked = _applied(answer, layer, x.clone().requires_grad_(), x).requires_grad
    _demand(tracked, "no gradient gets through it")
    before = generator.get_state()
    kept = _applied(answer, layer.eval(), x, x)
    _demand((kept != 0).all(), "in `eval` it sets elements to 0: does it ask for `self.training`?")
    _demand(same(x, kept), "in `eval` it scales: it must give the input as it is")
    _demand(torch.equal(before, generator.get_state()), "in `eval` it must draw nothing")


def Standardise(answer: Answer) -> None:  # noqa: N802 - named as what is asked for
    """Compare with each column by itself, then hand the state to another layer."""
    layer, other = _made(answer, 3), _made(answer, 3)
    new = _drawn(4, 1.0, 3.0, 2.0)
    got = _applied(answer, layer, new, new)
    centred = got.any() and got.mean(dim=0).abs().max() < 1e-4
    _demand(not centred, "`forward` takes the mean of its own batch, not the one of `fit`")
    _demand(same(new, got), "a fresh layer must change nothing")
    got = _compare_fitted(answer, layer, _drawn(5, 1e-3, 2.0, 0.0), new)
    with answer.at_work("handing the state of a fitted layer to a fresh one"):
        _demand(not list(layer.parameters()), "what is not learned must not be a parameter")
        here, there = ({n: t.shape for n, t in m.state_dict().items()} for m in (layer, other))
        _demand(here, "its state dict is empty: a tensor that is only assigned is not saved")
        _demand(here.keys() == there.keys(), "`fit` changes the names in its state dict")
        _demand(here == there, "`fit` changes a buffer's shape: a fresh layer cannot load it")
        other.load_state_dict(layer.state_dict())
    wrong = "a fresh layer with the state of a fitted one gives something else: is all of it saved?"
    _demand(same(got, _applied(answer, other, new, new), 1e-4), wrong)
    single = _applied(answer, other.eval(), new[:1], new[:1])
    _demand(same(got[:1], single, 1e-4), "in `eval` a single row must give what it gave before")
    tenths = torch.full((10, 1), 0.1)  # their `std` is not 0, by rounding
    _compare_fitted(answer, _made(answer, 1), tenths, tenths + 1)
    layer = _made(answer, 2)
    for rows, dtype in ((3, torch.float32), (7, torch.float32), (6, torch.float64)):
        seen, new = _drawn(rows, 2.0, 0.0).to(dtype), _drawn(5, 2.0, 1.0).to(dtype)
        _compare_fitted(answer, layer.to(dtype), seen, new)


def _drawn(rows: int, *scales: float) -> Tensor:
    """Return features of some deviations, each about a number of its own."""
    return torch.randn(rows, len(scales)) * torch.tensor(scales) + torch.arange(len(scales))


def _compare_fitted(answer: Answer, layer: Any, seen: Tensor, new: Tensor) -> Tensor:
    """Fit a layer, and compare what it gives for new features with each column by itself."""
    given = copied(seen)
    with answer.at_work(f"`fit` with a tensor of shape {tuple(seen.shape)}"):
        layer.fit(given)
    _demand(same(seen, given, 0.0), "`fit` changes its argument `x`: it belongs to the caller")
    got = _applied(answer, layer, new, new)
    columns = zip(new.T, seen.T.tolist(), strict=True)
    right = torch.stack([(c - fmean(s)) / (pstdev(s) or 1.0) for c, s in columns], dim=1)
    varied = (seen != seen[0]).any(dim=0)
    shifted = new - seen.mean(dim=0)
    mistakes = {
        "`fit` has no effect on what `forward` gives": new,
        "the deviation must be measured with `correction=0`": shifted / seen.std(dim=0),
        "it divides by the variance, not by the deviation": shifted / seen.var(dim=0, correction=0),
        "it only shifts: what divides?": shifted,
        "all features share one mean and deviation": (new - seen.mean()) / seen.std(correction=0),
    }
    for message, instead in mistakes.items():
        _demand(not (varied.any() and same(instead[:, varied], got[:, varied], 1e-4)), message)
    if not same(right[:, varied], got[:, varied], 1e-4):
        raise WrongAnswer(f"after `fit`, `forward` {difference(right, got, 1e-4)}")
    if same(right, got, 1e-4):
        return got
    said = f"what was {seen[0, ~varied][0]:.3g} in all {len(seen)} rows must only be shifted"
    raise WrongAnswer(f"{said}: `forward` {difference(right, got, 1e-4)}")


def load_matching(answer: Answer) -> None:
    """Compare with lists, written by hand, of what fits."""
    torch.manual_seed(0)
    whole = {**_network(6).state_dict(), "trunk.weight": torch.rand(4, 3).double()}
    other_classes = {**_network(5).state_dict(), "extra.weight": torch.rand(2)}
    del other_classes["trunk.bias"]
    like = {"trunk.weight": (3, 4), "trunk.bias": (1,), "head.bias": (1, 6), "steps": (1,)}
    _compare_loaded(answer, other_classes, {"mean", "steps", "trunk.weight"})
    _compare_loaded(answer, whole, set(whole))
    _compare_loaded(answer, {name: torch.rand(shape) for name, shape in like.items()}, set())


def _network(classes: int) -> nn.Module:
    """Return a small model with buffers."""
    model = nn.ModuleDict({"trunk": nn.Linear(3, 4), "head": nn.Linear(4, classes)})
    model.register_buffer("mean", torch.rand(4))
    model.register_buffer("steps", torch.randint(1000, ()))
    return model


def _compare_loaded(answer: Answer, state: dict[str, Tensor], fit: set[str]) -> None:
    """Compare a model and the names returned, if of a state those that are given fit."""
    model = _network(6)
    before, given = copied(dict(model.state_dict())), copied(state)
    try:
        with answer.at_work("load_matching(model, state)"):
            got = answer.function(model, given)
    except WrongAnswer as wrong:
        _demand("size mismatch" not in str(wrong), "`strict=False` forgives names, not shapes")
        raise
    _demand(same(state, given, 0.0), "it changes `state`, which belongs to the caller")
    after = copied(dict(model.state_dict()))
    _demand(not fit or not same(before, after, 0.0), "nothing of it is loaded into `model` itself")
    for name, own in before.items():
        _demand(after.get(name, own).dtype == own.dtype, f"`{name}` must keep its dtype")
        right = state[name].to(own.dtype) if name in fit else own
        must = ("stay as it was", "be loaded, whatever its kind and dtype")[name in fit]
        said = f"`{name}` must {must}: its shape in the model is {tuple(own.shape)}"
        _demand(same(right, after.get(name), 0.0), said)
    kept = sorted(before.keys() - fit)
    if not same(kept, got):
        _demand(isinstance(got, list), f"it {difference(kept, got)}")
        names = set(map(str, got))
        _demand(sorted(names) != kept, "the names must be sorted, each of them once")
        _demand(names <= before.keys(), "asked are names in the model, not in `state`")
        _demand(names != fit, "these names were loaded: asked are the others")
        _demand(names != before.keys() - state.keys(), "a name of another shape is missing")
        raise WrongAnswer(f"the names must be {kept}, got {got}")
    for tensor in given.values():
        tensor.fill_(-1)
    _demand(same(after, dict(model.state_dict())), "the model shares its memory with `state`")
    _demand(sum(p.requires_grad for p in model.parameters()) == 4, "parameters must stay tracked")
