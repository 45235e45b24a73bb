"""Measure how long grading takes, beside stock nbgrader on the same submissions.

    python book.py run pip install -c requirements.txt -e .[grading]     (once)
    python book.py run python benchmarks/grading.py [ROUNDS] [SUBMISSIONS]

60 submissions of all assignments that ask for no files: honest ones (the solutions), wrong ones (the first mistake of each task
in the key), empty ones (as handed out), one whose cells never end, and one that is no notebook. In each round, one after the
other, the order changing:

standoff  `standoff grade` on the folder: collecting, marking in the sandbox, tables and pages; the whole process
nbgrader  `nbgrader autograde` for each assignment, as it comes but for a limit of 15 s for a cell, as here: no sandbox, no
          hidden data, no pages; the whole process
floor     the least that running notebooks takes: for each honest one of as many as can be run, a Python of its own that imports
          what the cells import and runs all of them, as many at a time as cores; no kernel, no sandbox, nothing judged

The endless submission costs both the 15 s of its limit. CPU seconds are those of the whole machine, which should have nothing
else to do: the kernel does not pass on what processes used that nobody waited for, as in a sandbox. Memory is the sum over the
process and all that it started, shared pages counted once (PSS), looked at twice a second. (Linux.)
"""

import contextlib
import csv
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import psutil

from assignments.course import COURSE, ROOT
from autograder.handout import as_bytes, readable, student_version
from autograder.source import HIDDEN, Assignment, role

CORES = len(os.sched_getaffinity(0))
WARM_UP = 4  # submissions
LIMIT = 15  # seconds of a cell
CONFIG = f"c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.Execute.timeout = {LIMIT}\n"
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
    assignments = [one for one in map(COURSE.read, COURSE.names()) if not _wants_files(one)]
    made = {one.name: notebooks(one) for one in assignments}
    for number in range(count):
        name = assignments[number % len(assignments)].name
        kind = "wrong" if number % 4 == 1 else "empty" if number % 10 == 4 else "honest"
        data = made[name]["endless" if number == count // 2 else kind]
        if number == count - 1:
            data = data[: len(data) // 2]
        path = folder / f"student{number:03}" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        # The student is named in each, so that no two are the same and each is marked.
        path.write_bytes(data.replace(b'"standoff"', f'"student": {number}, "standoff"'.encode(), 1))
    return made


def _wants_files(assignment: Assignment) -> bool:
    return any(comparison.files for task in assignment.tasks for comparison in task.comparisons)


# ---- measuring ----


def computed() -> float:
    """Return the seconds that the machine's cores have computed since it began: all but idling and waiting."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq


def memory(process: psutil.Process) -> float:
    """Return the MB of a process and all that it started (PSS)."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += one.memory_full_info().pss
    return total / (1 << 20)


def timed(*commands: list[str], folder: Path | None = None) -> tuple[float, float, list[float]]:
    """Return wall seconds, CPU seconds, and MB at each look, of commands one after the other."""
    before, began, looks = computed(), time.perf_counter(), []
    for command in commands:
        process = psutil.Popen([sys.executable, "-m", *command], cwd=folder, **QUIET)
        while process.poll() is None:
            looks.append(memory(process))
            with contextlib.suppress(psutil.TimeoutExpired):
                process.wait(0.5)
    return time.perf_counter() - began, computed() - before, looks


def standoff(submissions: Path, scratch: Path) -> tuple[tuple, dict]:
    """Grade with this project's command; return what `timed` returns, and how many submissions ended how."""
    out = Path(tempfile.mkdtemp(dir=scratch))
    measured = timed(["standoff", "grade", str(submissions), "-o", str(out), "--seed", "bench"])
    with (out / "submissions.csv").open(encoding="utf-8", newline="") as file:
        return measured, dict(Counter(row["status"] for row in csv.DictReader(file)))


def nbgrader(submissions: Path, scratch: Path, names: list[str]) -> tuple[tuple, dict]:
    """Do the same with stock nbgrader."""
    course = Path(tempfile.mkdtemp(dir=scratch))
    (course / "nbgrader_config.py").write_text(CONFIG)
    for name in names:
        source = course / "source" / name / f"{name}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_bytes(as_bytes(readable(COURSE.read(name))))
        timed(["nbgrader", "generate_assignment", name], folder=course)
    shutil.copytree(submissions, course / "submitted")
    measured = timed(*(["nbgrader", "autograde", name] for name in names), folder=course)
    return measured, {"autograded": len(list(course.glob("autograded/*/*/*.ipynb")))}


def floor(made: dict[str, dict[str, bytes]], count: int) -> tuple[tuple, dict]:
    """Run as many honest notebooks, and nothing else."""

    def script(data):
        cells = nbformat.reads(data.decode(), as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code" and not role(cell).get("grade")]
        return f"for source in {code!r}:\n    exec(source, globals())\n"

    scripts = [script(made[name]["honest"]) for name in sorted(made)]
    before, began = computed(), time.perf_counter()
    with ThreadPoolExecutor(CORES) as pool:
        for number in range(count):
            pool.submit(subprocess.run, [sys.executable, "-c", scripts[number % len(scripts)]], **QUIET)
    return (time.perf_counter() - began, computed() - before, []), {}


def main(rounds: int = 3, count: int = 60) -> None:
    """Print each measurement as it comes, and a table of medians."""
    found = {"standoff": [], "nbgrader": [], "floor": []}
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        made = hand_in(scratch / "in", count)
        hand_in(scratch / "warm", WARM_UP)

        def measure(what, folder, count):
            if what == "floor":
                return floor(made, count)
            return standoff(folder, scratch) if what == "standoff" else nbgrader(folder, scratch, list(made))

        for what in found:
            measure(what, scratch / "warm", WARM_UP)
        for number in range(rounds):
            for what in list(found)[:: -1 if number % 2 else 1]:
                load = os.getloadavg()[0]
                measured, ended = measure(what, scratch / "in", count)
                found[what].append(measured)
                times = f"{measured[0]:.1f} s, {measured[1]:.1f} CPU s, load before {load:.1f}"
                print(f"round {number + 1}, {what}: {times}", ended, flush=True)
    machine = f"{CORES} cores, {platform.platform()}, Python {platform.python_version()}"
    print(f"\n{count} submissions of {', '.join(made)}; {machine}; {rounds} rounds, medians\n")
    print("| | wall s | s per submission | CPU s | cores busy | peak MB | MB at a quarter, half, three quarters |")
    print("|---|---|---|---|---|---|---|")
    middle = {}
    for what, runs in found.items():
        wall, cpu = (statistics.median(run[place] for run in runs) for place in (0, 1))
        middle[what] = wall
        looks = max((run[2] for run in runs), key=len)
        peak = f"{max(max(run[2], default=0) for run in runs):.0f}" if looks else ""
        quarters = ", ".join(f"{looks[len(looks) * part // 4]:.0f}" for part in (1, 2, 3)) if looks else ""
        print(f"| {what} | {wall:.1f} | {wall / count:.2f} | {cpu:.1f} | {cpu / wall:.2f} | {peak} | {quarters} |")
    ratios = [theirs[0] / here[0] for theirs, here in zip(found["nbgrader"], found["standoff"])]
    print(f"\nthroughput beside nbgrader: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    print(f"beside the floor: {middle['standoff'] / middle['floor']:.2f}")
    print(f"1,000 submissions of this mix at this speed: {middle['standoff'] / count * 1000 / 60:.0f} min")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
