"""Chapter 1, broken in one place at a time: the rule that this breaks finds it, and no other."""

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from tests.tutorials.playing import play
from tests.tutorials.reading import cells_of, shown, with_outputs
from tests.tutorials.rules import RULES

CHAPTER = Path(__file__).parents[2] / "tutorials" / "01_tensors.py"
SOURCE = CHAPTER.read_text(encoding="utf-8")

BLOCK = r"(?:(?:#|#     .*)\n)*"
QUESTION = r'# !!! question "Predict"\n' + BLOCK
ANSWER = r'# \?\?\? success "Answer"\n' + BLOCK
LAST_PROSE = "\n# ## What you can do now\n"
OBSERVATION = r"(# ## Key observations\n#\n# - )"

# The rule that is broken; what is looked for, and what stands in its place.
MUTATIONS = [
    ("incomplete_openings", r"\*\*You need\*\*", "You need"),
    ("incomplete_openings", r"about \d+ minutes", "about 90 minutes"),
    ("incomplete_openings", r"\n# - ([a-z]+)", r"\n# - the \1"),
    ("incomplete_closings", r"(?s)(now\n#\n)# - .*?\n(# - )", r"\1\2"),
    ("incomplete_closings", "# ## Next\n", "# **Next**\n"),
    ("incomplete_closings", "# ## Key observations\n", "# ## Observations\n"),
    ("incomplete_exercises", r"# ### 2\. ", "# ### "),
    ("incomplete_exercises", r'tags=\["check"\]', ""),
    ("misplaced_headings", "\n# ## ", "\n# #### "),
    ("misplaced_headings", "\n# ## ", "\n# # A title\n#\n# ## "),
    ("seldom_asks", f"(?:{QUESTION})|(?:{ANSWER})", ""),
    ("unpaired_questions", QUESTION, ""),
    ("unpaired_questions", ANSWER, ""),
    ("unproven_observations", r"(?s)" + OBSERVATION + r".*?\n(# - )", r"\1Said.\n\2"),
    ("broken_links", r"\]\(#when-types-meet\)", "](#when-shapes-meet)"),
    ("long_prose", LAST_PROSE, "\n# " + "word " * 81 + LAST_PROSE),
    ("accidental_lists", "\n# ## ", "\n# 0. Nothing.\n#\n# ## "),
    ("bare_addresses", "\n# ## ", "\n# https://pytorch.org\n#\n# ## "),
    ("faulty_expressions", LAST_PROSE, "\n# `{python} total = 1`" + LAST_PROSE),
    ("faulty_expressions", "# PyTorch computes", "# `{python} 1 + 1` computes"),
    ("typed_numbers", LAST_PROSE, "\n# It was 4.88." + LAST_PROSE),
    ("typed_numbers", LAST_PROSE, "\n# It was 25 per cent." + LAST_PROSE),
    ("typed_numbers", OBSERVATION, r"\1It was 1.333.\n#   "),
    ("typed_numbers", LAST_PROSE, "\n# All 1,797 of them." + LAST_PROSE),
    ("typed_numbers", r"\{mean_images\.max\(\):\.1f\}", "15.1"),
    ("long_cells", r"\nlimits = ", "\npass" * 20 + "\nlimits = "),
    ("breaks_nothing", r"with raises\(", "with suppress("),
    ("unexplained_errors", r', cause="[^"]*"', ""),
    ("unfit_for_the_sheet", r'(tags=\["cheat-sheet"\]\n)', r"\1assert True\n"),
    ("misplaced_figures", r"alt=", "text="),
    ("misplaced_figures", r"\nshow\(", "\n_ = show("),
]


@pytest.fixture(scope="module")
def outputs(pages: dict[Path, list[NotebookNode]]) -> list[list[str]]:
    """What each cell of the chapter shows."""
    return [shown(cell) for cell in pages[CHAPTER]]


def broken(source: str, outputs: list[list[str]]) -> set[str]:
    """Return the names of the rules that find something, the outputs being what they are."""
    cells = with_outputs(cells_of(source), outputs)
    return {rule.__name__ for rule in RULES if rule(cells)}


@pytest.fixture(scope="module")
def before(outputs: list[list[str]]) -> set[str]:
    """What the chapter breaks as it stands: nothing, unless other tests fail."""
    return broken(SOURCE, outputs)


@pytest.mark.parametrize(("rule", "old", "new"), MUTATIONS)
def test_the_rule_that_is_broken_finds_it(
    rule: str, old: str, new: str, outputs: list[list[str]], before: set[str]
) -> None:
    """A rule that finds nothing in a real chapter would be no rule; nor may others cry wolf."""
    everywhere = rule in {"breaks_nothing", "seldom_asks"}
    mutated = re.sub(old, new, SOURCE, count=0 if everywhere else 1)
    assert mutated != SOURCE
    assert broken(mutated, outputs) - before == {rule}


def test_short_words_of_a_figure_are_found(outputs: list[list[str]], before: set[str]) -> None:
    """They depend on the run."""
    short = [[re.sub(r"^(Figure: \S+ \S+).*", r"\1", text) for text in texts] for texts in outputs]
    assert broken(SOURCE, short) - before == {"short_alternatives"}


def test_every_rule_has_been_broken() -> None:
    """A new rule needs its mutation."""
    names = {rule for rule, *_ in MUTATIONS} | {"short_alternatives"}
    assert names == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"# \(N, 8, 8\)\n", "# (N, 8, 9)\n"),
        (r"\nprint\(image\)\n", "\nimage  # (8, 8)\n"),
        (r"\nprint\(.*\)\n\n# %% \[m", "\nimage\n\n# %% [m"),
    ],
)
def test_what_only_a_run_can_tell_is_found(
    old: str, new: str, outputs: list[list[str]], before: set[str]
) -> None:
    """A shape that is not true or not after an assignment, and an echo, are found by running."""
    mutated = re.sub(old, new, SOURCE, count=1)
    assert mutated != SOURCE
    assert broken(mutated, outputs) == before
    cells = cells_of(mutated)
    pairs = enumerate(zip(cells, cells_of(SOURCE), strict=True))
    changed = next(number for number, (one, other) in pairs if one.source != other.source)
    assert len(play(cells[: changed + 1]).faults) == 1
