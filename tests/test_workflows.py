"""What the host is told to run: only lines that were run here, and actions that cannot change."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
READTHEDOCS = ROOT / ".readthedocs.yaml"

# Beside targets of make. Each was run as written, on Linux.
LINES = {
    "python -m pip install -c constraints.txt uv",
    'python -m pip install -c constraints.txt -e ".[test]"',
    'python -m pytest "@tests/package.txt"',
    "python tutorials/01_tensors.py",
    "exit 1",
    (
        'PTFUND_SITE_URL="$READTHEDOCS_CANONICAL_URL" PTFUND_REPO_URL="$(echo '
        '"$READTHEDOCS_GIT_CLONE_URL" | '
        "sed -E 's#^git@([^:]+):#https://\\1/#; s#\\.git$##')\" make site"
    ),
    'mkdir -p "$READTHEDOCS_OUTPUT/html" && cp -r site/. "$READTHEDOCS_OUTPUT/html/"',
}
# The one job that may write, and the one of its steps that knows how.
WRITES = ("publish", "publish", "make publish")

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    """Return what a file says; YAML 1.1 takes the key `on` for a truth."""
    said: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in said.items()}


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """Return the jobs of a workflow by their names."""
    found: dict[str, dict[str, Any]] = read(path)["jobs"]
    return found


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the steps of all jobs of a workflow."""
    for job in jobs(path).values():
        yield from job["steps"]


def commands() -> set[str]:
    """Return every line that a host is told to run."""
    lines = {step["run"].strip() for path in WORKFLOWS for step in steps(path) if "run" in step}
    told = read(READTHEDOCS)["build"]["jobs"]
    return lines | {*told["install"], *told["build"]["html"]}


def test_every_line_is_a_target_or_listed() -> None:
    """And every listed line is still in use."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    assert WORKFLOWS
    run = commands()
    assert run - LINES <= {f"make {target}" for target in targets}
    assert run >= LINES


@every_workflow
def test_nothing_is_permitted_unasked(path: Path) -> None:
    """A workflow has no permission; each job names its own, and how long it may take."""
    assert read(path)["permissions"] == {}
    assert read(path)["concurrency"]["group"]
    for name, job in jobs(path).items():
        may_write = (path.stem, name) == WRITES[:2]
        allowed = {"contents": "write"} if may_write else {"contents": "read"}
        assert job["permissions"] in ({}, allowed), name
        assert job["timeout-minutes"] <= 60, name


@every_workflow
def test_actions_are_the_hosts_and_pinned(path: Path) -> None:
    """Each names a commit, and behind it the version; one version has one commit everywhere."""
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    for action, comment in used:
        assert re.fullmatch(r"(actions|pypa)/[\w-]+(/\w+)?@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    everywhere = "".join(other.read_text(encoding="utf-8") for other in WORKFLOWS)
    pins = set(re.findall(r"uses: ([\w/-]+?)(?:/restore|/save)?@(\S+) # (\S+)", everywhere))
    assert len({repository for repository, _, _ in pins}) == len(pins)


@every_workflow
def test_no_credentials_are_left_behind(path: Path) -> None:
    """A checkout keeps no token for later steps."""
    checkouts = [step for step in steps(path) if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every_workflow
def test_one_step_alone_sees_the_token(path: Path) -> None:
    """It pushes; steps that run chapters or install packages do not see it."""
    assert "token" not in json.dumps({**read(path), "jobs": {}}).lower()
    seeing = [
        (path.stem, name, step.get("run"))
        for name, job in jobs(path).items()
        for step in [*job["steps"], {**job, "steps": []}]
        if re.search("token|secrets", json.dumps(step), re.IGNORECASE)
    ]
    assert seeing == ([WRITES] if path.stem == WRITES[0] else [])


def test_the_last_job_waits_for_all_others() -> None:
    """So that a branch's protection needs to name no other; it fails if one of them has."""
    (ci,) = [path for path in WORKFLOWS if path.stem == "ci"]
    last = jobs(ci)["all-well"]
    assert set(last["needs"]) == jobs(ci).keys() - {"all-well"}
    assert last["if"] == "always()"
    ends = [f"contains(needs.*.result, '{end}')" for end in ("failure", "cancelled")]
    assert last["steps"] == [{"if": " || ".join(ends), "run": "exit 1"}]


def test_pythons_begin_with_the_oldest_that_is_promised() -> None:
    """The tests run on each minor version from the one that pyproject.toml requires."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    required = settings["project"]["requires-python"].removeprefix(">=")
    (ci,) = [path for path in WORKFLOWS if path.stem == "ci"]
    pythons = jobs(ci)["test"]["strategy"]["matrix"]["python"]
    assert required.rpartition(".")[0] == pythons[0]
    assert pythons == [f"3.{minor}" for minor in range(11, 11 + len(pythons))]
    assert len(pythons) == 4


def test_runs_are_restored_and_saved() -> None:
    """From main they are saved under the commit; everywhere the newest are restored."""
    (publish,) = [path for path in WORKFLOWS if path.stem == "publish"]
    kept = {"path": ".cache/ptfund", "key": "runs-${{ github.sha }}"}
    restore = ("actions/cache/restore", {**kept, "restore-keys": "runs-"})
    cached = {
        name: [
            (step["uses"].partition("@")[0], step["with"])
            for step in job["steps"]
            if "cache" in step.get("uses", "")
        ]
        for name, job in jobs(publish).items()
    }
    assert cached == {"preview": [restore], "publish": [restore, ("actions/cache/save", kept)]}
