"""The files of a site: what a page asks for is joined, and where a chapter can be worked in."""

import json
import re

import pytest

from tests.engine.project import CONFIGURATION, PYPROJECT, Project

EXTRA = """\
extra_css: [https://host/far.css, b.css, a.css]
extra_javascript: [two.js, {path: alone.js, async: true}, module.mjs, one.js]
"""


def test_a_page_asks_for_one_style_sheet_and_one_script(project: Project) -> None:
    """In the order of the configuration; what lies elsewhere, or has settings, stays alone."""
    project.chapter("01_a", "x = 1")
    project.write("mkdocs.yml", CONFIGURATION + EXTRA)
    for name in ("a.css", "b.css", "one.js", "two.js", "alone.js", "module.mjs"):
        project.write(f"docs/{name}", f"/* {name} */")
    built = project.build()
    assert built.returncode == 0, built.stderr
    site, page = project.root / "site", project.page("a")
    [style] = (site / "assets" / "stylesheets").glob("ptfund.*")
    [script] = (site / "assets" / "javascripts").glob("ptfund.*")
    own = r"https://host|\.\./\.\./(?!assets/(?:stylesheets/(?:main|palette)|javascripts/bundle))"
    styles = re.findall(rf'<link rel="stylesheet" href="((?:{own})[^"]*)"', page)
    assert styles == ["https://host/far.css", f"../../{style.relative_to(site)}"]
    scripts = re.findall(rf'<script src="((?:{own})[^"]*)"([^>]*)>', page)
    assert scripts == [
        ("../../alone.js", " async"),
        ("../../module.mjs", ' type="module"'),
        (f"../../{script.relative_to(site)}", ""),
    ]
    assert style.read_text() == "/* b.css */\n/* a.css */"
    assert script.read_text() == "/* two.js */\n/* one.js */"
    assert not (site / "a.css").exists()
    assert (site / "alone.js").exists()
    project.write("docs/a.css", "/* new */")
    assert project.build().returncode == 0
    assert not style.exists()  # a browser never shows a new page with an old style


def test_what_a_pattern_finds_comes_first(project: Project) -> None:
    """It is the theme's, and others build upon it, wherever in the configuration they stand."""
    project.chapter("01_a", "x = 1")
    pattern = "assets/stylesheets/palette.*.css"
    project.write("mkdocs.yml", f"{CONFIGURATION}extra_css: [own.css, {pattern}]\n")
    project.write("docs/own.css", "/* own */")
    built = project.build()
    assert built.returncode == 0, built.stderr
    [style] = (project.root / "site" / "assets" / "stylesheets").glob("ptfund.*.css")
    theme, own = style.read_text().rsplit("\n", 1)
    assert "[data-md-color-scheme=slate]" in theme
    assert own == "/* own */"
    assert not list(style.parent.glob("palette.*.css"))


def test_a_pattern_that_finds_nothing_is_an_error(project: Project) -> None:
    """A theme may give its files other names."""
    project.chapter("01_a", "x = 1")
    project.write("mkdocs.yml", f"{CONFIGURATION}extra_css: [main.*.css]\n")
    built = project.build()
    assert built.returncode == 1
    assert "mkdocs.yml: no file of the site or its theme is named main.*.css" in built.stderr


def test_without_any_there_is_none(project: Project) -> None:
    """A page asks for what is there."""
    project.chapter("01_a", "x = 1")
    assert project.build().returncode == 0
    assert "/ptfund." not in project.page("a")


WHEEL = "downloads/small-1.0-py3-none-any.whl"
COLAB = "https://colab.research.google.com/github/me/book/blob"


@pytest.mark.parametrize(
    ("settings", "colab", "wheel"),
    [
        ("", None, WHEEL.removeprefix("downloads/")),
        (
            "site_url: https://host/book/\nrepo_url: https://gitlab.com/me/book",
            None,
            f"https://host/book/{WHEEL}",
        ),
        (
            "repo_url: https://github.com/me/book",
            f"{COLAB}/gh-pages",
            f"https://raw.githubusercontent.com/me/book/gh-pages/{WHEEL}",
        ),
        (
            (
                "site_url: https://host/book/\n"
                "repo_url: https://github.com/me/book.git\nremote_branch: pages"
            ),
            f"{COLAB}/pages",
            f"https://host/book/{WHEEL}",
        ),
    ],
)
def test_a_chapter_is_opened_and_its_package_found_where_the_site_is(
    settings: str, colab: str | None, wheel: str, project: Project
) -> None:
    """Colab opens the learner's notebook on GitHub; pip asks the site, else GitHub, else here."""
    project.chapter("01_a", "x = 1")
    project.write("mkdocs.yml", f"{CONFIGURATION}{settings}\n")
    project.write("pyproject.toml", PYPROJECT)
    project.write("src/small/__init__.py", "")
    project.write("docs/setup.md", "# Set-up\n\n## In Jupyter\n")
    built = project.build()
    assert built.returncode == 0, built.stderr
    page = project.page("a")
    ways = re.findall(r'<p class="places-to-work">(.*?)</p>', page)
    if colab is None:
        assert ways == []
        assert "colab" not in page.lower()
    else:
        assert ways == [
            (
                f'<a href="{colab}/downloads/01_a_learner.ipynb">Open in Colab</a>, '
                'or <a href="../../setup/#in-jupyter">work in Jupyter or VS Code</a>.'
            )
        ]
    site = project.site()
    assert site[WHEEL]
    for name in ("01_a.ipynb", "01_a_learner.ipynb"):
        first, *_ = json.loads(site[f"downloads/{name}"])["cells"]
        assert f"--no-deps {wheel}\n" in "".join(first["source"])


def test_without_a_setup_page_a_chapter_is_opened_in_colab_alone(project: Project) -> None:
    """No link leads to a page that is not there."""
    project.chapter("01_a", "x = 1")
    project.write("mkdocs.yml", f"{CONFIGURATION}repo_url: https://github.com/me/book\n")
    assert project.build().returncode == 0
    assert f'{COLAB}/gh-pages/downloads/01_a_learner.ipynb">Open in Colab</a>.</p>' in (
        project.page("a")
    )
