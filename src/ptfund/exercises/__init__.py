"""Checks of the exercises: they try an answer, and say what is wrong with it.

Each chapter ends with exercises. A learner writes a function, and `check` tries it on several
inputs, compares it with a reference, and names the mistake as well as it can.
"""

import difflib
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch

from ptfund.exercises._answers import Answer, WrongAnswer

__all__ = ["EXERCISES", "WrongAnswer", "asked_for", "check"]

EXERCISES: dict[str, tuple[str, ...]] = {
    "01_tensors": (
        "five_shapes",
        "one_hot",
        "standardise_images",
        "mean_squared_error",
        "pairwise_distances",
    ),
    "02_autograd": (
        "tanh",
        "grad_after_two_calls",
        "fit_slope",
        "logistic",
        "second_derivative",
    ),
    "03_data": (
        "ImageRows",
        "standardise",
        "collate_ragged",
        "leaked",
        "split_by_group",
    ),
    "04_model": (
        "count_parameters",
        "Branches",
        "MyDropout",
        "Standardise",
        "load_matching",
    ),
    "05_loss_and_optimizer": (
        "binary_cross_entropy",
        "adam_with_decay",
        "weighted_cross_entropy",
        "largest_lr",
        "warm_up_then_cosine",
    ),
    "06_training_loop": (
        "accumulated_epoch",
        "clip_each",
        "measured",
        "last_epoch",
        "snapshot",
    ),
    "07_evaluation": (
        "mean_f1",
        "difference_interval",
        "equal_bins",
        "worst_slice",
        "accuracy_of_surest",
    ),
    "08_observations": (
        "weight_decay",
        "where_momentum_helps",
        "replicated",
        "gradient_lengths",
    ),
    "09_conclusion": (
        "tanh_gradients",
        "train_with_momentum",
        "wrong_gradients",
        "rounding_gap",
    ),
}
"""What the exercises of each chapter ask for, by the chapter's name.

Where it is two functions, the first gives the exercise its name.
"""


CANNOT = "can make nothing of this answer"


def check(*answers: Callable[..., Any]) -> None:
    """Try the answer to an exercise, and print one line if it is right.

    The answer is called with several inputs. It may raise, print, change its input or run
    for ever: all of that ends in a message, and random numbers drawn from the global
    generator are drawn again afterwards. (An endless loop is stopped after some seconds
    where the system has an alarm clock for programs, which Windows has not.)

    Args:
        *answers: The function or the class, under the name that the exercise gives it; where
            it asks for two, both in their order.

    Raises:
        WrongAnswer: If it is not written yet, not right, or no answer to an exercise.

    Examples:
        >>> def mean_squared_error(predictions, targets):
        ...     return (predictions.squeeze(1) - targets).square().mean()
        >>> check(mean_squared_error)
        mean_squared_error: passed.
    """
    name = _name(*answers[:1])
    if not any(name in names for names in EXERCISES.values()):
        raise WrongAnswer(f"there is no exercise called {name}{_suggestion(name)}")
    asked = asked_for(name)
    if len(answers) != len(asked):
        raise WrongAnswer(f"here it must be check({', '.join(asked)})")
    tried = [Answer(answer) for answer in answers]
    try:
        with torch.random.fork_rng(), torch.enable_grad():
            _examiner(name)(*tried)
    except WrongAnswer as wrong:
        printed = "".join(answer.printed for answer in tried)
        # From here, so that nobody has to read through the check.
        raise WrongAnswer(f"{name}: {wrong}{_quoted(printed)}") from None
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise WrongAnswer(f"{name}: the check {CANNOT}, which leads to {told}") from error
    print(f"{name}: passed.")


def asked_for(name: str) -> list[str]:
    """Return what an exercise asks for: mostly one function, which gives it its name.

    Args:
        name: One of the names in `EXERCISES`.

    Examples:
        >>> asked_for("one_hot")
        ['one_hot']
        >>> asked_for("snapshot")
        ['snapshot', 'restore']
    """
    return [name, *list(inspect.signature(_examiner(name)).parameters)[1:]]


def _examiner(name: str) -> Callable[..., None]:
    (chapter,) = (chapter for chapter, names in EXERCISES.items() if name in names)
    module = import_module(f"ptfund.exercises._{chapter.partition('_')[2]}")
    examiner: Callable[..., None] = getattr(module, name)
    return examiner


def _name(answer: object = None) -> str:
    name = getattr(answer, "__name__", None)
    if not callable(answer) or not isinstance(name, str):
        raise WrongAnswer("check takes the function itself, as in check(one_hot)")
    return name


def _suggestion(name: str) -> str:
    known = [name for names in EXERCISES.values() for name in names]
    close = difflib.get_close_matches(name, known, n=1)
    return f": is it {close[0]}?" if close else ""


def _quoted(printed: str, most: int = 10) -> str:
    """Return what an answer printed, as the end of a message."""
    lines = printed.splitlines()
    if not lines:
        return ""
    more = [f"… and {len(lines) - most} lines more"] * (len(lines) > most)
    return "\n".join(["\nYour answer printed:", *lines[:most], *more])
