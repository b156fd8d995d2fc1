"""The wording of errors, and the checks of features and labels."""

import math
import re

import pytest
import torch

from ptfund._guards import check_features, check_labels, check_whole, must, must_be


def test_message_names_the_argument_the_requirement_and_what_came() -> None:
    """The message is the one sentence that a reader of a traceback needs."""
    assert str(must("rows", "be at least 1", 0)) == "rows must be at least 1, got 0"


def test_text_that_came_is_quoted() -> None:
    """A text shows its quotes, so that a blank one can be seen."""
    assert str(must("alt", "say something", " ")) == "alt must say something, got ' '"


def test_shapes_read_as_tuples() -> None:
    """A shape given as a tuple is not torn apart by formatting."""
    assert str(must("x", "be (n,)", (2, 3))) == "x must be (n,), got (2, 3)"


def test_is_a_value_error_that_is_not_yet_raised() -> None:
    """The caller raises it, so that the traceback ends at the check."""
    assert type(must("x", "be", 1)) is ValueError


def test_wrong_kind_is_a_type_error_with_the_same_wording() -> None:
    """Python's own distinction: a TypeError for what a thing is, a ValueError for its value."""
    error = must_be("data", "a number", "2")
    assert type(error) is TypeError
    assert str(error) == "data must be a number, got '2'"


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_features_that_are_fine_pass(dtype: torch.dtype) -> None:
    """Any precision, one row or many."""
    check_features("x", torch.zeros(1, 1, dtype=dtype))
    check_features("x", torch.tensor([[-1e4, 0.0], [1e4, 0.5]], dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int64, torch.bool, torch.complex64])
def test_features_have_decimals(dtype: torch.dtype) -> None:
    """Pixels as they stand in a file must be converted first."""
    with pytest.raises(TypeError, match=f"pixels must be of a floating-point dtype, got {dtype}"):
        check_features("pixels", torch.zeros(2, 2, dtype=dtype))


@pytest.mark.parametrize("shape", [(), (3,), (2, 8, 8)])
def test_features_stand_in_rows(shape: tuple[int, ...]) -> None:
    """One row a sample: a single sample or an image is none."""
    message = re.escape(f"x must have the shape (samples, features), got {shape}")
    with pytest.raises(ValueError, match=message):
        check_features("x", torch.zeros(shape))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_features_are_not_none(shape: tuple[int, int]) -> None:
    """No sample has no mean, and no feature tells nothing."""
    message = re.escape(f"x must have at least one sample and one feature, got {shape}")
    with pytest.raises(ValueError, match=message):
        check_features("x", torch.zeros(shape))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_the_first_number_that_is_not_finite_is_found(bad: float) -> None:
    """The message says where it stands."""
    x = torch.zeros(3, 4)
    x[1, 2] = x[2, 0] = bad
    with pytest.raises(ValueError, match=f"x must be finite at row 1, column 2, got {bad}"):
        check_features("x", x)


def test_labels_that_are_fine_pass() -> None:
    """With and without what is known about them."""
    labels = torch.tensor([0, 9])
    check_labels("y", labels)
    check_labels("y", labels, samples=2, classes=10)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.float32, torch.bool])
def test_labels_are_int64(dtype: torch.dtype) -> None:
    """What PyTorch takes as positions and as classes."""
    with pytest.raises(TypeError, match=f"y must be of dtype torch.int64, got {dtype}"):
        check_labels("y", torch.zeros(2, dtype=dtype))


@pytest.mark.parametrize("shape", [(), (2, 1)])
def test_labels_stand_in_one_row(shape: tuple[int, ...]) -> None:
    """A column of labels would be broadcast against a row."""
    with pytest.raises(
        ValueError, match=re.escape(f"y must have the shape (samples,), got {shape}")
    ):
        check_labels("y", torch.zeros(shape, dtype=torch.int64))


def test_labels_are_as_many_as_samples_and_each_is_a_class() -> None:
    """None, too few, too many, negative, too large."""
    labels = torch.tensor([0, 3])
    with pytest.raises(ValueError, match=r"y must have at least one sample, got \(0,\)"):
        check_labels("y", labels[:0])
    for samples in (1, 3):
        with pytest.raises(ValueError, match=f"y must be {samples}, one a sample, got 2"):
            check_labels("y", labels, samples=samples)
    with pytest.raises(ValueError, match="y must be at least 0, got -1"):
        check_labels("y", labels - 1, classes=4)
    with pytest.raises(ValueError, match="y must be from 0 to 2, got 3"):
        check_labels("y", labels, classes=3)


def test_features_are_as_many_as_wanted() -> None:
    """Where that is known; an earlier fault is said first."""
    check_features("x", torch.zeros(3, 2), features=2)
    with pytest.raises(ValueError, match="x must have 3 features, got 2"):
        check_features("x", torch.zeros(3, 2), features=3)
    with pytest.raises(ValueError, match="x must be finite at row 0, column 0, got inf"):
        check_features("x", torch.tensor([[torch.inf]]), features=3)


def test_numbers_from_the_least_one_on_pass() -> None:
    """The least and the largest number themselves will do."""
    check_whole("epochs", 1, least=1)
    check_whole("hits", 3, least=0, most=3)


@pytest.mark.parametrize(
    ("number", "error", "got"),
    [
        (0, ValueError, "be at least 1, got 0"),
        (4, ValueError, "be at most 3, got 4"),
        (True, TypeError, "be a whole number, got True"),
    ],
)
def test_numbers_out_of_range_or_no_numbers_are_refused(
    number: int, error: type[Exception], got: str
) -> None:
    """True is an int to Python, but no number of epochs to a reader."""
    with pytest.raises(error, match=f"^epochs must {got}$"):
        check_whole("epochs", number, least=1, most=3)
