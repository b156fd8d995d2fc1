"""A chapter that displays something of each kind, and a site in the book's dress that holds it."""

import shutil
import subprocess
from pathlib import Path

from tests.engine.project import BUILD, surroundings

ROOT = Path(__file__).parents[1]

DISPLAYS = r'''# %% [markdown]
# # Displays
#
# What a cell can show.

# %%
import matplotlib.pyplot as plt
import pandas as pd
import sympy
from IPython.display import HTML, Latex, Markdown, Math, display
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ptfund.display import raises, show

# %% [markdown]
# ## Tables

# %%
frame = pd.DataFrame({"digit": ["one", "two"], "seen": [1, 20], "share": [0.25, 0.75]})
frame

# %%
wide = pd.DataFrame([range(100, 140)] * 3)
pd.set_option("display.max_columns", 40)
wide

# %%
frame.groupby(["digit", "seen"]).agg(["mean", "max"])

# %%
frame.style.format(precision=1)

# %% [markdown]
# ## Estimators

# %%
make_pipeline(StandardScaler(), LogisticRegression(C=2.0, max_iter=1000, random_state=0))

# %% [markdown]
# ## Words and formulas

# %%
print("before")
display(Markdown("""\
**Bold**, `code`, and $\\psi_1 \\le 2$ in a sentence.

| name | number |
|------|-------:|
| one  |      1 |

- a
- b

!!! note "A box"
    With a list:

    1. first

```python
x = [n**2 for n in range(3)]  # squares
```
"""))
print("after")

# %%
display(Math(r"\oint_0^1 \frac{\xi}{\sqrt{1 + \xi^2}} \, d\xi"))
display(Latex(r"\begin{align} a &= b + c \\ d &= e \end{align}"))
display(Latex(r"The sum $a + b$ costs \$5."))

# %%
sympy.Matrix([[1, sympy.Symbol("x")], [sympy.Rational(1, 2), sympy.sqrt(2)]])

# %%
display(HTML("<p>Some <b>bold</b> words, and H<sub>2</sub>O.</p><ul><li>an item</li></ul>"))

# %% [markdown]
# ## The rest

# %%
figure, axes = plt.subplots(figsize=(4, 2))
axes.plot([0, 1], [0, 1])
show(figure, alt="A straight line from (0, 0) to (1, 1).")

# %%
print("\x1b[31mred\x1b[0m and \x1b[1mbold\x1b[0m")
with raises(ZeroDivisionError):
    1 / 0
'''

_CONFIGURATION = """\
INHERIT: mkdocs.yml
strict: true
nav: [index.md, errors.md, cheat-sheet.md, tutorials/01_displays.py]
"""


def build_displays(project: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build a site of the one chapter, with the book's theme and style sheets.

    Args:
        project: A new folder for the sources.
        site: Where the site is to be.
    """
    for name in ("assets", "overrides", "pytorch-names.txt"):
        source, copy = ROOT / "docs" / name, project / "docs" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy)
    shutil.copy(ROOT / "mkdocs.yml", project)
    (project / "docs" / "index.md").write_text("# Home\n", encoding="utf-8")
    (project / "displays.yml").write_text(_CONFIGURATION, encoding="utf-8")
    (project / "src").mkdir()
    (project / "tutorials").mkdir()
    (project / "tutorials" / "01_displays.py").write_text(DISPLAYS, encoding="utf-8")
    return subprocess.run(
        [*BUILD, "-f", "displays.yml", "-d", str(site)],
        cwd=project,
        env=surroundings(PYTHONPATH=str(ROOT / "src")),
        capture_output=True,
        text=True,
        check=False,
    )
