"""The figure that asks whether probabilities mean what they say."""

import matplotlib.pyplot as plt
import torch
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from ptfund._guards import must
from ptfund.plotting._style import BLUE, WIDTH, draw_legend, label_axes


def plot_reliability(
    confidence: Float[Tensor, " bins"],
    accuracy: Float[Tensor, " bins"],
    intervals: Float[Tensor, "bins 2"],
) -> Figure:
    """Return a reliability diagram: how often predictions are right, by their confidence.

    Points above the dotted diagonal are right more often than they say, points below it less
    often. Each has a bar from the lower to the upper end of its interval.

    Args:
        confidence: The mean confidence of each bin, from 0 to 1, of shape `(bins,)`; a bin
            with NaN is empty, and left out.
        accuracy: The share of right predictions of each bin, of shape `(bins,)`.
        intervals: Between which two numbers the true share may lie, of shape `(bins, 2)`; the
            accuracy is between them.

    Returns:
        A figure with one pair of axes.

    Raises:
        ValueError: If shapes differ, all bins are empty, or a number of another bin is not
            from 0 to 1 or not in its order.

    Examples:
        >>> confidence, accuracy = torch.tensor([0.5, 0.9]), torch.tensor([0.4, 0.8])
        >>> figure = plot_reliability(confidence, accuracy, torch.tensor([[0.2, 0.6], [0.7, 0.9]]))
        >>> figure.axes[0].get_xlabel()
        'confidence'
    """
    shape = tuple(confidence.shape)
    if len(shape) != 1 or accuracy.shape != shape or intervals.shape != (*shape, 2):
        shapes = (shape, tuple(accuracy.shape), tuple(intervals.shape))
        raise must("the shapes", "be (bins,), (bins,) and (bins, 2)", shapes)
    filled = ~confidence.isnan()
    if not filled.any():
        raise must("confidence", "have a bin that is not empty", confidence.tolist())
    x, y = confidence[filled].cpu(), accuracy[filled].cpu()
    low, high = intervals[filled].cpu().T
    for place, numbers in enumerate(torch.stack([x, low, y, high], dim=1).tolist()):
        at, bottom, share, top = numbers
        if not (0 <= at <= 1 and 0 <= bottom <= share <= top <= 1):
            raise must(f"point {place}", "have 0 <= low <= accuracy <= high <= 1", numbers)
    figure, axes = plt.subplots(figsize=(0.85 * WIDTH, 0.85 * WIDTH), layout="constrained")
    axes.plot([0, 1], [0, 1], color="black", linestyle=":", label="as it says")
    axes.errorbar(
        x.numpy(),
        y.numpy(),
        yerr=[(y - low).numpy(), (high - y).numpy()],
        color=BLUE,
        marker="o",
        linestyle="none",
        capsize=4,
        label="measured",
    )
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    label_axes(axes, "confidence", "share of right predictions")
    draw_legend(figure)
    return figure
