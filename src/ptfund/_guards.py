"""One wording for bad input: what it must be, and what it was."""

__all__ = ["must", "must_be"]


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
