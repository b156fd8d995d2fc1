"""The data of the chapters."""

import numpy as np
import pytest
import torch
from sklearn import datasets

from ptfund.data import Line, load_digits, make_line


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


def line(seed: int = 0, points: int = 1000, **settings: float) -> Line:
    """Return points of a line from a generator of their own."""
    return make_line(points, torch.Generator().manual_seed(seed), **settings)


def test_points_lie_beside_the_line_with_the_stated_noise() -> None:
    """What is left after subtracting the line has mean 0 and the given deviation."""
    x, y = line(points=10_000, slope=-2.0, intercept=5.0, noise=0.3)
    rest = y - (-2 * x + 5)
    # The mean of 10,000 moves has a standard error of 0.003, their deviation one of 0.002.
    assert abs(float(rest.mean())) < 0.012
    assert abs(float(rest.std()) - 0.3) < 0.01
    # Moves do not depend on x.
    assert abs(float((rest * x).mean())) < 0.03


def test_the_line_is_3x_plus_1_unless_told_otherwise() -> None:
    """The book's line."""
    x, y = line(noise=0.0)
    torch.testing.assert_close(y, 3 * x + 1)
    assert 0.4 < float((line().y - 3 * line().x - 1).std()) < 0.6


def test_points_fill_the_range() -> None:
    """Uniformly between -3 and 3."""
    x = line().x
    assert x.min() >= -3
    assert x.max() < 3
    counts = torch.histc(x, bins=6, min=-3, max=3)
    assert counts.min() > 120


def test_a_seed_fixes_the_points_and_noise_leaves_x_alone() -> None:
    """The same seed gives the same points, another one others."""
    torch.testing.assert_close(line(), line(), rtol=0, atol=0)
    torch.testing.assert_close(line().x, line(noise=0.0, slope=1.0).x, rtol=0, atol=0)
    assert not torch.equal(line().x, line(seed=1).x)


def test_points_are_drawn_from_the_given_generator_alone() -> None:
    """The global generator is left as it was, and the given one moves on."""
    state, generator = torch.get_rng_state(), torch.Generator().manual_seed(0)
    first, second = make_line(5, generator), make_line(5, generator)
    assert torch.equal(state, torch.get_rng_state())
    assert not torch.equal(first.x, second.x)


def test_line_has_one_dimension_and_float32() -> None:
    """One x and one y a point; whoever needs a column says so."""
    x, y = line(points=7)
    assert x.shape == y.shape == (7,)
    assert x.dtype == y.dtype == torch.float32


@pytest.mark.parametrize("points", [0, -1])
def test_a_line_needs_a_point(points: int) -> None:
    """The message says how many came."""
    with pytest.raises(ValueError, match=f"points must be at least 1, got {points}"):
        line(points=points)


def test_noise_is_a_deviation() -> None:
    """A negative one is a mistake, not its opposite."""
    with pytest.raises(ValueError, match=r"noise must be at least 0, got -0.5"):
        line(noise=-0.5)
