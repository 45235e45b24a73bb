"""Write a page on which prose is marked without a network: each answer with its question and mark scheme, saved as prose.csv."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..source import Assignment, Task, role
from .feedback import templates
from .pictures import pasted
from .tables import KEY, answers, guard

if TYPE_CHECKING:
    from ..batch import Graded

SCRIPT = Path(__file__).parent / "templates" / "mark-prose.js"


def page(rows: list[dict[str, str]], graded: list[Graded]) -> str:
    """Return the page as HTML. rows: of prose.csv; those about no answer of `graded` are kept and not shown."""
    assignments = {one.submission.assignment_name: one.submission.assignment for one in graded}
    notebooks = {
        (guard(one.submission.student), one.submission.assignment_name): one.submission.notebook for one in graded
    }
    current, shown, hidden = answers(graded), defaultdict(list), []
    for row in rows:
        if tuple(row[name] for name in KEY) in current:
            assignment = assignments[row["assignment"]]
            task = next(task for task in assignment.tasks if task.name == row["task"])
            notebook = notebooks[row["student"], row["assignment"]]
            shown[assignment, task].append((row, pasted(notebook, task.name, row["text"])))
        else:
            hidden.append(row)
    sections = [
        {"title": f"{assignment.title}: {task.title}", "most": task.points, "rows": handed_in}
        | _about(assignment, task)
        for (assignment, task), handed_in in sorted(shown.items(), key=lambda item: (item[0][0].name, item[0][1].name))
    ]
    script, digest = _script()
    return (
        templates()
        .get_template("mark-prose.html")
        .render(title="Prose to mark", sections=sections, hidden=hidden, script=script, script_hash=digest)
    )


@cache
def _script() -> tuple[str, str]:
    """Return the page's script, and the hash by which its policy allows this one and no other."""
    script = "\n" + SCRIPT.read_text(encoding="utf-8")
    return script, base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _about(assignment: Assignment, task: Task) -> dict[str, str]:
    """Return the question of a task, and what its own cell holds in the source: model answer and mark scheme."""
    cells = assignment.notebook.cells
    place = next(place for place, cell in enumerate(cells) if role(cell).get("grade_id") == task.name)
    question = next((cell.source for cell in reversed(cells[:place]) if cell.cell_type == "markdown"), "")
    return {"question": question, "scheme": cells[place].source}
