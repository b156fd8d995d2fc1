"""What names mean: found while the code runs, which must run as if nobody looked."""

import ast
import builtins
import contextlib
import io
import textwrap
from collections.abc import Callable

import pytest

from ptfund._site.running.names import SEE, Names

Look = Callable[..., dict[str, list[str]]]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Look:
    """A function that executes cells and returns what their names may be documented as."""

    def look(*cells: str) -> dict[str, list[str]]:
        names, scope = Names(), dict[str, object]()
        monkeypatch.setattr(builtins, SEE, names.see, raising=False)
        sources = [textwrap.dedent(cell).strip() for cell in cells]
        for number, source in enumerate(sources):
            tree = names.read(number, source, ast.parse(source))
            exec(compile(tree, f"<{number}>", "exec"), scope)  # noqa: S102 - as a kernel does
        return {
            sources[number][start:end]: list(candidates)
            for number, found in names.found().items()
            for start, end, candidates in found
        }

    return look


def test_imports_say_what_they_bind(look: Look) -> None:
    """The module and each name of an import statement, and the name where it is used."""
    found = look(
        """
        import torch.nn.functional as F
        from torch.utils.data import (
            DataLoader as Loader,
            TensorDataset,
        )
        print(Loader)
        """
    )
    assert found["torch.nn.functional"] == ["torch.nn.functional"]
    assert found["torch.utils.data"] == ["torch.utils.data"]
    assert found["DataLoader"] == found["Loader"] == ["torch.utils.data.DataLoader"]
    assert found["TensorDataset"] == ["torch.utils.data.TensorDataset"]


def test_what_stands_behind_a_dot_of_an_import_is_followed(look: Look) -> None:
    """Also where the code never runs, and under the name at which it can be imported as well."""
    found = look(
        """
        import torch
        from torch.nn import functional as F
        if False:
            torch.optim.SGD
            F.cross_entropy
            torch.func.vmap
        """
    )
    assert found["torch.optim.SGD"] == ["torch.optim.SGD"]
    assert found["F.cross_entropy"] == ["torch.nn.functional.cross_entropy"]
    assert found["torch.func.vmap"] == ["torch.func.vmap", "torch.vmap"]


def test_results_that_have_no_name_are_known(look: Look) -> None:
    """A method belongs to what the call before it returned."""
    found = look("import torch", "torch.ones(2, requires_grad=True).square().sum().backward()")
    assert found["square"][0] == "torch.Tensor.square"
    assert found["backward"] == ["torch.Tensor.backward"]


def test_the_most_exact_class_comes_first(look: Look) -> None:
    """Then its bases, of which one may be where the method is documented."""
    found = look(
        """
        from torch import nn, optim
        layer = nn.Linear(1, 1)
        layer.weight
        optim.SGD(layer.parameters(), lr=1).step()
        """
    )
    assert found["weight"][0] == "torch.nn.Linear.weight"
    assert found["parameters"] == ["torch.nn.Linear.parameters", "torch.nn.Module.parameters"]
    assert found["step"] == ["torch.optim.SGD.step", "torch.optim.Optimizer.step"]


def test_types_that_differ_are_told_by_what_they_share(look: Look) -> None:
    """And by nothing, if they share nothing."""
    found = look(
        """
        import torch
        from torch import nn
        for layer in (nn.Linear(1, 1), nn.ReLU()):
            layer.eval()
        for thing in ("a b", torch.ones(2)):
            thing.split
        """
    )
    assert found["eval"] == ["torch.nn.Module.eval"]
    assert "split" not in found


def test_what_the_chapter_defines_is_its_own(look: Look) -> None:
    """A method of its class is no method of PyTorch, though a base has one of that name."""
    found = look(
        """
        from torch import nn
        class Net(nn.Module):
            def forward(self, x):
                return x
        net = Net()
        net.forward(1)
        net.train()
        """
    )
    assert "forward" not in found
    assert found["train"] == ["torch.nn.Module.train"]


def test_fields_of_the_package_are_known(look: Look) -> None:
    """Those of a class stand at the class, by the path at which readers import it."""
    found = look(
        """
        from ptfund.data import load_digits
        from ptfund.models import MLP
        load_digits().images.shape
        MLP(1, 1, 1).parameters()
        """
    )
    assert found["images"] == ["ptfund.data.Digits.images"]
    assert found["shape"] == ["torch.Tensor.shape"]
    assert found["parameters"] == ["torch.nn.Module.parameters"]


def test_a_node_of_the_graph_is_known(look: Look) -> None:
    """Its class is made by PyTorch for each operation, and documented for all of them."""
    found = look(
        """
        import torch
        x = torch.ones(1, requires_grad=True)
        x.square().grad_fn.next_functions
        """
    )
    assert found["next_functions"][0] == "torch.autograd.graph.Node.next_functions"


@pytest.mark.parametrize(
    "cell",
    [
        "def use(F):\n    return F.relu\n",
        "def use():\n    F = 1\n    return F\n",
        "F = 1\nprint(F)\n",
        "[F for F in ()]\n",
    ],
)
def test_a_name_that_is_bound_again_is_no_import(look: Look, cell: str) -> None:
    """Neither inside the function that hides it, nor after it was overwritten."""
    assert look("from torch.nn import functional as F", cell).keys() == {"functional", "torch.nn"}
    later = look("from torch.nn import functional as F", cell, "print(F)")
    assert ("F" in later) == (cell != "F = 1\nprint(F)\n")


def test_places_are_right_behind_any_character(look: Look) -> None:
    """Also behind letters that take several bytes."""
    found = look("import torch", 'note, x = "αβ→", torch.zeros(1); note, x.sum()')
    assert found["torch.zeros"] == ["torch.zeros"]
    assert found["sum"] == ["torch.Tensor.sum"]


def test_names_in_strings_and_over_several_lines_are_placed_right(look: Look) -> None:
    """Inside an f-string each is found; a chain that a line breaks is left out."""
    found = look(
        '''
        import torch
        x = (torch
            .ones(2))
        text = f"""
        {x.sum():>{x.ndim + 3}} of {x.shape}
        and {torch.zeros(1).item()!r}"""
        '''
    )
    assert found.keys() == {"torch", "torch.zeros", "sum", "ndim", "shape", "item"}


PROGRAM = """
from dataclasses import dataclass
from types import SimpleNamespace as Space

@dataclass
class Point:
    x: int = 0

    def __matmul__(self, other):
        return self.x @ other.x if False else self.x * other.x

thing = Space(part=Space(n=1), items=[])
thing.part.n += 2
thing.part.m, thing.items[:] = 5, [3]
del thing.part.m
print(thing, [p.n for p in [thing.part]], (lambda q: q.part)(thing).n)
kinds = Space(Point=Point, five=5)
match Point(4):
    case kinds.five:
        print("five")
    case kinds.Point(x=4) if thing.part.n == 3:
        print("four", Point().x.real)
for thing.loop in range(2):
    pass
with open("/dev/null") as thing.file:
    print(thing.loop, thing.file.closed)
print(f"{thing.part.n:{thing.part.n}}", Point(2) @ Point(3))
try:
    thing.part.none.of
except AttributeError as error:
    print(error)
"""


def test_code_runs_as_if_nobody_looked(look: Look) -> None:
    """Whatever is done to attributes, the output is that of the untouched program."""
    with contextlib.redirect_stdout(io.StringIO()) as plain:
        exec(PROGRAM, {"__name__": "plain"})  # noqa: S102 - the program is above
    with contextlib.redirect_stdout(io.StringIO()) as watched:
        look(PROGRAM)
    assert watched.getvalue() == plain.getvalue()
    assert "no attribute 'none'" in plain.getvalue()
