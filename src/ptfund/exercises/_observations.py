"""Checks of chapter 8's exercises. They train small networks, for an epoch or two."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import product
from math import ceil
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ptfund import experiments as ex
from ptfund.data import split_digits
from ptfund.evaluation import PairedDifference, accuracy
from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare
from ptfund.exercises._values import copied, described, difference, same
from ptfund.models import MLP, seeded

__all__ = ["gradient_lengths", "replicated", "weight_decay", "where_momentum_helps"]


def weight_decay(answer: Answer) -> None:
    """Compare with networks that a plain loop trains one after the other."""
    undecayed = answer([0, 1], 0.0, 1)
    if not isinstance(undecayed, ex.Arms):
        got = "None" if undecayed is None else f"a {type(undecayed).__name__}"
        raise WrongAnswer(f"it must return `ex.Arms`, a pair of lists, got {got}")
    # So much decay that its two ways are many images apart.
    cases = [([3, 1], 0.3, 2), (range(4, 6), 0.2, 3)]

    def reference(seeds: Sequence[int], decay: float, epochs: int) -> ex.Arms:
        return ex.Arms(*([_decayed(s, d, epochs) for s in seeds] for d in (decay, 0.0)))

    def trained(decaying: Callable[..., Any], plain: Callable[..., Any]) -> Callable[..., ex.Arms]:
        def arms(seeds: Sequence[int], decay: float, epochs: int) -> ex.Arms:
            optimizers = (partial(decaying, weight_decay=decay), plain)
            both = (ex.final_accuracies(seeds, epochs=epochs, optimizer=o) for o in optimizers)
            return ex.Arms(*both)

        return arms

    default = partial(torch.optim.SGD, lr=0.001)
    sgd = partial(torch.optim.SGD, lr=0.1)
    adam = partial(torch.optim.Adam, lr=0.1)

    def long(seeds: Sequence[int], decay: float, _: int) -> ex.Arms:
        return trained(sgd, sgd)(seeds, decay, 30)

    compare(
        answer,
        reference,
        cases,
        {
            "the two ways are exchanged: the one with decay comes first": (
                lambda *case: ex.Arms(*reference(*case)[::-1])
            ),
            "both ways decay: the second must be the recipe without": (
                lambda *case: ex.Arms(*reference(*case)[:1] * 2)
            ),
            "neither way decays: where does `decay` reach an optimizer?": (
                lambda seeds, _, epochs: reference(seeds, 0.0, epochs)
            ),
            "with weight decay the learning rate is 0.001, PyTorch's default: both ways must "
            "differ in the decay alone": trained(default, sgd),
            "both ways have the learning rate 0.001, PyTorch's default: the recipe has another": (
                trained(default, default)
            ),
            "both ways use Adam: the recipe has SGD": trained(adam, adam),
            "it trains with the seeds 0 to 9, whatever is asked for": (
                lambda _, *rest: trained(sgd, sgd)(range(10), *rest)
            ),
            "it trains for 30 epochs, whatever is asked for: where does `epochs` reach a "
            "training?": long,
            "with weight decay it trains for 30 epochs, whatever is asked for: both ways need "
            "`epochs`": lambda *case: ex.Arms(long(*case).claimed, reference(*case).other),
            "without weight decay it trains for 30 epochs, whatever is asked for: both ways need "
            "`epochs`": lambda *case: ex.Arms(reference(*case).claimed, long(*case).other),
        },
        tolerance=0.003,  # where rounding decides about an image or two of 360
    )
    if not same(undecayed.other, undecayed.claimed, 0.003):
        raise WrongAnswer("with a decay of 0 both ways must be equal: what else do they differ in?")


@cache  # for those who try often
def _decayed(seed: int, decay: float, epochs: int) -> float:
    """Return the accuracy of one network whose decay is written out."""
    generator = torch.Generator().manual_seed(seed)
    split = split_digits(generator)
    with seeded(seed):
        model = MLP()
    parameters = list(model.parameters())
    for _ in range(epochs):
        for rows in torch.randperm(len(split.train.x), generator=generator).split(64):
            loss = cross_entropy(model(split.train.x[rows]), split.train.y[rows])
            slopes = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                for parameter, slope in zip(parameters, slopes, strict=True):
                    parameter.sub_(0.1 * (slope + decay * parameter))
    return accuracy(model(split.validation.x).argmax(dim=1), split.validation.y)


def where_momentum_helps(answer: Answer) -> None:
    """Train with the setting, whichever it is, and ask for the verdict."""
    settings = answer()
    if not isinstance(settings, dict):
        raise WrongAnswer(f"where_momentum_helps() {difference({}, settings)}")
    _check_setting(settings)
    call = ", ".join(["range(10)", *(f"{name}={value}" for name, value in settings.items())])
    with answer.at_work(f"ex.momentum({call})"):
        arms = ex.momentum(range(10), **settings)
    got = arms.difference
    if ex.verdict(got) != "confirmed":
        look = "a training that arrives anyway has no use for longer steps: which would not arrive?"
        if sum(arms.claimed) < 5 and got.negative == 0:
            look = "hardly anything is learned with momentum, too: are steps too short, or long?"
        if got.negative > got.positive:
            look = "steps are long enough here, and momentum makes them longer: where do they lack?"
        raise WrongAnswer(
            f"with {settings} it is {ex.verdict(got)} (signs {got.positive}:{got.negative}); {look}"
        )


def _check_setting(settings: dict[Any, Any]) -> None:
    """Refuse what is no setting, or would train for too long."""
    recipe = {"lr": 0.1, "epochs": 30, "batch": 64}
    for name, value in settings.items():
        if name in {"seeds", "optimizer", "momentum"}:
            raise WrongAnswer(f"`{name}` must be left out: `ex.momentum` sets it in both ways")
        if name not in recipe:
            raise WrongAnswer(f"{name!r} is none of the names `lr`, `epochs` and `batch`")
        if not isinstance(value, int | float):
            raise WrongAnswer(f"`{name}` must be one number, got {described(value)}")
    epochs, batch = ((recipe | settings)[name] for name in ("epochs", "batch"))
    if isinstance(epochs, int) and isinstance(batch, int) and batch > 0:  # else it is refused
        steps = epochs * ceil(1078 / batch)  # of so many training images
        if steps > 510:
            raise WrongAnswer(f"that is {steps:,} steps, more than the 510 of the recipe")


VERDICTS = {
    # Differences above 0 and below, and how many seeds.
    (9, 1, 10): "confirmed",
    (5, 0, 5): "confirmed",
    (8, 2, 10): "not visible",
    (8, 0, 10): "not visible",
    (3, 1, 4): "not visible",
    (9, 10, 20): "not visible",
    (1, 9, 10): "reversed",
    (0, 4, 4): "reversed",
}


class _Known:
    """A comparison whose results are known, with seeds from 0 on and others from 100 on."""

    def __init__(self, *signs: tuple[int, int, int]) -> None:
        self.verdicts = [VERDICTS[one] for one in signs]
        self.__name__ = f"<{', then '.join('{}:{} of {}'.format(*one) for one in signs)}>"
        self.seeds = [
            range(start, start + one[2]) for start, one in zip((0, 100), signs, strict=True)
        ]
        self.effects: dict[int, float] = {}
        for seeds, (positive, negative, number) in zip(self.seeds, signs, strict=True):
            effects = [0.01] * positive + [-0.01] * negative + [0.0] * number
            self.effects |= zip(seeds, effects, strict=False)

    def __call__(self, seeds: Sequence[int]) -> ex.Arms:
        """Return both arms."""
        return ex.Arms([0.75 + self.effects[seed] for seed in seeds], [0.75] * len(seeds))


def replicated(answer: Answer) -> None:
    """Give it comparisons whose verdicts are known, with every pair of them."""
    comparisons = [_Known(*signs) for signs in product(VERDICTS, repeat=2)]
    cases = [(known, *known.seeds) for known in comparisons]

    def reference(known: _Known, *_: Sequence[int]) -> bool:
        return known.verdicts[0] == known.verdicts[1]

    def verdicts(known: _Known, *seeds: Sequence[int]) -> list[str]:
        return [ex.verdict(known(some).difference, seeds=len(some)) for some in seeds]

    def equal(
        of_one: Callable[[PairedDifference], object],
    ) -> Callable[[_Known, Sequence[int], Sequence[int]], bool]:
        return lambda known, *seeds: len({of_one(known(some).difference) for some in seeds}) == 1

    compare(
        answer,
        reference,
        cases,
        {
            "lists of other lengths than ten are judged as if they were ten: `ex.verdict` must be "
            "told how many seeds there were": equal(ex.verdict),
            "both lists are judged as if they were as long as the first: each has a length of its "
            "own": lambda known, seeds, others: (
                ex.verdict(known(seeds).difference, seeds=len(seeds))
                == ex.verdict(known(others).difference, seeds=len(seeds))
            ),
            "seeds with two equal results are not counted: they have no sign, but are seeds": equal(
                lambda got: ex.verdict(got, seeds=got.positive + got.negative)
            ),
            "only two confirmations count as the same: two reversals are the same verdict, too": (
                lambda known, *seeds: set(verdicts(known, *seeds)) == {"confirmed"}
            ),
            "twice “not visible” is the same verdict, too": (
                lambda known, *seeds: (
                    len({*verdicts(known, *seeds)}) == 1
                    and "not visible" not in verdicts(known, *seeds)
                )
            ),
            "the signs of the means are compared, not the verdicts": equal(lambda d: d.mean > 0),
            "the numbers of the two lists are compared, not the verdicts": equal(lambda d: d),
            "it is True whatever comes: does each verdict come from its own list, and from the "
            "number of seeds in it?": lambda *_: True,
        },
    )


def gradient_lengths(answer: Answer) -> None:
    """Compare with the length of one long row for each network."""
    cases = [_stack(3), _stack(1), _stack(4, (0, 1)), _stack(2, (2, 3)), _stack(5, (0, 1, 2, 3))]

    def expected(parameters: list[Tensor]) -> Tensor:
        slopes = [p.grad for p in parameters if p.grad is not None]
        networks = range(len(parameters[0]))
        rows = ([torch.zeros(1), *(slope[n].flatten() for slope in slopes)] for n in networks)
        return torch.stack([torch.cat(row).norm() for row in rows])

    def squares(parameters: list[Tensor]) -> Tensor:
        slopes = (torch.zeros_like(p) if p.grad is None else p.grad for p in parameters)
        return torch.stack([slope.flatten(1).square().sum(1) for slope in slopes])

    mistakes: dict[str, Callable[[list[Tensor]], Tensor]] = {
        "lengths of single parameters are added up: of 3 and 4 the length is 5, so the root comes "
        "last": lambda parameters: squares(parameters).sqrt().sum(0),
        "these are the squares of the lengths: the root is missing": (
            lambda parameters: squares(parameters).sum(0)
        ),
        "it is one length over all networks: dimension 0, which counts them, must stay": (
            lambda parameters: squares(parameters).sum().sqrt()
        ),
        "it returns a length for each parameter: a network has one over all of its parameters": (
            lambda parameters: squares(parameters).sqrt()
        ),
        "these are the lengths of the parameters, not those of their gradients": (
            lambda parameters: torch.cat([p.detach().flatten(1) for p in parameters], 1).norm(dim=1)
        ),
    }
    for parameters in cases:
        right, got = expected(parameters), _of_parameters(answer, parameters)
        if same(right, got):
            continue
        for message, mistake in mistakes.items():
            if same(mistake(parameters), got):
                raise WrongAnswer(message)
        told = difference(right, got)
        raise WrongAnswer(f"gradient_lengths(parameters) {told}{_without_gradient(parameters)}")


def _stack(networks: int, without: tuple[int, ...] = ()) -> list[Tensor]:
    """Return stacked parameters of two layers, of which some have no gradient."""
    generator = torch.Generator().manual_seed(networks)
    parameters = []
    for number, sizes in enumerate(((4, 5), (4,), (3, 4), (3,))):
        value, slope = (torch.randn(networks, *sizes, generator=generator) for _ in range(2))
        parameters.append(value.requires_grad_())
        value.grad = None if number in without else slope
    return parameters


def _of_parameters(answer: Answer, parameters: list[Tensor]) -> object:
    """Return what comes of parameters with gradients, which must stay as they are."""

    def state() -> list[Any]:
        return [copied([parameter.detach(), parameter.grad]) for parameter in parameters]

    before = state()
    try:
        with answer.at_work("gradient_lengths(parameters)"):
            got = answer.function(list(parameters))
    except WrongAnswer as wrong:
        if wrong.raised is None:
            raise
        raise WrongAnswer(f"{wrong}{_without_gradient(parameters)}") from None
    if not same(before, state(), 0.0):
        raise WrongAnswer("it changes parameters or their gradients, which the step still needs")
    return got.float() if isinstance(got, Tensor) and got.is_floating_point() else got


def _without_gradient(parameters: list[Tensor]) -> str:
    """Return what to say besides where some parameters have no gradient."""
    without = sum(parameter.grad is None for parameter in parameters)
    told = f". Here `.grad` of {without} of {len(parameters)} parameters is None"
    return told if without else ""
