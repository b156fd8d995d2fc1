"""`check`: what it prints, what it says, and that it takes only what it can judge."""

import warnings
from typing import Any

import pytest
import torch
from torch import Tensor

from ptfund.exercises import CANNOT, EXERCISES, WrongAnswer, asked_for, check
from ptfund.exercises._answers import Answer
from tests.exercises.answers import judged


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Return the right answer."""
    return (labels[:, None] == torch.arange(classes)).float()


def test_right_is_one_short_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Even of an answer that prints."""

    def loud(labels: Tensor, classes: int) -> Tensor:
        print("here")  # noqa: T201 - as a learner may
        return one_hot(labels, classes)

    loud.__name__ = "one_hot"
    check(one_hot)
    check(loud)
    assert capsys.readouterr().out == "one_hot: passed.\n" * 2


def test_trying_mistakes_warns_of_nothing() -> None:
    """A warning would be about a line that the learner has not written."""

    def standardise_images(images: Tensor) -> Tensor:
        return images

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert "standardise_images" in judged(standardise_images)
    assert caught == []


def test_what_a_wrong_answer_prints_is_quoted() -> None:
    """It may be why; but not page after page."""

    def loud(labels: Tensor, classes: int) -> None:
        for number in range(30):
            print(f"line {number} of {len(labels)} and {classes}")  # noqa: T201 - the same

    loud.__name__ = "one_hot"
    said = judged(loud)
    assert "returned None" in said.splitlines()[0]
    assert said.splitlines()[1] == "Your answer printed:"
    assert said.splitlines()[2] == "line 0 of 2 and 3"
    assert len(said.splitlines()) == 13
    assert said.splitlines()[-1].endswith(" lines more")


def test_wrong_answers_come_without_a_trace_of_the_check() -> None:
    """Whoever wrote the answer reads one message."""

    def wrong(labels: Tensor, classes: int) -> Tensor:
        raise KeyError(len(labels) + classes)

    wrong.__name__ = "one_hot"
    with pytest.raises(WrongAnswer) as caught:
        check(wrong)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_what_nobody_thought_of_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer on which the check itself fails is no right one, and what failed is told."""

    def failing(answer: Answer) -> None:
        raise OverflowError(answer.name)

    monkeypatch.setattr("ptfund.exercises._tensors.one_hot", failing)
    assert judged(one_hot) == (
        f"WRONG one_hot: the check {CANNOT}, which leads to OverflowError: one_hot"
    )


def named(name: str) -> Any:
    """Return a function of this name."""

    def function() -> None:
        pass

    function.__name__ = name
    return function


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((), "check takes the function itself"),
        ((3,), "check takes the function itself"),
        ((torch.zeros(1),), "check takes the function itself"),
        ((named("onehot"),), "there is no exercise called onehot: is it one_hot?"),
        ((lambda: 0,), "there is no exercise called <lambda>"),
        ((one_hot, one_hot), "here it must be check(one_hot)"),
        ((named("snapshot"),), "here it must be check(snapshot, restore)"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_what_is_no_answer_is_told(answers: tuple[Any, ...], said: str) -> None:
    """Before anything is called."""
    assert judged(*answers).startswith(f"WRONG {said}")


def test_gradients_are_on_and_random_numbers_stay() -> None:
    """Wherever a check is called, an answer can differentiate, and draw as it likes."""
    seen = []

    def curious(labels: Tensor, classes: int) -> Tensor:
        seen.append(torch.is_grad_enabled())
        torch.manual_seed(7)
        return one_hot(labels, classes)

    curious.__name__ = "one_hot"
    state = torch.get_rng_state()
    with torch.no_grad():
        assert judged(curious) == "one_hot: passed.\n"
    assert all(seen)
    assert torch.equal(torch.get_rng_state(), state)


def test_names_are_for_one_exercise_alone() -> None:
    """`check` knows an exercise by the name of its answer."""
    names = [name for names in EXERCISES.values() for name in names]
    asked = [name for exercise in names for name in asked_for(exercise)]
    assert len(set(asked)) == len(asked)
