"""Make the steps that runner.py carries out, and take down the lines with which it answers."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from answers import checked

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

    @property
    def failed(self) -> bool:
        """Whether a cell failed, other than one that is as it was handed out."""
        return any(problem["type"] != "NotImplementedError" for problem in self.failures.values())

    def take_down(self, lines: list[dict], steps: list[Step]) -> int | str | None:
        """Take down the lines of a run of these steps; return what the last step that began was about."""
        last = None
        for line in lines:
            number, place = line.get("step"), line.get("place")
            if type(number) is not int or not 0 <= number < len(steps):
                continue
            step = steps[number]
            if step["about"] is None and last is not None:
                continue  # the setup is over: it is a cell that says so
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
        words = "".join(sign if sign.isprintable() else " " for sign in text(report.get(key))[: 2 * length])
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
    """Return the steps that come before the cells of a submission."""
    return [cell(code, None) for code in assignment.setup.values()]


def needed(helper: str, expressions: Iterable[str]) -> str:
    """Return the statements of a helper that these expressions depend on, and no others.

    A submission's functions can look at whatever is defined where they are called; so what only serves to say what is
    right does not go there.
    """
    wanted, kept = names(*(ast.parse(expression.strip()) for expression in expressions)), []
    for statement in reversed(ast.parse(helper).body):
        if _makes(statement) & wanted:
            wanted |= names(statement)
            kept.insert(0, statement)
    return ast.unparse(ast.Module(kept, []))


def names(*trees: ast.AST) -> set[str]:
    """Return the names in parsed code."""
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _makes(statement: ast.stmt) -> set[str]:
    """Return the names that a statement defines or changes; a call by itself may change whatever it names."""
    match statement:
        case ast.FunctionDef() | ast.ClassDef():
            return {statement.name}
        case ast.Import() | ast.ImportFrom():
            return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
        case ast.Assign():
            return names(*statement.targets)
        case ast.AugAssign() | ast.AnnAssign():
            return names(statement.target)
    return names(statement)
