"""Turn an assignment into steps for runner.py, and take down the lines that a run answers."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from answers import checked

from .. import source
from ..intake.submission import text
from ..source import Assignment

Step = dict  # what runner.py does next: see `cell` and `ask`


@dataclass
class Record:
    """What the runs of some steps answered.

    answers: plain data by question; problems: of questions without an answer (dict of type, message, name, line);
    failures: such problems by cell; ended: why a run ended there, by cell or task; lost: why runs were given up, or "".
    A question is (task, number of the comparison); a cell is its number in the submission.
    """

    answers: dict = field(default_factory=dict)
    problems: dict = field(default_factory=dict)
    failures: dict = field(default_factory=dict)
    ended: dict = field(default_factory=dict)
    lost: str = ""

    def take_down(self, lines: list[dict], steps: list[Step]) -> int | str | None:
        """Take down the lines of a run of these steps; return what the last step that began was about."""
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


def _problem(report: object) -> dict:
    """Return what a run says went wrong: short texts and a number, whatever it says."""
    report = report if isinstance(report, dict) else {}

    def short(key, length):
        words = "".join(one if one.isprintable() else " " for one in text(report.get(key))[: 2 * length])
        return " ".join(words.split())[:length]

    kind, line = short("type", 80), report.get("line")
    return {
        "type": kind if kind.isidentifier() else "Exception",
        "message": short("message", 300),
        "name": short("name", 80),
        "line": line if type(line) is int and 0 < line < 1_000_000 else None,
    }


def cell(code: str, about: int | None) -> Step:
    """Return the step that runs a cell. about: its number in the submission; None for what the assignment brings."""
    return {"kind": "cell", "source": code, "about": about}


def ask(task: str, helper: str, questions: dict) -> Step:
    """Return the step that asks questions, expressions by key: in a run, once more if one of them had no answer."""
    asked = {"keys": list(questions), "expressions": list(questions.values())}
    return {"kind": "ask", "about": task, "helper": helper, **asked}


def setup(assignment: Assignment) -> list[Step]:
    """Return steps with the locked cells that belong to no task."""
    return [cell(one.source, None) for one in assignment.notebook.cells if _is_setup(one)]


def _is_setup(cell: NotebookNode) -> bool:
    about = source.role(cell)
    return cell.cell_type == "code" and about.get("locked") and not about.get("grade") and not about.get("solution")


def locked(assignment: Assignment) -> set[str]:
    """Return the grade_ids of all cells that students cannot change: they are not taken from a submission."""
    return {about["grade_id"] for one in assignment.notebook.cells if (about := source.role(one)).get("locked")}


def helpers(assignment: Assignment) -> dict[str, str]:
    """Return the code of each task's hidden part but for its comparisons."""
    cells = {source.role(one).get("grade_id"): one.source for one in assignment.notebook.cells}
    return {task.name: _helper(cells[task.check]) for task in assignment.tasks if not task.prose}


def _helper(check: str) -> str:
    tree = ast.parse("".join(source.HIDDEN.findall(check)))
    tree.body = [statement for statement in tree.body if not _compares(statement)]
    return ast.unparse(tree)


def needed(helper: str, expressions: Iterable[str]) -> str:
    """Return the statements of a helper that these expressions depend on, and no others.

    A submission's functions can look at whatever is defined where they are called; so what only serves to say what is
    right does not go there.
    """
    wanted, kept = set().union(*map(names, expressions)), []
    for statement in reversed(ast.parse(helper).body):
        if _makes(statement) & wanted:
            wanted |= _names(statement)
            kept.insert(0, statement)
    return ast.unparse(ast.Module(kept, []))


def names(expression: str) -> set[str]:
    """Return the names in an expression."""
    return _names(ast.parse(expression.strip()))


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _makes(statement: ast.stmt) -> set[str]:
    """Return the names that a statement defines or changes; a call by itself may change whatever it names."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(one.asname or one.name).partition(".")[0] for one in statement.names}
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return set().union(*map(_names, targets))
    return _names(statement)


def _compares(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "autograder"
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "compare"


def imports(codes: Iterable[str], allowed: frozenset[str]) -> list[str]:
    """Return the modules, of those allowed, that code imports: they may be imported before any of it runs."""
    wanted = set()
    for code in codes:
        for module, names in re.findall(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+([\w., \t]+)", code, re.M):
            names = {name.split()[0] for name in names.split(",") if name.strip()}
            wanted |= {module, *(f"{module}.{name}" for name in names)} if module else names
    return sorted(wanted & allowed)
