"""Published notebooks, run where nothing of the project can be found."""

import os
import shutil
import subprocess
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode


def read(content: str) -> NotebookNode:
    """Read a notebook."""
    book: NotebookNode = nbformat.reads(content, as_version=4)
    return book


def make_python(place: Path, *requirements: str) -> Path:
    """Return a Python of its own that has what pip is asked for, and nothing else.

    As in the Makefile, uv does the same where it is, and takes the small build of PyTorch.
    """
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    # Most of what is installed is never imported: to compile all of it would take longest.
    install = [str(python), "-m", "pip", "install", "-q", "--no-compile"]
    if uv := shutil.which("uv"):
        install = [uv, "pip", "install", "-q", "--python", str(python)]
    surroundings = {"UV_TORCH_BACKEND": "cpu", **os.environ}
    subprocess.run([*install, *requirements], env=surroundings, check=True)
    return python


def surroundings() -> dict[str, str]:
    """Return an environment in which nothing of the project can be found."""
    hidden = {"PYTHONPATH", "VIRTUAL_ENV", "PTFUND_FIGURES", "MPLBACKEND"}
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
