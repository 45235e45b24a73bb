"""Write the class report: how the tasks went, what was answered wrongly most often, and what waits for the teacher."""

from __future__ import annotations

import base64
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..source import Assignment
from .feedback import file_names, link, templates
from .tables import format_points, known_points

if TYPE_CHECKING:
    from ..batch import Graded

MEANINGS = {
    "graded": "all cells ran, all tasks were looked at",
    "partly graded": "some cells stopped; the other tasks were marked",
    "timed out": "a part took too long and was stopped; the other tasks were marked",
    "crashed": "the program ended early; the other tasks were marked",
    "refused": "not run at all: see why below",
    "unreadable": "no notebook that can be read",
}
LEVELS = [  # statuses of tasks, from done to not done, each with a fill that is told apart in greyscale
    ("right", ("right", "marked"), "#1f4e79", ""),
    ("waits for points", ("by hand",), "#8fbbe0", ""),
    ("wrong", ("wrong",), "#d9822b", ""),
    ("error", ("error",), "#f4d9b8", "//"),
    ("no answer", ("no answer", "not reached"), "#f0f0f0", ""),
]
SHOWN = 3  # wrong answers of a task
UNREAD = ("refused", "unreadable")
STYLE = {
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.prop_cycle": matplotlib.cycler("color", ["#1f4e79"]),
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": 11,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "autograder",  # the same figure has the same bytes
}


def page(graded: list[Graded]) -> str:
    """Return the report as HTML. Nothing in it depends on when or where it was made."""
    statuses = Counter(one.result.status for one in graded)
    students = list(dict.fromkeys(one.submission.student for one in graded))
    assignments = sorted({one.submission.assignment for one in graded} - {None}, key=lambda one: one.name)
    others = [_why(one) for one in graded if one.result.status != "graded"]
    titles = {(one.name, task.name): task.title for one in assignments for task in one.tasks}
    texts = Counter(
        (one.submission.assignment_name, titles[one.submission.assignment_name, task.task])
        for one in graded
        for task in one.result.tasks
        if task.status == "by hand"
    )
    waiting = f"{_count(texts.total(), 'written answer')} {'waits' if texts.total() == 1 else 'wait'} for points: "
    waiting += "write them into prose.csv, in any spreadsheet, and run the same command again."
    lead = f"{_count(len(graded), 'submission')} of {_count(len(students), 'student')}"
    template = templates().get_template("class-report.html")
    return template.render(
        title="Class report",
        width="60rem",
        lead=f"{lead} to {_count(len(assignments), 'assignment')}.",
        statuses=[(status, statuses[status], told) for status, told in MEANINGS.items() if statuses[status]],
        review=bool(others or texts),
        others=others,
        texts=[(title, name, times) for (name, title), times in sorted(texts.items())],
        waiting=waiting if texts else "",
        assignments=[_assignment(one, [it for it in graded if it.submission.assignment is one]) for one in assignments],
        columns=[f"{one.name} (of {sum(one.points.values())})" for one in assignments],
        students=_students(graded, students, assignments),
    )


def runtime(graded: list[Graded], seconds: dict[tuple[str, str], float]) -> str:
    """Return the picture runtime.svg. seconds: of each submission, by (student, assignment)."""
    known = [(one.submission.student, one.submission.assignment_name) for one in graded]
    values = sorted((seconds[key] for key in known if key in seconds), reverse=True)
    with _figure(3, xlabel="submissions, the slowest first", ylabel="seconds") as (fig, axes):
        axes.bar(range(1, len(values) + 1), values, width=0.85)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        middle = f": half took at most {sorted(values)[len(values) // 2]:.1f} s" if values else ""
        axes.set_title(f"Seconds per submission{middle}")
        return _svg(fig)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _short(text: str, length: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _why(one: Graded) -> tuple[str, str, str, str]:
    reason = one.result.reason or MEANINGS[one.result.status]
    return one.submission.student, one.submission.assignment_name or "not known", one.result.status, _short(reason, 400)


def _students(graded: list[Graded], students: list[str], assignments: list[Assignment]) -> list[dict]:
    links, points = file_names(students), defaultdict(dict)
    for one in graded:
        status, waits = one.result.status, any(task.points is None for task in one.result.tasks)
        cell = status if status in UNREAD else format_points(known_points(one.result)) + "+" * waits
        points[one.submission.student][one.submission.assignment] = cell
    return [
        {"name": student, "link": link(links[student])}
        | {"cells": [points[student].get(assignment, "–") for assignment in assignments]}
        for student in students
    ]


# ---- one assignment ----


def _assignment(assignment: Assignment, graded: list[Graded]) -> dict:
    run = [one for one in graded if one.result.status not in UNREAD]
    sums, most = [known_points(one.result) for one in run], sum(assignment.points.values())
    lead = f"{_count(len(run), 'submission')} could be run."
    if run:
        lead += f" On average {format_points(round(sum(sums) / len(sums), 1))} of {most} points so far."
    return {
        "title": assignment.title,
        "lead": lead,
        "figures": [_tasks_figure(assignment, run), _points_figure(sums, most)] if run else [],
        "mistakes": _mistakes(assignment, run),
    }


def _tasks_figure(assignment: Assignment, run: list[Graded]) -> dict:
    counts = {}
    for task in assignment.tasks:
        statuses = Counter(result.status for one in run for result in one.result.tasks if result.task == task.name)
        counts[task.title] = [sum(statuses[status] for status in kinds) for _, kinds, _, _ in LEVELS]
    code = [task.title for task in assignment.tasks if not task.prose]
    hardest = min(code, key=lambda title: counts[title][0], default=None)
    finding = "How the tasks went"
    if hardest:
        finding = f"Solved least often: “{hardest}”, by {counts[hardest][0]} of {len(run)}"
        if counts[hardest][0] == len(run):
            finding = f"All {len(run)} solved every task of code"
    with _figure(1.5 + 0.42 * len(counts), xlabel="submissions") as (fig, axes):
        titles = list(counts)[::-1]
        left = [0] * len(titles)
        for level, (label, _, colour, hatch) in enumerate(LEVELS):
            widths = [counts[title][level] for title in titles]
            if any(widths):
                look = {"label": label, "color": colour, "hatch": hatch, "edgecolor": "#333", "linewidth": 0.6}
                axes.barh(range(len(titles)), widths, left=left, height=0.68, **look)
            left = [start + width for start, width in zip(left, widths)]
        axes.set_yticks(range(len(titles)), [_short(title, 44) for title in titles])
        axes.set_xlim(0, len(run))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        fig.legend(loc="outside upper left", ncols=5, fontsize=9, handlelength=1.2, columnspacing=1.2)
        svg = _svg(fig)
    labels = [label for label, *_ in LEVELS]
    listed = "; ".join(
        f"{title}: " + ", ".join(f"{count} {label}" for count, label in zip(numbers, labels) if count)
        for title, numbers in counts.items()
    )
    return _shown(svg, finding, listed, ["Task", *labels], [(title, *numbers) for title, numbers in counts.items()])


def _points_figure(sums: list[float], most: int) -> dict:
    counts = Counter(int(points) for points in sums)
    half = sum(points >= most / 2 for points in sums)
    finding = f"{half} of {len(sums)} have at least half of the {most} points so far"
    with _figure(2.5, xlabel=f"points (of {most})", ylabel="submissions") as (fig, axes):
        axes.bar(list(counts), list(counts.values()), width=0.8)
        axes.set_xlim(-0.6, most + 0.6)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        svg = _svg(fig)
    rows = sorted(counts.items())
    listed = "Submissions by points: " + ", ".join(f"{points} points {times}" for points, times in rows)
    return _shown(svg, finding, listed, ["Points", "Submissions"], rows)


def _shown(svg: str, finding: str, listed: str, columns: list[str], rows: list[tuple]) -> dict:
    """Return a figure as the template wants it: picture, words in its place, and the numbers as a table."""
    picture = base64.b64encode(svg.encode()).decode()
    alt = f"{finding}. {listed}."
    return {"svg": picture, "caption": f"{finding}.", "alt": alt, "columns": columns, "rows": rows}


def _mistakes(assignment: Assignment, run: list[Graded]) -> list[tuple[str, str, str, str]]:
    rows = []
    for task in assignment.tasks:
        wrong = Counter(
            (result.reason, _short(result.answer, 80))
            for one in run
            for result in one.result.tasks
            if result.task == task.name and result.status in ("wrong", "error")
        )
        ranked = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
        rows += [(task.title, f"{times} of {len(run)}", _short(reason), answer) for (reason, answer), times in ranked]
    return rows


# ---- pictures ----


@contextmanager
def _figure(height: float, **labels: str) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure of some height in inches, with one panel, in which lines and letters look as in STYLE."""
    with matplotlib.rc_context(STYLE):
        fig = Figure(figsize=(7.6, height), layout="constrained")
        yield fig, fig.add_subplot(facecolor="none", **labels)


def _svg(fig: Figure) -> str:
    picture = io.StringIO()
    fig.savefig(picture, format="svg", metadata={"Date": None}, bbox_inches="tight", pad_inches=0.08)
    return picture.getvalue()
