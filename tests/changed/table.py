"""Who depends on what, as far as no import says it. In a pattern, `*` stands for any text."""

PLUGINS = ("tests/built.py",)
"""Plugins of pytest: who names one of their fixtures uses them."""

EVERYTHING = (
    "constraints.txt",
    "mkdocs.yml",
    "pyproject.toml",
    "tests/conftest.py",
)
"""What every test depends on."""

UNREAD = (
    ".editorconfig",
    ".github/dependabot.yml",
    ".github/page.png",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
)
"""What no test reads; `make check` looks at some of it."""

_TEACHING = ("src/ptfund/[!_]*", "src/ptfund/_guards.py")
_BOOK = ("docs/*", "src/*.py", "tutorials/*.py")

RUNS = {
    "tests/built.py": ("src/*.py",),
    "tests/engine/project.py": ("src/ptfund/_site/*.py",),
    "tests/engine/test_scaffold.py": _TEACHING,
    "tests/exercises/answers.py": _TEACHING,
    "tests/tutorials/reading.py": _TEACHING,
    "tests/tutorials/test_chapters.py": _TEACHING,
}
"""By module: the modules that run in processes which it starts, or in chapters."""

READS: dict[str, tuple[str, ...]] = {
    # Code that reads files which are packed with it.
    "src/ptfund/_site/publishing/font.py": ("src/ptfund/_site/publishing/STIX-OFL.txt",),
    "src/ptfund/_site/rendering/page.py": ("src/ptfund/_site/rendering/templates/*",),
    "src/ptfund/_site/scaffold.py": ("src/ptfund/_site/skeleton/*",),
    # Helpers of tests.
    "tests/book.py": ("tutorials/*.py",),
    "tests/built.py": (*_BOOK, "LICENSE", "README.md", "src/ptfund/py.typed"),
    "tests/displays.py": _BOOK,
    "tests/exercises/answers.py": ("tutorials/*.py",),
    "tests/tutorials/reading.py": ("tutorials/*.py",),
    # Tests of the project itself.
    "tests/browser/test_progress.py": ("docs/assets/javascripts/progress.js",),
    "tests/browser/test_terms.py": ("docs/glossary.md",),
    "tests/engine/reading/test_cells.py": ("tutorials/*.py",),
    "tests/engine/reading/test_chapter.py": ("tutorials/*.py",),
    "tests/engine/rendering/test_inventory.py": ("docs/pytorch-names.txt",),
    "tests/engine/test_scaffold.py": (*_BOOK, "tests/exercises/*.py", "tests/tutorials/*.py"),
    "tests/engine/test_scaffold_refusals.py": _BOOK,
    "tests/plotting/looking.py": ("docs/assets/stylesheets/colours.css",),
    "tests/test_changed.py": ("src/*.py", "tests/*.py"),
    "tests/test_colab.py": ("tests/colab.txt",),
    "tests/test_contracts.py": ("src/*.py",),
    "tests/test_contributing.py": (
        ".github/*",
        "CITATION.cff",
        "CODE_OF_CONDUCT.md",
        "CONTRIBUTING.md",
        "Makefile",
        "SECURITY.md",
        "docs/design.md",
        "src/*.py",
    ),
    "tests/test_downloads.py": ("README.md", "tutorials/*.py"),
    "tests/test_elsewhere.py": ("src/*.py", "tests/*.py", "tutorials/*.py"),
    "tests/test_external_links.py": ("docs/external-links.txt",),
    "tests/test_glossary.py": ("docs/glossary.md", "tutorials/*.py"),
    "tests/test_linked_names.py": ("tests/linked_names.txt",),
    "tests/test_llms.py": ("docs/glossary.md",),
    "tests/test_metadata.py": ("docs/assets/stylesheets/colours.css",),
    "tests/test_mutants.py": ("src/*.py", "tests/*.py"),
    "tests/test_publishing.py": ("Makefile", *_BOOK),
    "tests/test_readme.py": ("CONTRIBUTING.md", "Makefile", "README.md"),
    "tests/test_setup.py": (".ci/*", "Makefile", "README.md", "docs/setup.md"),
    "tests/test_workflows.py": (".github/*", ".readthedocs.yaml", "Makefile", "tests/package.txt"),
    "tests/tutorials/test_chapters.py": ("tutorials/*.py",),
    "tests/tutorials/test_mutations.py": ("tutorials/*.py",),
    "tests/tutorials/test_observations.py": ("tutorials/*.py",),
}
"""By module: the files whose content it reads, beside what it imports."""
