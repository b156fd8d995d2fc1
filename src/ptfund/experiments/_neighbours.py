"""Observations about the nearest neighbour: each returns both arms, one result a seed."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ptfund._guards import must
from ptfund.data import Standardizer, load_digits
from ptfund.evaluation import accuracy, nearest_neighbour
from ptfund.experiments._ablations import final_accuracies
from ptfund.experiments._networks import StackedDigits, stacked_digits
from ptfund.experiments._verdicts import Arms


def raw_neighbours(seeds: Sequence[int]) -> Arms:
    """Return what the nearest neighbour gets right on raw and on standardised pixels.

    Args:
        seeds: At least two, which both arms share.

    Returns:
        Accuracies on the validation part: raw, and standardised.

    Examples:
        >>> raw_neighbours([0, 1]).difference.positive
        2
    """
    digits = stacked_digits(seeds, standardize=False)
    return Arms(_judged(digits), _judged(digits, lambda split: digits.train.x[split]))


def leaking_scaler(seeds: Sequence[int]) -> Arms:
    """Return what the nearest neighbour gets right if all images set the scale, or some.

    Args:
        seeds: At least two, which both arms share.

    Returns:
        Accuracies on the validation part: measured on all 1,797 images, and on the
        training part alone.

    Examples:
        >>> len(leaking_scaler([0, 1]).claimed)
        2
    """
    digits = stacked_digits(seeds, standardize=False)
    everything = load_digits().images.flatten(start_dim=1).float()
    leaking = _judged(digits, lambda _: everything)
    return Arms(leaking, _judged(digits, lambda split: digits.train.x[split]))


def neighbours_or_network(seeds: Sequence[int]) -> Arms:
    """Return what neighbours get right on raw pixels, and networks on standardised ones.

    Args:
        seeds: At least two, which both arms share.

    Returns:
        Accuracies on the validation part: nearest neighbour, and `MLP()`.

    Examples:
        >>> len(neighbours_or_network([0, 1]).claimed)
        2
    """
    return Arms(_judged(stacked_digits(seeds, standardize=False)), final_accuracies(seeds))


def shuffled_parts(seeds: Sequence[int], *, parts: int = 5) -> Arms:
    """Return what the nearest neighbour gets right if chance parts the images, or place.

    All images take part, each being judged by its neighbours in the other parts. The
    second arm has no chance in it: it is the same for all seeds.

    Args:
        seeds: At least two; they shuffle the first arm.
        parts: In how many parts of equal size the images are shared out, at least two.

    Returns:
        Accuracies on all images: shuffled, and in blocks of the file.

    Raises:
        ValueError: If `parts` is less than 2.

    Examples:
        >>> shuffled_parts([0, 1]).difference.positive
        2
    """
    if parts < 2:
        raise must("parts", "be at least 2", parts)
    images, labels = load_digits()
    pixels = images.flatten(start_dim=1).float()
    distances = torch.cdist(pixels, pixels)
    blocks = torch.arange(len(labels)) * parts // len(labels)

    def judged(part_of: Tensor) -> float:
        same = part_of[:, None] == part_of
        return accuracy(labels[distances.masked_fill(same, torch.inf).argmin(dim=1)], labels)

    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    orders = [torch.randperm(len(labels), generator=generator) for generator in generators]
    return Arms([judged(blocks[order]) for order in orders], [judged(blocks)] * len(orders))


def _judged(
    digits: StackedDigits, measured: Callable[[int], Float[Tensor, "_ features"]] | None = None
) -> list[float]:
    """Return the accuracy for each split, on pixels standardised by what was measured for it."""
    results = []
    for split, (seen, seen_labels, x, labels) in enumerate(
        zip(*digits.train, *digits.validation, strict=True)
    ):
        scale = Standardizer.fit(measured(split)) if measured is not None else nn.Identity()
        results.append(accuracy(nearest_neighbour(scale(x), scale(seen), seen_labels), labels))
    return results
