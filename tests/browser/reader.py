"""The words in which the browser's tests speak of a reader."""

from collections.abc import Callable
from typing import Literal

from playwright.sync_api import Page

OpenPage = Callable[..., Page]

Theme = Literal["light", "dark"]

# What Material calls the two themes.
SCHEMES: dict[Theme, str] = {"light": "default", "dark": "slate"}
