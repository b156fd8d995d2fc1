"""Check of chapter 3's last exercise, where chance decides: it looks at many splits."""

from collections import Counter
from itertools import combinations

import torch
from torch import Tensor

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._values import copied, difference, is_plain

__all__ = ["split_by_group"]


def split_by_group(answer: Answer) -> None:
    """Look at what every split must fulfil, then at how the splits of many generators vary."""
    unequal = torch.tensor([40, 7, 40, 12, 40, 40, 3, 7, 40, 40, 12, 40, 40, 12, 40, 40])
    equal = torch.tensor([2, -9, 5, 0]).repeat(3)
    generator = torch.Generator().manual_seed(0)
    generators = []
    for _ in range(200):
        torch.rand(20, generator=generator)
        generators.append(copied(generator))  # all of one seed, each further on
    cases = [(unequal, 0.25), (unequal, 0.5), (unequal, 0.75), (equal[::4], 0.2)]
    tried = [(*case, generator) for case in cases for generator in generators[:8]]
    splits = [(*case[:2], *_parts(answer, *case)) for case in tried]
    if any(_fault(*split) for split in splits):
        if not any(_fault(groups, share, test, train) for groups, share, train, test in splits):
            raise WrongAnswer("the two parts are exchanged: first those for training")
        if all(len(g[test].unique()) == 4 * share for g, share, _, test in splits[:24]):
            raise WrongAnswer("it draws a share of the groups: it must be one of the samples")
        if {group for g, _, _, test in splits[:24] for group in g[test].tolist()} == {3}:
            raise WrongAnswer(
                "of the groups 3, 7, 12 and 40 it draws none but 3: are numbers from 0 to 3, which "
                "say a place among the groups, taken for groups themselves?"
            )
    if [_drawn(answer, *case) for case in tried] != [_drawn(answer, *case) for case in tried]:
        raise WrongAnswer("asked twice, it draws other groups: use `generator`, and nothing else")
    _check_order(
        Counter(_drawn(answer, equal, 0.5, generator) for generator in generators),
        Counter(min(_drawn(answer, unequal, 0.01, generator)) for generator in generators),
    )


def _check_order(pairs: Counter[frozenset[int]], first: Counter[int]) -> None:
    """Look at what 200 generators gave: two of four equal groups, one of four unequal ones."""
    if len(pairs) == 1:
        raise WrongAnswer(
            f"with 200 generators it draws the groups {sorted(*pairs)} every time: the order must "
            "come from `generator` as it is handed over"
        )
    for group in (3, 7, 12, 40):
        if abs(first[group] - 50) > 33:  # the standard deviation is 6
            raise WrongAnswer(
                f"with {first[group]} of 200 generators group {group} is drawn first, and not with "
                "about 50, as each of four should be: put the groups in a random order, whatever "
                "their size and number"
            )
    if missing := set(map(frozenset, combinations([-9, 0, 2, 5], 2))) - pairs.keys():
        raise WrongAnswer(
            f"with none of 200 generators it draws {min(map(sorted, missing))} out of four groups: "
            "every order must be possible"
        )


def _parts(
    answer: Answer, groups: Tensor, share: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return both parts, in which each position is once."""
    parts, call = answer(groups, share, generator), answer.call(groups, share, generator)
    if not isinstance(parts, tuple) or len(parts) != 2:
        raise WrongAnswer(f"{call} {difference((groups, groups), parts)}")
    for number, part in enumerate(parts):
        if not is_plain(part):
            raise WrongAnswer(f"{call} [{number}] {difference(groups, part)}")
        if part.dtype != torch.int64 or part.ndim != 1:
            raise WrongAnswer(
                f"{call} [{number}] must be positions, even if they are none: a tensor of dtype "
                f"int64 and one dimension, got {part.dtype} of shape {tuple(part.shape)}"
            )
    positions = sorted(torch.cat(parts).tolist())
    if set(positions) == set(groups.tolist()):
        raise WrongAnswer("these are the groups themselves: positions of samples are asked for")
    if positions != list(range(len(groups))):
        raise WrongAnswer(
            f"of {len(groups)} samples each must be in one of the parts, once: it returned the "
            f"positions {', '.join(map(str, positions))}"
        )
    return parts[0], parts[1]


def _drawn(
    answer: Answer, groups: Tensor, share: float, generator: torch.Generator
) -> frozenset[int]:
    """Return the groups that are tested."""
    train, test = _parts(answer, groups, share, generator)
    if fault := _fault(groups, share, train, test):
        raise WrongAnswer(fault)
    return frozenset(groups[test].tolist())


def _fault(groups: Tensor, share: float, train: Tensor, test: Tensor) -> str:
    """Return what is wrong with a split, "" if nothing is."""
    sizes = Counter(groups[test].tolist())
    if both := sizes.keys() & groups[train].tolist():
        return f"group {min(both)} is in both parts: draw whole groups, not samples"
    holds = f"of {len(groups)} samples the test part holds {len(test)}"
    if len(test) < share * len(groups):
        return f"{holds}, which is less than the share {share}: go on until that is reached"
    if len(test) - max(sizes.values()) >= share * len(groups):
        return f"{holds}, and with a group less it would still hold the share {share}: stop there"
    return ""
