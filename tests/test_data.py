"""The data of the chapters."""

import numpy as np
import torch
from sklearn import datasets

from ptfund.data import load_digits


def test_digits_are_those_of_scikit_learn_in_their_order() -> None:
    """Every pixel and every label is the one that scikit-learn gives."""
    original = datasets.load_digits()
    images, labels = load_digits()
    np.testing.assert_array_equal(images.numpy(), original.images)
    np.testing.assert_array_equal(labels.numpy(), original.target)


def test_digits_have_the_documented_shapes_and_types() -> None:
    """Images are small whole numbers, labels are what losses and indexing expect."""
    digits = load_digits()
    assert digits.images.shape == (1797, 8, 8)
    assert digits.images.dtype == torch.uint8
    assert digits.labels.shape == (1797,)
    assert digits.labels.dtype == torch.int64
    assert digits.images.device == digits.labels.device == torch.device("cpu")


def test_ink_goes_from_0_to_16_and_digits_from_0_to_9() -> None:
    """The value ranges that the chapters rely on."""
    images, labels = load_digits()
    assert (int(images.min()), int(images.max())) == (0, 16)
    assert set(labels.tolist()) == set(range(10))


def test_each_digit_occurs_about_equally_often() -> None:
    """174 to 183 images show each digit, so that accuracy is a fair measure."""
    counts = load_digits().labels.bincount()
    assert (int(counts.min()), int(counts.max())) == (174, 183)


def test_writing_to_the_tensors_reaches_no_later_call() -> None:
    """A chapter that changes its images leaves those of the next caller alone."""
    first = load_digits()
    first.images.zero_()
    first.labels.fill_(7)
    second = load_digits()
    assert second.images.max() == 16
    assert second.labels[0] == 0
