"""How long builds take, beside the least that they could take. Started by `python book.py bench [ROUNDS]`.

Everything happens in copies of the book in a scratch folder. In each round, one after the other:

cells         the floor's first part: for each chapter with code a kernel starts, runs all cells and stops; as many chapters
              at a time as this machine has cores (8 at most), the longest first. Nothing is parsed and nothing is kept.
unexecuted    the floor's second part: plain `jupyter-book build` on the same pages with execution off, whole process
cold          `book.py build` without anything of an earlier build: every chapter is executed
nothing       `book.py build` again
words         the same after a change to one chapter's words
code          the same after a change to one chapter's code
plain cold    plain `jupyter-book build` on the same chapters: the book's own extensions and steps are left out
plain nothing the same again

The floor is cells + unexecuted. How many chapters were executed is read from the cache that keeps their outputs.
CPU seconds are those of the process and all that it started; they are steadier than wall seconds when others use the machine.
"""

import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import yaml
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from copies import Copy  # noqa: E402

CORES = min(os.cpu_count() or 1, 8)  # as in book.py
EDITED = "chapters/claims.md"
LIMIT = 1.5  # cold build / floor


def cpu_seconds():
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def timed(work, *arguments):
    """(wall seconds, CPU seconds, result) of a call."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = work(*arguments)
    return time.perf_counter() - wall, cpu_seconds() - cpu, result


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


# ---- the copies ----


def plain_copy(folder, execute):
    """A copy with the book's configuration, but without its own extensions: what `jupyter-book build` makes of it."""
    copy = Copy(folder)
    path = copy.root / "_config.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["execute"]["execute_notebooks"] = execute
    del config["sphinx"]["local_extensions"], config["sphinx"]["config"]["extensions"]
    del config["sphinx"]["config"]["html_math_renderer"]
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return copy


def plain_build(copy):
    run([str(copy.python), "-c", "from jupyter_book.cli.main import main; main()", "build", str(copy.root)])


def forget(copy):
    shutil.rmtree(copy.root / "_build", ignore_errors=True)


# ---- the floor ----


def chapters(root):
    """(path, notebook) of each chapter that has code, the longest first."""
    notebooks = {path: jupytext.read(path) for path in (root / "chapters").glob("*.md")}
    with_code = {path: book for path, book in notebooks.items() if any(cell.cell_type == "code" for cell in book.cells)}
    return sorted(with_code.items(), key=lambda item: item[0].stat().st_size, reverse=True)


def execute(path, notebook):
    """(name, seconds until the kernel is there, seconds of the first cell, which imports, seconds of the other cells)."""
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}})
    client.reset_execution_trackers()
    marks = [time.perf_counter()]
    with client.setup_kernel():
        marks.append(time.perf_counter())
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                client.execute_cell(cell, index)
                marks.append(time.perf_counter())
    return path.stem, marks[1] - marks[0], marks[2] - marks[1], marks[-1] - marks[2]


def cells(root):
    """Execute all chapters, spread over the cores."""
    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(lambda item: execute(*item), chapters(root)))


# ---- the builds ----


def measure(book, plain, unexecuted):
    """One round: {measure: (wall seconds, CPU seconds, names of executed chapters or None)}, and the parts of the cells."""
    results = {}

    def note(name, copy, work, *arguments):
        before = copy.executions()
        wall, cpu, _ = timed(work, *arguments)
        results[name] = wall, cpu, {chapter for chapter, when in copy.executions() - before}

    for copy in (book, plain, unexecuted):
        forget(copy)
    wall, cpu, parts = timed(cells, book.root)
    results["cells"] = wall, cpu, {part[0] for part in parts}
    note("unexecuted", unexecuted, plain_build, unexecuted)

    page = book.root / EDITED
    text = page.read_text(encoding="utf-8")
    note("cold", book, run, book.command("build"))
    note("nothing", book, run, book.command("build"))
    page.write_text(text + "\nOne more sentence.\n", encoding="utf-8")
    note("words", book, run, book.command("build"))
    page.write_text(text + "\n```{code-cell} python\n# one more cell\n```\n", encoding="utf-8")
    note("code", book, run, book.command("build"))
    page.write_text(text, encoding="utf-8")

    note("plain cold", plain, plain_build, plain)
    note("plain nothing", plain, plain_build, plain)
    return results, parts


def starts(book):
    """Wall seconds of Python's start, and of that with the imports of Jupyter Book: (without, with), the best of five."""

    def best(code):
        return min(timed(run, [str(book.python), "-c", code])[0] for _ in range(5))

    return best("pass"), best("import jupyter_book.sphinx")


# ---- the table ----


def spread(values):
    return f"{statistics.median(values):8.2f} {min(values):7.2f} {max(values):7.2f}"


def report(rounds, parts, started):
    print(f"\n{'':14}{'wall s: median  least    most':>30}{'CPU s: median  least    most':>32}   chapters executed")
    for name in rounds[0]:
        walls, cpus, executed = zip(*(results[name] for results in rounds))
        counts = ", ".join(sorted({str(len(names)) for names in executed}))
        print(f"{name:14}{spread(walls):>30}{spread(cpus):>32}   {counts}")

    print(
        "\nOne chapter after another (medians, wall s, while as many run as there are cores): kernel, first cell, other cells"
    )
    for position, name in enumerate(part[0] for part in parts[0]):
        figures = zip(*(part[position][1:] for part in parts))
        print(f"{name:20}" + "".join(f"{statistics.median(values):8.2f}" for values in figures))

    def ratios(above, *below):
        for unit, label in ((0, "wall"), (1, "CPU")):
            values = [results[above][unit] / sum(results[name][unit] for name in below) for results in rounds]
            yield f"{label} {statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"

    print("\ncold / floor        " + ", ".join(ratios("cold", "cells", "unexecuted")) + f"; at most {LIMIT} is wanted")
    print("plain cold / floor  " + ", ".join(ratios("plain cold", "cells", "unexecuted")))
    print("cold / plain cold   " + ", ".join(ratios("cold", "plain cold")))
    nothing = statistics.median(results["nothing"][0] for results in rounds)
    print(
        f"nothing changed     {nothing:.2f} s in all, of which starting Python {started[0]:.2f}: "
        f"own work {nothing - started[0]:.2f} s; under 3 is wanted. (Importing Jupyter Book, which this spares: "
        f"{started[1] - started[0]:.2f} s.)"
    )


def main(count):
    rounds, parts = [], []
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {count} round(s)"
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        book = Copy(folder / "book")
        plain, unexecuted = plain_copy(folder / "plain", "cache"), plain_copy(folder / "unexecuted", "off")
        started = starts(book)
        for number in range(count):
            print(
                f"round {number + 1}: load {', '.join(f'{load:.1f}' for load in os.getloadavg())} (1, 5, 15 minutes)",
                flush=True,
            )
            results, part = measure(book, plain, unexecuted)
            rounds.append(results)
            parts.append(part)
    report(rounds, parts, started)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
