"""List the assignments in a table, as their sources say: title, points, tasks, time and what a student needs; and their hand-outs.

    ```{assignments}
    ```

Each assignment can be downloaded as the zip file that `standoff assignment release --zip` writes, and opened on Binder, where
a repository is known. In Markdown, handout:1-source is the address of such a file.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from assignments.course import COURSE
from autograder.handout import FOLDER, release

from .repository import binder_link


class Assignments(SphinxDirective):
    """Write the table."""

    def run(self) -> list[nodes.Node]:
        """Return the table; nothing if there are no assignments."""
        rows = ["| assignment | get it | time | you need | tasks | points |", "|---|---|---|---|---:|---:|"]
        for name in COURSE.names():
            one = COURSE.read(name)
            self.env.note_dependency(one.folder / f"{name}.md")
            points = sum(task.points for task in one.tasks)
            frame = one.notebook.cells[0].source
            binder = binder_link(self.env.app, f"{FOLDER}/{name}/{name}.ipynb")  # made by binder/postBuild
            get = f"[{name}.zip](handout:{name})" + (f" or [on Binder]({binder})" if binder else "")
            rows.append(
                f"| {one.title} | {get} | {frame_entry(frame, 'Time', name)} | {frame_entry(frame, 'You need', name)} | {len(one.tasks)} | {points} |"
            )
        return self.parse_text_to_nodes("\n".join(rows)) if len(rows) > 2 else []


def frame_entry(frame: str, what: str, name: str) -> str:
    """Return what an assignment's frame says after **what**, up to the next bold word or the end of its paragraph."""
    entry = re.search(rf"\*\*{what}\*\*:?\s+(.+?)(?=\s*\*\*|\n\s*\n|\n:::|\Z)", frame, re.DOTALL)
    if not entry:
        raise ExtensionError(f"the frame of assignment {name} does not say **{what}**")
    return " ".join(entry[1].split()).rstrip(".")


def write_handouts(app: Sphinx, exception: Exception | None) -> None:
    """Write the zip file of each assignment beside the pages."""
    if not exception and app.builder.format == "html":
        for name in COURSE.names():
            release(COURSE, name, Path(app.outdir, "handouts"), zipped=True)


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.add_directive("assignments", Assignments)
    app.connect("build-finished", write_handouts)
