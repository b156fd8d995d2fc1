"""The command that lists what is done and corrects files: `python -m ptfund.exercises`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ptfund._site.publishing.workbook import compose_workbook
from ptfund.exercises import EXERCISES
from ptfund.exercises.__main__ import correct, main, overview
from tests.book import CHAPTERS
from tests.exercises.answers import ASKED

CHAPTER = CHAPTERS[0]
NAMES = EXERCISES["01_tensors"]
MINE = [asked.exercise for asked in ASKED.values() if asked.chapter == CHAPTER]
STUBS = compose_workbook(CHAPTER, MINE)


def solved(*names: str) -> str:
    """Return the file of chapter 1 in which some exercises are solved."""
    text = STUBS
    for name in names:
        assert ASKED[name].exercise.stub in text
        text = text.replace(f"# %%\n{ASKED[name].exercise.stub}", f"# %%\n{ASKED[name].solution}")
    return text


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of chapter 1, in the folder of a learner who is there."""
    monkeypatch.chdir(tmp_path)
    path = Path("exercises/01_tensors.py")
    path.parent.mkdir()
    path.write_text(STUBS, "utf-8")
    return path


def test_all_is_to_be_done(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At the beginning nothing is done; each exercise says so."""
    assert correct([work]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(NAMES)
    assert sum("is not written yet" in line for line in lines) == len(NAMES) - 1


def test_all_is_done(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each exercise, and success."""
    work.write_text(solved(*NAMES), "utf-8")
    assert correct([work]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{name}: passed." for name in NAMES]


def test_overview_lists_every_exercise(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what is done, and the files that are not there."""
    work.write_text("print('noise')\n" + solved("one_hot"), "utf-8")
    assert overview() == 1
    text = capsys.readouterr().out
    assert "noise" not in text
    assert text.startswith(
        "exercises/01_tensors.py\n  not done  five_shapes\n  done      one_hot\n"
    )
    assert "exercises/02_autograd.py is not there: `make exercises` writes it\n" in text
    total = sum(map(len, EXERCISES.values()))
    assert text.count("  not done  ") == total - 1
    assert text.endswith(f"1 of {total} exercises are done.\n")


def test_overview_succeeds_when_all_is_done(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then, and only then, it ends without an error."""
    monkeypatch.setattr("ptfund.exercises.__main__.EXERCISES", {"01_tensors": NAMES})
    work.write_text(solved(*NAMES), "utf-8")
    assert overview() == 0
    assert capsys.readouterr().out.endswith("5 of 5 exercises are done.\n")


def test_a_mistake_hides_no_other_answer(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A statement that fails is named with its line, and makes the command fail."""
    text = solved(*NAMES).replace(
        "# %%\ncheck(one_hot)", "# %%\nlen(missing)\nimport sys; sys.exit()"
    )
    work.write_text(text, "utf-8")
    assert correct([work]) == 1
    lines = capsys.readouterr().out.splitlines()
    line = text.splitlines().index("len(missing)") + 1
    assert lines == [
        f"{work}:{line}: NameError: name 'missing' is not defined",
        f"{work}:{line + 1}: SystemExit: ",
        *(f"{name}: passed." for name in NAMES),
    ]


def test_a_mistake_in_a_function_is_told_with_its_own_line(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not with the line that calls the function, and not with one of the library's."""
    product = "torch.zeros(2) @ torch.zeros(3)"
    work.write_text(f"import torch\n\ndef mistaken():\n    {product}\n\nmistaken()\n", "utf-8")
    assert correct([work]) == 1
    assert capsys.readouterr().out.startswith(f"{work}:4: RuntimeError: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x = 1\ny = (\n", "exercises/01_tensors.py:2: SyntaxError: '(' was never closed"),
        (b"x = '\xff'", "exercises/01_tensors.py: 'utf-8' codec can't decode"),
    ],
)
def test_a_file_that_is_no_python(
    content: bytes, said: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named with its line."""
    work.write_bytes(content)
    assert correct([work]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(said)
    assert lines[1] == "five_shapes: five_shapes is not defined"


def test_what_a_learner_defines_can_be_pickled(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file is a module as any other: dataclasses and pickle find it."""
    extra = (
        "import pickle\nfrom dataclasses import dataclass\n\n@dataclass\nclass Point:\n"
        "    x: 'int'\n\nassert pickle.loads(pickle.dumps(Point(1))).x == 1\n"
    )
    work.write_text(extra + solved(*NAMES), "utf-8")
    assert correct([work]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("exercises/01_tensor.py", "must be named as a chapter"),
        ("elsewhere/01_tensors.py", "elsewhere/01_tensors.py is no file"),
    ],
)
def test_wrong_arguments(
    argument: str, said: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are named."""
    assert work.exists()
    with pytest.raises(SystemExit, match="2"):
        main([argument])
    assert said in capsys.readouterr().err


def test_the_command(work: Path) -> None:
    """As a learner calls it: exit code 1 while something is wrong, 0 then."""
    command = [sys.executable, "-m", "ptfund.exercises"]

    def called(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    listed = called()
    assert listed.returncode == 1
    assert listed.stdout.endswith("exercises are done.\n")
    assert listed.stderr == ""
    work.write_text(solved(*NAMES), "utf-8")
    assert called(str(work)).returncode == 0
