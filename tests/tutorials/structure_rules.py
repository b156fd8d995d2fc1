"""What a chapter is made of, as rules: each lists what breaks it."""

import re

from markdown.extensions.toc import slugify
from nbformat import NotebookNode

from tests.tutorials.reading import CLOSING, bullets, headings, replaced, sections, text_of

END = [CLOSING, "Key observations", "Exercises", "Next"]
PROMISE = re.compile(r"you\s+will\s+be\s+able\s+to:?\n\n((?:- .*\n(?:  .*\n)*)+)")
NO_VERB = {"a", "an", "the", "how", "that", "what", "when", "where", "which", "why", "your"}


def incomplete_openings(cells: list[NotebookNode]) -> list[str]:
    """List what the first cell does not say: the abilities to come, what is needed, how long."""
    opening = cells[0].source + "\n"
    promised = promises(cells)
    found = [f"no verb: {item}" for item in promised if not begins_with_verb(item)]
    if not 3 <= len(promised) <= 5:
        found.append(f"'you will be able to' and {len(promised)} items, not 3 to 5")
    if "**You need**" not in opening:
        found.append("no '**You need**'")
    time = re.search(r"\*\*It\s+takes\*\*\s+about\s+(\d+)\s+minutes", opening)
    if time is None or not 20 <= int(time[1]) <= 40:
        found.append("no '**It takes** about N minutes', N from 20 to 40")
    return found


def promises(cells: list[NotebookNode]) -> list[str]:
    """Return what the reader will be able to do."""
    match = PROMISE.search(cells[0].source + "\n")
    return bullets(match[1]) if match else []


def begins_with_verb(item: str) -> bool:
    """Return whether an item goes on with "to", as far as this can be told."""
    first = item.split(maxsplit=1)[0]
    return bool(re.fullmatch(r"[a-z-]+", first)) and first not in NO_VERB


def incomplete_closings(cells: list[NotebookNode]) -> list[str]:
    """List what the end lacks: its four sections, and an answer to each promise."""
    parts = sections(text_of(cells))
    names = [name for name, _ in parts]
    if names[-len(END) :] != END or any(names.count(name) > 1 for name in END):
        return [f"the last sections are {names[-len(END) :]}"]
    bodies = dict(parts)
    found = [f"nothing in {name}" for name in END if not bodies[name].strip()]
    answers = bullets(bodies[CLOSING])
    if len(answers) != len(promises(cells)):
        found.append(f"{len(promises(cells))} abilities promised, {len(answers)} answered")
    return found


def incomplete_exercises(cells: list[NotebookNode]) -> list[str]:
    """List exercises out of number, tasks without a check, and more or fewer than 3 to 5.

    That each has its hint, solution and reason, the build itself looks after.
    """
    tasks = [name for name, _ in sections(dict(sections(text_of(cells))).get("Exercises", ""), 3)]
    found = [] if 3 <= len(tasks) <= 5 else [f"{len(tasks)} exercises, not 3 to 5"]
    for number, name in enumerate(tasks, 1):
        if not name.startswith(f"{number}. "):
            found.append(f"number {number} is called {name}")
    checks = sum("check" in cell.metadata.get("tags", ()) for cell in cells)
    if checks != len(tasks):
        found.append(f"{len(tasks)} tasks and {checks} checks")
    return found


def seldom_asks(cells: list[NotebookNode]) -> list[str]:
    """List the sections that show without asking, unless most ask."""
    parts = [part for part in sections(text_of(cells)) if part[0] not in END]
    question = re.compile(r'^!!! question "Predict', flags=re.MULTILINE)
    silent = [name for name, text in parts if not question.search(text)]
    return silent if 2 * len(silent) >= len(parts) else []


def unpaired_questions(cells: list[NotebookNode]) -> list[str]:
    """List questions without an answer after the next code cell, and answers without one."""
    events: list[str] = []
    for cell in cells:
        if cell.cell_type == "code":
            events.append("code")
        else:
            events += re.findall(
                r'^(?:!!! question|\?\?\? success) "(\w+)', cell.source, re.MULTILINE
            )
    return re.sub(r"Predict (?:code )+Answer|code", "", " ".join(events)).split()


def misplaced_headings(cells: list[NotebookNode]) -> list[str]:
    """List headings that skip a level, and titles after the first."""
    found, above = [], 0
    for level, words in headings(text_of(cells)):
        if level > above + 1 or (level == 1 and above):
            found.append(words)
        above = level
    return found


def broken_links(cells: list[NotebookNode]) -> list[str]:
    """List links to a heading that the chapter does not have."""
    text = replaced(text_of(cells), fence="")
    slugs = {slugify(words.replace("`", ""), "-") for _, words in headings(text)}
    return [slug for slug in re.findall(r"\]\(#([^)]*)\)", text) if slug not in slugs]


def unproven_observations(cells: list[NotebookNode]) -> list[str]:
    """List key observations that do not link to the section that proved them."""
    observations = dict(sections(text_of(cells))).get("Key observations", "")
    return [bullet for bullet in bullets(observations) if "](#" not in bullet]
