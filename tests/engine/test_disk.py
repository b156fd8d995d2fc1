"""A file is written whole, or not at all."""

from pathlib import Path

import pytest

from ptfund._site.disk import write_whole


def test_a_file_and_its_folders_are_written(tmp_path: Path) -> None:
    """What was there before is replaced, and nothing else is left."""
    path = tmp_path / "new" / "file.txt"
    for text in ("one", "two ≤ three"):
        write_whole(path, text)
        assert path.read_text(encoding="utf-8") == text
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("step", ["write_text", "replace"])
def test_a_refusal_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Nothing is left of the attempt, wherever the disk is full."""
    path = tmp_path / "file.txt"
    write_whole(path, "one")
    genuine = getattr(Path, step)

    def refuse(self: Path, *_: object, **settings: str) -> None:
        if step == "write_text":
            genuine(self, "tw", **settings)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, step, refuse)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "two")
    assert path.read_text(encoding="utf-8") == "one"
    assert list(tmp_path.iterdir()) == [path]
