"""The check of chapter 7's bootstrap, whose right results hang on chance."""

import torch
from torch import Tensor

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._values import described, difference, same

__all__ = ["difference_interval"]

# 300 images each: for how many both models are right, only the first, only the second, neither.
CASES = [(9, 150, 135, 6), (22, 90, 172, 16)]
SEEDS = range(1000, 1012)


def difference_interval(answer: Answer) -> None:
    """Look at how it draws, and compare its ends with those of endlessly many resamples.

    Means of so many images are distributed normally, so that 95 % of them lie within 1.96
    deviations, and the deviation follows from the counts. An end of 2,000 resamples misses that
    by 0.06 deviations, one of 1,000 by 0.08, one of 500 by 0.12, in whatever way they are drawn.
    48 ends tell the last from the first, and half of the time the second, too.
    """
    _examine_drawing(answer)
    found = torch.stack(
        [torch.stack([_ends(answer, case, seed) for seed in SEEDS]) for case in CASES]
    )
    if found.abs().eq(1).all():
        raise WrongAnswer(
            "the ends are -1 and 1, as they are of single images: the mean of each resample comes "
            "first, the ends of all means last"
        )
    if torch.equal(found, found[:, :1].expand_as(found)):
        raise WrongAnswer(
            "the ends are the same for every generator: draw from `generator`, in the state in "
            "which it comes"
        )
    # Ends go in steps of 1 / 300: one pair of equal ones may be chance, five are none.
    again = torch.stack([_ends(answer, CASES[0], seed) for seed in SEEDS[:5]])
    if not torch.equal(again, found[0, :5]):
        raise WrongAnswer(
            "two generators in the same state must lead to the same ends: all that is drawn must "
            "be drawn from `generator`"
        )
    _examine_ends(found)


def _examine_drawing(answer: Answer) -> None:
    """See what must be so whatever is drawn, or nearly so."""
    if _ends(answer, (9, 0, 0, 7), seed=0).abs().max() > 1e-6:
        raise WrongAnswer(
            "where both models are right for the same images, the ends must be 0 and 0, whatever "
            "is drawn: in each resample both must be measured on the same images"
        )
    # Of two images, of which the first model gets one right, a share is 0, 0.5 or 1; none is rare.
    ends, other = (_ends(answer, (0, 1, 0, 1), seed) for seed in range(2))
    if ends[0] == ends[1] == other[0]:
        raise WrongAnswer(
            "of two images both come once in each resample: draw anew each time, with replacement"
            if ends[0].abs() == 0.5
            else "of two images one is never drawn: look at the numbers that may come"
        )
    if ((2 * ends - (2 * ends).round()).abs() > 0.1).all():
        raise WrongAnswer(
            "of two images no resample has these ends: look for them among the resampled "
            "differences; a mean and a deviation tell only where others would have them"
        )


def _examine_ends(found: Tensor) -> None:
    """See whether the ends lie where they must, and vary no more than they must."""
    counts = torch.tensor(CASES).double()
    shares = counts / counts.sum(dim=1, keepdim=True)
    only_first, only_second = shares[:, 1], shares[:, 2]
    lead = only_first - only_second
    deviation = ((only_first + only_second - lead.square()) / counts.sum(dim=1)).sqrt()

    def misses(sign: float = 1.0, scale: float = 1.0, within: float = 1.96) -> Tensor:
        ends = sign * lead[:, None] + deviation[:, None] * torch.tensor([-within, within])
        return (found / scale - ends[:, None]) / deviation[:, None, None]

    def near(missed: Tensor) -> bool:
        return bool(missed.mean(dim=1).abs().max() < 0.1)

    wrong = {
        "90 % of the differences lie between these ends, not 95 %: how much must fall away at "
        "each?": misses(within=1.645),
        "the sign is turned round: it must be the accuracy of the first minus that of the second": (
            misses(sign=-1.0)
        ),
        "the ends are numbers of images: divide them by how many there are": misses(scale=300.0),
        "the ends are in percent: differences of accuracies lie between -1 and 1": (
            misses(scale=100.0)
        ),
        "the ends are those of means over 2,000 images: the mean must go over each resample": (
            misses(within=1.96 * (300 / 2000) ** 0.5)
        ),
    }
    for message, missed in wrong.items():
        if near(missed) and missed.square().mean().sqrt() < 0.1:
            raise WrongAnswer(message)
    # With the steps of 1 / 300 it is 0.062; of right answers, one in 25,000 comes above 0.09.
    spread = (found.std(dim=1) / deviation[:, None]).square().mean().sqrt()
    about_right = bool(misses().mean(dim=1).abs().max() < 0.5)
    if about_right and (spread > 0.2 or (spread > 0.09 and near(misses()))):
        raise WrongAnswer(
            f"the ends hang on chance {'far ' * bool(spread > 0.2)}more than those of 2,000 "
            "resamples: how many does it draw?"
        )
    if not near(misses()):
        k = int(misses().mean(dim=1).abs().amax(dim=1).argmax())
        must = lead[k] + deviation[k] * torch.tensor([-1.96, 1.96])
        raise WrongAnswer(
            f"where of 300 images only the first model is right for {CASES[k][1]} and only the "
            f"second for {CASES[k][2]}, the ends must be about {described(must)}, got "
            f"{described(found[k].mean(dim=0))}"
        )


def _ends(answer: Answer, counts: tuple[int, int, int, int], seed: int) -> Tensor:
    """Return the ends that an answer gives, once they have the right form."""
    got = answer(*_images(counts), torch.Generator().manual_seed(seed))
    if not isinstance(got, tuple) or len(got) != 2:
        raise WrongAnswer(f"{answer.name}(...) {difference((0.0, 0.0), got)}")
    form = tuple(end if isinstance(end, int | float) else 0.0 for end in got)
    if not same(form, got):
        raise WrongAnswer(f"{answer.name}(...) {difference(form, got)}")
    low, high = got
    if not low <= high:
        raise WrongAnswer(f"the lower end must come first, got {described(got)}")
    return torch.tensor([low, high], dtype=torch.float64)


def _images(counts: tuple[int, int, int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Return two models' answers to images of which both are right, one, the other, or none."""
    first = torch.tensor([True, True, False, False]).repeat_interleave(torch.tensor(counts))
    second = torch.tensor([True, False, True, False]).repeat_interleave(torch.tensor(counts))
    labels = torch.arange(len(first)) % 10
    # Where both are wrong, they sometimes agree.
    away = 1 + torch.arange(len(first)) % 2
    return (labels + ~first) % 10, (labels + away * ~second) % 10, labels
