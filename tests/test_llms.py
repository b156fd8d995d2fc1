"""What programs that read find: `llms.txt`, and the chapters as Markdown."""

import re
import subprocess
from pathlib import Path

import pytest

from ptfund._site.chapter import raised
from ptfund._site.run import Run
from tests.engine.project import BUILD, surroundings

ROOT = Path(__file__).parents[1]
ADDRESS = "http://127.0.0.1/book/"
ENTRY = re.compile(r"- \[([^\[\]]+)\]\(([^()\s]+)\): (\S.*\S)")


def sections(text: str) -> dict[str, list[tuple[str, str, str]]]:
    """Return the sections of an llms.txt with name, address and words of each link; check its form.

    The form is that of llmstxt.org: a title, a quotation, paragraphs, then sections of links.
    """
    start, *parts = text.strip().split("\n\n## ")
    title, quotation, *paragraphs = start.split("\n\n")
    assert re.fullmatch(r"# \S.*", title)
    assert re.fullmatch(r"> \S.*", quotation)
    assert not any(paragraph.startswith(("#", ">", "-")) for paragraph in paragraphs)
    found = {}
    for part in parts:
        name, _, entries = part.partition("\n\n")
        matches = [ENTRY.fullmatch(line) for line in entries.split("\n")]
        found[name] = [(m[1], m[2], m[3]) for m in matches if m]
        assert len(found[name]) == len(matches) > 0
    return found


def target(site: Path, address: str) -> Path:
    """Return the file that an address within the site leads to."""
    path = site / address
    return path / "index.html" if address.endswith("/") else path


def test_every_link_leads_to_a_file(built_site: Path, executed_book: list[Run]) -> None:
    """All chapters are listed in order, then the pages of the reference, each with its words."""
    listed = sections((built_site / "llms.txt").read_text(encoding="utf-8"))
    assert list(listed) == ["Chapters", "Reference", "API", "Optional"]
    assert [name for name, _, _ in listed["Chapters"]] == [
        run.chapter.title for run in executed_book
    ]
    pages = {address for part in ("Reference", "API") for _, address, _ in listed[part]}
    html = {
        path.parent.relative_to(built_site).as_posix() for path in built_site.rglob("index.html")
    }
    reference = {path for path in html if not path.startswith(("tutorials/", "setup", "."))}
    assert {address.removeprefix(ADDRESS).strip("/") for address in pages} == reference
    assert all(address.endswith("/index.html.md") for _, address, _ in listed["Chapters"])
    assert target(built_site, listed["Optional"][0][1].removeprefix(ADDRESS)).is_file()
    for _, address, words in listed["Chapters"] + listed["Reference"]:
        file = target(built_site, address.removeprefix(ADDRESS))
        assert file.is_file(), address
        page = file.with_name("index.html").read_text(encoding="utf-8")
        assert f'<meta name="description" content="{words}">' in page, address


def test_chapters_are_whole(built_site: Path, executed_book: list[Run]) -> None:
    """As Markdown each has its prose, code and outputs: formulas as LaTeX, figures as words."""
    whole = (built_site / "llms-full.txt").read_text(encoding="utf-8")
    for run in executed_book:
        folder = built_site / "tutorials" / run.chapter.slug
        text = (folder / "index.html.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {run.chapter.title}\n")
        assert text in whole
        for cell in run.notebook.cells:
            if cell.cell_type == "code":
                assert f"```python\n{cell.source}\n```" in text
            for output in cell.get("outputs", ()):
                shown = output.get("text") or output.data["text/plain"]
                assert shown.strip() in text
                if error := raised(output):
                    assert error[0] in text
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
        assert not re.search(r"<svg|<math|<span|\{python\}|^!!! |\]\(\d\d_", prose, re.MULTILINE)
        html = (folder / "index.html").read_text(encoding="utf-8")
        if "<math" in html:
            assert re.search(r"\$[^$\n]+\$", prose)


@pytest.fixture(scope="module")
def without_address(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is built when nobody has said where it will lie."""
    site = tmp_path_factory.mktemp("plain") / "site"
    own = surroundings()
    own.pop("PTFUND_SITE_URL", None)
    subprocess.run([*BUILD, "--strict", "-q", "-d", str(site)], cwd=ROOT, env=own, check=True)
    return site


def test_links_hold_wherever_the_site_lies(without_address: Path) -> None:
    """Without an address they start from where `llms.txt` lies; what needs one is left out."""
    listed = sections((without_address / "llms.txt").read_text(encoding="utf-8"))
    addresses = [address for entries in listed.values() for _, address, _ in entries]
    assert len(addresses) > 20
    assert all(target(without_address, address).is_file() for address in addresses)
    assert not (without_address / "robots.txt").exists()
    home = (without_address / "index.html").read_text(encoding="utf-8")
    assert "og:title" in home
    assert 'rel="canonical"' not in home
    assert "og:url" not in home
