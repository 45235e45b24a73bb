"""Standoff's course: what the autograder has to know about the assignments, their data and their hand-outs."""

import re
from pathlib import Path

from assignments import variant
from autograder import Course
from autograder.markdown import split
from autograder.source import HIDDEN, Assignment
from autograder.zips import files
from formats.shipped import SHIPPED, shipped

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ("answers", "standoff")  # the exercises of the pages ask `answers`
PRELOAD = """
IPython.display matplotlib matplotlib.pyplot networkx numpy pandas standoff standoff.agreement standoff.case
standoff.interactions standoff.rules standoff.text standoff.witnesses
"""
READ_ME = """\
{title}
{line}

1. Keep the files of this folder together: the notebook finds the data and the library beside it.
2. You need Python 3.11 or newer. If you have no Jupyter, install it and the rest in a terminal:
   pip install jupyterlab matplotlib networkx pandas
   (Do not install standoff: it is in this folder, and what an index has under that name is not ours.)
3. Start JupyterLab (jupyter lab) or VS Code in this folder and open {name}.ipynb.
4. Run the cells from the top. Where a cell says YOUR CODE HERE, replace that line and the one after it with your code; where it
   says YOUR ANSWER HERE, write your answer. The cell after a programming task checks it at once and says what is wrong. Do not copy,
   move or delete the cells of a task, because they identify your answer. You may add others.
5. At the end, restart the kernel and run all cells. Save, and hand in {name}.ipynb as your teacher tells you, with anything else
   that the first lines of the notebook ask for.

In Colab: upload this assignment's zip file to the file panel on the left, open the notebook, and run this in a new first cell:
   !unzip -q {name}.zip
   %cd {name}

Code: MIT (LICENSE). Texts and data: Creative Commons Attribution 4.0 (LICENSE-CC-BY.md). From the book "Standoff".
"""


def cases(assignment: Assignment) -> list[str]:
    """Return the folders of data/ that an assignment reads, as far as students see or write."""
    text = "\n".join(HIDDEN.sub("", cell.source) for cell in assignment.notebook.cells)
    named = set(re.findall(r"""(?:\bload\(["']|\bdata/)([\w-]+)""", text))
    named |= {"report"} if "load()" in text else set()
    return sorted(named & {*SHIPPED})


def _handout_files(assignment: Assignment) -> dict[str, bytes]:
    library = files(*LIBRARY, "LICENSE", "LICENSE-CC-BY.md", base=ROOT)
    return library | (shipped(*names) if (names := cases(assignment)) else {})


def _role(name: str, content: str) -> str:
    """Return a role of MyST in words: a chapter by its title."""
    words, target = split(content)
    if name == "doc" and not target:
        path = ROOT / "chapters" / f"{words.rpartition('/')[2]}.md"
        words = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.M)[1]
    return f"`{words}`" if name in ("kbd", "math", "code") else f"*{words}*"


COURSE = Course(
    name="standoff",
    assignments=ROOT / "assignments",
    data=variant.cases,
    library=(ROOT / "standoff",),
    preload=frozenset(PRELOAD.split()),
    files=_handout_files,
    read_me=READ_ME,
    role=_role,
)
