"""What contributors and maintainers are told is so: commands, files, forms, the version."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mkdocs.utils.yaml import yaml_load

import ptfund
from ptfund._site.publishing.downloads import build_package

ROOT = Path(__file__).parents[1]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
DOCUMENTS = [
    *(ROOT / name for name in ("CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "SECURITY.md")),
    ROOT / "docs" / "design.md",
    ROOT / ".github" / "pull_request_template.md",
    *FORMS,
]
# Made by a build, and known to nobody's checkout.
MADE = {".cache/ptfund/", "site/"}
KINDS = {"checkboxes", "dropdown", "input", "markdown", "textarea"}

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
every_form = pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)


def form(path: Path) -> dict[str, Any]:
    """Return what a form of the issue tracker says."""
    content: dict[str, Any] = yaml_load(path.read_text(encoding="utf-8"))
    return content


@every_document
def test_every_target_of_make_exists(document: Path) -> None:
    """Whoever types a command that is named gets no error from make."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text("utf-8"), re.MULTILINE))
    assert named <= targets


def test_contributors_are_told_the_commands() -> None:
    """Those of every day, and the one that begins a chapter."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for command in ("check", "test", "serve", "chapter NAME="):
        assert f"make {command}" in text


@every_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    """Links from where they stand, paths from the root, modules among those of the site."""
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"(?<!`)\[[^\]`]*\]\(([^)#]+)\)", text)
    links = [link for link in links if not link.startswith("https://")]
    missing = [link for link in links if not (document.parent / link).exists()]
    paths = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]*\.(?:md|py|toml|txt|yml|cff))`", text)
    modules = re.findall(r"(?<![/\w])[a-z]\w*\.py\b", text)
    site = ROOT / "src" / "ptfund" / "_site"
    homes = (ROOT, site, *(room for room in site.iterdir() if room.is_dir()))
    named = {*paths, *modules} - MADE
    assert missing + [name for name in named if not any((h / name).exists() for h in homes)] == []


def test_design_names_the_machinery() -> None:
    """So many modules and files are named that the test above looks at something."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    assert len(set(re.findall(r"\b[a-z]+\.py\b", text))) > 15


def test_sources_are_whole_addresses_with_a_date() -> None:
    """What is said of other projects can be looked up, and is known to be of a day."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    sources = dict(re.findall(r"^\[(\w+)\]: (https://\S+)$", text, re.MULTILINE))
    rows = [line for line in text.splitlines() if line.startswith("|") and "][" in line]
    assert rows
    for row in rows:
        assert set(re.findall(r"\]\[(\w+)\]", row)) <= sources.keys()
        assert re.search(r"\b20\d\d \|$", row)


@every_form
def test_a_form_can_be_filled(path: Path) -> None:
    """It has a name, a description, and fields of kinds that the host knows, each with an id."""
    content = form(path)
    assert {"name", "description", "body"} <= content.keys()
    fields = content["body"]
    ids = [field["id"] for field in fields]
    assert len(set(ids)) == len(ids) > 1
    for field in fields:
        assert field["type"] in KINDS
        assert field["attributes"]["label"].strip()
        options = field["attributes"].get("options", [])
        assert bool(options) == (field["type"] == "dropdown")
        assert all(isinstance(option, str) for option in options), "YAML reads Yes as true"


def test_the_site_can_fill_the_form_for_mistakes() -> None:
    """The link below a page gives page, section and commit to fields of one line."""
    fields = form(ROOT / ".github" / "ISSUE_TEMPLATE" / "mistake.yml")["body"]
    lines = [field["id"] for field in fields if field["type"] == "input"]
    assert lines == ["page", "section", "commit"]


def test_setups_are_told_completely() -> None:
    """What a maintainer needs to see the failure, too, must be given."""
    fields = form(ROOT / ".github" / "ISSUE_TEMPLATE" / "setup.yml")["body"]
    required = {field["id"] for field in fields if field.get("validations", {}).get("required")}
    assert required == {"system", "python", "installer", "command", "output"}


def test_the_book_can_be_cited() -> None:
    """In the format's version 1.2.0, with the package's licence, and no number of its own."""
    citation: dict[str, Any] = yaml_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert {"authors", "message", "title"} <= citation.keys()
    assert citation["license"] == project["license"]
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in project["authors"]
    ]
    assert not citation.keys() & {"version", "date-released", "doi", "url"}


def test_the_version_stands_in_one_place() -> None:
    """The package's own is that of the wheel that notebooks install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    made = build_package(ROOT)
    assert made is not None
    assert made[0] == f"ptfund-{ptfund.__version__}-py3-none-any.whl"
