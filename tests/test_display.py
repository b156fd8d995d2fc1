"""Figures and deliberate errors in scripts and in notebooks."""

import atexit
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import IPython
import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

from ptfund.display import raises, show

ALT = 'A line from (0, 0) to (1, 1), "rising" & <straight>.'
SVG = "{http://www.w3.org/2000/svg}"


def line() -> Figure:
    """Return a figure with black, coloured and explicitly dark parts, and a clip path."""
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1], color="#4f94d4")
    axes.set_title("rising", color="#111")
    axes.fill_between([0, 1], [0, 1], hatch="/")
    return figure


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("PTFUND_FIGURES", raising=False)
    yield
    plt.close("all")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Pretend to be inside a kernel, and return what it publishes."""
    outputs: list[tuple[dict[str, str], dict[str, Any]]] = []

    def display(data: dict[str, str], *, raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        outputs.append((data, metadata))

    monkeypatch.setattr(IPython, "get_ipython", lambda: shell("text/plain", "image/svg+xml"))
    monkeypatch.setattr(IPython.display, "display", display)
    return outputs


def shell(*active_types: str) -> SimpleNamespace:
    """Return what pyplot and show need to find of IPython's shell."""
    formatter = SimpleNamespace(active_types=active_types)
    events = SimpleNamespace(register=lambda *_: None)
    return SimpleNamespace(events=events, display_formatter=formatter)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Pretend to have a screen, and record what would happen on it."""
    record = SimpleNamespace(windows=[], at_exit=[])
    monkeypatch.setattr(mpl, "get_backend", lambda: "TkAgg")
    monkeypatch.setattr(Figure, "show", lambda *figure: record.windows.extend(figure))
    monkeypatch.setattr(atexit, "register", record.at_exit.append)
    monkeypatch.setattr(
        atexit,
        "unregister",
        lambda function: record.at_exit.remove(function) if function in record.at_exit else None,
    )
    return record


def run_script(folder: Path, source: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder of its own, without a screen, with warnings as errors."""
    script = folder / "lesson.py"
    script.write_text(source)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND"}
    }
    if sys.platform != "linux":  # there the system always has a screen
        inherited["MPLBACKEND"] = "agg"
    return subprocess.run(
        [sys.executable, "-W", "error", script],
        cwd=folder,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


TWO_FIGURES = """
import matplotlib.pyplot as plt
from ptfund.display import show
for number in (1, 2):
    show(plt.figure(), alt=f"Empty figure {number}.")
"""


def test_script_without_a_screen_prints_the_text_and_ends(tmp_path: Path) -> None:
    """Neither a window nor a file nor a warning; the program never waits."""
    result = run_script(tmp_path, TWO_FIGURES)
    assert result.stderr == ""
    assert result.stdout == "Figure: Empty figure 1.\nFigure: Empty figure 2.\n"
    assert result.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["lesson.py"]


def test_script_saves_numbered_pictures_into_the_named_folder(tmp_path: Path) -> None:
    """The folder is made, the files are named after the script, and the text is printed."""
    result = run_script(tmp_path, TWO_FIGURES, PTFUND_FIGURES=str(tmp_path / "new" / "folder"))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Figure: Empty figure 1.\nFigure: Empty figure 2.\n"
    files = sorted((tmp_path / "new" / "folder").iterdir())
    assert [path.name for path in files] == ["lesson-1.png", "lesson-2.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in files)


def test_figure_is_closed_once_shown() -> None:
    """A chapter with many figures keeps none of them in memory."""
    show(line(), alt=ALT)
    assert plt.get_fignums() == []


def test_screen_opens_a_window_and_waits_once_at_the_end(screen: SimpleNamespace) -> None:
    """Every figure has its window at once; only the end of the script waits for them."""
    first, second = line(), line()
    show(first, alt=ALT)
    show(second, alt=ALT)
    assert screen.windows == [first, second]
    assert screen.at_exit == [plt.show]
    assert len(plt.get_fignums()) == 2


def test_saving_takes_the_place_of_windows(
    screen: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for files gets no windows, even on a screen."""
    monkeypatch.setenv("PTFUND_FIGURES", str(tmp_path))
    show(line(), alt=ALT)
    assert screen.windows == screen.at_exit == []
    assert len(list(tmp_path.glob("*.png"))) == 1


@pytest.mark.parametrize("alt", ["", " ", "\n\t"])
def test_blank_alternative_text_is_refused(alt: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is shown, and the message shows what came."""
    with pytest.raises(ValueError, match="alt must say what is to be seen") as info:
        show(line(), alt=alt)
    assert repr(alt) in str(info.value)
    assert capsys.readouterr().out == ""


def test_notebook_gets_a_drawing_with_its_text(
    published: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """One output: the drawing, and the text for those who cannot see it; nothing is printed."""
    show(line(), alt=ALT)
    [(data, metadata)] = published
    assert data.keys() == {"image/svg+xml", "text/plain"}
    assert data["text/plain"] == f"Figure: {ALT}"
    assert metadata["image/svg+xml"]["alt"] == ALT
    assert capsys.readouterr().out == ""
    assert plt.get_fignums() == []


def test_drawing_is_one_labelled_image(published: list[Any]) -> None:
    """It parses as XML, alone, and names itself with the alternative text."""
    show(line(), alt=ALT)
    root = ET.fromstring(published[0][0]["image/svg+xml"])  # noqa: S314 - we wrote it
    assert root.tag == f"{SVG}svg"
    assert (root.get("role"), root.get("aria-label")) == ("img", ALT)


def test_black_follows_the_page_and_other_colours_stay(published: list[Any]) -> None:
    """Axes take the colour of the text; data and explicit dark text keep theirs."""
    show(line(), alt=ALT)
    svg = published[0][0]["image/svg+xml"]
    assert "stroke: currentColor" in svg
    assert "#000000" not in svg
    assert "#4f94d4" in svg
    assert "#111111" in svg


def test_drawing_brings_no_ground_of_its_own(published: list[Any]) -> None:
    """No white box stands behind the figure or its axes."""
    show(line(), alt=ALT)
    assert "#ffffff" not in published[0][0]["image/svg+xml"]


def test_drawing_brings_no_fonts_styles_or_dates(published: list[Any]) -> None:
    """Text stays text in the page's font, and no rule reaches other drawings."""
    show(line(), alt=ALT)
    svg = published[0][0]["image/svg+xml"]
    root = ET.fromstring(svg)  # noqa: S314 - we wrote it
    assert "rising" in [text.text for text in root.iter(f"{SVG}text")]
    assert not list(root.iter(f"{SVG}style"))
    assert svg.count("font-family") == 1
    assert 'font-family="sans-serif"' in svg
    assert re.findall(r"<(?:metadata|!DOCTYPE|\?xml)", svg) == []


def test_same_figure_gives_the_same_bytes(published: list[Any]) -> None:
    """Identifiers depend on nothing but the drawing, so that builds can be compared."""
    show(line(), alt=ALT)
    show(line(), alt=ALT)
    first, second = (data["image/svg+xml"] for data, _ in published)
    assert "url(#" in first
    assert first == second


def test_drawing_leaves_global_settings_alone(published: list[Any]) -> None:
    """What show needs of Matplotlib's settings ends with it."""
    before = dict(mpl.rcParams)
    show(line(), alt=ALT)
    assert dict(mpl.rcParams) == before
    assert published


def test_ipython_in_a_terminal_is_a_script(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a terminal session of IPython figures do as in a script."""
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell("text/plain"))
    show(line(), alt=ALT)
    assert capsys.readouterr().out == f"Figure: {ALT}\n"


def test_raises_prints_type_and_message(capsys: pytest.CaptureFixture[str]) -> None:
    """The error is caught, and reads as at the end of a traceback."""
    with raises(ValueError):
        int("two")
    expected = "ValueError: invalid literal for int() with base 10: 'two'\n"
    assert capsys.readouterr().out == expected


def test_raises_names_the_type_that_came(capsys: pytest.CaptureFixture[str]) -> None:
    """A subclass counts, and is called by its own name; no message, no colon."""
    with raises(LookupError):
        raise IndexError
    assert capsys.readouterr().out == "IndexError\n"


def test_raises_lets_other_errors_through(capsys: pytest.CaptureFixture[str]) -> None:
    """An error that the chapter did not mean stops it."""
    with pytest.raises(KeyError), raises(ValueError):
        raise KeyError
    assert capsys.readouterr().out == ""


def test_raises_fails_if_nothing_is_raised() -> None:
    """A deliberate error that no longer happens is found out."""
    with pytest.raises(AssertionError, match="must raise ValueError"), raises(ValueError):
        pass


def test_raises_fails_even_where_an_assertion_error_is_expected() -> None:
    """Its own complaint is not taken for the error that it waits for."""
    with pytest.raises(AssertionError, match="it raised nothing"), raises(AssertionError):
        pass


def test_raises_marks_its_output_in_a_notebook(
    published: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The page can tell a deliberate error from printed text, and the index knows its cause."""
    with raises(ArithmeticError, cause="a divisor of 0"):
        _ = 1 / 0
    text = "ZeroDivisionError: division by zero"
    assert published == [
        (
            {"text/plain": text},
            {"text/plain": {"error": "ZeroDivisionError", "cause": "a divisor of 0"}},
        ),
    ]
    assert capsys.readouterr().out == ""


@pytest.mark.filterwarnings("ignore:Proactor event loop:RuntimeWarning")  # on Windows
def test_real_kernel_carries_figure_and_error() -> None:
    """In a Jupyter kernel both arrive as outputs with their metadata, and nothing else does."""
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source)
            for source in (
                "import matplotlib.pyplot as plt\nfrom ptfund.display import raises, show",
                "figure, axes = plt.subplots()\nshow(figure, alt='Empty axes.')",
                "with raises(ZeroDivisionError):\n    1 / 0",
            )
        ]
    )
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    imports, figure, error = (cell.outputs for cell in notebook.cells)
    assert imports == []
    assert [output.output_type for output in figure + error] == ["display_data"] * 2
    assert figure[0].metadata["image/svg+xml"]["alt"] == "Empty axes."
    assert figure[0].data["image/svg+xml"].startswith("<svg")
    assert error[0].data == {"text/plain": "ZeroDivisionError: division by zero"}
    assert error[0].metadata["text/plain"]["error"] == "ZeroDivisionError"
