"""Measure what a page of the site costs its reader, and what Lighthouse says of it.

    python -m tests.bench.pages [RUNS]

It builds the site into a temporary folder, serves it packed with gzip as hosts of static sites
do, and prints two tables in Markdown. The first has Lighthouse's view of home, the heaviest
chapter and the heaviest API page on a phone: of RUNS runs (5 unless told) the one with the median
performance. The second has every page: bytes in gzip and requests of the first view, HTML with
and without figures, elements, and how far things move while it loads. Chromium is needed, and
for Lighthouse Node with npm.
"""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Request, sync_playwright

from tests.engine.project import BUILD, surroundings
from tests.tools import LIGHTHOUSE, chromium, fetched, missing

ROOT = Path(__file__).parents[2]
FOLDER = "book"  # the site is a part of its host
FIGURE = re.compile(r'<figure class="output-figure".*?</figure>', re.DOTALL)
SEARCH_INDEX = "search_index.json"
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
FLAGS = ["--no-sandbox", "--disable-gpu"]
# A phone's bars take no room; for a window whose bars do, Chromium holds back the first picture.
PHONE = "--hide-scrollbars"
SHIFT = """new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true }); window.shift = 0;"""


@cache
def packed(path: Path) -> bytes:
    """Return a file in gzip, as hosts keep it, so that no page waits for the packing."""
    return gzip.compress(path.read_bytes())


class GzipHandler(SimpleHTTPRequestHandler):
    """Serves each file packed."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file, or the page of its folder."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.exists():
            self.send_error(404)
            return
        body = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def served_site() -> Iterator[tuple[Path, str]]:
    """Build the site as it is published; yield its folder, and its address with a last slash."""
    with TemporaryDirectory() as name:
        site = Path(name).resolve() / FOLDER
        handler = partial(GzipHandler, directory=str(site.parent))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            address = f"http://127.0.0.1:{server.server_port}/{FOLDER}/"
            published = surroundings(
                PTFUND_REPO_URL="https://github.com/ptfund/ptfund", PTFUND_SITE_URL=address
            )
            command = [*BUILD, "--strict", "--quiet", "-d", str(site)]
            subprocess.run(command, cwd=ROOT, env=published, check=True)
            Thread(target=server.serve_forever, daemon=True).start()
            yield site, address
            server.shutdown()


class View(NamedTuple):
    """What the first view of a page takes, in bytes of gzip where it says bytes."""

    path: str
    requests: int
    bytes: int
    search_bytes: int
    html: int
    bare_html: int
    elements: int
    shift: float


def look(browser: Browser, site: Path, address: str, path: str) -> View:
    """Open a page as a reader who has never been here, on a phone and on a wide screen."""
    shift = 0.0
    for width in (360, 1280):
        with browser.new_context(viewport={"width": width, "height": 800}) as context:
            page = context.new_page()
            sizes = dict[str, int]()
            finished = list[Request]()
            page.on("requestfinished", lambda request: finished.append(request))  # noqa: B023, PLW0108 - is done with when the page is; takes no built-in
            page.add_init_script(SHIFT)
            page.goto(address + path, wait_until="networkidle")
            for request in finished:
                if request.url.startswith(address):
                    sizes[request.url] = request.sizes()["responseBodySize"]
            shift = max(shift, page.evaluate("window.shift"))
            elements = page.locator("*").count()
    search = sum(size for url, size in sizes.items() if url.endswith(SEARCH_INDEX))
    html = (site / path / "index.html").read_text(encoding="utf-8")
    return View(
        path,
        len(sizes),
        sum(sizes.values()) - search,
        search,
        len(gzip.compress(html.encode())),
        len(gzip.compress(FIGURE.sub("", html).encode())),
        elements,
        shift,
    )


def lighthouse(browser: Path, address: str, runs: int) -> dict[str, Any]:
    """Return Lighthouse's report on a page: of several runs that with the median performance."""
    cli = str(fetched(LIGHTHOUSE) / "cli" / "index.js")
    flags = [f"--only-categories={','.join(CATEGORIES)}", "--output=json", "--quiet"]
    flags.append(f"--chrome-flags=--headless=new {' '.join(FLAGS)} {PHONE}")
    command = ["node", cli, address, *flags]
    environment = {**os.environ, "CHROME_PATH": str(browser)}
    reports: list[dict[str, Any]] = [
        json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
        for _ in range(runs)
    ]
    reports.sort(key=lambda report: report["categories"]["performance"]["score"])
    return reports[runs // 2]


def scores(path: str, report: dict[str, Any]) -> str:
    """Return a row: the four scores, and what the first consists of."""
    cells = [f"{100 * report['categories'][name]['score']:.0f}" for name in CATEGORIES]
    audits = report["audits"]
    cells.append(f"{audits['largest-contentful-paint']['numericValue'] / 1000:.1f}")
    cells.append(f"{audits['total-blocking-time']['numericValue']:.0f}")
    cells.append(f"{audits['cumulative-layout-shift']['numericValue']:.3f}")
    return f"| {path or 'home'} | {' | '.join(cells)} |"


def row(view: View) -> str:
    """Return a row with the sizes of a page."""
    sizes = [f"{n / 1000:.1f}" for n in (view.bytes, view.html, view.bare_html)]
    cells = [*sizes, str(view.requests), str(view.elements), f"{view.shift:.3f}"]
    return f"| {view.path or 'home'} | {' | '.join(cells)} |"


def main(runs: int) -> None:
    """Serve the site, open every page, and print what was measured."""
    browser_path = chromium()
    if browser_path is None or missing("node", "npm"):
        absent = ", ".join([*([] if browser_path else ["chromium"]), *missing("node", "npm")])
        sys.exit(f"to measure pages, {absent} must be on the PATH")
    with served_site() as (site, address):
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path=browser_path, args=FLAGS)
            paths = sorted(file.parent.relative_to(site) for file in site.rglob("index.html"))
            names = ["" if path == Path() else f"{path.as_posix()}/" for path in paths]
            views = [look(browser, site, address, name) for name in names]
        heaviest = [
            max((view for view in views if view.path.startswith(part)), key=lambda v: v.bytes)
            for part in ("tutorials/", "reference/")
        ]
        print(
            "| page | performance | accessibility | best practices | SEO | LCP, s | TBT, ms | CLS |"
        )
        print("|---|---|---|---|---|---|---|---|")
        speeds = []
        for path in ("", *(view.path for view in heaviest)):
            report = lighthouse(browser_path, address + path, runs)
            speeds.append(report["environment"]["benchmarkIndex"])
            print(scores(path, report))
    print(f"\nThis machine's `benchmarkIndex`: {min(speeds):.0f} to {max(speeds):.0f}.")
    print("\nEvery page:\n")
    print("| page | first view, KB | HTML, KB | without figures | requests | elements | shift |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(map(row, views)))
    search = max(view.search_bytes for view in views)
    print(f"\nAfter the first view the search index is fetched, once: {search / 1000:.1f} KB.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
