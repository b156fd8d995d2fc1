"""The wording of errors."""

from ptfund._guards import must, must_be


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
