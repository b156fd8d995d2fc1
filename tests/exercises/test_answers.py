"""Answers that misbehave: each ends in a message, and nothing else happens."""

import contextlib
import functools
import linecache
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import torch
from torch import Tensor, nn

from ptfund.exercises._answers import Answer, WrongAnswer
from ptfund.exercises._comparing import compare


def wrong(function: Callable[..., Any], *arguments: Any) -> str:
    """Return what is said when an answer is called."""
    with pytest.raises(WrongAnswer) as caught:
        Answer(function)(*arguments)
    return str(caught.value)


def test_a_result_is_passed_on() -> None:
    """With the arguments that were given."""
    assert Answer(lambda a, b: a - b)(5, 3) == 2


def test_an_error_is_told_with_its_line() -> None:
    """The last line of the answer itself, wherever the error was raised."""

    def broken(x: Tensor) -> Tensor:
        y = x @ x
        return y.view(7)

    said = wrong(broken, torch.ones(2, 2))
    assert said.startswith("broken(<tensor of shape (2, 2)>) raised RuntimeError: shape '[7]'")
    assert said.endswith(", in the line `return y.view(7)`")
    assert wrong(sys.exit, 3) == "exit(3) raised SystemExit: 3"


def test_a_long_call_is_not_written_out() -> None:
    """A message is for reading."""
    answer = Answer(max)
    assert answer.call([1.5] * 8, 2) == "max([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], 2)"
    assert answer.call(*[[1.25] * 8] * 3) == "max(…)"


def test_a_wrapped_answer_is_told_its_own_line() -> None:
    """What is written with a decorator is read below it."""

    def broken(x: int) -> float:
        return x / 0

    assert wrong(functools.lru_cache(broken), 1).endswith("in the line `return x / 0`")


def test_an_error_without_source_or_message(tmp_path: Path) -> None:
    """Its type alone is told, of code that nobody can read."""
    names: dict[str, Any] = {}
    exec("def f():\n    raise KeyError", names)  # noqa: S102 - code without a file
    assert wrong(names["f"]) == "f() raised KeyError"
    path = tmp_path / "own.py"
    path.write_text("def f():\n    raise KeyError\n")
    exec(compile(path.read_text(), str(path), "exec"), names)  # noqa: S102 - code with a file
    assert wrong(names["f"]) == "f() raised KeyError, in the line `raise KeyError`"
    linecache.clearcache()


def test_what_is_not_written_is_not_wrong() -> None:
    """A stub is told from an operation that PyTorch does not have."""

    def stub() -> NoReturn:
        raise NotImplementedError

    def other() -> NoReturn:
        raise NotImplementedError("not for this device")

    assert wrong(stub).startswith("it is not written yet")
    assert wrong(other) == (
        "other() raised NotImplementedError: not for this device, in the line "
        '`raise NotImplementedError("not for this device")`'
    )


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptfund.exercises._answers.SECONDS", 0.05)


def endless() -> None:
    """Do nothing for ever."""
    while True:
        pass


def asleep() -> None:
    """Wait for what does not come."""
    time.sleep(3600)


def stubborn() -> None:
    """Catch errors for ever."""
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no alarm to stop an answer with")
@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize("answer", [endless, asleep, stubborn])
def test_an_endless_answer_is_stopped(answer: Callable[[], None]) -> None:
    """Also one that sleeps, or catches every error."""
    before = signal.getsignal(signal.SIGALRM)
    assert wrong(answer).startswith(f"{answer.__name__}() was stopped after 0.05 seconds")
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_without_an_alarm_answers_are_checked_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """In another thread, and where the system has no alarm."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(Answer(lambda: 3)()))
    thread.start()
    thread.join()
    assert found == [3]
    monkeypatch.delattr(signal, "setitimer", raising=False)
    assert Answer(lambda: 3)() == 3


def test_an_interruption_by_the_learner_passes() -> None:
    """Nobody waits longer than they like."""

    def interrupted() -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Answer(interrupted)()


def change_tensor(a: int, x: Tensor) -> None:
    """Change the second argument."""
    x += a


def change_inside(a: int, pairs: list[tuple[Tensor, int]]) -> None:
    """Change a tensor in a tuple in a list."""
    pairs[0][0].zero_()
    del a


def change_list(a: list[int], b: int) -> None:
    """Change the first argument."""
    a.append(b)


def change_dict(a: dict[str, Tensor]) -> None:
    """Change the only argument."""
    a["x"] = a["x"] + 1


def add_to_dict(a: dict[str, Tensor]) -> None:
    """Add to the only argument."""
    a["y"] = a["x"]


def change_shape(a: Tensor) -> None:
    """Change the shape in place."""
    a.t_()


def change_rest(a: int, *rest: Tensor) -> None:
    """Change one of many arguments."""
    rest[1].zero_()
    del a


@pytest.mark.parametrize(
    ("answer", "arguments", "name"),
    [
        (change_tensor, (1, torch.zeros(2)), "x"),
        (change_inside, (1, [(torch.ones(2), 1)]), "pairs"),
        (change_list, ([1], 2), "a"),
        (change_dict, ({"x": torch.ones(1)},), "a"),
        (add_to_dict, ({"x": torch.ones(1)},), "a"),
        (change_shape, (torch.ones(2, 3),), "a"),
        (change_rest, (1, torch.ones(1), torch.ones(1)), "rest"),
    ],
)
def test_changed_arguments_are_named(
    answer: Callable[..., Any], arguments: tuple[Any, ...], name: str
) -> None:
    """And those of the check stay as they are."""
    before = repr(arguments)
    assert wrong(answer, *arguments).startswith(f"it changes its argument `{name}`")
    assert repr(arguments) == before


def test_modules_generators_and_nan_may_be_given() -> None:
    """What may change is not complained about, and nan is equal to itself here."""

    def train(model: nn.Linear, generator: torch.Generator, x: Tensor) -> Tensor:
        with torch.no_grad():
            model.weight.fill_(torch.rand(1, generator=generator).item())
        return x

    model, generator = nn.Linear(1, 1), torch.Generator().manual_seed(0)
    weight = model.weight.item()
    Answer(train)(model, generator, torch.tensor([float("nan")]))
    assert model.weight.item() == weight
    assert generator.get_state().equal(torch.Generator().manual_seed(0).get_state())


def test_prints_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is shown while an answer is tried."""
    answer = Answer(print)
    answer("one")
    answer("two")
    assert answer.printed == "one\ntwo\n"
    assert capsys.readouterr().out == ""


def test_warnings_are_kept_with_the_prints() -> None:
    """They are no errors, and nothing is written to the learner's screen."""

    def warns(x: int) -> int:
        warnings.warn(f"about {x}", UserWarning, stacklevel=1)
        return x

    answer = Answer(warns)
    assert answer(3) == 3
    assert answer.printed == "UserWarning: about 3\n"


def test_jupyter_shows_the_message_alone() -> None:
    """No traceback of ours."""
    assert WrongAnswer("look")._render_traceback_() == ["look"]


def test_a_block_is_guarded_as_a_call_is() -> None:
    """For methods, and for what an answer returns and is called later."""
    answer = Answer(len)
    with (
        pytest.raises(WrongAnswer, match=r"dataset\[3\] raised IndexError: 3"),
        answer.at_work("dataset[3]"),
    ):
        raise IndexError(3)
    with pytest.raises(WrongAnswer, match="as it was said"), answer.at_work("x"):
        raise WrongAnswer("as it was said")


def double(x: float) -> float:
    """Return twice x."""
    return 2 * x


CASES = [(1.0,), (2.0,), (3.0,)]
MISTAKES: dict[str, Callable[..., Any]] = {
    "it is squared": lambda x: x * x,
    "it is added": lambda x: x + 2,
    "it fails": lambda x: x["a"],
}


def compared(answer: Callable[..., Any]) -> str:
    """Return what is said to an answer that should double."""
    try:
        compare(Answer(answer), double, CASES, MISTAKES)
    except WrongAnswer as wrong:
        return str(wrong)
    return "right"


def test_compare_names_a_mistake_that_explains_all_cases() -> None:
    """At 2 all three are equal: one case alone would not tell."""
    assert compared(lambda x: x + x) == "right"
    assert compared(lambda x: x**2) == "it is squared"
    assert compared(lambda x: 2 + x) == "it is added"
    assert compared(lambda x: x[0]) == "it fails"
    with pytest.raises(WrongAnswer, match="it is squared"):
        compare(Answer(lambda x: x * x), double, iter(CASES), MISTAKES)


def test_mistakes_warn_nobody() -> None:
    """What a mistake would warn of is about lines that the learner has not written."""

    def loud(x: float) -> float:
        warnings.warn("about x", UserWarning, stacklevel=1)
        return -x

    with pytest.raises(WrongAnswer, match="must return 2, got 0"):
        compare(Answer(lambda _: 0.0), double, CASES, {"it is negative": loud})


def test_compare_tells_the_first_difference_of_other_mistakes() -> None:
    """With the call that shows it."""

    def other(x: float) -> float:
        return 2 * x if x < 2 else 0.0

    def begins_as_squared(x: float) -> float:
        return 1.0 if x == 1 else 0.0

    assert compared(other) == "other(2) must return 4, got 0"
    assert compared(begins_as_squared) == "begins_as_squared(1) must return 2, got 1"


def test_compare_tells_an_error_that_no_mistake_explains() -> None:
    """If only some cases fail, too."""

    def fails(x: float) -> float:
        return 2 * x if x < 3 else 1 / 0

    assert compared(fails).startswith("fails(3) raised ZeroDivisionError")
    with pytest.raises(WrongAnswer) as caught:
        compare(Answer(fails), double, [*CASES, (4.0,)])
    assert caught.value.raised is ZeroDivisionError
    assert str(caught.value).startswith("fails(3)")


def test_compare_stops_at_what_is_no_result() -> None:
    """A stub is called once: what takes too long must not do so for every case."""
    calls = []

    def stub(x: float) -> float:
        calls.append(x)
        raise NotImplementedError

    assert compared(stub).startswith("it is not written yet")
    assert len(calls) == 1


def test_compare_gives_everyone_their_own_arguments() -> None:
    """A reference may work in place."""

    def last(numbers: list[float]) -> float:
        return numbers.pop()

    compare(Answer(lambda numbers: numbers[-1]), last, [([1.0, 2.0],), ([3.0],)])


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
