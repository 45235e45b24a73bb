"""What is asked of a run, and what it said: steps for runner.py made of an assignment, and its lines taken down."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from answers import checked

from .. import source as sources
from ..intake.submission import text

LIBRARIES = {"IPython.display", "matplotlib", "matplotlib.pyplot", "networkx", "numpy", "standoff"}
OURS = {f"standoff.{path.stem}" for path in Path(sources.__file__).parents[1].glob("[a-z]*.py")}


@dataclass
class Said:
    """What came out of the runs of some steps.

    answers: plain data by question; problems: of questions without an answer (dict of type, message, name, line);
    failures: such problems by cell; ended: why a run ended there, by cell or task; lost: why runs were given up, or "".
    A question is (task, number of the comparison); a cell is its number in the submission.
    """

    answers: dict = field(default_factory=dict)
    problems: dict = field(default_factory=dict)
    failures: dict = field(default_factory=dict)
    ended: dict = field(default_factory=dict)
    lost: str = ""

    def listen(self, lines, steps):
        """Take down the lines of a run of these steps; what the last of them was about, None if there is none."""
        last = None
        for line in lines:
            number, place = line.get("step"), line.get("place")
            if type(number) is not int or not 0 <= number < len(steps):
                continue
            step = steps[number]
            last = step["about"]
            if step["kind"] == "cell" and "failed" in line:
                self.failures.setdefault(last, _problem(line["failed"]))
            elif step["kind"] == "ask" and type(place) is int and 0 <= place < len(step["keys"]):
                key = step["keys"][place]
                if "value" in line and key not in self.answers and (value := checked(line["value"])):
                    self.answers[key] = value
                elif "problem" in line:
                    self.problems[key] = _problem(line["problem"])
        return last


def _problem(said):
    """What a run says went wrong: short texts and a number, whatever it says."""
    said = said if isinstance(said, dict) else {}

    def short(key, length):
        words = "".join(one if one.isprintable() else " " for one in text(said.get(key))[: 2 * length])
        return " ".join(words.split())[:length]

    kind, line = short("type", 80), said.get("line")
    return {
        "type": kind if kind.isidentifier() else "Exception",
        "message": short("message", 300),
        "name": short("name", 80),
        "line": line if type(line) is int and 0 < line < 1_000_000 else None,
    }


def cell(source, about):
    """The step that runs a cell. about: what is to blame if the run ends there; None for what the assignment brings."""
    return {"kind": "cell", "source": source, "about": about}


def ask(task, helper, questions):
    """The step that asks questions: a dict of expressions by key, asked again at the end if one of them has no answer."""
    return {
        "kind": "ask",
        "about": task,
        "helper": helper,
        "keys": list(questions),
        "expressions": list(questions.values()),
    }


def setup(assignment):
    """Steps with the locked cells that belong to no task."""
    return [cell(one.source, None) for one in assignment.notebook.cells if _is_setup(one)]


def _is_setup(one):
    about = sources.role(one)
    return one.cell_type == "code" and about.get("locked") and not about.get("grade") and not about.get("solution")


def locked(assignment):
    """The grade_ids of all cells that students cannot change: they are not taken from a submission."""
    return {about["grade_id"] for one in assignment.notebook.cells if (about := sources.role(one)).get("locked")}


def helpers(assignment):
    """What the hidden part of a task says besides comparing, by task: str."""
    cells = {sources.role(one).get("grade_id"): one.source for one in assignment.notebook.cells}
    return {task.name: _helper(cells[task.check]) for task in assignment.tasks if not task.prose}


def _helper(source):
    tree = ast.parse("".join(sources.HIDDEN.findall(source)))
    tree.body = [statement for statement in tree.body if not _compares(statement)]
    return ast.unparse(tree)


def needed(helper, expressions):
    """The statements of a helper that these expressions depend on (str), and no others.

    A submission's functions can look at whatever is defined where they are called; so what only serves to say what is
    right does not go there.
    """
    wanted, kept = set().union(*map(names, expressions)), []
    for statement in reversed(ast.parse(helper).body):
        if _makes(statement) & wanted:
            wanted |= _names(statement)
            kept.insert(0, statement)
    return ast.unparse(ast.Module(kept, []))


def names(expression):
    """The names in an expression (str): a set."""
    return _names(ast.parse(expression.strip()))


def _names(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _makes(statement):
    """The names that a statement defines or changes; a call by itself may change whatever it names."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(one.asname or one.name).partition(".")[0] for one in statement.names}
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return set().union(*map(_names, targets))
    return _names(statement)


def _compares(statement):
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "answers.compare"
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "compare"


def imports(codes):
    """Names of the modules that code wants and that may be imported before any of it runs: a sorted list of str."""
    wanted = set()
    for code in codes:
        for module, names in re.findall(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+([\w., \t]+)", code, re.M):
            names = {name.split()[0] for name in names.split(",") if name.strip()}
            wanted |= {module, *(f"{module}.{name}" for name in names)} if module else names
    return sorted(wanted & (LIBRARIES | OURS))
