"""One function for each observation about networks: it returns both arms, one result a seed.

The way that the observation says is better always comes first.
"""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import torch
from jaxtyping import Int64
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

from ptfund._guards import must
from ptfund.data import Standardizer
from ptfund.experiments._networks import StackedSamples, stacked_digits
from ptfund.experiments._training import (
    class_by_class,
    clip_gradients,
    leave_alone,
    train,
)
from ptfund.experiments._verdicts import Arms
from ptfund.models import MLP


def final_accuracies(
    seeds: Sequence[int], *, standardize: bool = True, **recipe: Any
) -> list[float]:
    """Return the accuracy of a recipe on the validation part, one a seed.

    Args:
        seeds: At least one; each fixes split, first weights and order of the batches.
        standardize: Whether to standardise the pixels.
        recipe: What differs from the defaults of [train][ptfund.experiments.train].

    Returns:
        Numbers from 0 to 1, in the order of the seeds.

    Examples:
        >>> len(final_accuracies([0, 1, 2], epochs=1))
        3
    """
    if standardize and not recipe:
        return list(_unchanged(tuple(seeds)))
    return train(stacked_digits(seeds, standardize=standardize), **recipe).final


@cache
def _unchanged(seeds: tuple[int, ...]) -> tuple[float, ...]:
    """Return the accuracies of the recipe itself, an arm of most comparisons, computed once."""
    return tuple(train(stacked_digits(seeds)).final)


def clearing(seeds: Sequence[int], **recipe: Any) -> Arms:
    """Return what comes of clearing the gradients after each step, and of never doing so.

    Without clearing, each step goes along the sum of all gradients so far.

    Args:
        seeds: At least two, which both arms share.
        recipe: What both arms share apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies on the validation part: cleared, and never cleared.

    Examples:
        In a single epoch, not clearing is ahead with both seeds:

        >>> clearing([0, 1], epochs=1).difference.negative
        2
    """
    return Arms(
        final_accuracies(seeds, **recipe), final_accuracies(seeds, after_step=leave_alone, **recipe)
    )


def clipping(seeds: Sequence[int], *, lr: float = 0.3, limit: float = 1.0) -> Arms:
    """Return what clipping gradients does for raw pixels, at too large a learning rate.

    Args:
        seeds: At least two, which both arms share.
        lr: The learning rate of both arms.
        limit: The greatest length of a network's gradient.

    Returns:
        Accuracies on the validation part: clipped, and as it comes.

    Examples:
        >>> clipping([0, 1], lr=0.3).difference.positive
        2
    """
    recipe: dict[str, Any] = {"standardize": False, "optimizer": partial(torch.optim.SGD, lr=lr)}
    clipped = final_accuracies(seeds, before_step=clip_gradients(limit), **recipe)
    return Arms(clipped, final_accuracies(seeds, **recipe))


def single_softmax(seeds: Sequence[int], **recipe: Any) -> Arms:
    """Return what comes of logits for the cross-entropy, and of probabilities instead.

    Args:
        seeds: At least two, which both arms share.
        recipe: What both arms share apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies on the validation part: softmax once, and twice.

    Examples:
        >>> single_softmax([0, 1]).difference.positive
        2
    """

    def twice(logits: Tensor, labels: Tensor) -> Tensor:
        return cross_entropy(logits.softmax(dim=1), labels)

    return Arms(final_accuracies(seeds, **recipe), final_accuracies(seeds, loss=twice, **recipe))


def standardising(seeds: Sequence[int], **recipe: Any) -> Arms:
    """Return what comes of standardised and of raw pixels.

    Args:
        seeds: At least two, which both arms share.
        recipe: What both arms share apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies on the validation part: standardised, and raw.

    Examples:
        With few short steps raw pixels are ahead, for their gradients are longer:

        >>> slow = partial(torch.optim.SGD, lr=0.01)
        >>> standardising([0, 1], epochs=3, optimizer=slow).difference.negative
        2
    """
    raw = final_accuracies(seeds, standardize=False, **recipe)
    return Arms(final_accuracies(seeds, **recipe), raw)


def kaiming(seeds: Sequence[int], **recipe: Any) -> Arms:
    """Return what comes of Kaiming's first weights, and of PyTorch's default.

    Args:
        seeds: At least two, which both arms share.
        recipe: What both arms share apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies on the validation part: weights of standard deviation √(2/n) with
        biases of 0, and the default.

    Examples:
        >>> len(kaiming([0, 1], epochs=1).other)
        2
    """

    def initialised() -> MLP:
        model = MLP()
        for layer in (model.hidden, model.output):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        return model

    return Arms(
        final_accuracies(seeds, model=initialised, **recipe), final_accuracies(seeds, **recipe)
    )


def momentum(seeds: Sequence[int], *, lr: float = 0.1, **recipe: Any) -> Arms:
    """Return what comes of momentum 0.9, and of none, at one learning rate.

    Args:
        seeds: At least two, which both arms share.
        lr: The learning rate of both arms.
        recipe: What both arms share besides, apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies on the validation part: with momentum, and without.

    Examples:
        It is ahead in a single epoch:

        >>> momentum([0, 1], epochs=1).difference.positive
        2
    """
    plain = partial(torch.optim.SGD, lr=lr)
    moved = final_accuracies(seeds, optimizer=partial(plain, momentum=0.9), **recipe)
    return Arms(moved, final_accuracies(seeds, optimizer=plain, **recipe))


def hidden_layer(seeds: Sequence[int], **recipe: Any) -> Arms:
    """Return what comes of a network with a hidden layer, and of a linear one.

    Args:
        seeds: At least two, which both arms share.
        recipe: What both arms share apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies on the validation part: `MLP()`, and `nn.Linear(64, 10)`.

    Examples:
        >>> hidden_layer([0, 1]).difference.positive
        2
    """
    linear = final_accuracies(seeds, model=partial(nn.Linear, 64, 10), **recipe)
    return Arms(final_accuracies(seeds, **recipe), linear)


def shuffling(seeds: Sequence[int], **recipe: Any) -> Arms:
    """Return what comes of batches in random order, and of batches sorted by class.

    Args:
        seeds: At least two, which both arms share.
        recipe: What both arms share apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies on the validation part: in random order, and class by class.

    Examples:
        >>> fast = partial(torch.optim.SGD, lr=0.5)
        >>> shuffling([0, 1], epochs=1, optimizer=fast).difference.positive
        2
    """
    return Arms(
        final_accuracies(seeds, **recipe), final_accuracies(seeds, order=class_by_class, **recipe)
    )


def early_stopping(seeds: Sequence[int], *, wrong: float = 0.2, **recipe: Any) -> Arms:
    """Return what comes of keeping the best epoch where some training labels are wrong.

    Nothing is stopped: all epochs are run. The one that is most accurate on one half of the
    validation part is judged by the other half, since the part that chose would flatter it.

    Args:
        seeds: At least two, which both arms share.
        wrong: The share of training labels that are replaced by another class, from 0 to 1.
        recipe: What both arms share apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies on the judging half: after the best epoch, and after the last one.

    Raises:
        ValueError: If `wrong` is not from 0 to 1.

    Examples:
        >>> fast = partial(torch.optim.SGD, lr=0.05, momentum=0.9)
        >>> early_stopping([0, 1], optimizer=fast).difference.positive
        2
    """
    if not 0 <= wrong <= 1:
        raise must("wrong", "be from 0 to 1", wrong)
    digits = stacked_digits(seeds)
    labels = torch.stack(
        [_mislabelled(y, wrong, seed) for y, seed in zip(digits.train.y, seeds, strict=True)]
    )
    noisy = digits._replace(train=digits.train._replace(y=labels))
    halves = zip(*(part.tensor_split(2, dim=1) for part in digits.validation), strict=True)
    # The same seeds train the same networks: the second run only judges by the other half.
    choosing, judging = (
        train(noisy._replace(validation=StackedSamples(*half)), **recipe).accuracies
        for half in halves
    )
    best = judging.gather(0, choosing.argmax(dim=0)[None])[0]
    return Arms(best.tolist(), judging[-1].tolist())


def shifting(seeds: Sequence[int], **recipe: Any) -> Arms:
    """Return what networks get right on images in their place, and one pixel to the right.

    Args:
        seeds: At least two, which both arms share.
        recipe: How the networks are trained, apart from the defaults of
            [train][ptfund.experiments.train].

    Returns:
        Accuracies of the same networks on the validation part: as it is, and shifted.

    Examples:
        >>> shifting([0, 1], epochs=5).difference.positive
        2
    """
    digits, pixels = stacked_digits(seeds), stacked_digits(seeds, standardize=False)
    images = pixels.validation.x.reshape(len(seeds), -1, 8, 8)
    shifted = pad(images, (1, -1)).flatten(start_dim=2)
    scalers = [Standardizer.fit(x) for x in pixels.train.x]
    scaled = torch.stack([scaler(x) for scaler, x in zip(scalers, shifted, strict=True)])
    trained = train(digits, **recipe)
    moved = trained.networks.accuracies(StackedSamples(scaled, digits.validation.y))
    return Arms(trained.final, moved.tolist())


def _mislabelled(
    labels: Int64[Tensor, " samples"], wrong: float, seed: int
) -> Int64[Tensor, " samples"]:
    """Return labels of which a share is replaced by one of the nine other classes."""
    generator = torch.Generator().manual_seed(seed)
    hit = torch.randperm(len(labels), generator=generator)[: round(wrong * len(labels))]
    shifts = torch.zeros_like(labels)
    shifts[hit] = torch.randint(1, 10, (len(hit),), generator=generator)
    return (labels + shifts) % 10
