"""The examples in the docstrings of the teaching package."""

import io
import pkgutil
from doctest import NORMALIZE_WHITESPACE, DocTest, DocTestFinder, DocTestRunner
from importlib import import_module

import pytest

import ptfund


def examples() -> list[DocTest]:
    """Return the examples of each docstring that has any; the machinery of the site has none."""
    names = [module.name for module in pkgutil.walk_packages(ptfund.__path__, "ptfund.")]
    teaching = [n for n in names if not n.startswith("ptfund._site") and "__main__" not in n]
    finder = DocTestFinder(exclude_empty=True)
    found = [test for name in teaching for test in finder.find(import_module(name))]
    return [test for test in found if test.examples]


@pytest.mark.parametrize("example", examples(), ids=lambda test: test.name)
def test_an_example_is_true(example: DocTest) -> None:
    """Its lines, run one after the other, give what stands below them."""
    said = io.StringIO()
    result = DocTestRunner(optionflags=NORMALIZE_WHITESPACE).run(example, out=said.write)
    assert result.failed == 0, said.getvalue()


def test_every_module_has_examples() -> None:
    """All public modules are looked at."""
    public = {m.name for m in pkgutil.iter_modules(ptfund.__path__) if not m.name.startswith("_")}
    assert public <= {test.name.split(".")[1] for test in examples()}
