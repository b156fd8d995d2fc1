"""Figures and deliberate errors, alike on the page, in Jupyter and in a script."""

import atexit
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.backends.registry import BackendFilter, backend_registry
from matplotlib.figure import Figure

__all__ = ["raises", "show"]

_figure_numbers = count(1)


def show(figure: Figure, *, alt: str) -> None:
    """Show a figure together with the text that stands for it.

    On the page and in Jupyter the figure appears as SVG. What is black in it follows
    the colour of the text around it, so that axes and labels stay legible on a dark
    page; write `"#111"` for something that must stay dark on a coloured ground.

    In a script the text is printed. With a screen, a window opens and the script
    waits at its end until all windows are closed; without one nothing ever blocks.
    If the environment variable `PTFUND_FIGURES` names a folder, the figure is saved
    there as PNG instead.

    Args:
        figure: A figure made by `matplotlib.pyplot`. It is closed once it was shown.
        alt: What is to be seen, with the numbers that matter, for those who cannot
            see it.

    Raises:
        ValueError: If `alt` is blank.

    Examples:
        >>> figure, axes = plt.subplots()
        >>> _ = axes.plot([0, 1], [0, 1])
        >>> show(figure, alt="A straight line from (0, 0) to (1, 1).")
        Figure: A straight line from (0, 0) to (1, 1).
    """
    if not alt.strip():
        raise ValueError(f"alt must say what is to be seen in the figure, got {alt!r}")
    publish = _notebook_display()
    if publish is not None:
        publish(
            {"image/svg+xml": _svg(figure, alt), "text/plain": f"Figure: {alt}"},
            raw=True,
            metadata={"image/svg+xml": {"alt": alt, "needs_background": "light"}},
        )
        plt.close(figure)
        return

    print(f"Figure: {alt}")
    folder = os.environ.get("PTFUND_FIGURES")
    if folder:
        script = Path(getattr(sys.modules["__main__"], "__file__", "figure")).stem
        Path(folder).mkdir(parents=True, exist_ok=True)
        figure.savefig(Path(folder) / f"{script}-{next(_figure_numbers)}.png", dpi=200)
    elif _has_screen():
        figure.show()
        atexit.unregister(plt.show)
        atexit.register(plt.show)
        return
    plt.close(figure)


@contextmanager
def raises(error: type[BaseException], *, cause: str = "") -> Iterator[None]:
    """Run a block that must fail, and print the type and the message of its error.

    Any other error passes through, so that a chapter cannot show a failure it did not
    mean to.

    Args:
        error: The type that the block must raise; subclasses count.
        cause: What is wrong, in a few words. It is not printed: the site's index of errors
            lists it beside the message.

    Raises:
        AssertionError: If the block raises nothing.

    Examples:
        >>> with raises(ZeroDivisionError):
        ...     1 / 0
        ZeroDivisionError: division by zero
    """
    try:
        yield
    except error as raised:
        name, message = type(raised).__name__, str(raised)
    else:
        raise AssertionError(f"the block must raise {error.__name__}, but it raised nothing")
    text = f"{name}: {message}" if message else name
    publish = _notebook_display()
    if publish is None:
        print(text)
    else:
        publish(
            {"text/plain": text},
            raw=True,
            metadata={"text/plain": {"error": name, "cause": cause}},
        )


def _notebook_display() -> Any:
    """Return IPython's `display` where it can show more than text, as in a notebook; else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if ipython is None or shell is None:
        return None
    shows_figures = "image/svg+xml" in shell.display_formatter.active_types
    return ipython.display.display if shows_figures else None


def _has_screen() -> bool:
    interactive = backend_registry.list_builtin(BackendFilter.INTERACTIVE)
    return mpl.get_backend().lower() in {name.lower() for name in interactive}


def _svg(figure: Figure, alt: str) -> str:
    """Return the figure as one `<svg>` element without fonts, dates or random ids."""
    # Text stays text: it takes the page's font, can be searched and costs a few bytes. It has
    # room, as Matplotlib lays it out in a font of its own that is wider than most.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ptfund"}):
        buffer = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") + len("<svg") :].strip().replace("#000000", "currentColor")
    # Matplotlib's style element would reach every other drawing on a page.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    return (
        f'<svg role="img" aria-label="{escape(alt)}" fill="currentColor" font-family="sans-serif"'
        f' stroke-linejoin="round" stroke-linecap="butt" {svg}'
    )
