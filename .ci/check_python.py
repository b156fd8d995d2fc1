"""Say in one sentence that this Python is too old, before anything is installed.

This file is run by Pythons of any age, so it is written for the oldest.
"""

import re
import sys

with open("pyproject.toml", "rb") as file:
    (needed,) = re.findall(b'^requires-python = ">=([0-9.]+)"', file.read(), re.MULTILINE)

if sys.version_info[:3] < tuple(int(part) for part in needed.split(b".")):
    sys.exit(
        "ptfund needs Python {} or newer, and {} is Python {}. Name another one, as in "
        "`make site PYTHON=python3.12`, or install uv, which fetches one by itself.".format(
            needed.decode(), sys.executable, sys.version.split()[0]
        )
    )
