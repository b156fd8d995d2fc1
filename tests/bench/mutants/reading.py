"""Mutants of how scripts become chapters."""

from tests.bench.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "an expression may assign within brackets",
        "src/ptfund/_site/reading/chapter.py",
        "for node in ast.walk(parse_python(step.source))",
        "for node in ast.iter_child_nodes(parse_python(step.source))",
        "tests/engine/rendering/test_expressions.py"
        "::test_what_is_no_expression_is_refused_before_anything_runs",
    ),
    Mutant(
        "a fence is as long as what it holds",
        "src/ptfund/_site/reading/chapter.py",
        "max(3, longest + 1)",
        "max(3, longest)",
        "tests/engine/rendering/test_page.py::test_a_fence_in_code_does_not_end_the_code",
    ),
    Mutant(
        "a run does not depend on the tags of cells",
        "src/ptfund/_site/reading/chapter.py",
        "[step.kind, step.source, sorted(step.tags)]",
        "[step.kind, step.source, []]",
        "tests/engine/reading/test_chapter.py "
        "tests/engine/running/test_book.py"
        "::test_every_kind_of_edit_runs_exactly_the_chapters_that_it_concerns",
    ),
    Mutant(
        "an expression has the line of its cell",
        "src/ptfund/_site/reading/chapter.py",
        'line = cell.line + cell.source[: match.start()].count("\\n")',
        "line = cell.line",
        "tests/engine/rendering/test_expressions.py::test_every_failing_expression_names_its_line",
    ),
    Mutant(
        "a cell has the line of its marker",
        "src/ptfund/_site/reading/cells.py",
        'return Cell("code", source, begin + 1, tags)',
        'return Cell("code", source, begin, tags)',
        "tests/engine/reading/test_chapter.py::test_equal_cells_have_lines_of_their_own",
    ),
    Mutant(
        "an error without a line is at no line",
        "src/ptfund/_site/reading/source.py",
        'getattr(error, "lineno", None) or 1',
        'getattr(error, "lineno", None) or 0',
        "tests/engine/reading/test_source.py::test_what_python_refuses_is_refused_with_its_line",
    ),
    Mutant(
        "any heading is a title",
        "src/ptfund/_site/reading/chapter.py",
        'if mark == "#" and title.strip():',
        'if mark.startswith("#") and title.strip():',
        "tests/engine/reading/test_chapter.py::test_what_is_no_chapter_is_refused_with_its_line",
    ),
    Mutant(
        "cells have random ids",
        "src/ptfund/_site/reading/chapter.py",
        '{"id": f"cell-{number}", "metadata": {}}',
        '{"metadata": {}}',
        "tests/engine/reading/test_chapter.py::test_a_notebook_is_valid_and_always_the_same",
    ),
    Mutant(
        "an address has one hyphen",
        "src/ptfund/_site/reading/chapter.py",
        '.replace("_", "-")',
        '.replace("_", "-", 1)',
        "tests/engine/reading/test_chapter.py::test_names_and_tags",
    ),
    Mutant(
        "an error without words says its name twice",
        "src/ptfund/_site/reading/chapter.py",
        '.removeprefix(name).removeprefix(": ")',
        '.removeprefix(f"{name}: ")',
        "tests/engine/reading/test_chapter.py"
        "::test_a_deliberate_error_has_a_name_a_message_and_a_cause",
    ),
    Mutant(
        "lines of bytes are counted from 0",
        "src/ptfund/_site/reading/source.py",
        'content.count(b"\\n", 0, error.start) + 1',
        'content.count(b"\\n", 0, error.start)',
        "tests/engine/reading/test_chapter.py"
        "::test_bytes_that_are_no_text_are_refused_with_their_line",
    ),
    Mutant(
        "an expression must stand on one line",
        "src/ptfund/_site/reading/chapter.py",
        're.sub(r"\\n[ \\t>]*", " ", expression[1])',
        "expression[1]",
        "tests/engine/rendering/test_expressions.py",
    ),
    Mutant(
        "a part of an exercise may be of any kind",
        "src/ptfund/_site/reading/exercises.py",
        "if (cell.kind, *cell.tags) != part:",
        "if part[1] not in cell.tags:",
        "tests/engine/reading/test_exercises.py::test_what_is_no_exercise_is_refused",
    ),
    Mutant(
        "a stub loses its decorators",
        "src/ptfund/_site/reading/exercises.py",
        "start = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])",
        "start = node.lineno",
        "tests/engine/reading/test_exercises.py",
    ),
    Mutant(
        "a solution may use what is imported later",
        "src/ptfund/_site/reading/exercises.py",
        "for cell in chapter.cells[:number]:",
        "for cell in chapter.cells:",
        "tests/engine/reading/test_exercises.py",
    ),
    Mutant(
        "a hint may hold an expression",
        "src/ptfund/_site/reading/exercises.py",
        "for cell in (task, task + 1):",
        "for cell in (task,):",
        "tests/engine/reading/test_exercises.py::test_what_is_no_exercise_is_refused",
    ),
    Mutant(
        "a missing docstring has the line of its cell",
        "src/ptfund/_site/reading/exercises.py",
        "line = cell.line + node.lineno - 1",
        "line = cell.line",
        "tests/engine/reading/test_exercises.py::test_what_is_no_exercise_is_refused",
    ),
    Mutant(
        "two chapters may have one address",
        "src/ptfund/_site/reading/book.py",
        "c.slug == chapter.slug",
        "c.name == chapter.name",
        "tests/engine/test_plugin.py::test_two_chapters_cannot_have_one_address",
    ),
)
