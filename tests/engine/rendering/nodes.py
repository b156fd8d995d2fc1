"""Notebooks, outputs and a chapter, made by hand for the tests of what becomes of them."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ptfund._site.reading.cells import Cell
from ptfund._site.reading.chapter import Chapter
from ptfund._site.rendering.formatted import configure_markdown

# As in the configuration of a site.
render = configure_markdown(
    ["admonition", "attr_list", "footnotes", "md_in_html", "tables", "toc", "pymdownx.superfences"],
    {"toc": {"permalink": "#"}},
)


def notebook(*outputs: dict[str, Any], source: str = "pass") -> NotebookNode:
    """Return a notebook of one code cell with these outputs."""
    cell = nbformat.v4.new_code_cell(source, outputs=[NotebookNode(o) for o in outputs])
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book: NotebookNode = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    return book


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    """Return what `print` leaves in a notebook."""
    return {"output_type": "stream", "name": name, "text": text}


def displayed(data: dict[str, str], **metadata: dict[str, str]) -> dict[str, Any]:
    """Return what IPython's `display` leaves in a notebook."""
    meta = {kind.replace("_", "/"): value for kind, value in metadata.items()}
    return {
        "output_type": "display_data",
        "data": NotebookNode(data),
        "metadata": NotebookNode({k: NotebookNode(v) for k, v in meta.items()}),
    }


# One code cell, at line 40 of its script.
CHAPTER = Chapter(Path("tutorials/01_x.py"), "tutorials/01_x.py", "X", (Cell("code", "pass", 40),))
