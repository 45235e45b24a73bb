"""The assignments in a table, as their sources say: title, points, tasks, time and what a student needs.

    ```{assignments}
    ```
"""

import re

from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from standoff.grading import assignment


class Assignments(SphinxDirective):
    def run(self):
        rows = ["| assignment | time | you need | tasks | points |", "|---|---|---|---:|---:|"]
        for name in assignment.names():
            one = assignment.read(name)
            self.env.note_dependency(one.folder / f"{name}.md")
            points = sum(task.points for task in one.tasks)
            frame = one.notebook.cells[0].source
            rows.append(f"| {one.title} | {said(frame, 'Time', name)} | {said(frame, 'You need', name)} | {len(one.tasks)} | {points} |")
        return self.parse_text_to_nodes("\n".join(rows)) if len(rows) > 2 else []


def said(frame, what, name):
    """What an assignment's frame says after **what**, up to the next bold word or the end of its paragraph."""
    found = re.search(rf"\*\*{what}\*\*:?\s+(.+?)(?=\s*\*\*|\n\s*\n|\n:::|\Z)", frame, re.DOTALL)
    if not found:
        raise ExtensionError(f"the frame of assignment {name} does not say **{what}**")
    return " ".join(found[1].split()).rstrip(".")


def setup(app):
    app.add_directive("assignments", Assignments)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
