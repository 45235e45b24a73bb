"""No self-check of a hand-out passes what an earlier run has left behind, even if the cell above it is no Python any more."""

import json
import subprocess
import sys

import pytest

from answers.leftovers import MADE
from assignments.course import COURSE
from autograder.handout import handout, student_version
from autograder.source import role

FIRST_RUN_THEN_BROKEN = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
cells, found = json.load(sys.stdin), {}
for name, source, check in cells:
    assert check or shell.run_cell(source).success, name
    if check:
        before = shell.run_cell(source).success, shell.run_cell(check).success
        broken = shell.run_cell(source + "\\n)").success, shell.run_cell(check).success
        again = shell.run_cell(source).success, shell.run_cell(check).success
        found[name] = before, broken, again
print("FOUND" + json.dumps(found))
"""


@pytest.mark.parametrize("name", [name for name in COURSE.names() if not name.startswith("6")])  # which checks files
def test_no_check_passes_what_an_earlier_run_has_left(tmp_path, name):
    """Each solution is run, then spoilt by a SyntaxError, then run again; its check as it is handed out, after each."""
    assignment = COURSE.read(name)
    for path, content in handout(assignment).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    handed_out = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in json.loads(student_version(assignment))["cells"]
        if "nbgrader" in cell["metadata"]
    }
    solutions = {role(cell).get("grade_id"): cell.source for cell in assignment.notebook.cells}
    cells = [(setup, handed_out[setup], "") for setup in assignment.setup]
    cells += [(task.name, solutions[task.name], handed_out[task.check]) for task in assignment.tasks if not task.prose]
    done = subprocess.run(
        [sys.executable, "-c", FIRST_RUN_THEN_BROKEN],
        **{"input": json.dumps(cells), "capture_output": True, "text": True, "cwd": tmp_path / name, "timeout": 300},
    )
    assert "FOUND" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(done.stdout.partition("FOUND")[2])
    assert len(found) >= 3
    assert found == {task: [[True, True], [False, False], [True, True]] for task in found}


def test_what_a_cell_was_to_define_is_read_from_its_lines():
    source = "def one(case):\n    two = 1\nasync def three(): pass\nclass Four:\nfive = 5\nsix: int = 6\nseven == 7\neight[0] = 8\n"
    assert ["".join(names) for names in MADE.findall(source)] == ["one", "three", "Four", "five", "six"]
