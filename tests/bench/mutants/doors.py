"""Mutants of the plugin, live editing, new chapters and writing to the disk."""

from tests.bench.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a failed write leaves its partial file",
        "src/ptfund/_site/disk.py",
        "        temporary.unlink(missing_ok=True)\n",
        "",
        "tests/engine/test_disk.py",
    ),
    Mutant(
        "a file may be half written",
        "src/ptfund/_site/disk.py",
        '        temporary.write_text(text, encoding="utf-8")\n        temporary.replace(path)\n',
        '        path.write_text(text, encoding="utf-8")\n',
        "tests/engine/test_disk.py "
        "tests/engine/running/test_store.py::test_an_entry_is_never_half_written",
    ),
    Mutant(
        "the page of a failure holds markup",
        "src/ptfund/_site/serve.py",
        "escape(reasons)",
        "reasons",
        "tests/engine/test_serve.py::test_a_builder_that_raises_leaves_a_page_that_says_why",
    ),
    Mutant(
        "complaints are collected again and again",
        "src/ptfund/_site/serve.py",
        "            log.removeHandler(complaints)\n",
        "            complaints.flush()\n",
        "tests/engine/test_serve.py::test_a_builder_that_raises_leaves_a_page_that_says_why",
    ),
    Mutant(
        "the page of a failure forgets the complaints",
        "src/ptfund/_site/serve.py",
        "[*complaints.texts, str(error)]",
        "[str(error)]",
        "tests/engine/test_serve.py::test_a_builder_that_raises_leaves_a_page_that_says_why "
        "tests/engine/test_serve.py::test_a_broken_configuration_is_a_page_everywhere",
    ),
    Mutant(
        "the longest topic is refused",
        "src/ptfund/_site/scaffold.py",
        "len(topic) > LONGEST_TOPIC:",
        "len(topic) >= LONGEST_TOPIC:",
        "tests/engine/test_scaffold.py::test_code_is_clean",
    ),
    Mutant(
        "an interruption leaves half a chapter",
        "src/ptfund/_site/scaffold.py",
        "    except BaseException:\n",
        "    except Exception:\n",
        "tests/engine/test_scaffold_refusals.py::test_nothing_is_left_of_what_is_interrupted",
    ),
    Mutant(
        "a chapter that could not be written stays",
        "src/ptfund/_site/scaffold.py",
        "                    path.unlink(missing_ok=True)\n",
        "                    continue\n",
        "tests/engine/test_scaffold_refusals.py::test_nothing_is_left_of_what_fails",
    ),
    Mutant(
        "a gap in the numbers is filled with a second chapter",
        "src/ptfund/_site/scaffold.py",
        "int(scripts[-1].name[:2]) + 1",
        "len(scripts) + 1",
        "tests/engine/test_scaffold.py tests/engine/test_scaffold_refusals.py",
    ),
    Mutant(
        "a new chapter comes first in the navigation",
        "src/ptfund/_site/scaffold.py",
        "*_, last = [None, *_LISTED.finditer(text)]",
        "last, *_ = [*_LISTED.finditer(text), None]",
        "tests/engine/test_scaffold.py::test_every_list_of_chapters_grows",
    ),
    Mutant(
        "strict mode publishes in spite of warnings",
        "src/ptfund/_site/plugin.py",
        "if not (config.strict and _warnings_so_far()):",
        "if self._publishes:",
        "tests/engine/test_plugin.py::test_a_fault_stops_the_build_and_leaves_the_old_site",
    ),
    Mutant(
        "a time limit of 0 is allowed",
        "src/ptfund/_site/plugin.py",
        "if not seconds > 0:",
        "if not seconds >= 0:",
        "tests/engine/test_plugin.py::test_a_time_limit_that_makes_no_sense_is_refused",
    ),
    Mutant(
        "the time limit of the configuration is forgotten",
        "src/ptfund/_site/plugin.py",
        "Rules(root, self.config.cell_timeout, self.config.preload)",
        "Rules(root, 10.0, self.config.preload)",
        "tests/engine/test_plugin.py::test_the_time_limit_is_the_one_of_the_configuration",
    ),
    Mutant(
        "pages offer to edit what has no repository",
        "src/ptfund/_site/plugin.py",
        "            config.edit_uri = None\n",
        "            pass\n",
        "tests/engine/test_plugin.py::test_edit_links_lead_to_the_script_or_are_left_out",
    ),
    Mutant(
        "an unfinished site stays beside the old one",
        "src/ptfund/_site/plugin.py",
        "            discard_staged(self._staged)\n",
        "            pass\n",
        "tests/engine/test_plugin.py::test_a_fault_stops_the_build_and_leaves_the_old_site",
    ),
    Mutant(
        "pages are published as the search reads them",
        "src/ptfund/_site/plugin.py",
        "        page.content = self._whole\n",
        "",
        "tests/engine/test_plugin.py::test_a_good_book_becomes_a_site "
        "tests/engine/test_plugin.py::test_code_on_the_page_is_the_code_that_ran",
    ),
    Mutant(
        "a date from outside is replaced",
        "src/ptfund/_site/plugin.py",
        'os.environ.setdefault("SOURCE_DATE_EPOCH", read_commit_time(root))',
        'os.environ["SOURCE_DATE_EPOCH"] = read_commit_time(root)',
        "tests/engine/test_reproducible.py::test_a_date_that_is_given_counts",
    ),
    Mutant(
        "a written index is replaced by the one that is made",
        "src/ptfund/_site/plugin.py",
        "if name not in files.src_uris:",
        "if name:",
        "tests/engine/rendering/test_extracts.py::test_pages_of_those_names_are_not_replaced",
    ),
    Mutant(
        "a formula is blamed on the pages behind it, too",
        "src/ptfund/_site/plugin.py",
        "            self._wrong_formulas.clear()\n",
        "",
        "tests/engine/rendering/test_mathml.py"
        "::test_wrong_formulas_stop_the_build_with_file_and_line",
    ),
    Mutant(
        "a full disk is not told with its file",
        "src/ptfund/_site/plugin.py",
        'where = f"{error.filename}: " if error.filename else ""',
        'where = ""',
        "tests/engine/test_plugin.py::test_what_the_disk_refuses_is_told_with_its_file",
    ),
    Mutant(
        "failing chapters are reported in the order of their ends",
        "src/ptfund/_site/plugin.py",
        "sorted(errors, key=lambda error: (error.script, error.line))",
        "reversed(errors)",
        "tests/engine/test_plugin.py::test_all_failing_chapters_are_reported_together",
    ),
)
