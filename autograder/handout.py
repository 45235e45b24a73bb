"""Make what students get: an assignment without its solutions and hidden parts, with all that it needs.

The cells are those that `nbgrader generate_assignment` makes of the same source (a test compares them), so that nbgrader can
take up what is handed in. On top of that, directives and roles become plain Markdown, which every program shows. The same
source gives the same bytes. Binder makes its hand-outs with this module: it imports nothing that is not installed there.
"""

import hashlib
import json
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .course import Course
from .markdown import plain
from .source import Assignment, AssignmentError, role
from .zips import write_zip

FOLDER = Path("handouts")  # under the current folder
CODE, TEXT = "# YOUR CODE HERE\nraise NotImplementedError()", "YOUR ANSWER HERE"  # nbgrader's words
SECRET = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")


# ---- the notebook ----


def student_version(assignment: Assignment) -> bytes:
    """Return the notebook that is handed out. Raises AssignmentError."""
    notebook = readable(assignment)
    for number, cell in enumerate(notebook.cells):
        _clear(cell, f"{assignment.name}.md, cell {number + 1}")
    return as_bytes(notebook)


def as_bytes(notebook: NotebookNode) -> bytes:
    """Return a notebook as the bytes of its file."""
    return (nbformat.writes(notebook) + "\n").encode()


def readable(assignment: Assignment) -> NotebookNode:
    """Return the source, with solutions, as a notebook in plain Markdown; its cells have fixed ids."""
    cells, course = [], assignment.course
    for number, cell in enumerate(assignment.notebook.cells):
        make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[cell.cell_type]
        source = plain(cell.source, course.role) if course.role and cell.cell_type == "markdown" else cell.source
        cells.append(make(source, id=f"cell-{number}", metadata=json.loads(json.dumps(cell.metadata))))
    metadata = {"kernelspec": assignment.notebook.metadata["kernelspec"], course.name: {"assignment": assignment.name}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _clear(cell: NotebookNode, place: str) -> None:
    """Take out of a cell what students must not see, and lock what they must not change."""
    about, source = role(cell), cell.source
    if about.get("solution"):
        stub = CODE if cell.cell_type == "code" else TEXT
        cell.source = _without(source, "SOLUTION", place, stub)
        if cell.source == source:
            cell.source = stub
    if about.get("grade"):
        cell.source = _without(cell.source, "HIDDEN TESTS", place)
    if secret := SECRET.search(cell.source):
        raise AssignmentError(
            f"{place}: {secret[0]} would be handed out. Remedy: give the cell nbgrader's metadata, and both marks"
        )
    if about.get("solution") or _is_locked(about):
        cell.metadata["deletable"] = False
        about.update(checksum=_checksum(cell), cell_type=cell.cell_type)
    if _is_locked(about):
        cell.metadata["editable"] = False


def _without(source: str, what: str, place: str, stub: str = "") -> str:
    """Return `source` without the lines from BEGIN to END of `what`; the stub takes their place, indented as they were."""
    kept, inside = [], False
    for line in source.split("\n"):
        if f"BEGIN {what}" in line and not inside:
            inside = True
            kept += [re.match(r"\s*", line)[0] + words for words in stub.split("\n") if stub]
        elif f"END {what}" in line and inside:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise AssignmentError(f"{place}: BEGIN {what} has no end. Remedy: write END {what} in a line of its own")
    return "\n".join(kept)


def _is_locked(about: dict) -> bool:
    return not about.get("solution") and bool(about.get("grade") or about.get("locked"))


def _checksum(cell: NotebookNode) -> str:
    """Return nbgrader's checksum of a cell, by which it sees whether the cell was changed."""
    about = role(cell)
    flags = [bool(about.get("grade")), bool(about.get("solution")), _is_locked(about)]
    parts = [cell.source, cell.cell_type, *map(str, flags), about["grade_id"]]
    parts += [str(float(about["points"]))] if about.get("grade") else []
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


# ---- the hand-out ----


def handout(assignment: Assignment) -> dict[str, bytes]:
    """Return all files of a hand-out by their paths, which begin with the name of the assignment."""
    course, name, title = assignment.course, assignment.name, assignment.title
    contents = dict(course.files(assignment)) if course.files else {}
    if course.read_me:
        contents["README.txt"] = course.read_me.format(name=name, title=title, line="=" * len(title)).encode()
    contents[f"{name}.ipynb"] = student_version(assignment)
    return {f"{name}/{path}": content for path, content in contents.items()}


def release(course: Course, name: str, folder: str | Path = FOLDER, zipped: bool = False) -> Path:
    """Write the hand-out of an assignment into `folder`, as a folder or a zip; return its path.

    A notebook in which someone has worked is not written over: AssignmentError.
    """
    assignment = course.read(name)
    contents, name = handout(assignment), assignment.name
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if zipped:
        write_zip(folder / f"{name}.zip", contents)
        return folder / f"{name}.zip"
    notebook = folder / name / f"{name}.ipynb"
    if notebook.is_file() and not _is_untouched(notebook):
        raise AssignmentError(
            f"{notebook}: someone has worked in it. Remedy: move it away, or name another folder with -o"
        )
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder / name


def _is_untouched(path: Path) -> bool:
    """Return whether a notebook is as it was handed out: nothing run, no cell of a task changed, none added."""
    try:
        cells = nbformat.read(path, as_version=4).cells
        return all(
            cell.id == f"cell-{number}"
            and not cell.get("outputs")
            and ("checksum" not in role(cell) or role(cell)["checksum"] == _checksum(cell))
            for number, cell in enumerate(cells)
        )
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, KeyError, AttributeError):
        return False  # a file that is not a notebook is someone's work
