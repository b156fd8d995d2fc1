"""Comparing answers with a reference, and telling which mistake it is."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._values import copied, difference, same

__all__ = ["compare", "name_mistake"]


def compare(
    answer: Answer,
    reference: Callable[..., Any],
    cases: Iterable[tuple[Any, ...]],
    mistakes: Mapping[str, Callable[..., Any]] | None = None,
    *,
    tolerance: float = 1e-5,
) -> None:
    """Compare an answer with a reference on several inputs.

    Args:
        answer: What was written.
        reference: Another way to the right result; what it returns has the right type,
            shape and dtype as well.
        cases: The arguments of each call.
        mistakes: Functions that go wrong in a way that is common, by what to say to somebody
            whose answer does the same: gives equal results, or raises an error of the same
            type, in all cases.
        tolerance: By how much a number may differ, and by which share of the right one besides.

    Raises:
        WrongAnswer: If a case differs: with the message of a mistake, or with the first
            difference.
    """
    cases = list(cases)
    outcomes: list[Any] = []
    first: WrongAnswer | None = None
    for case in cases:
        expected = reference(*copied(case))
        try:
            got = answer(*case)
        except WrongAnswer as wrong:
            if wrong.raised is None:
                raise
            first = first or wrong
            outcomes.append(wrong.raised)
            continue
        outcomes.append(got)
        if first is None and not same(expected, got, tolerance):
            told = difference(expected, got, tolerance)
            first = WrongAnswer(f"{answer.call(*case)} {told}")
    if first is None:
        return
    name_mistake(outcomes, cases, mistakes or {}, tolerance)
    raise first


def name_mistake(
    outcomes: Sequence[Any],
    cases: Sequence[tuple[Any, ...]],
    mistakes: Mapping[str, Callable[..., Any]],
    tolerance: float = 1e-5,
) -> None:
    """Raise the message of the first mistake that explains all outcomes, if there is one.

    Args:
        outcomes: What an answer gave in each case: a result, or the type of what it raised.
        cases: The arguments of each call.
        mistakes: As those of `compare`.
        tolerance: By how much a number may differ, and by which share of it besides.

    Raises:
        WrongAnswer: If a mistake gives the same in every case.
    """
    for message, mistake in mistakes.items():
        if same([_outcome(mistake, case) for case in cases], list(outcomes), tolerance):
            raise WrongAnswer(message)


def _outcome(mistake: Callable[..., Any], case: tuple[Any, ...]) -> Any:
    """Return what a mistake returns, or the type of the error that it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about lines that the learner has not written
        try:
            return mistake(*copied(case))
        except Exception as error:  # noqa: BLE001 - whatever the mistake leads to
            return type(error)
