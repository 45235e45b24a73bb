"""A small assignment, and notebooks that students might hand in for it."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import jupytext

from assignments.course import COURSE
from autograder import Course, source

NAME = "9-sample"
HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

# Assignment 9. Count what a case holds
"""
CELL = """
```{{code-cell}} ipython3
---
nbgrader:
  grade: {grade}
  grade_id: {name}
  locked: {locked}
{points}  schema_version: 3
  solution: {solution}
  task: false
---
{source}
```
"""
PROSE = """
+++ {"nbgrader": {"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}}

The model answer.

=== BEGIN MARK SCHEME ===
what to look for
=== END MARK SCHEME ===
"""
SOLUTIONS = {
    "n_claims": "def n_claims(case):\n    return len(case.claims)",
    "share": 'def share(case, who):\n    return (case.claims["source"] == who).mean()',
}
HIDDEN_WORD = "hiddenseam"


def _cell(name, source, grade=False, locked=False, solution=False, points=""):
    values = {
        key: str(value).lower() for key, value in {"grade": grade, "locked": locked, "solution": solution}.items()
    }
    return CELL.format(name=name, source=source, points=f"  points: {points}\n" if points else "", **values)


def _task(name, right, mistakes, points):
    solution = f"### BEGIN SOLUTION\n{SOLUTIONS[name]}\n### END SOLUTION"
    call = "n_claims(case)" if name == "n_claims" else "share(case, 'narrator')"
    check = (
        f"assert {name}, 'write a function'\n### BEGIN HIDDEN TESTS\nfrom autograder import compare\n"
        f"{HIDDEN_WORD} = 1\ncompare({call!r}, {right!r}, mistakes={mistakes!r})\n### END HIDDEN TESTS"
    )
    return _cell(name, solution, solution=True) + _cell(f"{name}_check", check, True, True, points=points)


def source_text():
    """The assignment's source."""
    mean = "(case.claims['source'] == 'narrator').mean()"
    told = {"(case.claims['source'] == 'narrator').sum()": "This is a count: divide by the number of claims."}
    return (
        HEAD
        + _cell("setup", 'import pandas as pd\nfrom standoff import load\n\ncase = load("report")', locked=True)
        + "\n## Task 1. How many claims?\n"
        + _task("n_claims", "case.claims['claim_id'].nunique()", {}, 2)
        + "\n## Task 2. What share does a source have?\n"
        + _task("share", mean, told, 3)
        + "\n## Task 3. What does the share not say?\n"
        + PROSE
    )


def write_assignment(folder, name=NAME):
    """The assignment's source, in a folder of assignments."""
    (folder / name).mkdir(parents=True)
    (folder / name / f"{name}.md").write_text(source_text(), encoding="utf-8")


def sample(folder: Path) -> Course:
    """The course of which the small assignment, in `folder`, is the only one."""
    write_assignment(folder)
    return replace(COURSE, assignments=folder)


def notebook(prose="YOUR ANSWER HERE", name=NAME, **answers):
    """A notebook as bytes: what a student wrote by task; without any, as it was handed out."""
    book = jupytext.reads(source_text(), fmt="md:myst")
    book.metadata["standoff"] = {"assignment": name}
    for number, cell in enumerate(book.cells):
        cell["id"] = f"c{number}"
        task = source.role(cell).get("grade_id", "").removesuffix("_check")
        if source.role(cell).get("solution") and cell.cell_type == "code":
            cell.source = answers.get(task, "# YOUR CODE HERE\nraise NotImplementedError()")
        elif source.role(cell).get("solution"):
            cell.source = prose
        cell.source = source.HIDDEN.sub("", cell.source)
    return json.dumps(book, indent=1).encode()


def right(prose="A share says how often, not how much."):
    return notebook(prose, **SOLUTIONS)


def zipped(path, files):
    """A zip file with these contents (bytes by name, or by ZipInfo)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return Path(path)


def put(root, files):
    """Files with these contents (bytes by relative path)."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root
