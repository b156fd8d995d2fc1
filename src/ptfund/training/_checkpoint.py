"""Save everything that training goes on from, and go on from it exactly."""

import io
import os
import pickle
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ptfund._guards import must, must_be

__all__ = ["resume", "save"]

# What reading a file may raise that something else has written.
_DAMAGED = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


def save(path: str | Path, **parts: Any) -> None:
    """Write the states of all parts of training into one file.

    PyTorch's global random states, which dropout draws from, go with them. The file is
    written beside the old one and then takes its place: whoever is interrupted, at whatever
    moment, finds the old one or the new one whole.

    Args:
        path: The file, mostly with the ending `.pt`; its folder must exist.
        **parts: What has a state, under the names that `resume` will be given: the model,
            the optimizer and the scheduler, a [`History`][ptfund.training.History], an
            [`EarlyStopping`][ptfund.training.EarlyStopping], the loader's
            `torch.Generator`. What is left out starts anew when training is resumed.

    Raises:
        OSError: If the file cannot be written, for example because the disk is full.
        TypeError: If a part has no state.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> model, generator = nn.Linear(3, 1), torch.Generator().manual_seed(0)
        >>> with TemporaryDirectory() as folder:
        ...     save(f"{folder}/run.pt", model=model, generator=generator)
        ...     drawn = torch.rand(2, generator=generator)
        ...     resume(f"{folder}/run.pt", model=model, generator=generator)
        >>> torch.equal(torch.rand(2, generator=generator), drawn)
        True
    """
    states = {
        name: {"type": _type(part), "state": _state(name, part)} for name, part in parts.items()
    }
    # In memory first: torch.save does not report a full disk as an OSError.
    content = io.BytesIO()
    torch.save({"parts": states, "random": _random_states()}, content)
    path = Path(path)
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        partial.unlink(missing_ok=True)


def resume(path: str | Path, **parts: Any) -> None:
    """Give all parts of training the states that they had when they were saved.

    Training then goes on as if it had not been interrupted, to the last bit on the same
    machine with the same versions. Nothing is changed unless all parts fit.

    Args:
        path: A file written by [`save`][ptfund.training.save]. Loading it runs no code.
        **parts: The same parts by the same names, made as they were made before.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If a part is of another type than the one that was saved.
        ValueError: If the file is damaged or was not written by `save`, a part is missing,
            or a model or an optimizer does not fit; it names what differs.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     save(f"{folder}/run.pt", model=nn.Linear(3, 1))
        ...     resume(f"{folder}/run.pt", model=nn.Linear(4, 1))
        Traceback (most recent call last):
        ValueError: weight of model must have the shape (1, 3), as in run.pt, got (1, 4)
    """
    path = Path(path)
    saved, random = _read(path)
    if parts.keys() != saved.keys():
        raise must("parts", f"be {', '.join(sorted(saved))}, as in {path.name}", sorted(parts))
    for name, part in parts.items():
        _check_fits(name, part, saved[name], path.name)
    for name, part in parts.items():
        if isinstance(part, torch.Generator):
            part.set_state(saved[name]["state"])
        else:
            part.load_state_dict(saved[name]["state"])
    _set_random_states(random)


def _read(path: Path) -> tuple[dict[str, Any], list[Tensor]]:
    """Return the states of the parts, and the random states."""
    requirement = "be a whole file that `save` has written"
    file = io.BytesIO(path.read_bytes())
    # The list of what is in it stands at its end, so that a file that is cut off has none.
    if not zipfile.is_zipfile(file):
        raise must(path.name, requirement, "something else")
    file.seek(0)
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
        return content["parts"], content["random"]
    except _DAMAGED as error:
        raise must(path.name, requirement, type(error).__name__) from error


def _type(part: object) -> str:
    return type(part).__qualname__


def _state(name: str, part: Any) -> Any:
    if isinstance(part, torch.Generator):
        return part.get_state()
    if not (hasattr(part, "state_dict") and hasattr(part, "load_state_dict")):
        raise must_be(name, "something with a state", _type(part))
    return part.state_dict()


def _check_fits(name: str, part: Any, saved: Mapping[str, Any], file: str) -> None:
    own = _state(name, part)
    if isinstance(part, nn.Module) and isinstance(saved["state"], Mapping):
        # What it computes with must be alike; what its class is called may have changed.
        _check_tensors(name, own, saved["state"], file)
    elif _type(part) != saved["type"]:
        raise must_be(name, f"of the type {saved['type']}, as in {file}", _type(part))
    if isinstance(part, torch.optim.Optimizer):
        sizes, own_sizes = (
            [len(group["params"]) for group in state["param_groups"]]
            for state in (saved["state"], own)
        )
        if sizes != own_sizes:
            raise must(name, f"have groups of {sizes} parameters, as in {file}", own_sizes)


def _check_tensors(name: str, own: Mapping[str, Any], saved: Mapping[str, Any], file: str) -> None:
    for key in saved:
        if key not in own:
            raise must(name, f"have {key}, as in {file}", sorted(own))
    for key, value in own.items():
        if key not in saved:
            raise must(name, f"have only what is in {file}", key)
        if isinstance(value, Tensor):
            for what in ("shape", "dtype"):
                expected, got = (_plain(getattr(tensor, what)) for tensor in (saved[key], value))
                if expected != got:
                    raise must(f"{key} of {name}", f"have the {what} {expected}, as in {file}", got)


def _plain(value: object) -> object:
    """Return a shape as Python writes a tuple."""
    return tuple(value) if isinstance(value, torch.Size) else value


def _random_states() -> list[Tensor]:
    """Return the states of the global generators: the CPU's, then each accelerator's."""
    return [torch.get_rng_state(), *(get(index) for get, _, index in _accelerators())]


def _set_random_states(states: list[Tensor]) -> None:
    """Set as many of them as there are on this machine."""
    torch.set_rng_state(states[0])
    for (_, put, index), state in zip(_accelerators(), states[1:], strict=False):
        put(state, index)


def _accelerators() -> Iterator[tuple[Callable[[int], Tensor], Callable[[Tensor, int], None], int]]:
    kind = torch.accelerator.current_accelerator(check_available=True)
    if kind is not None:
        module = torch.get_device_module(kind)
        for index in range(torch.accelerator.device_count()):
            yield module.get_rng_state, module.set_rng_state, index
