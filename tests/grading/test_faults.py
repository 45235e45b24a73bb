"""A fault of the machine is never a mark: who was not marked by it waits, and what was marked stays."""

import contextlib
import csv
import dataclasses
import errno
import io
import shutil
import threading
import time
from pathlib import Path

import psutil
import pytest
from handed_in import put
from weather import COURSE, FILE, NAME, notebook

from autograder import batch, marking
from autograder.cli import main
from autograder.intake import submission
from autograder.run import sandbox, session
from autograder.run.environment import Environment
from autograder.run.protocol import ask, cell
from autograder.run.sandbox import Limits, Run, Sandbox

ASSIGNMENT = COURSE.read(NAME)
CLASS = ["anna", "ben", "carla"]


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@pytest.fixture
def graded(tmp_path, sandboxed):
    """Grades a class of three into a folder; its arguments are those of the command."""
    put(tmp_path / "in", {f"{name}/{FILE}": notebook(prose=f"It is {name} who says so.") for name in CLASS})
    sandbox.end_idle()  # each test begins without a process that is warm
    sandbox.require()  # in the beginning, all is well

    def graded(*options, course=COURSE):
        return main(["grade", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--jobs", "1", *options], course)

    yield graded
    sandbox.end_idle()


def points(out):
    return {row["student"]: row["points"] for row in rows(out / "grades.csv") if row["task"] == "wet_days"}


# ---- each kind of fault ----


def no_process(monkeypatch):
    """The system makes no more processes."""

    def refuse(*_, **__):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(sandbox.subprocess, "Popen", refuse)


def no_import(monkeypatch):
    """The process that runs submissions cannot import what it keeps warm."""
    init = Sandbox.__init__
    monkeypatch.setattr(Sandbox, "__init__", lambda self, imports, *more: init(self, [*imports, "gone"], *more))


def no_sandbox(monkeypatch):
    """Namespaces can no longer be made, though they could when it was tried."""
    wrapped = sandbox._wrapped
    monkeypatch.setattr(sandbox, "_wrapped", lambda *given: [*wrapped(*given), "--no-such-option"])


def no_memory(monkeypatch):
    """The grader's own process has no memory left."""

    def refuse(*_, **__):
        raise MemoryError

    monkeypatch.setattr(marking, "run_all", refuse)


def lost(monkeypatch):
    """The process that runs submissions is lost while a submission runs."""
    monkeypatch.setattr(session_box(monkeypatch), "run", lambda *_: Run([], "lost"))


def killed(monkeypatch):
    """A run is killed where memory is short, after its first cells."""
    monkeypatch.setattr(session_box(monkeypatch), "run", lambda *_: Run([{"step": 0}, {"step": 1}], "killed"))


def not_begun(monkeypatch):
    """A run's own process ends before its first step, as for lack of memory."""
    monkeypatch.setattr(session_box(monkeypatch), "run", lambda *_: Run([], ""))


def setup_fails(monkeypatch):
    """What the assignment imports has gone from under the process that is warm."""
    box = session_box(monkeypatch)
    run = box.run
    monkeypatch.setattr(
        box, "run", lambda self, steps, *more: run(self, [cell("import gone", None), *steps[1:]], *more)
    )


def session_box(monkeypatch):
    """A kind of Sandbox that only submissions run in, not what is right."""
    kind = type("Box", (Sandbox,), {})

    @contextlib.contextmanager
    def warm(*made_with):
        with kind(*made_with) as box:
            yield box

    monkeypatch.setattr(session, "warm", warm)
    return kind


FAULTS = [no_process, no_import, no_sandbox, no_memory, lost, killed, not_begun, setup_fails]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_is_a_mark_and_what_was_marked_stays(tmp_path, graded, monkeypatch, capsys, fault):
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        fault(patch)
        assert graded("--seed", "another") == 1
    assert "3 submissions: 3 not marked." in (said := capsys.readouterr().out)
    assert "3 could not be marked by a fault of this machine (see log.txt): run the same command again." in said
    assert [row["status"] for row in rows(out / "submissions.csv")] == ["not marked"] * 3
    assert set(points(out).values()) == {""} and "Traceback" in (out / "log.txt").read_text(encoding="utf-8")
    assert "your teacher will have it done" in (out / "feedback" / "anna.html").read_text(encoding="utf-8")
    sandbox.end_idle()

    assert graded("--seed", "s") == 0 and set(points(out).values()) == {"2"}
    before = (out / "grades.csv").read_bytes()
    sandbox.end_idle()
    with monkeypatch.context() as patch:
        fault(patch)
        assert graded("--seed", "another") == 1  # other hidden data: all are to be marked anew
    assert (out / "grades.csv").read_bytes() == before
    assert batch.EARLIER in rows(out / "submissions.csv")[0]["notes"]


def test_without_room_for_its_data_no_run_begins(sandboxed):
    with (
        pytest.raises(sandbox.SandboxError, match="no room for files.*No space left.*Remedy"),
        Sandbox(limits=Limits(disk=1)) as box,
    ):
        box.run([cell("it = 1", 1)], {"data/rain.csv": b"1" * 100_000}, 20)


def test_who_can_be_marked_is(tmp_path, graded, monkeypatch):
    """A fault in the middle concerns nobody else."""
    run_all = marking.run_all

    def stumble(*given):
        if any("ben who says" in one.source for one in given[1]) or next(times) == 1:
            raise MemoryError
        return run_all(*given)

    times = iter(range(3))
    monkeypatch.setattr(marking, "run_all", stumble)
    assert graded("--seed", "s") == 1
    assert sorted(points(tmp_path / "out").values()) == ["", "2", "2"]


# ---- the environment ----


@pytest.fixture
def library(tmp_path):
    """The course with a copy of its library."""
    copy = shutil.copytree(COURSE.library[0], tmp_path / "lib" / COURSE.library[0].name)
    return dataclasses.replace(COURSE, library=(copy,))


@pytest.mark.parametrize("how", ["removed", "emptied", "renewed"])
def test_when_packages_go_in_mid_batch_it_stops_with_a_sentence(tmp_path, graded, library, monkeypatch, capsys, how):
    out, [package] = tmp_path / "out", library.library
    assert graded("--seed", "s", course=library) == 0
    before, kept = (out / "grades.csv").read_bytes(), len(list((out / "work").glob("*.json")))
    capsys.readouterr()
    marked, mark = [], marking.mark

    def mark_and_lose(*given, **named):
        marked.append(given)
        if len(marked) == 2:
            package.rename(tmp_path / "old") if how != "emptied" else (package / "__init__.py").unlink()
            if how == "renewed":
                shutil.copytree(tmp_path / "old", package)
        return mark(*given, **named)

    monkeypatch.setattr(marking, "mark", mark_and_lose)
    assert graded("--seed", "another", course=library) == 2
    said = capsys.readouterr().err
    assert "was changed or removed while submissions were marked, of which 1 of 3 are done" in said
    assert said.count("\n") <= 2 and "Remedy: run the same command again" in said
    assert (out / "grades.csv").read_bytes() == before and len(list((out / "work").glob("*.json"))) == kept + 1


def test_what_is_added_to_packages_is_no_change(tmp_path, library):
    [package] = library.library
    environment = Environment([package])
    put(package, {"__pycache__/x.pyc": b"", "more.py": b"", "more/__init__.py": b""})
    assert environment.changed() == ""
    (package / "__init__.py").unlink()
    assert environment.changed() == str(package)


# ---- what the machine does to a run, and what a run does to itself ----


def run(code, **options):
    with Sandbox(**options) as box:
        return box.run([cell(code, 1), ask("it", "", {"it": "it"})], {}, 20)


def test_who_is_killed_by_the_machine_is_told_from_who_ends_itself(sandboxed):
    def kill(box):
        while not box._process or len(inside := psutil.Process(box._process.pid).children(recursive=True)) < 3:
            time.sleep(0.1)
        inside[-1].kill()

    with Sandbox() as box:
        killer = threading.Thread(target=kill, args=[box])
        killer.start()
        assert box.run([cell("while True: pass", 1)], {}, 20).why == "killed"
        killer.join()
    assert run("import os\nos.kill(os.getpid(), 11)").why == "signal"


@pytest.mark.parametrize(
    "code",
    [
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "import signal, threading\nsignal.pthread_kill(threading.get_ident(), signal.SIGKILL)",
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (0, 0))\nwhile True: pass",
        "import os, resource\nresource.prlimit(0, resource.RLIMIT_CPU, (0, 0))\nwhile True: pass",
    ],
)
def test_nobody_can_look_like_one_who_was_killed_by_the_machine(sandboxed, code):
    """Else who sees that his answers are wrong could have his mark put off for ever."""
    ended = run(f"it = 1\n{code}", limits=Limits(cpu=5))
    assert ended.why == "" and [line["failed"]["type"] for line in ended.lines if "failed" in line] == ["OSError"]


def test_no_cell_can_say_that_the_setup_failed(sandboxed):
    forged = 'import os\nfor n in range(3, 99):\n    try: os.write(n, b\'{"step": 0, "failed": {}}\\n\')\n    except OSError: pass'
    book = notebook(change=lambda cells: cells.insert(1, {"cell_type": "code", "source": forged, "metadata": {}}))
    assert marking.mark(ASSIGNMENT, book, seed="s").tasks[0].status == "right"


def test_folders_too_deep_to_remove_cost_nobody_a_run(sandboxed):
    with Sandbox() as box:
        deep = [cell("import os\nfor _ in range(3000):\n    os.mkdir('d'), os.chdir('d')", 1)]
        for _ in range(2):
            assert (ran := box.run(deep, {}, 20)).done and ran.why == ""


# ---- reading and writing ----


def test_a_full_disk_leaves_what_was_there(tmp_path, graded, monkeypatch, capsys):
    out = tmp_path / "out"
    assert graded("--seed", "s") == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.parent.name != "work"}
    (tmp_path / "in" / "ben" / FILE).write_bytes(notebook("wet_days = 0"))
    write = Path.write_bytes

    def full(self, data):
        if self.name == ".class-report.html.part":
            write(self, data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    capsys.readouterr()
    assert graded("--seed", "s") == 2
    assert "class-report.html cannot be written (No space left on device). Remedy: make room" in capsys.readouterr().err
    left = {path for path in out.rglob("*") if path.is_file() and path.parent.name != "work"} - before.keys()
    assert {path.parent.name for path in left} <= {"handed-in"}
    changed = {path.name for path, data in before.items() if path.read_bytes() != data}
    assert changed <= {"log.txt", "runtime.csv", "class.json"}
    monkeypatch.setattr(Path, "write_bytes", write)
    assert graded("--seed", "s") == 0 and points(out) == {"anna": "2", "ben": "0", "carla": "2"}


@pytest.mark.parametrize("error", [MemoryError(), ImportError("No module named 'gone'")])
def test_where_the_grader_itself_can_go_no_further_it_says_so_in_a_sentence(graded, monkeypatch, capsys, error):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(batch.feedback, "pages", refuse)
    assert graded("--seed", "s") == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith("run the same command again: what is marked is kept.")


LARGE = notebook(prose="x" * submission.IN_PROCESS)


@pytest.mark.parametrize("program", ["import gone", "import os\nos.kill(os.getpid(), 9)"])
def test_a_program_that_cannot_read_here_says_nothing_of_what_it_was_to_read(tmp_path, monkeypatch, program):
    (tmp_path / "broken.py").write_text(program, encoding="utf-8")
    monkeypatch.setattr(submission, "AS_NOTEBOOK", tmp_path / "broken.py")
    with pytest.raises(OSError, match="Remedy: run the same command again"):
        submission.read_cells(LARGE)


def test_memory_or_files_that_are_short_make_no_notebook_unreadable(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise errors.pop()

    errors = [MemoryError(), OSError(errno.EMFILE, "Too many open files")]
    monkeypatch.setattr(submission.os, "open", refuse)
    with pytest.raises(OSError, match="Too many"):
        submission.read_cells(tmp_path / FILE)
    monkeypatch.setattr(submission.json, "loads", refuse)
    with pytest.raises(MemoryError):
        submission.read_cells(notebook())
