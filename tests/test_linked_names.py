"""What chapters link to in their code: each name was looked up, and none is forgotten."""

from collections.abc import Iterator
from pathlib import Path

from ptfund._site.rendering.inventory import FILE, find_by_path
from ptfund._site.rendering.links import read_inventory, resolve_links
from ptfund._site.running.run import Run

ROOT = Path(__file__).parents[1]
INVENTORY = read_inventory(ROOT / FILE)
REVIEWED = (ROOT / "tests" / "linked_names.txt").read_text(encoding="utf-8").splitlines()
# What chapters use and PyTorch's documentation does not describe.
UNDESCRIBED = {"torch.utils.hooks.RemovableHandle.remove"}


def linked(book: list[Run]) -> Iterator[tuple[str, str]]:
    """Yield each linked piece of code, and the name to which it leads."""
    for run in book:
        for number, found in resolve_links(run.chapter, run.names, INVENTORY).items():
            source = run.chapter.cells[number].source
            yield from ((source[start:end], name) for start, end, name in found)


def test_every_name_of_pytorch_was_looked_up(executed_book: list[Run]) -> None:
    """A name that a chapter newly links to must be found in the documentation, then listed."""
    names = {name for _, name in linked(executed_book) if name.startswith("torch")}
    assert sorted(names) == REVIEWED
    assert len(names) > 150


def test_the_code_says_the_name(executed_book: list[Run]) -> None:
    """What is linked ends like the name to which it leads, or is an import's own word for it."""
    own_words = {"F", "ex"}
    for text, name in linked(executed_book):
        last = text.rpartition(".")[2]
        assert last == name.rpartition(".")[2] or text in own_words


def test_nothing_that_is_documented_is_left_unlinked(executed_book: list[Run]) -> None:
    """Whatever a chapter takes from PyTorch or ptfund leads to where it is described."""
    missing = set()
    for run in executed_book:
        found = resolve_links(run.chapter, run.names, INVENTORY)
        for number, step in enumerate(run.chapter.steps):
            places = {link.start for link in found.get(step.cell, ())}
            for start, _, candidates in run.names.get(str(number), ()):
                if step.kind == "code" and start not in places:
                    missing |= {name for name in candidates if _exists(name)}
    assert missing - {"ptfund"} == UNDESCRIBED


def _exists(name: str) -> bool:
    try:
        find_by_path(name)
    except (AttributeError, ModuleNotFoundError):
        return False
    return True
