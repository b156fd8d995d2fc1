"""Mutants of how scripts are read: their text, their cells, and lists in their prose."""

from tests.bench.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "the second line names an encoding in vain",
        "src/ptfund/_site/reading/source.py",
        'text.split("\\n", 2)[:2]',
        'text.split("\\n", 2)[:1]',
        "tests/engine/reading/test_source.py"
        "::test_a_file_that_begins_or_is_written_otherwise_is_refused",
    ),
    Mutant(
        "no line may speak of an encoding",
        "src/ptfund/_site/reading/source.py",
        'text.split("\\n", 2)[:2]',
        'text.split("\\n")',
        "tests/engine/reading/test_source.py"
        "::test_an_encoding_is_named_by_a_comment_of_the_first_two_lines_alone",
    ),
    Mutant(
        "tabs are read",
        "src/ptfund/_site/reading/source.py",
        "[\\0-\\t\\v-\\x1f",
        "[\\0-\\b\\v-\\x1f",
        "tests/engine/reading/test_source.py"
        "::test_invisible_characters_are_refused_with_their_line",
    ),
    Mutant(
        "lines that Windows has ended are refused",
        "src/ptfund/_site/reading/source.py",
        '.replace(b"\\r\\n", b"\\n")',
        "",
        "tests/engine/reading/test_source.py::test_line_ends_of_windows_are_those_of_unix",
    ),
    Mutant(
        "reading a script warns",
        "src/ptfund/_site/reading/source.py",
        '        warnings.simplefilter("ignore")\n',
        "",
        "tests/engine/reading/test_source.py::test_reading_warns_of_nothing",
    ),
    Mutant(
        "a comment behind a text begins a cell",
        "src/ptfund/_site/reading/cells.py",
        " and not token.line[: token.start[1]].strip():",
        ":",
        "tests/engine/reading/test_cells.py::test_cells_are_read_as_they_were_written",
    ),
    Mutant(
        "a marker that is written otherwise is code",
        "src/ptfund/_site/reading/cells.py",
        '        raise Fault(line, f"the marker of a cell must be {_FORM}, got `{comment}`")\n',
        "        return False\n",
        "tests/engine/reading/test_cells.py::test_other_markers_are_refused",
    ),
    Mutant(
        "a minus alone is code",
        "src/ptfund/_site/reading/cells.py",
        "|\\w+=)|-$)",
        "|\\w+=))",
        "tests/engine/reading/test_cells.py::test_markers_of_the_light_format_are_refused_in_code",
    ),
    Mutant(
        "a tag may be given twice",
        "src/ptfund/_site/reading/cells.py",
        "if len(set(tags)) < len(tags):",
        "if len(set(tags)) > len(tags):",
        "tests/engine/reading/test_cells.py::test_tags_that_are_none_are_refused",
    ),
    Mutant(
        "a fence with a language closes another",
        "src/ptfund/_site/reading/cells.py",
        ' and not match["language"].strip():',
        ":",
        "tests/engine/reading/test_cells.py::test_prose_that_is_written_otherwise_is_refused",
    ),
    Mutant(
        "an open fence has the line of its cell",
        "src/ptfund/_site/reading/cells.py",
        'fence, opened = match["marks"], number',
        'fence = match["marks"]',
        "tests/engine/reading/test_cells.py::test_prose_that_is_written_otherwise_is_refused",
    ),
    Mutant(
        "half a statement has the line of its cell",
        "src/ptfund/_site/reading/cells.py",
        "raise Fault(begin + fault.line, message)",
        "raise Fault(begin + 1, message)",
        "tests/engine/reading/test_cells.py::test_a_statement_in_two_cells_is_refused",
    ),
    Mutant(
        "lines of formulas are items",
        "src/ptfund/_site/reading/prose.py",
        "for pattern in (CODE, _NO_PROSE)",
        "for pattern in (CODE,)",
        "tests/engine/reading/test_prose.py::test_what_markdown_reads_as_it_looks_is_left_alone",
    ),
    Mutant(
        "an item lies below one beside it",
        "src/ptfund/_site/reading/prose.py",
        "if other.indent < item.indent:",
        "if other.indent <= item.indent:",
        "tests/engine/reading/test_prose.py::test_what_markdown_reads_as_it_looks_is_left_alone",
    ),
    Mutant(
        "a list that begins behind a sentence is left alone",
        "src/ptfund/_site/reading/prose.py",
        "and not _SENTENCE_END.search(lines[number - 1]):",
        "and lines[number - 1]:",
        "tests/engine/reading/test_prose.py::test_lists_that_markdown_loses_are_refused",
    ),
    Mutant(
        "rows of tables are lists",
        "src/ptfund/_site/reading/prose.py",
        'elif child.tag == "tr" and sum(bool(cell.text) for cell in child) > 1:',
        'elif child.tag == "caption":',
        "tests/engine/reading/test_prose.py::test_what_markdown_reads_as_it_looks_is_left_alone",
    ),
    Mutant(
        "an item lies below one outside its quotation",
        "src/ptfund/_site/reading/prose.py",
        "            if other.quotes != item.quotes:\n                return None\n",
        "",
        "tests/engine/reading/test_prose.py::test_what_markdown_reads_as_it_looks_is_left_alone",
    ),
    Mutant(
        "spaces of a nested list count from the margin",
        "src/ptfund/_site/reading/prose.py",
        "spaces = item.indent - items[parent].indent",
        "spaces = item.indent",
        "tests/engine/reading/test_prose.py::test_lists_that_markdown_loses_are_refused",
    ),
)
