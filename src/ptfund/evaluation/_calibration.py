"""Whether probabilities mean what they say, and one number that makes them."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from ptfund._guards import check_features, check_labels, check_whole, must
from ptfund.evaluation._checks import check_probabilities

ROUNDING = 1e-12


class Calibration(NamedTuple):
    """How confident predictions were, and how often they were right, in bins of confidence."""

    error: float
    """The expected calibration error, from 0 to 1: the distance of `confidence` and
    `accuracy`, as a mean over the samples."""

    confidence: Float64[Tensor, " bins"]
    """The mean confidence of each bin, of shape `(bins,)`; NaN in an empty one."""

    accuracy: Float64[Tensor, " bins"]
    """The share of right predictions of each bin, of shape `(bins,)`; NaN in an empty one."""

    samples: Int64[Tensor, " bins"]
    """How many samples each bin holds, of shape `(bins,)`."""


def calibration(
    probabilities: Float[Tensor, "samples classes"],
    labels: Int64[Tensor, " samples"],
    *,
    bins: int = 10,
) -> Calibration:
    r"""Return how well confidence agrees with accuracy, in bins of equal width.

    The confidence of a prediction is its largest probability. Bin $m$ of $M$ holds the
    predictions with a confidence above $(m - 1) / M$ and up to $m / M$. With $N_m$ of $N$
    samples in it, the expected calibration error is

    $$\sum_{m=1}^{M} \frac{N_m}{N} \left\lvert \text{accuracy}_m - \text{confidence}_m
    \right\rvert$$

    It is never below 0, so that chance makes it too large: even perfect probabilities have an
    error, and the larger the fewer samples a bin has.

    Args:
        probabilities: One number a class, of shape `(samples, classes)`, each row adding up
            to 1: logits after a softmax.
        labels: The true classes, of shape `(samples,)` and dtype `int64`.
        bins: How many bins there are from 0 to 1.

    Returns:
        The error, and of each bin what it was computed from.

    Raises:
        TypeError: If `probabilities` are not of a floating-point dtype, `labels` not of
            dtype `int64`, or `bins` is not a whole number.
        ValueError: If a tensor is empty or of another shape, rows are not probabilities, a
            label is no class, or `bins` is less than 1.

    Examples:
        Four predictions with a confidence of 0.9, of which three are right:

        >>> probabilities = torch.tensor([[0.9, 0.1]] * 4)
        >>> found = calibration(probabilities, torch.tensor([0, 0, 0, 1]), bins=2)
        >>> f"{found.error:.2f}", found.accuracy, found.samples
        ('0.15', tensor([   nan, 0.7500], dtype=torch.float64), tensor([0, 4]))

    References:
        Guo et al., "On Calibration of Modern Neural Networks", 2017, equation 3.
    """
    check_probabilities("probabilities", probabilities)
    check_labels("labels", labels, samples=len(probabilities), classes=probabilities.shape[1])
    check_whole("bins", bins, least=1)
    confidence, predicted = probabilities.detach().max(dim=1)
    right = (predicted == labels).double()
    # Rounding can make a probability a little larger than 1.
    place = (confidence.double() * bins).ceil().long().clamp(1, bins) - 1
    samples = place.bincount(minlength=bins)
    totals = torch.zeros(2, bins, dtype=torch.float64, device=place.device)
    totals.index_add_(1, place, torch.stack([confidence.double(), right]))
    gaps = (totals[1] - totals[0]).abs()
    confidence, accuracy = totals / samples
    return Calibration(gaps.sum().item() / len(labels), confidence, accuracy, samples)


def fit_temperature(
    logits: Float[Tensor, "samples classes"], labels: Int64[Tensor, " samples"]
) -> float:
    r"""Return the number by which to divide logits, so that their cross-entropy is least.

    Above 1 it makes probabilities less extreme, below 1 more so; the order of the classes,
    and with it the accuracy, stays. Fit it on samples that the model was not trained on, and
    that are not the test part.

    As a function of $1 / T$ the cross-entropy is convex, and its slope

    $$\frac{1}{N} \sum_{i=1}^{N} \left( \sum_k p_{ik} z_{ik} - z_{i, y_i} \right)$$

    rises from its value at $1 / T = 0$, all $p$ being equal, towards the one where the
    largest logit has all the probability. If it is below 0 at the first and above 0 at the
    last, it crosses 0 exactly once, and halving an interval finds the place.

    Args:
        logits: One score a class, any real number, of shape `(samples, classes)`.
        labels: The true classes, of shape `(samples,)` and dtype `int64`.

    Returns:
        The temperature $T$, a number above 0.

    Raises:
        TypeError: If `logits` are not of a floating-point dtype, or `labels` not of dtype
            `int64`.
        ValueError: If a tensor is empty, has another shape or is not finite, or a label is
            no class; if every true class has the largest logit, so that the cross-entropy
            falls for ever as the temperature goes to 0; if true classes have no larger
            logits than the others, so that it falls for ever as the temperature grows.

    Examples:
        Nine of ten are right, and their odds should be nine to one, not $e^4$ to one:

        >>> logits = torch.tensor([[4.0, 0.0]] * 10)
        >>> temperature = fit_temperature(logits, torch.tensor([0] * 9 + [1]))
        >>> (logits[:1] / temperature).softmax(dim=1)
        tensor([[0.9000, 0.1000]])

    References:
        Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2.
    """
    check_features("logits", logits)
    check_labels("labels", labels, samples=len(logits), classes=logits.shape[1])
    # Compared with the largest of their row, and brought to the scale of 1.
    z = logits.double()
    z = z - z.amax(dim=1, keepdim=True)
    scale = -z.min().item() or 1.0
    z = z / scale
    true = z.gather(1, labels[:, None])[:, 0]

    def slope(inverse: float) -> float:
        p = (inverse * z).softmax(dim=1)
        return ((p * z).sum(dim=1) - true).mean().item()

    lead = -slope(0.0)
    if lead < ROUNDING:
        name = "the lead of the true class over the mean logit"
        raise must(name, "be above 0, or the temperature grows for ever", scale * lead + 0.0)
    if not true.any():
        name = "samples that the logits get wrong"
        raise must(name, "be at least 1, or the temperature goes to 0", 0)
    high = 1.0
    while slope(high) < 0:
        high *= 2
    low = high / 2
    while slope(low) > 0:
        low /= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return scale / high
