"""How long grading takes, beside stock nbgrader on the same submissions.

    python book.py run pip install -c requirements.txt -e .[grading]     (once)
    python book.py run python benchmarks/grading.py [ROUNDS] [SUBMISSIONS]

60 submissions of the assignments that there are, but for those that ask for files as well: honest ones (the solutions), wrong ones (the first mistake of each task in the
key), empty ones (as handed out), one whose cell never ends, and one that is no notebook. In each round, one after the other, the
order changing:

ours      `standoff grade` on the folder: collecting, marking in the sandbox, tables and pages; the whole process
nbgrader  `nbgrader autograde` for each assignment, as it comes but for a limit of 15 s for a cell, as ours has: no sandbox, no
          hidden data, no pages; the whole process
floor     the least that running notebooks takes: for each honest one of as many as can be run, a Python of its own that imports
          what the cells import and runs all of them, as many at a time as cores; no kernel, no sandbox, nothing judged

The endless submission costs both the 15 s of its limit. CPU seconds are those of the whole machine, which should have nothing
else to do: the kernel does not pass on what processes used that nobody waited for, as in a sandbox. Memory is the sum over the
process and all that it started, shared pages counted once (PSS), looked at twice a second. (Linux.)
"""

import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from autograder import source as sources
from autograder.release import as_bytes, readable, student_version

ROOT = Path(__file__).resolve().parents[1]
CORES = len(os.sched_getaffinity(0))
WARM_UP = 4  # submissions
LIMIT = 15  # seconds of a cell
CONFIG = f"c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.Execute.timeout = {LIMIT}\n"


# ---- submissions ----


def notebooks(assignment):
    """The honest, the wrong and the empty notebook of an assignment, as bytes by kind."""
    key = (assignment.folder / "key.md").read_text(encoding="utf-8")
    first = {
        name: code
        for name, code in re.findall(r"^## (\w+)$.*?^### Mistakes$.*?^```python\n(.*?)^```", key, re.M | re.S)
    }
    honest = readable(assignment)
    wrong = nbformat.from_dict(json.loads(json.dumps(honest)))
    for book in (honest, wrong):
        book.metadata["standoff"] = {"assignment": assignment.name}
        for cell in book.cells:
            cell.source = sources.HIDDEN.sub("", cell.source)
            if book is wrong and cell.cell_type == "code" and sources.role(cell).get("solution"):
                cell.source = first.get(sources.role(cell)["grade_id"], cell.source)
    return {"honest": as_bytes(honest), "wrong": as_bytes(wrong), "empty": student_version(assignment)}


def endless(data):
    """A notebook whose first cell to fill in never ends."""
    book = nbformat.reads(data.decode(), as_version=4)
    cell = next(cell for cell in book.cells if cell.cell_type == "code" and sources.role(cell).get("solution"))
    cell.source = "while True:\n    pass"
    return as_bytes(book)


def hand_in(folder, count):
    """Write submissions, STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb as nbgrader wants them; the assignments' names."""
    assignments = [one for one in map(sources.read, sources.names()) if not _wants_files(one)]
    kinds = {one.name: notebooks(one) for one in assignments}
    for number in range(count):
        name = assignments[number % len(assignments)].name
        kind = "wrong" if number % 4 == 1 else "empty" if number % 10 == 4 else "honest"
        data = kinds[name][kind]
        if number == count // 2:
            data = endless(data)
        if number == count - 1:
            data = data[: len(data) // 2]
        path = folder / f"student{number:03}" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        # a name of its own in each, so that no two are the same and each is marked
        path.write_bytes(data.replace(b'"standoff"', f'"student": {number}, "standoff"'.encode(), 1))
    return [one.name for one in assignments], kinds


def _wants_files(assignment):
    return any(comparison.files for task in assignment.tasks for comparison in task.comparisons)


# ---- measuring ----


def family(pid):
    """The process and all that it started."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            pass
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def computed():
    """Seconds that the machine's cores have computed since it began: all but idling and waiting."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    """MB of a process and all that it started (PSS)."""
    total = 0
    for one in family(pid):
        try:
            total += int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text(), re.M)[1])
        except (OSError, TypeError):
            pass
    return total / 1024


def timed(*commands, folder=None):
    """(wall seconds, CPU seconds, [MB at each look]) of commands, one after the other."""
    before, began, looks = computed(), time.perf_counter(), []
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for command in commands:
        process = subprocess.Popen(
            command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        done = threading.Event()

        def look(process=process, done=done):
            while not done.wait(0.5):
                looks.append(memory(process.pid))

        watcher = threading.Thread(target=look)
        watcher.start()
        process.wait()
        done.set()
        watcher.join()
    return time.perf_counter() - began, computed() - before, looks


def ours(submissions, scratch):
    out = Path(tempfile.mkdtemp(dir=scratch))
    measured = timed([sys.executable, "-m", "standoff", "grade", str(submissions), "-o", str(out), "--seed", "bench"])
    lines = (out / "submissions.csv").read_text(encoding="utf-8").splitlines()[1:]
    statuses = [line.split(",")[3] for line in lines]
    return measured, {status: statuses.count(status) for status in sorted(set(statuses))}


def stock(submissions, scratch, names):
    course = Path(tempfile.mkdtemp(dir=scratch))
    (course / "nbgrader_config.py").write_text(CONFIG)
    for name in names:
        source = course / "source" / name / f"{name}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_bytes(as_bytes(readable(sources.read(name))))
        timed([sys.executable, "-m", "nbgrader", "generate_assignment", name], folder=course)
    shutil.copytree(submissions, course / "submitted")
    measured = timed(*([sys.executable, "-m", "nbgrader", "autograde", name] for name in names), folder=course)
    return measured, {"autograded": len(list(course.glob("autograded/*/*/*.ipynb")))}


def floor(kinds, count):
    """The floor for as many honest notebooks."""

    def script(data):
        cells = nbformat.reads(data.decode(), as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code" and not sources.role(cell).get("grade")]
        return f"for source in {code!r}:\n    exec(source, globals())\n"

    scripts = [script(kinds[name]["honest"]) for name in sorted(kinds)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    before, began = computed(), time.perf_counter()

    def run(number):
        code = scripts[number % len(scripts)]
        subprocess.run([sys.executable, "-c", code], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(run, range(count)))
    return (time.perf_counter() - began, computed() - before, [])


def main(rounds=3, count=60):
    found = {"ours": [], "nbgrader": [], "floor": []}
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        names, kinds = hand_in(scratch / "in", count)
        hand_in(scratch / "warm", WARM_UP)
        ours(scratch / "warm", scratch), stock(scratch / "warm", scratch, names), floor(kinds, WARM_UP)
        ended = {}
        for number in range(rounds):
            work = {
                "ours": lambda: ours(scratch / "in", scratch),
                "nbgrader": lambda: stock(scratch / "in", scratch, names),
                "floor": lambda: (floor(kinds, count), {}),
            }
            for what in list(work)[:: -1 if number % 2 else 1]:
                load = os.getloadavg()[0]
                measured, ended[what] = work[what]()
                found[what].append(measured)
                print(
                    f"round {number + 1}, {what}: {measured[0]:.1f} s, {measured[1]:.1f} CPU s, load before {load:.1f}",
                    ended[what],
                    flush=True,
                )
    print(
        f"\n{count} submissions of {', '.join(names)}; {CORES} cores, {platform.platform()}, Python {platform.python_version()}; "
        f"{rounds} rounds, medians\n"
    )
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
    ratios = [one[0] / other[0] for one, other in zip(found["nbgrader"], found["ours"])]
    print(f"\nthroughput, ours / nbgrader: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    print(f"ours / floor: {middle['ours'] / middle['floor']:.2f}")
    print(f"1,000 submissions of this mix at this speed: {middle['ours'] / count * 1000 / 60:.0f} min")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
