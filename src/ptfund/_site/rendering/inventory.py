"""Where PyTorch's documentation describes which name, told by the installed PyTorch.

    python -m ptfund._site.rendering.inventory

writes `docs/pytorch-names.txt`. The documentation has an inventory of its own, but it cannot
be fetched during a build. Its addresses follow rules; what deviates from them stands below,
and has been looked up in the sources of the documentation.
"""

import importlib
import inspect
import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import torch
import torch.functional

from ptfund._site.rendering.links import name_own_page

__all__ = ["FILE", "find_by_path", "list_pytorch_names", "main"]

FILE = Path("docs") / "pytorch-names.txt"

# Modules that give each name a page of its own, with the page on which they are introduced.
WITH_PAGES = {
    "torch": "torch.html",
    "torch.accelerator": "accelerator.html",
    "torch.autograd": "autograd.html",
    "torch.func": "func.html",
    "torch.linalg": "linalg.html",
    "torch.nn": "nn.html",
    "torch.nn.functional": "nn.functional.html",
    "torch.nn.utils": "nn.html",
    "torch.optim": "optim.html",
    "torch.optim.lr_scheduler": "optim.html",
}
# Modules that describe all their names on one page.
ON_ONE_PAGE = {
    "torch.nn.init": "nn.init.html",
    "torch.special": "special.html",
    "torch.testing": "testing.html",
    "torch.utils.data": "data.html",
}
# Classes with a page for each attribute, and classes that have them on their own.
ATTRIBUTES_WITH_PAGES = ("torch.Tensor", "torch.optim.Optimizer")
ATTRIBUTES_ON_ONE_PAGE = (
    "torch.Generator",
    "torch.nn.Module",
    "torch.nn.ModuleDict",
    "torch.nn.ModuleList",
    "torch.nn.Sequential",
)

# Told of in a docstring, and in no page.
UNDESCRIBED = frozenset(
    f"torch.{name}"
    for name in [
        "as_strided_scatter",
        "crow_indices",
        "empty_permuted",
        "fork",
        "hash_tensor",
        "hspmm",
        "import_ir_module",
        "import_ir_module_from_buffer",
        "init_num_threads",
        "is_inference",
        "merge_type_from_type_comment",
        "nonzero_static",
        "parse_ir",
        "parse_schema",
        "parse_type_comment",
        "quantize_per_tensor_dynamic",
        "smm",
        "sspaddmm",
        "thread_safe_generator",
        "typename",
        "unify_type_list",
        "unsafe_chunk",
        "unsafe_split",
        "wait",
        "testing.assert_allclose",
    ]
)
DTYPES = re.compile(r"bool|(bfloat|complex|float|u?int)\d+|c?(float|double|half)|int|short|long")

# Where the rules fail, and what is described within the text on something else.
_DTYPE = "tensor_attributes.html#torch.dtype"
_SAVED = name_own_page("torch.autograd.function.FunctionCtx.save_for_backward")
_LOADED = "generated/torch.nn.Module.html#torch.nn.Module.load_state_dict"
ELSEWHERE = {
    "torch.Generator": name_own_page("torch.Generator"),
    "torch.Tensor": "tensors.html#torch.Tensor",
    "torch.Tensor.H": "tensors.html#torch.Tensor.H",
    "torch.Tensor.T": "tensors.html#torch.Tensor.T",
    "torch.Tensor.dtype": _DTYPE,
    "torch.Tensor.grad_fn": "autograd.html#autograd-graph",
    "torch.Tensor.mH": "tensors.html#torch.Tensor.mH",
    "torch.Tensor.mT": "tensors.html#torch.Tensor.mT",
    "torch.Tensor.relu": name_own_page("torch.nn.functional.relu"),
    "torch.UntypedStorage.data_ptr": "storage.html#torch.UntypedStorage.data_ptr",
    "torch.autograd.Function": "autograd.html#torch.autograd.Function",
    "torch.autograd.Function.apply": "autograd.html#torch.autograd.Function",
    "torch.autograd.function.FunctionCtx.save_for_backward": _SAVED,
    "torch.autograd.function.FunctionCtx.saved_tensors": _SAVED,
    "torch.autograd.gradcheck": name_own_page("torch.autograd.gradcheck.gradcheck"),
    "torch.autograd.graph.Node.name": name_own_page("torch.autograd.graph.Node.name"),
    "torch.autograd.graph.Node.next_functions": name_own_page(
        "torch.autograd.graph.Node.next_functions"
    ),
    "torch.device": "tensor_attributes.html#torch.device",
    "torch.device.type": "tensor_attributes.html#torch.device",
    "torch.dtype": _DTYPE,
    "torch.finfo": "type_info.html#torch.torch.finfo",
    "torch.iinfo": "type_info.html#torch.torch.iinfo",
    "torch.iinfo.max": "type_info.html#torch.torch.iinfo",
    "torch.iinfo.min": "type_info.html#torch.torch.iinfo",
    "torch.inf": "torch.html#constants",
    "torch.inference_mode": name_own_page("torch.autograd.grad_mode.inference_mode"),
    "torch.nan": "torch.html#constants",
    "torch.nn.BatchNorm1d.running_mean": name_own_page("torch.nn.BatchNorm1d"),
    "torch.nn.Linear.bias": name_own_page("torch.nn.Linear"),
    "torch.nn.Linear.weight": name_own_page("torch.nn.Linear"),
    "torch.nn.Module.training": name_own_page("torch.nn.Module"),
    "torch.nn.Parameter": name_own_page("torch.nn.parameter.Parameter"),
    "torch.nn.modules.module.IncompatibleKeys.missing_keys": _LOADED,
    "torch.nn.modules.module.IncompatibleKeys.unexpected_keys": _LOADED,
    "torch.optim.Optimizer": "optim.html#torch.optim.Optimizer",
    "torch.optim.Optimizer.param_groups": "optim.html#torch.optim.Optimizer",
    "torch.optim.lr_scheduler.LRScheduler.step": (
        "generated/torch.optim.lr_scheduler.LRScheduler.html"
        "#torch.optim.lr_scheduler.LRScheduler.step"
    ),
    "torch.relu": name_own_page("torch.nn.functional.relu"),
    "torch.return_types.linalg_lstsq.solution": name_own_page("torch.linalg.lstsq"),
    "torch.return_types.sort.values": name_own_page("torch.sort"),
    "torch.set_grad_enabled": name_own_page("torch.autograd.grad_mode.set_grad_enabled"),
}


def list_pytorch_names() -> dict[str, str]:
    """Return the address of each name, as seen from the documentation's root."""
    names = [name for module in WITH_PAGES for name in _names(module)]
    names += [name for owner in ATTRIBUTES_WITH_PAGES for name in _described(owner)]
    found = {name: name_own_page(name) for name in names}
    for module, page in ON_ONE_PAGE.items():
        found |= {name: f"{page}#{name}" for name in _names(module)}
    for owner in ATTRIBUTES_ON_ONE_PAGE:
        own = vars(find_by_path(owner))  # what is inherited stands on the page of the base
        names = [name for name in _described(owner) if name.rpartition(".")[2] in own]
        found |= {name: f"generated/{owner}.html#{name}" for name in names}
    for name, thing in vars(torch).items():
        if isinstance(thing, torch.dtype) and DTYPES.fullmatch(name):
            found[f"torch.{name}"] = _DTYPE
    return dict(sorted({**found, **WITH_PAGES, **ON_ONE_PAGE, **ELSEWHERE}.items()))


def _names(module: str) -> Iterator[str]:
    """Yield the functions and classes of a module that its documentation describes."""
    functional = vars(torch.nn.functional)
    for path in _described(module):
        thing = find_by_path(path)
        home = getattr(thing, "__module__", None) or ""
        if module == "torch":
            # What is documented as a function for layers has no second page, nor have classes
            # and changes in place.
            name = path.removeprefix("torch.")
            if not inspect.isroutine(thing) and name not in {"enable_grad", "no_grad"}:
                continue
            if name.endswith(("_", "_copy")) or functional.get(name) is thing:
                continue
        elif not inspect.isroutine(thing) and not inspect.isclass(thing):
            continue
        if path not in UNDESCRIBED and (not home or home.startswith("torch")):
            yield path


def _described(owner: str) -> Iterator[str]:
    """Yield what a module or class has that is public, and told of in a docstring."""
    thing = find_by_path(owner)
    names = getattr(thing, "__all__", None) or dir(thing)
    for name in [*names, *torch.functional.__all__] if thing is torch else names:
        part = getattr(thing, name, None)
        if not name.startswith("_") and not inspect.ismodule(part) and inspect.getdoc(part):
            yield f"{owner}.{name}"


def find_by_path(path: str) -> Any:
    """Return what can be imported by a path."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        return reduce(getattr, parts[length:], module)
    raise ModuleNotFoundError(path)


def main() -> None:
    """Write the inventory: the documentation's address, then its names in order."""
    version = ".".join(torch.__version__.split(".")[:2])
    lines = [f"https://docs.pytorch.org/docs/{version}/"]
    for name, address in list_pytorch_names().items():
        lines.append(name if address == name_own_page(name) else f"{name} {address}")
    FILE.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
