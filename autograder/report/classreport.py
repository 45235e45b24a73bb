"""Write the class report: how the tasks went, what was answered wrongly most often, and what waits for the teacher."""

from __future__ import annotations

import base64
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..marking import NOT_MARKED
from ..source import Assignment
from . import look
from .feedback import file_names, link, templates
from .tables import format_points

if TYPE_CHECKING:
    from ..batch import Graded

MEANINGS = {
    "graded": "all cells ran, all tasks were marked",
    "partly graded": "some cells stopped; the other tasks were marked",
    "timed out": "a part took too long and was stopped; the other tasks were marked",
    "crashed": "the program ended early; the other tasks were marked",
    "refused": "not run at all: see why below",
    "unreadable": "no readable notebook",
    NOT_MARKED: "by a fault of this machine: run the same command again",
    "missing": "nothing was handed in by someone on the roster",
}
LEVELS = {  # fill and hatching, from done to not done: they are told apart in greyscale
    "right": ("#1f4e79", ""),
    "waits for points": ("#8fbbe0", ""),
    "wrong": ("#d9822b", ""),
    "error": ("#f4d9b8", "//"),
    "no answer": ("#f0f0f0", ""),
}
OTHER_STATUSES = {"marked": "right", "by hand": "waits for points", "not reached": "no answer"}
SHOWN = 3  # wrong answers of a task
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


def page(graded: list[Graded], problems: Iterable[str] = ()) -> str:
    """Return the report as HTML. Nothing in it depends on when or where it was made.

    problems: what a teacher typed and could not be taken over.
    """
    statuses, students, handed_in = Counter(one.result.status for one in graded), defaultdict(dict), defaultdict(list)
    facts = look.notes(graded)
    for one in graded:
        students[one.submission.student][one.submission.assignment] = one
        handed_in[one.submission.assignment].append(one)
    assignments = sorted(handed_in.keys() - {None}, key=lambda assignment: assignment.name)
    texts = Counter(
        (assignment.titles[task.task], assignment.name)
        for assignment in assignments
        for one in handed_in[assignment]
        for task in one.result.tasks
        if task.status == "by hand"
    )
    lead = f"{_count(len(graded) - statuses['missing'], 'submission')} of {_count(len(students), 'student')}"
    return (
        templates()
        .get_template("class-report.html")
        .render(
            title="Class report",
            width="60rem",
            lead=f"{lead} to {_count(len(assignments), 'assignment')}.",
            statuses=[(status, statuses[status], meaning) for status, meaning in MEANINGS.items() if statuses[status]],
            problems=list(problems),
            others=[
                _why(one, facts[place])
                for place, one in enumerate(graded)
                if one.result.status != "graded" or facts[place]
            ],
            texts=[(*about, times) for about, times in sorted(texts.items(), key=lambda item: item[0][::-1])],
            waiting=f"{_count(texts.total(), 'written answer')} {'waits' if texts.total() == 1 else 'wait'}",
            sections=[_assignment(assignment, handed_in[assignment]) for assignment in assignments],
            assignments=assignments,
            students=students,
            links={student: link(file) for student, file in file_names(students).items()},
        )
    )


def runtime(seconds: list[float]) -> str:
    """Return the picture runtime.svg: the seconds of each submission."""
    values = sorted(seconds, reverse=True)
    with _figure(3, xlabel="submissions, the slowest first", ylabel="seconds") as (fig, axes):
        axes.bar(range(1, len(values) + 1), values, width=0.85)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        middle = f": half took at most {values[(len(values) - 1) // 2]:.1f} s" if values else ""
        axes.set_title(f"Seconds per submission{middle}")
        return _svg(fig)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _short(text: str, length: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _why(one: Graded, facts: list[str]) -> tuple[str, str, str, str]:
    reasons = [one.result.reason] if one.result.reason else [MEANINGS[one.result.status]] * (not facts)
    why = _short(" ".join([*(_short(reason, 400) for reason in reasons), *facts]), 1_000)
    return one.submission.student, one.submission.assignment_name or "not known", one.result.status, why


# ---- one assignment ----


def _assignment(assignment: Assignment, graded: list[Graded]) -> dict:
    """Return what the template shows of an assignment."""
    run = [one for one in graded if not one.result.unread]
    points, most = [one.points or 0.0 for one in run], sum(assignment.points.values())
    lead = f"{_count(len(run), 'submission')} could be run."
    if run:
        lead += f" On average {format_points(round(sum(points) / len(points), 1))} of {most} points so far."
    return {
        "title": assignment.title,
        "lead": lead,
        "figures": [_tasks_figure(assignment, run), _points_figure(points, most)] if run else [],
        "mistakes": _mistakes(assignment, run),
    }


def _tasks_figure(assignment: Assignment, run: list[Graded]) -> dict:
    results = pd.DataFrame([(task.task, task.status) for one in run for task in one.result.tasks])
    counts = pd.crosstab(results[0], results[1].replace(OTHER_STATUSES)).reindex(
        index=list(assignment.titles), columns=list(LEVELS), fill_value=0
    )
    solved = counts["right"][[task.name for task in assignment.tasks if not task.prose]]
    counts = counts.rename(index=assignment.titles)
    finding = "How the tasks went"
    if len(solved):
        hardest = assignment.titles[solved.idxmin()]
        finding = f"Solved least often: “{hardest}”, by {solved.min()} of {len(run)}"
        if solved.min() == len(run):
            finding = f"All {len(run)} solved every task of code"
    with _figure(1.5 + 0.42 * len(counts), xlabel="submissions") as (fig, axes):
        left = counts.cumsum(axis="columns") - counts
        for level in counts.columns[counts.any()]:
            colour, hatch = LEVELS[level]
            look = {"label": level, "color": colour, "hatch": hatch, "edgecolor": "#333", "linewidth": 0.6}
            axes.barh(range(len(counts)), counts[level], left=left[level], height=0.68, **look)
        axes.set_yticks(range(len(counts)), [_short(title, 44) for title in counts.index])
        axes.invert_yaxis()
        axes.set_xlim(0, len(run))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        fig.legend(loc="outside upper left", ncols=5, fontsize=9, handlelength=1.2, columnspacing=1.2)
        svg = _svg(fig)
    listed = "; ".join(
        f"{title}: " + ", ".join(f"{count} {level}" for level, count in row.items() if count)
        for title, row in counts.iterrows()
    )
    return _shown(svg, finding, listed, ["Task", *LEVELS], list(counts.itertuples(name=None)))


def _points_figure(points: list[float], most: int) -> dict:
    counts = Counter(map(int, points))
    half = sum(number >= most / 2 for number in points)
    finding = f"{half} of {len(points)} have at least half of the {most} points so far"
    with _figure(2.5, xlabel=f"points (of {most})", ylabel="submissions") as (fig, axes):
        axes.bar(list(counts), list(counts.values()), width=0.8)
        axes.set_xlim(-0.6, most + 0.6)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True))
        svg = _svg(fig)
    rows = sorted(counts.items())
    listed = "Submissions by points: " + ", ".join(f"{number} points {times}" for number, times in rows)
    return _shown(svg, finding, listed, ["Points", "Submissions"], rows)


def _shown(svg: str, finding: str, listed: str, columns: list[str], rows: list[tuple]) -> dict:
    """Return a figure as the template wants it: picture, words in its place, and the numbers as a table."""
    picture = base64.b64encode(svg.encode()).decode()
    return {"svg": picture, "caption": f"{finding}.", "alt": f"{finding}. {listed}.", "columns": columns, "rows": rows}


def _mistakes(assignment: Assignment, run: list[Graded]) -> list[tuple[str, str, str, str]]:
    """Return the most frequent wrong answers to each task: title, how many, what students were told, what they answered."""
    wrong = defaultdict(Counter)
    for task in (task for one in run for task in one.result.tasks if task.status in ("wrong", "error")):
        wrong[task.task][task.reason, _short(task.answer, 80)] += 1
    return [
        (title, f"{times} of {len(run)}", _short(reason), answer)
        for name, title in assignment.titles.items()
        for (reason, answer), times in sorted(wrong[name].items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    ]


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
