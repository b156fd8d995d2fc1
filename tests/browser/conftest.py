"""The built site, served like a project page in a sub-folder, and the browser to read it."""

import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import tools
from tests.browser.reader import OpenPage, Theme

ROOT = Path(__file__).resolve().parents[2]
UNKNOWN = "no/such/page/"

# The machine has other tests to run as well: what must come may come later than in 5 seconds.
expect.set_options(timeout=20_000)


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves files as a host of static sites does: what is missing gets the site's 404.html."""

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Send the head of what there is, or of the page for what there is not."""
        if Path(self.translate_path(self.path)).exists():
            return super().send_head()
        (page,) = Path(self.directory).glob("*/404.html")
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Where Chromium is; without it nothing here can run, which in CI is a failure."""
    found = tools.chromium()
    if found is None:
        names = ", ".join(tools.CHROMIUM)
        message = f"the browser tests need Chromium: none of {names} is on the PATH"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: Path) -> dict[str, Any]:
    """Start the system's Chromium, unable to reach any host but this one."""
    return {
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    }


@pytest.fixture(scope="session")
def site_url(chromium: Path, built_site: Path) -> Iterator[str]:
    """The address at which the site is served, which ends in a slash."""
    del chromium  # Without a browser there is no use in building.
    handler = partial(SiteHandler, directory=str(built_site.parent))
    with tools.serve(handler) as address:
        yield f"{address}{built_site.name}/"


@pytest.fixture(scope="session")
def pages(built_site: Path) -> list[str]:
    """The address of every page, relative to the site, and one at which there is none."""
    files = sorted(path.relative_to(built_site).as_posix() for path in built_site.rglob("*.html"))
    files.remove("404.html")
    return [*(file.removesuffix("index.html") for file in files), UNKNOWN]


@pytest.fixture(scope="session")
def chapter() -> tuple[str, Path]:
    """The address of chapter 1, relative to the site, and the script that it is made from."""
    return "tutorials/tensors/", ROOT / "tutorials" / "01_tensors.py"


@pytest.fixture
def open_page(browser: Browser, site_url: str) -> Iterator[OpenPage]:
    """A function that opens a page in a browser without history, in a theme and a width."""
    contexts = []

    def open_page(
        path: str = "",
        *,
        theme: Theme = "light",
        width: int = 1280,
        javascript: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            reduced_motion="reduce",
            java_script_enabled=javascript,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(site_url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
