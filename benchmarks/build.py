"""Measure how long builds take, beside the least that they could take. Started by `python book.py bench [ROUNDS]`.

Everything happens in copies of the book in a scratch folder. In each round, one after the other:

cells         the floor's first part: for each chapter with code a kernel starts, runs all cells and stops; as many chapters
              at a time as this machine has cores (8 at most), the longest first. Nothing is parsed and nothing is kept.
unexecuted    the floor's second part: plain `jupyter-book build` on the same pages with execution off, whole process
cold          `book.py build` without anything of an earlier build: every chapter is executed
nothing       `book.py build` again
code          the same after a change to one chapter's code
draft         what `book.py serve` does after a change to one chapter's words
plain cold    plain `jupyter-book build` on the same chapters: the book's own extensions and steps are left out

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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import yaml
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from copies import Copy, book  # noqa: E402

EDITED = "chapters/claims.md"
LIMIT = 1.5  # cold build / floor
Results = dict[str, tuple[float, float, int]]  # wall seconds, CPU seconds, number of executed chapters


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those that it started and that have ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in usage)


def run(command: list[str], **options) -> None:
    """Run a command; end the benchmark if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", **options)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def plain_copy(folder: Path, execute: str) -> Copy:
    """Return a copy with the book's configuration but without its own extensions: what `jupyter-book build` makes of it."""
    copy = Copy(folder)
    path = copy.root / "_config.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["execute"]["execute_notebooks"] = execute
    del config["sphinx"]["local_extensions"], config["sphinx"]["config"]["extensions"]
    del config["sphinx"]["config"]["html_math_renderer"]
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return copy


def plain_build(copy: Copy) -> None:
    """Build a plain copy with Jupyter Book's own command."""
    run([str(copy.python), "-c", "from jupyter_book.cli.main import main; main()", "build", str(copy.root)])


def draft(copy: Copy) -> None:
    """Write a draft, in a process of its own, as `serve` does."""
    run([str(copy.python), "-c", "import book; book.draft()"], cwd=copy.root)


def cells(root: Path) -> None:
    """Execute all chapters that have code, spread over the cores, the longest first."""
    paths = sorted((root / "chapters").glob("*.md"), key=lambda path: path.stat().st_size, reverse=True)
    notebooks = [(path, jupytext.read(path)) for path in paths]
    clients = [
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}})
        for path, notebook in notebooks
        if any(cell.cell_type == "code" for cell in notebook.cells)
    ]
    with ThreadPoolExecutor(book.CORES) as pool:
        list(pool.map(NotebookClient.execute, clients))


def measure(own: Copy, plain: Copy, unexecuted: Copy) -> Results:
    """Run everything once."""
    results: Results = {}

    def note(name: str, copy: Copy, work: Callable, *arguments) -> None:
        before, wall, cpu = copy.executions(), time.perf_counter(), cpu_seconds()
        work(*arguments)
        seconds = time.perf_counter() - wall, cpu_seconds() - cpu
        results[name] = *seconds, len(copy.executions() - before)

    for copy in (own, plain, unexecuted):
        shutil.rmtree(copy.root / "_build", ignore_errors=True)
    note("cells", own, cells, own.root)
    note("unexecuted", unexecuted, plain_build, unexecuted)
    note("cold", own, run, own.command("build"))
    note("nothing", own, run, own.command("build"))
    draft(own)
    page = own.root / EDITED
    text = page.read_text(encoding="utf-8")
    page.write_text(text + "\nOne more sentence.\n", encoding="utf-8")
    note("draft", own, draft, own)
    page.write_text(text + "\n```{code-cell} python\n# one more cell\n```\n", encoding="utf-8")
    note("code", own, run, own.command("build"))
    page.write_text(text, encoding="utf-8")
    note("plain cold", plain, plain_build, plain)
    return results


def spread(values: list[float]) -> str:
    """Return the median, least and most of some values."""
    return f"{statistics.median(values):8.2f} {min(values):7.2f} {max(values):7.2f}"


def report(rounds: list[Results]) -> None:
    """Print the table and the ratios."""
    print(f"\n{'':14}{'wall s: median  least    most':>30}{'CPU s: median  least    most':>32}   chapters executed")
    for name in rounds[0]:
        walls, cpus, executed = map(list, zip(*(results[name] for results in rounds)))
        print(f"{name:14}{spread(walls):>30}{spread(cpus):>32}   {', '.join(map(str, sorted(set(executed))))}")
    print()
    for above, *below in (
        ("cold", "cells", "unexecuted"),
        ("plain cold", "cells", "unexecuted"),
        ("cold", "plain cold"),
    ):
        for unit, label in enumerate(("wall", "CPU")):
            values = [results[above][unit] / sum(results[name][unit] for name in below) for results in rounds]
            print(f"{above} / {' + '.join(below)}, {label}: {spread(values)}")
    print(f"At most {LIMIT} is wanted for cold / floor.")


def main(count: int) -> None:
    """Measure `count` rounds."""
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        copies = Copy(folder / "book"), plain_copy(folder / "plain", "cache"), plain_copy(folder / "unexecuted", "off")
        rounds = []
        for number in range(count):
            print(f"round {number + 1}: load {', '.join(f'{load:.1f}' for load in os.getloadavg())}", flush=True)
            rounds.append(measure(*copies))
    report(rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
