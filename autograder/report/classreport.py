"""The class report: how the tasks went, what was answered wrongly most often, and what waits for the teacher."""

import base64
import io
from collections import Counter, defaultdict

import matplotlib.style
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .. import source as sources
from .feedback import file_names, link, templates
from .tables import most, number, total

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


def page(graded):
    """The report on a list of Graded, as HTML. Nothing in it depends on when or where it was made."""
    statuses = Counter(one.result.status for one in graded)
    students = list(dict.fromkeys(one.submission.student for one in graded))
    names = sorted({one.submission.assignment for one in graded if one.submission.assignment})
    others = [_why(one) for one in graded if one.result.status != "graded"]
    texts = Counter(
        (_name(one.submission.assignment), _title(one.submission.assignment, task.task))
        for one in graded
        for task in one.result.tasks
        if task.status == "by hand"
    )
    return (
        templates()
        .get_template("class-report.html")
        .render(
            title="Class report",
            width="60rem",
            lead=f"{_count(len(graded), 'submission')} of {_count(len(students), 'student')}"
            f" to {_count(len(names), 'assignment')}.",
            statuses=[(status, statuses[status], told) for status, told in MEANINGS.items() if statuses[status]],
            review=bool(others or texts),
            others=others,
            texts=[(title, name, times) for (name, title), times in sorted(texts.items())],
            waiting=f"{_count(texts.total(), 'written answer')} {'waits' if texts.total() == 1 else 'wait'} for points: write them"
            " into prose.csv, in any spreadsheet, and run the same command again."
            if texts
            else "",
            assignments=[
                _assignment(name, [one for one in graded if one.submission.assignment == name]) for name in names
            ],
            columns=[f"{_name(name)} (of {sum(most(name).values())})" for name in names],
            students=_students(graded, students, names),
        )
    )


def runtime(graded, seconds):
    """The picture runtime.svg: seconds of each submission. seconds: dict by (student, assignment)."""
    known = [(one.submission.student, one.submission.assignment) for one in graded]
    values = sorted((seconds[key] for key in known if key in seconds), reverse=True)
    with _style():
        fig = Figure(figsize=(7.6, 3), layout="constrained")
        axes = fig.add_subplot(xlabel="submissions, the slowest first", ylabel="seconds")
        axes.bar(range(1, len(values) + 1), values, width=0.85)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        middle = f": half took at most {sorted(values)[len(values) // 2]:.1f} s" if values else ""
        axes.set_title(f"Seconds per submission{middle}")
        return _svg(fig)


def _count(count, noun):
    return f"{count} {noun}{'s' * (count != 1)}"


def _name(assignment):
    return assignment or "not known"


def _title(assignment, task):
    return next((one.title for one in sources.read(assignment).tasks if one.name == task), task)


def _short(text, length=160):
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _why(one):
    reason = one.result.reason or MEANINGS[one.result.status]
    return one.submission.student, _name(one.submission.assignment), one.result.status, _short(reason, 400)


def _students(graded, students, names):
    links = file_names(students)
    found = defaultdict(dict)
    for one in graded:
        waits = any(task.points is None for task in one.result.tasks)
        run = one.result.status not in ("refused", "unreadable")
        points = number(total(one.result)) + "+" * waits if run else one.result.status
        found[one.submission.student][one.submission.assignment] = points
    return [
        {"name": student, "link": link(links[student]), "cells": [found[student].get(name, "–") for name in names]}
        for student in students
    ]


# ---- one assignment ----


def _assignment(name, graded):
    about = sources.read(name)
    run = [one for one in graded if one.result.status not in ("refused", "unreadable")]
    sums = [total(one.result) for one in run]
    whole = sum(most(name).values())
    lead = f"{_count(len(run), 'submission')} could be run."
    if run:
        lead += f" On average {number(round(sum(sums) / len(sums), 1))} of {whole} points so far."
    return {
        "title": about.title,
        "lead": lead,
        "figures": [_tasks_figure(about, run), _points_figure(about, sums, whole)] if run else [],
        "mistakes": _mistakes(about, run),
    }


def _tasks_figure(about, run):
    counts = {}
    for task in about.tasks:
        statuses = Counter(result.status for one in run for result in one.result.tasks if result.task == task.name)
        counts[task.title] = [sum(statuses[status] for status in kinds) for _, kinds, _, _ in LEVELS]
    code = [task.title for task in about.tasks if not task.prose]
    hardest = min(code, key=lambda title: counts[title][0], default=None)
    finding = (
        f"Solved least often: “{hardest}”, by {counts[hardest][0]} of {len(run)}" if hardest else "How the tasks went"
    )
    if hardest and all(counts[title][0] == len(run) for title in code):
        finding = f"All {len(run)} solved every task of code"
    with _style():
        fig = Figure(figsize=(7.6, 1.5 + 0.42 * len(counts)), layout="constrained")
        axes = fig.add_subplot(xlabel="submissions")
        titles = list(counts)[::-1]
        left = [0] * len(titles)
        for level, (label, _, colour, hatch) in enumerate(LEVELS):
            widths = [counts[title][level] for title in titles]
            if any(widths):
                axes.barh(
                    range(len(titles)),
                    widths,
                    left=left,
                    label=label,
                    color=colour,
                    hatch=hatch,
                    edgecolor="#333",
                    linewidth=0.6,
                    height=0.68,
                )
            left = [one + other for one, other in zip(left, widths)]
        axes.set_yticks(range(len(titles)), [_short(title, 44) for title in titles])
        axes.set_xlim(0, len(run))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        fig.legend(loc="outside upper left", ncols=5, fontsize=9, handlelength=1.2, columnspacing=1.2)
        svg = _embedded(fig)
    rows = [(title, *numbers) for title, numbers in counts.items()]
    listed = "; ".join(
        f"{title}: " + ", ".join(f"{count} {LEVELS[i][0]}" for i, count in enumerate(numbers) if count)
        for title, *numbers in rows
    )
    return {
        "svg": svg,
        "caption": f"{finding}.",
        "alt": f"{finding}. {listed}.",
        "columns": ["Task", *(one[0] for one in LEVELS)],
        "rows": rows,
    }


def _points_figure(about, sums, whole):
    counts = Counter(int(points) for points in sums)
    half = sum(points >= whole / 2 for points in sums)
    finding = f"{half} of {len(sums)} have at least half of the {whole} points so far"
    with _style():
        fig = Figure(figsize=(7.6, 2.5), layout="constrained")
        axes = fig.add_subplot(xlabel=f"points (of {whole})", ylabel="submissions")
        axes.bar(list(counts), list(counts.values()), width=0.8)
        axes.set_xlim(-0.6, whole + 0.6)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        svg = _embedded(fig)
    rows = sorted(counts.items())
    listed = ", ".join(f"{points} points {times}" for points, times in rows)
    return {
        "svg": svg,
        "caption": f"{finding}.",
        "alt": f"{finding}. Submissions by points: {listed}.",
        "columns": ["Points", "Submissions"],
        "rows": rows,
    }


def _mistakes(about, run):
    rows = []
    for task in about.tasks:
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


def _style():
    return matplotlib.style.context("standoff.display.house")


def _svg(fig):
    picture = io.StringIO()
    fig.savefig(picture, format="svg", metadata={"Date": None})
    return picture.getvalue()


def _embedded(fig):
    return base64.b64encode(_svg(fig).encode()).decode()
