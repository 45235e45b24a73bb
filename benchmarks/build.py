"""Measure how long builds take, compared with the least that they could take. Started by `python book.py bench [ROUNDS]`.

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
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import pandas as pd
import yaml
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from copies import Copy, book  # noqa: E402

EDITED = "chapters/claims.md"
LIMIT = 1.5  # cold build / floor


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
    notebooks = [(path, jupytext.read(path, fmt="md:myst")) for path in paths]
    clients = [
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}})
        for path, notebook in notebooks
        if any(cell.cell_type == "code" for cell in notebook.cells)
    ]
    with ThreadPoolExecutor(book.CORES) as pool:
        list(pool.map(NotebookClient.execute, clients))


def measure(own: Copy, plain: Copy, unexecuted: Copy) -> dict[str, dict[str, float]]:
    """Run everything once; return by what was done the seconds by the clock and of CPU, and how many chapters were executed."""
    results = {}

    def note(name: str, copy: Copy, work: Callable, *arguments) -> None:
        before, began = copy.executions(), os.times()
        work(*arguments)
        *cpu, wall = (end - start for end, start in zip(os.times(), began))
        results[name] = {"wall": wall, "CPU": sum(cpu), "executed": len(copy.executions() - before)}

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


def report(rounds: list[dict[str, dict[str, float]]]) -> None:
    """Print medians and ranges, of what was measured and of the ratios."""
    table = pd.concat([pd.DataFrame(results).T for results in rounds], keys=range(len(rounds)))
    print(table.groupby(level=1, sort=False).agg(["median", "min", "max"]).round(2).to_string())
    seconds = table[["wall", "CPU"]].unstack(0).T
    floor = seconds["cells"] + seconds["unexecuted"]
    ratios = {
        f"cold / floor (at most {LIMIT} is wanted)": seconds["cold"] / floor,
        "plain cold / floor": seconds["plain cold"] / floor,
        "cold / plain cold": seconds["cold"] / seconds["plain cold"],
    }
    ratios = pd.DataFrame(ratios).groupby(level=0, sort=False).agg(["median", "min", "max"])
    print(f"\n{ratios.T.unstack().round(2).to_string()}")


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
