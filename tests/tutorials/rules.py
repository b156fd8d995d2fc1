"""The rules of the book: functions that list what breaks them in a chapter's cells.

Cells hold what they show: code its outputs, text the values of its expressions.
"""

from collections.abc import Callable

from nbformat import NotebookNode

from tests.tutorials import code_rules, prose_rules, structure_rules

Rule = Callable[[list[NotebookNode]], list[str]]

RULES: list[Rule] = [
    structure_rules.incomplete_openings,
    structure_rules.incomplete_closings,
    structure_rules.incomplete_exercises,
    structure_rules.misplaced_headings,
    structure_rules.seldom_asks,
    structure_rules.unpaired_questions,
    structure_rules.unproven_observations,
    structure_rules.broken_links,
    prose_rules.long_prose,
    prose_rules.accidental_lists,
    prose_rules.bare_addresses,
    prose_rules.faulty_expressions,
    prose_rules.typed_numbers,
    code_rules.long_cells,
    code_rules.breaks_nothing,
    code_rules.unexplained_errors,
    code_rules.unfit_for_the_sheet,
    code_rules.misplaced_figures,
    code_rules.short_alternatives,
]
