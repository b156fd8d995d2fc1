"""One wording for bad input: what it must be, and what it was."""

import torch
from torch import Tensor

__all__ = ["check_features", "check_finite", "check_labels", "check_whole", "must", "must_be"]


def must(name: str, requirement: str, got: object) -> ValueError:
    """Return the error that says what an argument must be, and what came instead.

    It is returned rather than raised, so that the `raise` stands where the check stands.

    Args:
        name: The argument, as the caller wrote it.
        requirement: What goes on after "must", such as `"be positive"`.
        got: What came instead: the value itself, or its shape.

    Returns:
        An error whose message reads "NAME must REQUIREMENT, got GOT".

    Examples:
        >>> must("columns", "be at least 1", 0)
        ValueError('columns must be at least 1, got 0')
    """
    return ValueError(f"{name} must {requirement}, got {got!r}")


def must_be(name: str, kind: str, got: object) -> TypeError:
    """Return the error that says of which kind an argument must be, and what came instead.

    Args:
        name: The argument, as the caller wrote it.
        kind: What goes on after "must be", such as `"a number"`.
        got: What came instead.

    Returns:
        An error whose message reads "NAME must be KIND, got GOT".

    Examples:
        >>> must_be("exponent", "a number", "2")
        TypeError("exponent must be a number, got '2'")
    """
    return TypeError(f"{name} must be {kind}, got {got!r}")


def check_whole(name: str, number: object, *, least: int, most: int | None = None) -> None:
    """Raise an error unless `number` is a whole number within its limits.

    Args:
        name: The argument, as the caller wrote it.
        number: What was passed for it.
        least: The smallest number that will do.
        most: The largest one; None if there is none.

    Raises:
        TypeError: If it is not an `int`, or one of True and False.
        ValueError: If it is smaller or larger.

    Examples:
        >>> check_whole("epochs", 0, least=1)
        Traceback (most recent call last):
        ValueError: epochs must be at least 1, got 0
    """
    if not isinstance(number, int) or isinstance(number, bool):
        raise must_be(name, "a whole number", number)
    if number < least:
        raise must(name, f"be at least {least}", number)
    if most is not None and number > most:
        raise must(name, f"be at most {most}", number)


def check_finite(name: str, x: Tensor) -> None:
    """Raise an error that names the place unless all numbers of a matrix are finite.

    Args:
        name: The argument, as the caller wrote it.
        x: What was passed for it, with two dimensions.

    Raises:
        ValueError: If it holds a NaN or an infinite number.

    Examples:
        >>> check_finite("x", torch.tensor([[1.0, torch.inf]]))
        Traceback (most recent call last):
        ValueError: x must be finite at row 0, column 1, got inf
    """
    if not x.isfinite().all():
        row, column = (~x.isfinite()).nonzero()[0].tolist()
        raise must(name, f"be finite at row {row}, column {column}", x[row, column].item())


def check_features(name: str, x: Tensor, *, features: int | None = None) -> None:
    """Raise an error unless `x` holds finite numbers with decimals, one row a sample.

    Args:
        name: The argument, as the caller wrote it.
        x: What was passed for it.
        features: How many columns there must be; None if any number will do.

    Raises:
        TypeError: If its dtype is not a floating-point one.
        ValueError: If it does not have two dimensions, is empty, holds a NaN or an
            infinite number, or has another number of features.

    Examples:
        >>> check_features("x", torch.zeros(3))
        Traceback (most recent call last):
        ValueError: x must have the shape (samples, features), got (3,)
    """
    if not x.is_floating_point():
        raise must_be(name, "of a floating-point dtype", x.dtype)
    if x.ndim != 2:
        raise must(name, "have the shape (samples, features)", tuple(x.shape))
    if not x.numel():
        raise must(name, "have at least one sample and one feature", tuple(x.shape))
    check_finite(name, x)
    if features is not None and x.shape[1] != features:
        raise must(name, f"have {features} features", x.shape[1])


def check_labels(
    name: str, labels: Tensor, *, samples: int | None = None, classes: int | None = None
) -> None:
    """Raise an error unless `labels` holds the number of a class for each sample.

    Args:
        name: The argument, as the caller wrote it.
        labels: What was passed for it.
        samples: How many labels there must be; None if any number will do.
        classes: How many classes there are; None if that is not known.

    Raises:
        TypeError: If their dtype is not `int64`.
        ValueError: If they do not have one dimension, are none, too many or too few, or
            one of them is no class.

    Examples:
        >>> check_labels("y", torch.tensor([0, 10]), classes=10)
        Traceback (most recent call last):
        ValueError: y must be from 0 to 9, got 10
    """
    if labels.dtype != torch.int64:
        raise must_be(name, "of dtype torch.int64", labels.dtype)
    if labels.ndim != 1:
        raise must(name, "have the shape (samples,)", tuple(labels.shape))
    if not labels.numel():
        raise must(name, "have at least one sample", tuple(labels.shape))
    if samples is not None and len(labels) != samples:
        raise must(name, f"be {samples}, one a sample", len(labels))
    low, high = int(labels.min()), int(labels.max())
    if low < 0:
        raise must(name, "be at least 0", low)
    if classes is not None and high >= classes:
        raise must(name, f"be from 0 to {classes - 1}", high)
