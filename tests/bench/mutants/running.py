"""Mutants of how chapters become runs, and of what is kept of them."""

from tests.bench.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a damaged run is believed",
        "src/ptfund/_site/running/store.py",
        "if checksum == _hash(text) else None",
        "if checksum else None",
        "tests/engine/running/test_store.py::test_a_damaged_entry_is_made_anew",
    ),
    Mutant(
        "a run that is used again grows old",
        "src/ptfund/_site/running/store.py",
        "os.utime(path)",
        "path.stat()",
        "tests/engine/running/test_store.py::test_the_last_eight_runs_are_kept",
    ),
    Mutant(
        "a chapter that was renamed runs again",
        "src/ptfund/_site/running/store.py",
        'glob(f"*/{key}-*.json")',
        'glob(f"{chapter.name}/{key}-*.json")',
        "tests/engine/running/test_book.py"
        "::test_every_kind_of_edit_runs_exactly_the_chapters_that_it_concerns",
    ),
    Mutant(
        "the key of a run forgets the engine",
        "src/ptfund/_site/running/store.py",
        "parts = [machine, sorted(steering.items()), engine, libraries, list(preload)]",
        "parts = [machine, sorted(steering.items()), libraries, list(preload)]",
        "tests/engine/running/test_store.py::test_another_machine_or_engine_runs_everything",
    ),
    Mutant(
        "the key of a run forgets what steers libraries",
        "src/ptfund/_site/running/store.py",
        "parts = [machine, sorted(steering.items()), engine, libraries, list(preload)]",
        "parts = [machine, engine, libraries, list(preload)]",
        "tests/engine/running/test_store.py::test_another_machine_or_engine_runs_everything",
    ),
    Mutant(
        "the key of a run forgets the libraries of the engine",
        "src/ptfund/_site/running/store.py",
        "parts = [machine, sorted(steering.items()), engine, libraries, list(preload)]",
        "parts = [machine, sorted(steering.items()), engine, list(preload)]",
        "tests/engine/running/test_store.py::test_another_machine_or_engine_runs_everything",
    ),
    Mutant(
        "the key of a run forgets what is loaded before it",
        "src/ptfund/_site/running/store.py",
        "parts = [machine, sorted(steering.items()), engine, libraries, list(preload)]",
        "parts = [machine, sorted(steering.items()), engine, libraries]",
        "tests/engine/running/test_store.py::test_another_machine_or_engine_runs_everything",
    ),
    Mutant(
        "a folder has no state as a file",
        "src/ptfund/_site/running/inputs.py",
        'return "a folder"',
        "return None",
        "tests/engine/running/test_inputs.py",
    ),
    Mutant(
        "sources may change their names",
        "src/ptfund/_site/running/inputs.py",
        'f"{path.relative_to(folder)}\\n{_content(path)}\\n"',
        'f"{_content(path)}\\n"',
        "tests/engine/running/test_inputs.py::test_sources_are_all_modules_below_but_the_engine",
    ),
    Mutant(
        "variables are kept as they are",
        "src/ptfund/_site/running/inputs.py",
        "hashlib.sha256(value.encode()).hexdigest()",
        "value",
        "tests/engine/running/test_inputs.py::test_variables_and_distributions",
    ),
    Mutant(
        "a folder forgets the names in it",
        "src/ptfund/_site/running/inputs.py",
        '"\\n".join(sorted(path.name for path in folder.iterdir()))',
        "str(folder.stat().st_mode)",
        "tests/engine/running/test_inputs.py::test_a_folder_has_the_state_of_its_names",
    ),
    Mutant(
        "what is added to is not read",
        "src/ptfund/_site/running/recorder.py",
        " and not flags & os.O_APPEND",
        "",
        "tests/engine/running/test_recorder.py::test_what_a_chapter_adds_to_was_there_before",
    ),
    Mutant(
        "a package that gets an __init__ runs nothing",
        "src/ptfund/_site/running/recorder.py",
        "            if package.is_dir():\n"
        '                self._note("file", str(package / "__init__.py"))\n',
        "",
        "tests/engine/running/test_book.py"
        "::test_every_kind_of_edit_runs_exactly_the_chapters_that_it_concerns",
    ),
    Mutant(
        "listing all variables asks for none",
        "src/ptfund/_site/running/recorder.py",
        "            for name in names:\n"
        "                recorder.note_variable(name, currentframe())\n"
        "            return iter",
        "            return iter",
        "tests/engine/running/test_recorder.py"
        "::test_a_variable_counts_for_the_chapters_that_ask_for_it",
    ),
    Mutant(
        "a folder is listed in secret",
        "src/ptfund/_site/running/recorder.py",
        '{"os.listdir", "os.scandir"}',
        '{"os.listdir"}',
        "tests/engine/running/test_recorder.py::test_whatever_a_chapter_uses_is_noticed",
    ),
    Mutant(
        "what a chapter writes is its input",
        "src/ptfund/_site/running/recorder.py",
        "str(full) in self._written or ",
        "",
        "tests/engine/running/test_recorder.py "
        "tests/engine/running/test_book.py"
        "::test_every_kind_of_edit_runs_exactly_the_chapters_that_it_concerns",
    ),
    Mutant(
        "PyTorch's names win over the chapter's own",
        "src/ptfund/_site/running/names.py",
        "if package not in PACKAGES and owns and not found:",
        "if package not in PACKAGES and owns and found:",
        "tests/engine/running/test_names.py",
    ),
    Mutant(
        "private names are linked",
        "src/ptfund/_site/running/names.py",
        'return [path for path in found if "._" not in path]',
        "return found",
        "tests/engine/running/test_names.py",
    ),
    Mutant(
        "a parameter does not hide an import",
        "src/ptfund/_site/running/names.py",
        "{k: v for k, v in self._imported.items() if k not in hidden}",
        "dict(self._imported)",
        "tests/engine/running/test_names.py",
    ),
    Mutant(
        "columns are counted in characters",
        "src/ptfund/_site/running/names.py",
        '.encode()[column:].decode(errors="replace")',
        "[column:]",
        "tests/engine/running/test_names.py::test_places_are_right_behind_any_character",
    ),
    Mutant(
        "of several types the first decides",
        "src/ptfund/_site/running/names.py",
        "return [name for name in first if all(name in other for other in others)]",
        "return first",
        "tests/engine/running/test_names.py::test_types_that_differ_are_told_by_what_they_share",
    ),
    Mutant(
        "a report of another kind stops the build",
        "src/ptfund/_site/running/report.py",
        "(OSError, ValueError, LookupError, TypeError, AttributeError)",
        "(OSError, ValueError, LookupError, AttributeError)",
        "tests/engine/running/test_report.py::test_a_missing_or_damaged_report_is_no_obstacle",
    ),
    Mutant(
        "memory is counted in millions of bytes",
        "src/ptfund/_site/running/report.py",
        "run.peak_memory / 2**20",
        "run.peak_memory / 10**6",
        "tests/engine/running/test_report.py",
    ),
    Mutant(
        "what has failed is reported as unchanged",
        "src/ptfund/_site/running/report.py",
        '"failed" if run.failure else "unchanged" if run.cached else',
        '"unchanged" if run.cached else "failed" if run.failure else',
        "tests/engine/running/test_report.py",
    ),
    Mutant(
        "a failure has the line below its own",
        "src/ptfund/_site/running/run.py",
        "steps[step].line + line - 1",
        "steps[step].line + line",
        "tests/engine/running/test_execute.py::test_every_kind_of_failure_names_its_line",
    ),
    Mutant(
        "a failure has the line that began it",
        "src/ptfund/_site/running/run.py",
        "line = here[-1] if here",
        "line = here[0] if here",
        "tests/engine/running/test_execute.py::test_every_kind_of_failure_names_its_line "
        "tests/engine/running/test_execute.py::test_a_traceback_speaks_of_files_that_people_edit",
    ),
    Mutant(
        "a failed run is kept as a good one",
        "src/ptfund/_site/running/book.py",
        "if run.failure is None and run.inputs is not None:",
        "if run.inputs is not None:",
        "tests/engine/running/test_store.py::test_a_failure_is_not_kept",
    ),
    Mutant(
        "a failure outlives its mending",
        "src/ptfund/_site/running/book.py",
        "if last and last.failure and last.chapter.program == chapter.program:",
        "if last and last.failure:",
        "tests/engine/running/test_book.py"
        "::test_a_failure_is_known_until_its_chapter_or_what_it_uses_changes",
    ),
)
