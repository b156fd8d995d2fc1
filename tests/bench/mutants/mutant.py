"""A mutant: a deliberate change of the code, and the tests that must notice it."""

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]


class Mutant(NamedTuple):
    """A change that a careless editor could make, and what must fail because of it."""

    name: str
    """What is wrong after the change, in a few words that no other mutant has."""

    file: str
    """The file that is changed, as seen from the root of the project."""

    old: str
    """The text that is replaced, which stands in the file exactly once."""

    new: str
    """The text that replaces it."""

    tests: str
    """The tests that must notice it: files or single tests of pytest, with spaces between."""

    @property
    def selected(self) -> list[str]:
        """The tests, one by one."""
        return self.tests.split()


def change(text: str, mutant: Mutant) -> str:
    """Return the text of a mutant's file with the change in it.

    Args:
        text: The text of the file as it is.
        mutant: What to change.

    Returns:
        The changed text.

    Raises:
        ValueError: If the old text does not stand in the file exactly once.
    """
    count = text.count(mutant.old)
    if count != 1:
        raise ValueError(
            f"{mutant.name}: the old text must stand once in {mutant.file}, got {count} times"
        )
    return text.replace(mutant.old, mutant.new)
