"""Published notebooks, run where nothing of the project can be found."""

import os
import shutil
import subprocess
import venv
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def read(content: str) -> NotebookNode:
    """Read a notebook."""
    book: NotebookNode = nbformat.reads(content, as_version=4)
    return book


def make_python(place: Path, *requirements: str, linked: Iterable[str] = ()) -> Path:
    """Return a Python of its own that has what pip is asked for, and nothing else.

    As in the Makefile, uv does the same where it is, and takes the small build of PyTorch.

    Args:
        place: Where the environment will lie.
        requirements: What pip is asked for.
        linked: Requirements of which all is linked from here that is installed here, with what
            that needs: pip finds it there, and need not unpack it.
    """
    venv.create(place / "venv", with_pip=False)
    python = place / "venv" / "bin" / "python"
    (packages,) = (place / "venv").glob("lib/*/site-packages")
    for found in find_needed("pip", *linked):
        link_distribution(found, packages)
    # Most of what is installed is never imported: to compile all of it would take longest.
    install = [str(python), "-m", "pip", "install", "-q", "--no-compile"]
    if uv := shutil.which("uv"):
        install = [uv, "pip", "install", "-q", "--python", str(python)]
    surroundings = {"UV_TORCH_BACKEND": "cpu", **os.environ}
    subprocess.run([*install, *requirements], env=surroundings, check=True)
    return python


def find_needed(*requirements: str) -> list[Distribution]:
    """Return the distributions that are installed here and that these requirements need."""
    found: dict[str, Distribution] = {}
    asked = [Requirement(line) for line in requirements]
    while asked:
        requirement = asked.pop()
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and (name := canonicalize_name(requirement.name)) not in found:
            with suppress(PackageNotFoundError):  # then pip will bring it
                found[name] = distribution(name)
                asked += map(Requirement, found[name].requires or ())
    return list(found.values())


def link_distribution(found: Distribution, packages: Path) -> None:
    """Put the files of a distribution into another environment, as links that share their bytes.

    To take them away there, or to write others in their place, changes nothing here.
    """
    for file in found.files or ():
        source, target = Path(str(found.locate_file(file))), packages / file
        if ".." not in file.parts and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                target.hardlink_to(source)
            except OSError:  # another disk
                shutil.copy(source, target)


def surroundings() -> dict[str, str]:
    """Return an environment in which nothing of the project can be found."""
    hidden = {"PYTHONPATH", "VIRTUAL_ENV", "PTFUND_FIGURES", "MPLBACKEND"}
    hidden.add("PYTHONDONTWRITEBYTECODE")  # several notebooks import the same
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    # The page's numbers are those of one thread; here they must be the same to the last digit.
    return {**kept, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


class Manager(AsyncKernelManager):
    """Starts Jupyter's own kernel with a Python that is named."""

    python: Path

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel as Jupyter would find it there."""
        command = [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="clean", language="python")


async def execute(book: NotebookNode, python: Path, place: Path) -> NotebookNode:
    """Run a notebook from top to bottom, errors or not, in an empty folder."""
    with TemporaryDirectory(prefix="ptfund-") as sockets:  # their paths must be short
        manager = Manager(
            transport="ipc", ip=f"{sockets}/ipc", connection_file=f"{sockets}/connection.json"
        )
        manager.python = python
        client = NotebookClient(
            nbformat.from_dict(book),
            km=manager,
            timeout=120,
            allow_errors=True,
            coalesce_streams=True,
        )
        try:
            environment = {**surroundings(), "IPYTHONDIR": str(place / "ipython")}
            return await client.async_execute(cwd=str(place), env=environment)
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
            await manager.shutdown_kernel(now=True)


def outputs(cell: NotebookNode) -> list[Any]:
    """Return what a cell shows, whatever number its run has."""
    return [
        {key: value for key, value in output.items() if key != "execution_count"}
        for output in cell.get("outputs", ())
    ]
