"""How wrong predictions are, as one number that can be differentiated."""

from jaxtyping import Float, Int64
from torch import Tensor

from ptfund._guards import check_features, check_labels, must, must_be

__all__ = ["cross_entropy", "log_softmax", "log_sum_exp", "mse_loss"]


def mse_loss(predictions: Float[Tensor, "..."], targets: Float[Tensor, "..."]) -> Float[Tensor, ""]:
    r"""Return the mean squared error: how far predictions lie from their targets.

    $$\frac{1}{N} \sum_{i=1}^{N} \left( \hat{y}_i - y_i \right)^2$$

    Nothing is broadcast: a column of predictions and a row of targets are an error here,
    where `torch.nn.functional.mse_loss` warns and compares each with each.

    Args:
        predictions: Numbers of any shape.
        targets: What they should be, of the same shape and dtype.

    Returns:
        One number, of shape `()`, in the dtype and on the device of the predictions.

    Raises:
        TypeError: If the two are not of one floating-point dtype.
        ValueError: If their shapes differ, or they are empty.

    Examples:
        >>> import torch
        >>> mse_loss(torch.tensor([1.0, 5.0]), torch.tensor([1.0, 2.0]))
        tensor(4.5000)
    """
    if not predictions.is_floating_point():
        raise must_be("predictions", "of a floating-point dtype", predictions.dtype)
    if targets.dtype != predictions.dtype:
        raise must_be("targets", f"of dtype {predictions.dtype}", targets.dtype)
    if targets.shape != predictions.shape:
        raise must("targets", f"have the shape {tuple(predictions.shape)}", tuple(targets.shape))
    if not predictions.numel():
        raise must("predictions", "not be empty", tuple(predictions.shape))
    return (predictions - targets).square().mean()


def log_sum_exp(logits: Float[Tensor, "samples classes"]) -> Float[Tensor, " samples"]:
    r"""Return the logarithm of the sum of the exponentials of each row.

    $$
    \begin{aligned}
    m &= \max_k z_k \\
    \log \sum_k e^{z_k} &= m + \log \sum_k e^{z_k - m}
    \end{aligned}
    $$

    On the right the exponentials are at most 1: none overflows, and one of them is 1, so
    that their sum is never 0.

    Args:
        logits: At least one row, of shape `(samples, classes)`.

    Returns:
        One number a row, of shape `(samples,)`, in the dtype and on the device of the
        logits.

    Raises:
        TypeError: If `logits` are not of a floating-point dtype.
        ValueError: If they are empty, of another shape, or not finite.

    Examples:
        >>> import torch
        >>> log_sum_exp(torch.tensor([[0.0, 0.0], [1000.0, 1000.0]]))
        tensor([6.9315e-01, 1.0007e+03])
    """
    check_features("logits", logits)
    largest = logits.amax(dim=1, keepdim=True)
    return largest[:, 0] + (logits - largest).exp().sum(dim=1).log()


def log_softmax(logits: Float[Tensor, "samples classes"]) -> Float[Tensor, "samples classes"]:
    """Return the logarithms of the probabilities that the logits stand for.

    Args:
        logits: One score a class, any real number, of shape `(samples, classes)`.

    Returns:
        Numbers of at most 0 of the same shape; the exponentials of each row add up to 1.

    Raises:
        TypeError: If `logits` are not of a floating-point dtype.
        ValueError: If they are empty, of another shape, or not finite.

    Examples:
        >>> import torch
        >>> log_softmax(torch.tensor([[0.0, 1000.0]]))
        tensor([[-1000.,     0.]])
    """
    check_features("logits", logits)
    # Shifted first: next to a large maximum the logarithm would lose its digits.
    shifted = logits - logits.amax(dim=1, keepdim=True)
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()


def cross_entropy(
    logits: Float[Tensor, "samples classes"], labels: Int64[Tensor, " samples"]
) -> Float[Tensor, ""]:
    r"""Return the mean over the samples of minus the logarithm of the true class's probability.

    $$-\frac{1}{N} \sum_{i=1}^{N} \log p_{i, y_i}$$

    Its gradient with respect to a logit is `(p - 1) / N` for the true class of a sample, and
    `p / N` for every other class.

    Args:
        logits: One score a class, any real number, of shape `(samples, classes)`. They are
            no probabilities: the softmax is part of the loss.
        labels: The true class of each sample, of shape `(samples,)` and dtype `int64`.

    Returns:
        One number of at least 0, of shape `()`, in the dtype and on the device of the
        logits.

    Raises:
        TypeError: If `logits` are not of a floating-point dtype, or `labels` not of dtype
            `int64`.
        ValueError: If a tensor is empty, has another shape or is not finite, or a label is
            no class.

    Examples:
        Three classes that are equally probable, whatever the true one:

        >>> import torch
        >>> cross_entropy(torch.zeros(2, 3), torch.tensor([0, 2]))
        tensor(1.0986)

    References:
        Bishop, "Pattern Recognition and Machine Learning", 2006, equations 4.108 and 4.109:
        the loss and its gradient.
    """
    log_p = log_softmax(logits)
    check_labels("labels", labels, samples=len(log_p), classes=log_p.shape[1])
    return -log_p.gather(1, labels[:, None]).mean()
