"""Every exercise: its stub fails, its solution passes, wrong answers are told what is wrong."""

import itertools
from functools import cache
from typing import Any

import pytest
import torch

from ptfund.exercises import CANNOT, EXERCISES
from tests.book import CHAPTERS
from tests.exercises.answers import (
    ASKED,
    Asked,
    Wrong,
    judged,
    other_right_answers,
    wrong_answers,
)

WRONG = wrong_answers()


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no answer be stopped for being slow: the machine has other tests to run as well."""
    monkeypatch.setattr("ptfund.exercises._answers.SECONDS", 60.0)


every_exercise = pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
every_wrong_answer = pytest.mark.parametrize(
    ("name", "wrong"),
    [
        pytest.param(name, wrong, id=f"{name}-{number}")
        for name, answers in WRONG.items()
        for number, wrong in enumerate(answers, 1)
    ],
)


def test_each_exercise_has_its_check_in_order() -> None:
    """The package lists what the chapters ask for, no more and no less."""
    names = {chapter.name: tuple[str, ...]() for chapter in CHAPTERS}
    for name, asked in ASKED.items():
        names[asked.chapter.name] += (name,)
    assert names == EXERCISES


@every_exercise
def test_solution_passes(asked: Asked) -> None:
    """With one short line."""
    assert asked.judged(asked.solution) == f"{asked.names[0]}: passed.\n"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        pytest.param(name, source, id=f"{name}-{number}")
        for name, sources in other_right_answers().items()
        for number, source in enumerate(sources, 1)
    ],
)
def test_other_right_answers_pass(name: str, source: str) -> None:
    """There is more than one way to write it."""
    assert ASKED[name].judged(source) == f"{name}: passed.\n"


@every_exercise
def test_solution_passes_again_and_draws_nothing(asked: Asked) -> None:
    """A check has no memory, and leaves the global random numbers as they were."""
    answers = asked.defined(asked.solution)
    state = torch.get_rng_state()
    assert judged(*answers) == judged(*answers)
    assert torch.equal(torch.get_rng_state(), state)


@every_exercise
def test_stub_fails(asked: Asked) -> None:
    """What is not written is said to be so; what is to be mended fails by itself."""
    said = asked.judged(asked.exercise.stub)
    assert said.startswith(f"WRONG {asked.names[0]}: ")
    assert ("is not written yet" in said) == (not asked.exercise.shown)


class Silent(torch.nn.Module):
    """Takes anything, has anything, and gives nothing."""

    def __init__(self, *_: Any) -> None:
        """Take anything."""
        super().__init__()

    def forward(self, *_: Any) -> None:
        """Return nothing."""

    def __len__(self) -> int:
        """Have nothing."""
        return 0

    def __getitem__(self, _: Any) -> None:
        """Give nothing."""

    def fit(self, *_: Any) -> None:
        """Do nothing."""


RESULTS: list[object] = [
    *(None, "text", float("nan"), -1, [], (), {}),
    *(torch.zeros(0), torch.tensor(True), Silent()),  # noqa: FBT003 - a value as any other
]


@every_exercise
def test_whatever_is_returned_is_survived(asked: Asked) -> None:
    """A result of the wrong kind is a wrong answer, and no error in the check."""
    for instead in RESULTS:
        answers = [lambda *_, instead=instead, **__: instead for _ in asked.names]
        for answer, name in zip(answers, asked.names, strict=True):
            answer.__name__ = name
        said = judged(*answers)
        assert said.startswith(f"WRONG {asked.names[0]}: "), repr(instead)
        assert CANNOT not in said, repr(instead)


@every_exercise
def test_errors_are_survived(asked: Asked) -> None:
    """An answer that raises is told what it raised."""

    def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("by nobody")

    fails.__name__ = asked.names[0]
    said = judged(fails, *asked.defined(asked.solution)[1:])
    assert said.startswith(f"WRONG {asked.names[0]}: ")
    assert "raised ZeroDivisionError: by nobody" in said


def test_three_wrong_answers_at_least_to_each() -> None:
    """No exercise is forgotten."""
    assert {name for name, answers in WRONG.items() if len(answers) >= 3} == set(ASKED)


@cache
def told(name: str, wrong: Wrong) -> str:
    """Return what the check says to a wrong answer, judged once."""
    return ASKED[name].judged(wrong.source)


@every_wrong_answer
def test_wrong_answer_is_told_what_is_wrong(name: str, wrong: Wrong) -> None:
    """It fails, with the words for its mistake, and with those of no other."""
    said = told(name, wrong)
    assert said.startswith(f"WRONG {name}: ")
    assert CANNOT not in said
    assert wrong.says in said
    others = {other.says for other in WRONG[name]} - {wrong.says}
    assert [words for words in others if words in said] == []


def test_words_are_for_one_mistake_alone() -> None:
    """Of two wrong answers to an exercise, none shares its words with the other."""
    for answers in WRONG.values():
        for one, other in itertools.combinations(answers, 2):
            assert one.says not in other.says
            assert other.says not in one.says


@every_exercise
def test_no_message_gives_the_solution_away(asked: Asked) -> None:
    """None of the solution's longer lines stands in what is said to a wrong answer."""
    name = asked.names[0]
    lines = ["".join(line.split()) for line in asked.solution.splitlines()]
    long = [line for line in lines if len(line) >= 20]
    for wrong in WRONG[name]:
        said = "".join(told(name, wrong).split())
        assert [line for line in long if line in said] == [], wrong.source
