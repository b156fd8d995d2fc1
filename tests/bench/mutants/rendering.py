"""Mutants of how runs become pages."""

from tests.bench.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a value is no longer escaped",
        "src/ptfund/_site/rendering/page.py",
        "escape(values[int(place[1])][1])",
        "values[int(place[1])][1]",
        "tests/engine/rendering/test_expressions.py::test_a_value_is_shown_as_the_text_that_it_is",
    ),
    Mutant(
        "pictures need no words",
        "src/ptfund/_site/rendering/page.py",
        '    if any(kind.startswith("image/") for kind in data):\n        return _NO_ALT\n',
        "",
        "tests/engine/rendering/test_page.py::test_what_may_not_appear_is_refused_at_its_cell",
    ),
    Mutant(
        "the style of a table reaches the whole page",
        "src/ptfund/_site/rendering/page.py",
        'html = _STYLE.sub("", data["text/html"])',
        'html = data["text/html"]',
        "tests/engine/rendering/test_page.py"
        "::test_a_table_keeps_its_structure_and_loses_everything_active",
    ),
    Mutant(
        "a table may hold a script",
        "src/ptfund/_site/rendering/page.py",
        "        html = bleach.clean(html, tags=_TAGS, attributes=_ATTRIBUTES)\n",
        "",
        "tests/engine/rendering/test_page.py"
        "::test_a_table_keeps_its_structure_and_loses_everything_active",
    ),
    Mutant(
        "ids that nothing uses stay in figures",
        "src/ptfund/_site/rendering/page.py",
        'if match[1] in used else ""',
        "if match[1] in used else match[0]",
        "tests/engine/rendering/test_page.py::test_ids_in_two_figures_never_meet",
    ),
    Mutant(
        "the message of an error is markup",
        "src/ptfund/_site/rendering/page.py",
        '<pre tabindex="0">{escape(message)}</pre>',
        '<pre tabindex="0">{message}</pre>',
        "tests/engine/rendering/test_page.py",
    ),
    Mutant(
        "the page of a failure believes its message",
        "src/ptfund/_site/rendering/page.py",
        "{escape(str(error))}",
        "{error}",
        "tests/engine/rendering/test_page.py::test_the_page_of_a_failure_shows_each_error_as_it_is",
    ),
    Mutant(
        "blanks are words for a picture",
        "src/ptfund/_site/rendering/page.py",
        "return None if alt.strip() else _NO_ALT",
        "return None if alt else _NO_ALT",
        "tests/engine/rendering/test_page.py::test_what_may_not_appear_is_refused_at_its_cell",
    ),
    Mutant(
        "an address hides behind colours",
        "src/ptfund/_site/rendering/page.py",
        "return _refused_text(strip_ansi(text))",
        "return _refused_text(text)",
        "tests/engine/rendering/test_page.py::test_what_may_not_appear_is_refused_at_its_cell",
    ),
    Mutant(
        "a page may lose an output",
        "src/ptfund/_site/rendering/page.py",
        "if html.count(marker) != 1:",
        "if html.count(marker) > 1:",
        "tests/engine/rendering/test_page.py::test_a_page_must_have_room_for_each_output",
    ),
    Mutant(
        "which hardware PyTorch is for is told",
        "src/ptfund/_site/rendering/page.py",
        'release, _, _ = torch.partition("+")',
        'release, _, _ = torch.partition(" ")',
        "tests/engine/rendering/test_page.py"
        "::test_below_its_title_a_page_says_what_it_is_and_offers_files",
    ),
    Mutant(
        "the keyboard stops once on a page",
        "src/ptfund/_site/rendering/links.py",
        "            reached.clear()\n",
        "",
        "tests/engine/rendering/test_links.py::test_the_keyboard_stops_once_in_a_section",
    ),
    Mutant(
        "linked code is no longer escaped",
        "src/ptfund/_site/rendering/links.py",
        "inside = escape(text[start - position : stop - position], quote=False)",
        "inside = text[start - position : stop - position]",
        "tests/engine/rendering/test_links.py",
    ),
    Mutant(
        "names that are documented nowhere are linked",
        "src/ptfund/_site/rendering/links.py",
        'if name in known or name.startswith("ptfund."))',
        'if name.startswith(("torch.", "ptfund.")))',
        "tests/engine/rendering/test_links.py::test_the_first_documented_name_is_linked",
    ),
    Mutant(
        "the tenth section comes before the second",
        "src/ptfund/_site/rendering/links.py",
        "{len(sections):03}",
        "{len(sections)}",
        "tests/engine/rendering/test_links.py",
    ),
    Mutant(
        "a link may enclose other code than ran",
        "src/ptfund/_site/rendering/links.py",
        '_text(block["code"]).strip() != chapter.cells[number].source.strip()',
        'not block["code"]',
        "tests/engine/rendering/test_links.py::test_a_page_that_lost_code_is_refused",
    ),
    Mutant(
        "numbers swell the search",
        "src/ptfund/_site/rendering/search.py",
        "(?:s1|s2|sa|si|c1|mi|mf)",
        "(?:s1|s2|sa|si|c1)",
        "tests/engine/rendering/test_search.py",
    ),
    Mutant(
        "a block has a line too many",
        "src/ptfund/_site/rendering/colouring.py",
        'lines = block["code"].count("\\n")',
        'lines = block["code"].count("\\n") + 1',
        "tests/engine/rendering/test_colouring.py",
    ),
    Mutant(
        "of a long message the last sentence is the end",
        "src/ptfund/_site/rendering/extracts.py",
        "end = fitting[0] if fitting",
        "end = fitting[-1] if fitting",
        "tests/engine/rendering/test_extracts.py"
        "::test_of_a_long_message_the_first_sentence_or_line_is_left",
    ),
    Mutant(
        "capitals come before small letters",
        "src/ptfund/_site/rendering/extracts.py",
        "key=lambda name: (name.casefold(), name)",
        "key=lambda name: name",
        "tests/engine/rendering/test_extracts.py::test_errors_are_sorted_by_type_and_message",
    ),
    Mutant(
        "subsections are no places",
        "src/ptfund/_site/rendering/extracts.py",
        'elif not match[0].startswith("<h1"):',
        'elif match[0].startswith("<h2"):',
        "tests/engine/rendering/test_extracts.py::test_a_section_within_a_section_is_the_place",
    ),
    Mutant(
        "a cause in the index is markup",
        "src/ptfund/_site/rendering/extracts.py",
        "if n % 2 else disarm_markup(p)",
        "if n % 2 else p",
        "tests/engine/rendering/test_extracts.py",
    ),
    Mutant(
        "sections of the sheet are told apart by title",
        "src/ptfund/_site/rendering/extracts.py",
        "if address != last:\n",
        "if title != last:\n",
        "tests/engine/rendering/test_extracts.py::test_sections_of_one_name_are_told_apart "
        "tests/engine/rendering/test_extracts.py"
        "::test_the_sheet_has_the_tagged_cells_under_their_sections",
    ),
    Mutant(
        "a name without a page has one",
        "src/ptfund/_site/rendering/inventory.py",
        ' if name.rpartition(".")[2] in own]',
        "]",
        "tests/engine/rendering/test_inventory.py",
    ),
)
