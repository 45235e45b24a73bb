"""What students get: an assignment without its solutions and hidden parts, made from its one source, with all that it needs.

The cells are those that `nbgrader generate_assignment` makes of the same source (a test compares them), so that nbgrader can
take up what is handed in. On top of that, directives and roles become plain Markdown, which every program shows. The same
source gives the same bytes. Binder makes its hand-outs with this module: it imports nothing that is not installed there.
"""

import hashlib
import json
import re
from pathlib import Path

import nbformat

from standoff.shipped import SHIPPED, shipped

from .markdown import plain, split
from .source import AssignmentError, role
from .zips import ROOT, files, write_zip

FOLDER = Path("handouts")  # under the current folder
CODE, TEXT = "# YOUR CODE HERE\nraise NotImplementedError()", "YOUR ANSWER HERE"  # nbgrader's words
SECRET = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
RIGHTS = ["LICENSE", "LICENSE-CC-BY.md"]
READ_ME = """\
{title}
{line}

1. Keep the files of this folder together: the notebook finds the data and the library beside it.
2. You need Python 3.11 or newer. If you have no Jupyter, install it and the rest in a terminal:
   pip install jupyterlab matplotlib networkx frictionless pandas
3. Start JupyterLab (jupyter lab) or VS Code in this folder and open {name}.ipynb.
4. Run the cells from the top. Where a cell says YOUR CODE HERE, replace that line and the one after it by your code; where it
   says YOUR ANSWER HERE, write your answer. The cell after a task of code checks it at once and says what is wrong. Do not copy,
   move or delete the cells of a task: by them your answer is found. You may add others.
5. At the end restart the kernel and run all cells. Save, and hand in {name}.ipynb the way your teacher says, with whatever else
   the first lines of the notebook ask for.

In Colab: upload the zip file of this assignment into the files at the left, open the notebook, and run in a new first cell
   !unzip -q {name}.zip
   %cd {name}

Code: MIT (LICENSE). Texts and data: Creative Commons Attribution 4.0 (LICENSE-CC-BY.md). From the book "Standoff".
"""


# ---- the notebook ----


def student_version(assignment):
    """The notebook that is handed out, as bytes. Raises AssignmentError."""
    notebook = readable(assignment)
    for number, cell in enumerate(notebook.cells):
        _clear(cell, f"{assignment.name}.md, cell {number + 1}")
    return as_bytes(notebook)


def as_bytes(notebook):
    """A notebook as the bytes of its file."""
    return (nbformat.writes(notebook) + "\n").encode()


def readable(assignment):
    """The whole source, with solutions, as a notebook in plain Markdown; its cells have fixed ids."""
    cells = []
    for number, cell in enumerate(assignment.notebook.cells):
        make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[cell.cell_type]
        source = plain(cell.source, _role) if cell.cell_type == "markdown" else cell.source
        cells.append(make(source, id=f"cell-{number}", metadata=json.loads(json.dumps(cell.metadata))))
    about = {"kernelspec": assignment.notebook.metadata["kernelspec"], "standoff": {"assignment": assignment.name}}
    return nbformat.v4.new_notebook(cells=cells, metadata=about)


def _role(name, content):
    """A role of MyST in words: a chapter by its title."""
    words, target = split(content)
    if name == "doc" and not target:
        path = ROOT / "chapters" / f"{words.rpartition('/')[2]}.md"
        words = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.M)[1]
    return f"`{words}`" if name in ("kbd", "math", "code") else f"*{words}*"


def _clear(cell, place):
    """Take out of a cell what students must not see, and lock what they must not change."""
    about, whole = role(cell), cell.source
    if about.get("solution"):
        stub = CODE if cell.cell_type == "code" else TEXT
        cell.source = _without(whole, "SOLUTION", place, stub)
        if cell.source == whole:
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


def _without(source, what, place, stub=""):
    """`source` without the lines from BEGIN to END of `what`; the stub takes their place, indented as they were."""
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


def _is_locked(about):
    return not about.get("solution") and bool(about.get("grade") or about.get("locked"))


def _checksum(cell):
    """Nbgrader's checksum of a cell, by which it sees whether the cell was changed."""
    about = role(cell)
    flags = [bool(about.get("grade")), bool(about.get("solution")), _is_locked(about)]
    parts = [cell.source, cell.cell_type, *map(str, flags), about["grade_id"]]
    parts += [str(float(about["points"]))] if about.get("grade") else []
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


# ---- the hand-out ----


def handout(assignment):
    """All files of a hand-out: dict of bytes by their names, which begin with the name of the assignment's folder."""
    name, title = assignment.name, assignment.title
    contents = files("standoff", "answers", *RIGHTS) | (shipped(*names) if (names := cases(assignment)) else {})
    contents["README.txt"] = READ_ME.format(name=name, title=title, line="=" * len(title)).encode()
    contents[f"{name}.ipynb"] = student_version(assignment)
    return {f"{name}/{path}": content for path, content in contents.items()}


def cases(assignment):
    """The folders of data/ that an assignment reads, as far as students see or write: sorted list of str."""
    text = "\n".join(_without(cell.source, "HIDDEN TESTS", assignment.name) for cell in assignment.notebook.cells)
    named = set(re.findall(r"""(?:\bload\(["']|\bdata/)([\w-]+)""", text))
    named |= {"report"} if "load()" in text else set()
    return sorted(named & set(SHIPPED))


def release(assignment, folder=FOLDER, zipped=False):
    """Write a hand-out into `folder`, as a folder or a zip; return its Path.

    A notebook in which somebody has worked is not written over: AssignmentError.
    """
    contents, name = handout(assignment), assignment.name
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if zipped:
        write_zip(folder / f"{name}.zip", contents)
        return folder / f"{name}.zip"
    notebook = folder / name / f"{name}.ipynb"
    if notebook.is_file() and not _is_untouched(notebook):
        raise AssignmentError(
            f"{notebook}: somebody has worked in it. Remedy: move it away, or name another folder with -o"
        )
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder / name


def _is_untouched(path):
    """Whether a notebook is as it was handed out: nothing run, no cell of a task changed, none added."""
    try:
        cells = nbformat.read(path, as_version=4).cells
        return all(
            cell.id == f"cell-{number}"
            and not cell.get("outputs")
            and ("checksum" not in role(cell) or role(cell)["checksum"] == _checksum(cell))
            for number, cell in enumerate(cells)
        )
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, KeyError, AttributeError):
        return False  # what is no notebook is not ours to replace
