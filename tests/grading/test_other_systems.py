"""Grading without a sandbox where Python has no Unix: Windows, and in part macOS. Both are imitated here."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from handed_in import put
from weather import FILE, notebook

WINDOWS = """
import os, select, signal, sys, time
for module in ("resource", "fcntl", "termios", "pwd", "grp"):
    sys.modules[module] = None
for name in ("fork", "killpg", "getuid", "geteuid", "getgid", "sched_getaffinity", "statvfs", "wait4", "setsid", "O_NOFOLLOW", "O_NONBLOCK"):
    delattr(os, name)
del select.poll, select.epoll, signal.SIGKILL, time.clock_gettime

def symlink(*_, **__):
    raise OSError("a required privilege is not held by the client")
os.symlink = symlink
"""
MACOS = """
import resource, time
def refuse(*_):
    raise ValueError("current limit exceeds maximum limit")
def unknown(clock):
    raise OSError("no such clock")
resource.setrlimit, time.clock_gettime = refuse, unknown
del resource.RLIMIT_MEMLOCK
"""
GRADE = """
import subprocess, sys
start = subprocess.Popen.__init__

def elsewhere(self, args, *others, **options):
    if "autograder.run.runner" in args:
        at = args.index("-m")
        code = sys.argv[1] + "import runpy; runpy.run_module('autograder.run.runner', run_name='__main__', alter_sys=True)"
        args = [*args[:at], "-c", code, *args[at + 2:]]
    start(self, args, *others, **options)

subprocess.Popen.__init__ = elsewhere
from autograder.cli import main
from autograder.course import find_course
sys.exit(main(sys.argv[3:], find_course(sys.argv[2])))
"""
CODES = {
    "anna": 'wet_days = int((month()["mm"] >= 1).sum())',
    "ben": "wet_days = 1 / 0",
    "carla": "import os\nos._exit(3)",
    "dora": 'print("of a file of hers:", open("own.txt").read())\nwet_days = 0',
}


@pytest.mark.parametrize("machine", [WINDOWS, MACOS], ids=["Windows", "macOS"])
def test_a_class_is_graded_without_a_sandbox(tmp_path, machine):
    """Elsewhere some modules and functions are not there: nothing crashes for lack of them, and marks are the same."""
    put(tmp_path / "in", {f"{name}/{FILE}": notebook(code) for name, code in CODES.items()} | {"dora/own.txt": b"x"})
    course = str(Path(__file__).parent / "foreign")
    command = [
        "grade",
        str(tmp_path / "in"),
        "-o",
        str(tmp_path / "out"),
        "--seed",
        "s",
        "--unsandboxed",
        "--jobs",
        "2",
    ]
    done = subprocess.run(
        [sys.executable, "-c", machine + GRADE, machine, course, *command],
        **{"capture_output": True, "text": True, "cwd": Path(__file__).parents[2], "timeout": 300},
    )
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out" / "submissions.csv").read_text(encoding="utf-8-sig")
    found = {row["student"]: (row["status"], row["points"]) for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert found == {
        "anna": ("graded", "2"),
        "ben": ("partly graded", "0"),
        "carla": ("crashed", "0"),
        "dora": ("graded", "0"),
    }


def test_a_course_of_which_no_submission_is_trusted_is_not_graded_there():
    code = (
        WINDOWS
        + GRADE.replace("sys.exit(main(sys.argv[3:], find_course(sys.argv[2])))", "")
        + (
            "from autograder.run.sandbox import SandboxError, require\n"
            "import shutil\nshutil.which = lambda name: None\n"
            "try:\n    require()\nexcept SandboxError as error:\n    print(error)\n"
        )
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert "grade in a Linux container" in done.stdout, done.stderr
