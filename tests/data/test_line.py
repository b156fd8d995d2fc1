"""Points beside a line."""

import pytest
import torch

from ptfund.data import Line, make_line


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
