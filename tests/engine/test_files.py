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
    page = project.page("a")
    own = r"https://host|\.\./\.\./(?!assets/(?:stylesheets/(?:main|palette)|javascripts/bundle))"
    styles = re.findall(rf'<link rel="stylesheet" href="((?:{own})[^"]*)"', page)
    assert styles == ["https://host/far.css", "../../assets/stylesheets/ptfund.css"]
    scripts = re.findall(rf'<script src="((?:{own})[^"]*)"([^>]*)>', page)
    assert scripts == [
        ("../../alone.js", " async"),
        ("../../module.mjs", ' type="module"'),
        ("../../assets/javascripts/ptfund.js", ""),
    ]
    assets = project.root / "site" / "assets"
    assert (assets / "stylesheets" / "ptfund.css").read_text() == "/* b.css */\n/* a.css */"
    assert (assets / "javascripts" / "ptfund.js").read_text() == "/* two.js */\n/* one.js */"
    assert not (project.root / "site" / "a.css").exists()
    assert (project.root / "site" / "alone.js").exists()


def test_without_any_there_is_none(project: Project) -> None:
    """A page asks for what is there."""
    project.chapter("01_a", "x = 1")
    assert project.build().returncode == 0
    assert "ptfund.css" not in project.page("a")
    assert "ptfund.js" not in project.page("a")
