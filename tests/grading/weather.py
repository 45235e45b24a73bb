"""The small course about the weather, and notebooks that its students might hand in: quick to run."""

import json
from pathlib import Path

from autograder.course import find_course
from autograder.handout import student_version

COURSE = find_course(Path(__file__).parent / "foreign")
NAME = "1-rain"
FILE = f"{NAME}.ipynb"
RIGHT = 'wet_days = int((month()["mm"] >= 1).sum())'
CHECK, SETUP, PROSE = "wet_days_check", "setup", "explain"


def notebook(code=RIGHT, prose="It does not say how much.", change=None):
    """A notebook as bytes; `change` does something to its list of cells, which `cell` finds in it."""
    content = json.loads(student_version(COURSE.read(NAME)))
    cells = content["cells"]
    for one in cells:
        one["source"] = "".join(one["source"])
    if code is not None:
        cell(cells, "wet_days")["source"] = code
    if prose is not None:
        cell(cells, PROSE)["source"] = prose
    if change:
        change(cells)
    return json.dumps(content).encode()


def cell(cells, name):
    return next(one for one in cells if one["metadata"].get("nbgrader", {}).get("grade_id") == name)


def place(cells, name):
    return cells.index(cell(cells, name))


def text(source, kind="markdown"):
    """A cell of the student's own."""
    return {"cell_type": kind, "source": source, "metadata": {}}
