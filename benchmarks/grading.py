"""Measure how long grading takes, compared with stock nbgrader on the same submissions.

    python book.py run pip install -c requirements.txt -e .[grading]     (once)
    python book.py run python benchmarks/grading.py [ROUNDS] [SUBMISSIONS]

60 submissions of all assignments that ask for no files: honest ones (the solutions), wrong ones (the first mistake of each task
in the key), empty ones (as handed out), one whose cells never end, and one that is not a notebook. In each round, one after the
other, the order changing:

standoff  `standoff grade` on the folder: collecting, marking in the sandbox, tables and pages; the whole process
nbgrader  `nbgrader autograde` for each assignment, as it comes but for a limit of 15 s for a cell, as here: no sandbox, no
          hidden data, no pages; the whole process
floor     the least that running notebooks takes: for each honest one of as many as can be run, a Python of its own that imports
          what the cells import and runs all of them, as many at a time as cores; no kernel, no sandbox, nothing judged

The endless submission costs both the 15 s of its limit. CPU seconds are those of the whole machine, which should have nothing
else to do: the kernel does not pass on what processes used that no one waited for, as in a sandbox. Memory is the sum over the
process and all that it started, shared pages counted once (PSS), looked at twice a second. (Linux.)
"""

import contextlib
import itertools
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pandas as pd
import psutil

from assignments.course import COURSE, ROOT
from autograder.handout import as_bytes, readable, student_version
from autograder.report.nbgrader import make_course
from autograder.source import HIDDEN, Assignment, role

CORES = len(os.sched_getaffinity(0))
WARM_UP = 4  # submissions
LIMIT = 15  # seconds of a cell
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
ENVIRON = os.environ | {"PYTHONPATH": str(ROOT), "PATH": PATH, "MPLBACKEND": "agg"}
QUIET = {"env": ENVIRON, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


# ---- submissions ----


def notebooks(assignment: Assignment) -> dict[str, bytes]:
    """Return the honest, the wrong, the empty and an endless notebook of an assignment."""
    key = (assignment.folder / "key.md").read_text(encoding="utf-8")
    mistakes = dict(re.findall(r"^## (\w+)$.*?^### Mistakes$.*?^```python\n(.*?)^```", key, re.M | re.S))
    made = {"empty": student_version(assignment)}
    for kind, answer in {
        "honest": lambda cell: cell.source,
        "wrong": lambda cell: mistakes.get(role(cell)["grade_id"], cell.source),
        "endless": lambda cell: "while True:\n    pass",
    }.items():
        book = readable(assignment)
        for cell in book.cells:
            cell.source = HIDDEN.sub("", cell.source)
            if cell.cell_type == "code" and role(cell).get("solution"):
                cell.source = answer(cell)
        made[kind] = as_bytes(book)
    return made


def hand_in(folder: Path, count: int) -> dict[str, dict[str, bytes]]:
    """Write submissions, STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb as nbgrader wants them; return notebooks by assignment."""
    made = {
        assignment.name: notebooks(assignment)
        for assignment in map(COURSE.read, COURSE.names())
        if not any(comparison.files for task in assignment.tasks for comparison in task.comparisons)
    }
    for number, name in zip(range(count), itertools.cycle(made)):
        kind = "wrong" if number % 4 == 1 else "empty" if number % 10 == 4 else "honest"
        data = made[name]["endless" if number == count // 2 else kind]
        if number == count - 1:
            data = data[: len(data) // 2]
        path = folder / f"student{number:03}" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        # The student is named in each, so that no two are the same and each is marked.
        path.write_bytes(data.replace(b'"standoff"', f'"student": {number}, "standoff"'.encode(), 1))
    return made


# ---- measuring ----


def computed() -> float:
    """Return the seconds that the machine's cores have computed since it began: all but idling and waiting."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq


def memory(process: psutil.Process) -> float:
    """Return the MB of a process and all that it started (PSS)."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += each.memory_full_info().pss
    return total / (1 << 20)


def run(*command: str, folder: Path | None = None) -> list[float]:
    """Run a module of Python to its end; return the MB at each look."""
    looks, process = [], psutil.Popen([sys.executable, "-m", *command], cwd=folder, **QUIET)
    while process.poll() is None:
        looks.append(memory(process))
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(0.5)
    return looks


def standoff(submissions: Path, scratch: Path, made: dict) -> tuple[list[float], dict]:
    """Grade with this project's command; return the MB at each look, and how many submissions ended how."""
    looks = run("standoff", "grade", str(submissions), "-o", str(scratch), "--seed", "bench")
    return looks, pd.read_csv(scratch / "submissions.csv")["status"].value_counts().to_dict()


def nbgrader(submissions: Path, scratch: Path, made: dict) -> tuple[list[float], dict]:
    """Do the same with stock nbgrader, in the course in `scratch`."""
    shutil.copytree(submissions, scratch / "submitted")
    looks = [look for name in made for look in run("nbgrader", "autograde", name, folder=scratch)]
    return looks, {"autograded": len(list(scratch.glob("autograded/*/*/*.ipynb")))}


def floor(submissions: Path, scratch: Path, made: dict) -> tuple[list[float], dict]:
    """Run as many honest notebooks, and nothing else."""

    def script(data):
        cells = nbformat.reads(data.decode(), as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code" and not role(cell).get("grade")]
        return f"for source in {code!r}:\n    exec(source, globals())\n"

    scripts = itertools.cycle(script(notebooks["honest"]) for notebooks in made.values())
    with ThreadPoolExecutor(CORES) as pool:
        for _ in submissions.iterdir():
            pool.submit(subprocess.run, [sys.executable, "-c", next(scripts)], **QUIET)
    return [], {}


def measured(measure: Callable, submissions: Path, made: dict) -> dict:
    """Return a row of the table of runs."""
    with tempfile.TemporaryDirectory() as scratch:
        if measure is nbgrader:
            make_course(COURSE, scratch, made)
            with Path(scratch, "nbgrader_config.py").open("a") as config:
                config.write(f"c.Execute.timeout = {LIMIT}\n")
        before, began = computed(), time.perf_counter()
        looks, ended = measure(submissions, Path(scratch), made)
        row = {"what": measure.__name__, "wall s": time.perf_counter() - began, "CPU s": computed() - before}
    row |= {f"MB at {part}/4": looks[len(looks) * part // 4] for part in (1, 2, 3) if looks}
    print(row, f"load {os.getloadavg()[0]:.1f}", ended, flush=True)
    return row | {"peak MB": max(looks, default=None)}


def main(rounds: int = 3, count: int = 60) -> None:
    """Print each measurement as it comes, and a table of medians."""
    rows, order = [], [standoff, nbgrader, floor]
    with tempfile.TemporaryDirectory() as scratch:
        folder, warm = Path(scratch, "in"), Path(scratch, "warm")
        made = hand_in(folder, count)
        hand_in(warm, WARM_UP)
        for measure in order:
            measured(measure, warm, made)
        for _ in range(rounds):
            rows += [measured(measure, folder, made) for measure in order]
            order.reverse()
    runs = pd.DataFrame(rows)
    table = runs.groupby("what", sort=False).median()
    table["s per submission"], table["cores busy"] = table["wall s"] / count, table["CPU s"] / table["wall s"]
    print(
        f"\n{count} submissions of {', '.join(made)}; {CORES} cores, {platform.platform()}; {rounds} rounds, medians\n"
    )
    print(table.round(2).to_string(na_rep=""))
    walls = {what: group["wall s"].reset_index(drop=True) for what, group in runs.groupby("what")}
    ratios = walls["nbgrader"] / walls["standoff"]
    print(f"\nthroughput beside nbgrader: {ratios.median():.2f} ({ratios.min():.2f} to {ratios.max():.2f})")
    print(f"beside the floor: {table['wall s']['standoff'] / table['wall s']['floor']:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
