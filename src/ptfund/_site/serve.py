"""While serving, a build that fails is something to be read, and never the server's end."""

import logging
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path

__all__ = ["show_failure_as_page"]

# Shown at every address while there is no site; it asks again until there is one.
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2">
<title>The site could not be built</title>
<h1>The site could not be built</h1>
<pre style="white-space: pre-wrap">{}</pre>
<p>As soon as that is mended, it comes back by itself.</p>
</html>
"""


class _Complaints(logging.Handler):
    """Keeps what was complained of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.texts.append(record.getMessage())


def show_failure_as_page(
    builder: Callable[[], None], site: Path, log: logging.Logger
) -> Callable[[], None]:
    """Return a builder that, where the given one raises, leaves a site of one page: why.

    The page is the one for addresses at which there is nothing.
    """

    def build() -> None:
        complaints = _Complaints()
        log.addHandler(complaints)
        try:
            builder()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next save may mend it
            reasons = "\n".join(dict.fromkeys([*complaints.texts, str(error)]))
            log.info("The site could not be built: %s", reasons)
            shutil.rmtree(site, ignore_errors=True)
            site.mkdir()
            (site / "404.html").write_text(_PAGE.format(escape(reasons)), encoding="utf-8")
        finally:
            log.removeHandler(complaints)

    return build
