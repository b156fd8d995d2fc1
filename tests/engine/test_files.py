"""The files of a site: what a page asks for is joined."""

import re

from tests.engine.project import CONFIGURATION, Project

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
