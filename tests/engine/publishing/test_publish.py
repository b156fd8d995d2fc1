"""A site replaces the one before at once, or leaves it alone."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ptfund._site.publishing.publish import (
    CleanupError,
    discard_staged,
    make_staging_folder,
    publish,
    read_commit_id,
    read_commit_time,
)


def built(site: Path, text: str) -> Path:
    """Return a folder in which a site was built."""
    staged = make_staging_folder(site)
    (staged / "index.html").write_text(text)
    return staged


def test_the_first_and_the_next_site_are_published(tmp_path: Path) -> None:
    """Afterwards nothing but the new site is there, readable for a web server."""
    site = tmp_path / "site"
    for text in ("one", "two"):
        publish(built(site, text), site)
        assert (site / "index.html").read_text() == text
        assert [path.name for path in tmp_path.iterdir()] == ["site"]
        assert site.stat().st_mode & 0o777 == 0o755


@pytest.fixture
def in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exchange folders as on a system that cannot do it in one step."""
    monkeypatch.setattr("ptfund._site.publishing.publish._exchange", lambda *_: False)


@pytest.mark.usefixtures("in_two_steps")
def test_the_next_site_is_published_in_two_steps(tmp_path: Path) -> None:
    """Where there is no single step, the result is the same."""
    test_the_first_and_the_next_site_are_published(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems exchange in two steps")
def test_there_is_a_site_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange is one step: nothing is moved away first, so no kill can come between."""
    site = tmp_path / "site"
    publish(built(site, "one"), site)
    staged = built(site, "two")
    with monkeypatch.context() as patch:
        patch.delattr(Path, "rename")
        patch.delattr(os, "rename")
        publish(staged, site)
    assert (site / "index.html").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


KILLED_BETWEEN = """\
import os, sys
from pathlib import Path
from ptfund._site.publishing import publish
publish._exchange = lambda *_: False
rename, site = Path.rename, Path(sys.argv[1])
Path.rename = lambda path, to: (rename(path, to), os.kill(os.getpid(), 9))
publish.publish(publish.make_staging_folder(site), site)
"""


def test_a_site_that_a_killed_build_took_away_is_put_back(tmp_path: Path) -> None:
    """The next build begins with that, before it builds anything."""
    site = tmp_path / "site"
    publish(built(site, "one"), site)
    subprocess.run([sys.executable, "-c", KILLED_BETWEEN, str(site)], check=False)
    assert not site.exists()
    discard_staged(make_staging_folder(site))
    assert (site / "index.html").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.usefixtures("in_two_steps")
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_exchange_puts_the_old_site_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """If the new folder cannot be moved, readers still find the site before."""
    site = tmp_path / "site"
    publish(built(site, "one"), site)
    staged = built(site, "two")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path == staged:
            raise error
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(type(error)):
        publish(staged, site)
    assert (site / "index.html").read_text() == "one"


def test_a_site_that_cannot_be_removed_does_not_hold_up_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new one stands, the error says just that, and the next build removes what is left."""
    site = tmp_path / "site"
    publish(built(site, "one"), site)
    staged = built(site, "two")
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", refuse_to_remove)
        with pytest.raises(CleanupError, match="the new site is published, but"):
            publish(staged, site)
    assert (site / "index.html").read_text() == "two"
    publish(built(site, "three"), site)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def refuse_to_remove(path: Path, **_: object) -> None:
    """Fail as on a folder that belongs to somebody else."""
    raise PermissionError(13, "Permission denied", str(path))


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What changes is the folder to which it leads, wherever that is."""
    elsewhere = tmp_path / "host" / "public"
    elsewhere.mkdir(parents=True)
    (elsewhere / "old.html").touch()
    site = tmp_path / "site"
    site.symlink_to(elsewhere)
    publish(built(site, "new"), site)
    assert site.is_symlink()
    assert [path.name for path in elsewhere.iterdir()] == ["index.html"]
    assert list(elsewhere.parent.iterdir()) == [elsewhere]


def test_a_file_in_the_place_of_the_site_is_refused(tmp_path: Path) -> None:
    """Before anything is built, and it stays as it is."""
    site = tmp_path / "site"
    site.write_text("mine")
    with pytest.raises(NotADirectoryError, match="must be a folder"):
        make_staging_folder(site)
    assert site.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [site]


KILLED = """\
import os, sys
from pathlib import Path
from ptfund._site.publishing.publish import make_staging_folder
(make_staging_folder(Path(sys.argv[1])) / "index.html").write_text("half")
os.kill(os.getpid(), 9)
"""


def test_what_a_killed_build_leaves_is_removed_by_the_next(tmp_path: Path) -> None:
    """And what a living one has begun is not."""
    site = tmp_path / "site"
    living = built(site, "living")
    subprocess.run([sys.executable, "-c", KILLED, str(site)], check=False)
    assert len(list(tmp_path.iterdir())) == 2
    publish(built(site, "next"), site)
    assert sorted(tmp_path.iterdir()) == sorted([living, site])
    publish(living, site)
    assert (site / "index.html").read_text() == "living"


def test_an_unfinished_site_is_removed(tmp_path: Path) -> None:
    """Discarding leaves nothing, also when there is nothing left to discard."""
    staged = built(tmp_path / "site", "half")
    discard_staged(staged)
    discard_staged(staged)
    assert list(tmp_path.iterdir()) == []


def test_many_may_publish_at_once(tmp_path: Path) -> None:
    """Each waits for its turn; the last site stands whole, and no other is left."""
    site = tmp_path / "site"

    def publish_many(publisher: int) -> None:
        for number in range(50):
            staged = make_staging_folder(site)
            for name in ("one", "two"):
                (staged / name).write_text(f"{publisher} {number}")
            publish(staged, site)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish_many, range(4)))
    assert (site / "one").read_text() == (site / "two").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_commit_has_a_date_and_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that Git gave it; before the first, outside a repository, or without Git: none."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert (read_commit_time(tmp_path), read_commit_id(tmp_path)) == ("0", "")
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "-q"], cwd=tmp_path, check=True)
    assert (read_commit_time(tmp_path), read_commit_id(tmp_path)) == ("0", "")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "@86400 +0000")
    commit = [*git, "commit", "-q", "--allow-empty", "-m", "One"]
    subprocess.run(commit, cwd=tmp_path, check=True)
    head = (tmp_path / ".git" / "HEAD").read_text().removeprefix("ref: ").strip()
    assert read_commit_id(tmp_path) == (tmp_path / ".git" / head).read_text().strip()
    assert read_commit_time(tmp_path) == "86400"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (read_commit_time(tmp_path), read_commit_id(tmp_path)) == ("0", "")
