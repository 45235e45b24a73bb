"""Show that marks do not depend on how many are marked at a time: the same files with 1, 2 and 8 jobs, byte for byte.

    python book.py run python benchmarks/same.py [JOBS ...]        (default: 1 2 8)

The batch is that of grading.py, 60 submissions, and one for each of HOSTILE, in which the first answer is replaced. All files
are compared but those that tell of the run itself (log.txt, runtime.csv, runtime.svg); the exit status is 1 if any differ.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from grading import COURSE, HIDDEN, as_bytes, computed, hand_in, readable, role, run

ABOUT_THE_RUN = {"log.txt", "runtime.csv", "runtime.svg"}
HOSTILE = {
    "endless": "while True: pass",
    "endless as soon as it is called": "def {name}(*_):\n    while True: pass",
    "sleeps": "import time\ntime.sleep(10_000)",
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "kills itself": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "ends": "import os\nos._exit(0)",
    "crashes": "import ctypes\nctypes.string_at(0)",
    "memory": "everything = []\nwhile True: everything.append(bytearray(1 << 24))",
    "files": "for number in range(1_000_000): open(f'f{number}', 'w').close()",
    "disk": "with open('f', 'wb') as file:\n    while True: file.write(bytes(1 << 20))",
    "answers without end": "import os\nwhile True:\n    for number in range(3, 9):\n        try: os.write(number, b'[]\\n' * 9999)\n        except OSError: pass",
    "recursion": "def deep(n): return deep(n + 1)\ndeep(0)",
    "processes": "import os\nwhile True: os.fork()",
    "descriptors": "files = []\nwhile True: files.append(open('/dev/null'))",
}


def spoilt(name: str, code: str) -> bytes:
    """Return the honest notebook of an assignment with this code in place of its first answer."""
    book = readable(COURSE.read(name))
    for cell in book.cells:
        cell.source = HIDDEN.sub("", cell.source)
    first = next(cell for cell in book.cells if cell.cell_type == "code" and role(cell).get("solution"))
    first.source = code.replace("{name}", role(first)["grade_id"])
    return as_bytes(book)


def files(out: Path) -> dict[str, bytes]:
    """Return all files in a folder but those about the run, by name."""
    found = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if name not in ABOUT_THE_RUN}


def main(*jobs: str) -> int:
    """Grade with each number of jobs; print what each took, and what differs."""
    with tempfile.TemporaryDirectory() as scratch:
        source, first, differ = Path(scratch, "in"), None, set()
        names = list(hand_in(source, 60))
        for number, (kind, code) in enumerate(HOSTILE.items()):
            path = source / kind.replace(" ", "-") / "work.ipynb"
            path.parent.mkdir()
            path.write_bytes(spoilt(names[number % len(names)], code))
        for count in jobs:
            out = Path(scratch, count)
            used, began = computed(), time.perf_counter()
            run("standoff", "grade", str(source), "-o", str(out), "--seed", "same", "--jobs", count)
            found = files(out)
            first = found if first is None else first
            differ |= {name for name in found.keys() | first.keys() if found.get(name) != first.get(name)}
            about = f"{time.perf_counter() - began:.0f} s, {computed() - used:.0f} s of CPU of the whole machine"
            print(f"{count} jobs: {about}, load {os.getloadavg()[0]:.1f}; {len(found)} files", flush=True)
        pages = sum(name.startswith("feedback/") for name in first)
        print(f"{len(list(source.iterdir()))} submissions, grades.csv and {pages} pages of feedback among the files")
        print(f"differ: {', '.join(sorted(differ)) or 'none'}")
    return bool(differ)


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["1", "2", "8"])))
