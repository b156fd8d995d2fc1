"""The rules for what a chapter is made of find what breaks them."""

import pytest

from tests.tutorials.reading import cells_of, code, prose
from tests.tutorials.structure_rules import (
    broken_links,
    incomplete_closings,
    incomplete_exercises,
    incomplete_openings,
    misplaced_headings,
    seldom_asks,
    unpaired_questions,
    unproven_observations,
)

OPENING = """\
# A chapter

About this. After it you will be
able to

- read a chapter,
  all of it;
- write one;
- re-read it.

**You need** nothing. **It
takes** about 30 minutes."""


def test_a_whole_opening_passes() -> None:
    """What is said may be wrapped anywhere."""
    assert incomplete_openings(cells_of(prose(OPENING))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("able to", "willing to"),
        ("- write one;\n", ""),
        ("- write", "- write\n- write\n- write\n- write"),
        ("- write one", "- the writing of one"),
        ("- write one", "- Write one"),
        ("- write one", "- how to write one"),
        ("You need", "You have"),
        ("30 minutes", "50 minutes"),
        ("30 minutes", "10 minutes"),
        ("about 30 minutes", "a while"),
    ],
)
def test_incomplete_openings_are_found(old: str, new: str) -> None:
    """Three to five abilities, what is needed, and 20 to 40 minutes."""
    found = incomplete_openings(cells_of(prose(OPENING.replace(old, new))))
    assert len(found) == 1


CLOSING = """\
## What you can do now

- **Read.** As said.
- **Write.** As said.
- **Re-read.** As said.

## Key observations

- One.

## Exercises

Some.

## Next

More."""


def test_a_whole_closing_passes() -> None:
    """It answers the opening."""
    assert incomplete_closings(cells_of(prose(OPENING) + prose(CLOSING))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- **Write.** As said.\n", ""),
        ("## Key observations", "## Observations"),
        ("## Key observations\n\n- One.\n", ""),
        ("## Next\n\nMore.", ""),
        ("More.", ""),
        ("More.", "More.\n\n## And more\n\nOf it."),
        ("## Exercises", "## Next\n\n## Exercises"),
    ],
)
def test_incomplete_closings_are_found(old: str, new: str) -> None:
    """Four sections in their order, at the end, and no more."""
    text = CLOSING.replace(old, new)
    assert len(incomplete_closings(cells_of(prose(OPENING) + prose(text)))) == 1


EXERCISE = prose("### {}. Do it\n\nAs follows.") + '# %% tags=["check"]\ncheck(it)\n\n'


def exercises(*sources: str) -> str:
    """Write the section of exercises."""
    numbered = [source.replace("{}", str(number)) for number, source in enumerate(sources, 1)]
    return prose("## Exercises") + "".join(numbered) + prose("## Next")


@pytest.mark.parametrize(("count", "finds"), [(2, 1), (3, 0), (5, 0), (6, 1)])
def test_too_few_and_too_many_exercises_are_found(count: int, finds: int) -> None:
    """Three to five."""
    assert len(incomplete_exercises(cells_of(exercises(*[EXERCISE] * count)))) == finds


@pytest.mark.parametrize(
    ("old", "new"),
    [("### {}.", "###"), ("### {}.", "### 3."), ("check", "cheat-sheet"), ("### {}.", "#### {}.")],
)
def test_incomplete_exercises_are_found(old: str, new: str) -> None:
    """Each has its number and its check."""
    source = exercises(EXERCISE, EXERCISE, EXERCISE, EXERCISE.replace(old, new, 1))
    assert len(incomplete_exercises(cells_of(source))) == 1


ASKS, SHOWS = '## A\n\n!!! question "Predict"\n    What?', "## B\n\nThat."


@pytest.mark.parametrize(
    ("parts", "finds"),
    [([ASKS, ASKS, SHOWS], 0), ([ASKS, SHOWS], 1), ([ASKS, SHOWS, SHOWS], 2)],
)
def test_chapters_that_seldom_ask_are_found(parts: list[str], finds: int) -> None:
    """More than half of the sections before the closing ask before they show."""
    source = prose("# A chapter") + "".join(map(prose, [*parts, CLOSING]))
    assert seldom_asks(cells_of(source)) == ["B"] * finds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A\n\n## B\n\n### C\n\n## D", []),
        ("# A\n\n### C", ["C"]),
        ("## B", ["B"]),
        ("# A\n\n## B\n\n# C", ["C"]),
        ("# A\n\n```\n# C\n```", []),
    ],
)
def test_misplaced_headings_are_found(text: str, found: list[str]) -> None:
    """One title, and each heading at most one level below the one before it."""
    assert misplaced_headings(cells_of(prose(text))) == found


QUESTION, ANSWER = '!!! question "Predict"\n    What?', '??? success "Answer"\n    That.'


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (prose(QUESTION) + code("a = 1") + prose(ANSWER), []),
        (prose(QUESTION) + code("a = 1") + code("b = 1") + prose(ANSWER), []),
        (prose(QUESTION) + code("a = 1"), ["Predict"]),
        (prose(QUESTION + "\n\n" + ANSWER) + code("a = 1"), ["Predict", "Answer"]),
        (code("a = 1") + prose(ANSWER), ["Answer"]),
    ],
)
def test_unpaired_questions_are_found(source: str, found: list[str]) -> None:
    """The answer comes after the code that the question is about."""
    assert unpaired_questions(cells_of(source)) == found


def test_broken_links_are_found() -> None:
    """A heading's address is its text in lower case, hyphens for spaces."""
    text = "## One `x_y=1`: two\n\n[a](#one-x_y1-two) [b](#two)\n\n```\n## Two\n```"
    assert broken_links(cells_of(prose(text))) == ["two"]


def test_unproven_observations_are_found() -> None:
    """Each key observation leads to its proof."""
    text = "## Key observations\n\n- Proven ([there](#there)).\n- Said.\n\n## Next\n\n- Other."
    assert unproven_observations(cells_of(prose(text))) == ["Said.\n\n"]
