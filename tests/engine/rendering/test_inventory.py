"""The inventory of PyTorch's names: that of the installed PyTorch, and of nothing else."""

from pathlib import Path

import pytest
import torch

from ptfund._site.rendering.inventory import ELSEWHERE, FILE, find_by_path, main
from ptfund._site.rendering.links import read_inventory

ROOT = Path(__file__).parents[3]
INVENTORY = read_inventory(ROOT / FILE)
# These an object has, and not its class.
OF_OBJECTS = {
    "torch.autograd.function.FunctionCtx.saved_tensors",
    "torch.nn.BatchNorm1d.running_mean",
    "torch.nn.Linear.bias",
    "torch.nn.Linear.weight",
    "torch.nn.Module.training",
    "torch.nn.modules.module.IncompatibleKeys.missing_keys",
    "torch.nn.modules.module.IncompatibleKeys.unexpected_keys",
    "torch.optim.Optimizer.param_groups",
    "torch.return_types.linalg_lstsq.solution",
}


def test_the_file_is_what_the_installed_pytorch_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written again it is the same, to the byte: a new PyTorch needs a new inventory."""
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    main()
    assert (tmp_path / FILE).read_bytes() == (ROOT / FILE).read_bytes()


def test_every_name_is_there() -> None:
    """Each can be reached in the installed PyTorch, but for what objects get when they are made."""
    missing = set()
    for name in INVENTORY:
        try:
            find_by_path(name)
        except (AttributeError, ModuleNotFoundError):
            missing.add(name)
    assert missing <= OF_OBJECTS


def test_objects_have_what_their_classes_have_not() -> None:
    """Each of those names is an attribute of an object of its class."""
    layer, norm = torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1)
    optimizer = torch.optim.SGD(layer.parameters())
    keys = layer.load_state_dict(layer.state_dict())
    solved = torch.linalg.lstsq(torch.eye(1), torch.eye(1))
    found = {layer: ("weight", "bias", "training"), norm: ("running_mean",)}
    for thing, names in found.items():
        assert all(hasattr(thing, name) for name in names)
    assert optimizer.param_groups
    assert keys.missing_keys == keys.unexpected_keys == []
    assert solved.solution.item() == 1


def test_addresses_belong_to_the_installed_version() -> None:
    """Each lies in the documentation of that version, on a page that is named after a name."""
    root = f"https://docs.pytorch.org/docs/{'.'.join(torch.__version__.split('.')[:2])}/"
    for name, address in INVENTORY.items():
        assert address.startswith(root)
        page, _, anchor = address.removeprefix(root).partition("#")
        assert page.endswith(".html")
        if page.startswith("generated/"):
            assert anchor.startswith(page.removeprefix("generated/").removesuffix(".html"))
        elif name not in ELSEWHERE and anchor:
            assert anchor in {name, "torch.dtype"}


def test_known_addresses() -> None:
    """One of each kind, as the published documentation has it."""
    root = INVENTORY["torch"].removesuffix("torch.html")
    pages = {
        "torch.nn.functional.cross_entropy": "generated/torch.nn.functional.cross_entropy.html",
        "torch.Tensor.backward": "generated/torch.Tensor.backward.html",
        "torch.nn.Module.parameters": "generated/torch.nn.Module.html",
        "torch.optim.Optimizer.step": "generated/torch.optim.Optimizer.step.html",
        "torch.utils.data.DataLoader": "data.html",
        "torch.nn.init.kaiming_normal_": "nn.init.html",
        "torch.float64": "tensor_attributes.html",
        "torch.Tensor": "tensors.html",
    }
    for name, page in pages.items():
        assert INVENTORY[name].partition("#")[0] == root + page
