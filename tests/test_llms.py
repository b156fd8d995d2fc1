"""What programs that read find: `llms.txt`, and every page as Markdown."""

import re
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest

from ptfund._site.reading.chapter import read_error
from ptfund._site.running.run import Run
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


def twins(site: Path) -> dict[str, str]:
    """Return the text of each page's twin by its address, as seen from the site's root."""
    found = sorted(site.rglob("*.html.md"))
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in found}


def prose_of(text: str) -> str:
    """Return Markdown without its blocks of code, code in the line, and formulas."""
    for code in (r"^[> ]*(```+)[^`\n]*\n.*?^[> ]*\1[ \t]*$", r"(`+)(?!`).+?(?<!`)\1(?!`)"):
        text = re.sub(code, "code", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "", text, flags=re.DOTALL)


def broken(site: Path, name: str, text: str) -> list[str]:
    """Return the links of a text that lead to no file of the site, or to no place of its page."""
    ends = []
    for link in re.findall(r"\]\(([^()\s]+)", prose_of(text)):
        address = urljoin(urljoin(ADDRESS, name), link)
        if not address.startswith(ADDRESS):
            continue
        path, _, anchor = address.removeprefix(ADDRESS).partition("#")
        page = site / path.removesuffix(".md")
        ids = re.findall(r' id="([^"]*)"', page.read_text("utf-8")) if page.is_file() else []
        if not (site / path).is_file() or (anchor and unescape(anchor) not in map(unescape, ids)):
            ends.append(f"{name}: {link}")
    return ends


def test_every_page_has_a_twin(built_site: Path) -> None:
    """Its head leads there; the page for unknown addresses has none, and nothing else has one."""
    pages = {path.relative_to(built_site).as_posix() for path in built_site.rglob("*.html")}
    assert {f"{page}.md" for page in pages - {"404.html"}} == twins(built_site).keys()
    for page in pages:
        html = (built_site / page).read_text(encoding="utf-8")
        named = re.findall(r'<link rel="alternate" type="text/markdown"[^>]* href="([^"]*)">', html)
        own = [] if page == "404.html" else [f"{page}.md"]
        assert [urljoin(page, address) for address in named] == own
        assert html.count('class="page-tools"') == len(own)


def test_llms_txt_lists_every_page(built_site: Path, executed_book: list[Run]) -> None:
    """As its twin, under the navigation's headings, with the words that search engines show."""
    listed = sections((built_site / "llms.txt").read_text(encoding="utf-8"))
    assert list(listed) == ["Start", "Chapters", "Reference", "API", "Optional"]
    assert [name for name, _, _ in listed["Chapters"]] == [
        run.chapter.title for run in executed_book
    ]
    [(_, whole, _)] = listed.pop("Optional")
    assert (built_site / whole.removeprefix(ADDRESS)).is_file()
    entries = [entry for entries in listed.values() for entry in entries]
    addresses = [address.removeprefix(ADDRESS) for _, address, _ in entries]
    assert sorted(addresses) == sorted(twins(built_site))
    for (_, _, words), address in zip(entries, addresses, strict=True):
        page = (built_site / address.removesuffix(".md")).read_text(encoding="utf-8")
        assert f'<meta name="description" content="{words}">' in page, address


def test_twins_are_plain(built_site: Path) -> None:
    """Outside code nothing is left that only this site's Markdown knows, or that is HTML alone."""
    only_here = r"<(?!/?details|/?summary|/?code|https?:)[a-z!/]|:::|\{[:.#]|\{ |&#\d|\]\["
    boxes = r"^ *(?:!!!|\?\?\?|===|:) "
    for name, text in twins(built_site).items():
        assert re.match(r"# \S", text), name
        assert re.findall(f"{only_here}|{boxes}|.*\\.py[)#]", prose_of(text), re.MULTILINE) == [], (
            name
        )


def test_twins_lead_to_twins(built_site: Path) -> None:
    """Every link within the site leads to a file, every anchor to a place on its page."""
    texts = twins(built_site)
    whole = (built_site / "llms-full.txt").read_text(encoding="utf-8")
    for name, text in {**texts, "llms-full.txt": whole}.items():
        assert broken(built_site, name, text) == []
    home = re.findall(r"\]\(([^()\s]+)\)", texts["index.html.md"])
    assert len(home) > 15
    assert all(link.startswith(ADDRESS) and ".html.md" in link for link in home)


def test_the_glossary_can_be_read(built_site: Path) -> None:
    """Each term stands in one list, before the line with which its meaning begins."""
    text = (built_site / "glossary" / "index.html.md").read_text(encoding="utf-8")
    source = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    meanings = re.findall(r"^(\S.*)\n:   ((?:[^\n\[])*)", source, re.MULTILINE)
    assert len(meanings) > 100
    for written, words in meanings:
        term = written.partition(" {")[0]  # a class of its element is no part of its name
        assert re.search(rf"^- .*\*\*{re.escape(term)}\*\*: {re.escape(words)}", text, re.MULTILINE)


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
                if error := read_error(output):
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
    assert all((without_address / address).is_file() for address in addresses)
    whole = (without_address / "llms-full.txt").read_text(encoding="utf-8")
    for name, text in {**twins(without_address), "llms-full.txt": whole}.items():
        assert broken(without_address, name, text) == []
        assert ADDRESS not in text
    home = (without_address / "index.html.md").read_text(encoding="utf-8")
    assert "(tutorials/tensors/index.html.md)" in home
    chapter = (without_address / "tutorials" / "autograd" / "index.html.md").read_text("utf-8")
    assert "(../data/index.html.md)" in chapter
    assert "(tutorials/data/index.html.md)" in whole
    assert not (without_address / "robots.txt").exists()
    home = (without_address / "index.html").read_text(encoding="utf-8")
    assert "og:title" in home
    assert 'rel="canonical"' not in home
    assert "og:url" not in home
