"""What a submission can do to marks, to the machine and to others: nothing. Needs bubblewrap (apt install bubblewrap)."""

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hostile
import pytest

from answers import plain
from autograder.intake.submission import read_cells
from autograder.marking import mark
from autograder.run import sandbox, syscalls
from autograder.run.protocol import ask, cell
from autograder.run.runner import Idle
from autograder.run.sandbox import DEFAULT, Limits, Run, Sandbox, SandboxError
from autograder.run.session import run_all


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A folder like a teacher's, beside all that is tried here; in the end it must be what it was, byte for byte."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "gradebook.db").write_bytes(b"marks of everybody: 0.3142857142857143")
    (folder / "other" / "3-claims").mkdir(parents=True)
    (folder / "other" / "3-claims" / "3-claims.ipynb").write_text(
        "def voice_share(case, who): return 0.3142857142857143"
    )
    (folder / "seed").write_text("secret")
    return folder


def contents(folder):
    return {str(path): path.read_bytes() if path.is_file() else "" for path in sorted(folder.rglob("*"))}


@pytest.fixture(scope="module")
def outcomes(outside, request):
    """The Results of the kinds that are wanted, as they come: futures by name. Two at a time, as a batch does."""
    before = contents(outside)
    wanted = [test.callspec.params["name"] for test in request.session.items if "outcomes" in test.fixturenames]
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(hostile.outcome, hostile.KINDS[name], outside) for name in wanted}
    sandbox.end_idle()
    assert contents(outside) == before
    assert left_over() == []


def command(process):
    """The command line of a process, by its number."""
    return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")


def grader(process):
    """The process that a sandbox was started by: the first one above it that is no part of a sandbox."""
    while "autograder.run.runner" in command(process):
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return process


def left_over():
    """Command lines of sandboxes that go on, but for those of other graders that are at work, such as other tests.

    Their ends are not waited for, so they may take a moment to go.
    """
    for _ in range(50):
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = command(path.name)
                if "autograder.run.runner" in words and sys.executable in words:
                    above = grader(path.name)
                    if above == os.getpid() or sys.executable not in command(above):
                        found.append(words)
            except OSError:  # it is gone
                continue
        if not found:
            break
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("name", hostile.KINDS)
def test_every_submission_gets_what_its_honest_part_deserves(name, outcomes):
    result = outcomes[name].result()
    assert hostile.as_wanted(hostile.KINDS[name], result), f"{result.status}: {result.reason} {result.tasks}"
    assert result.reason or result.status == "graded"
    assert all(task.reason or task.status == "right" for task in result.tasks)


def test_there_are_many_kinds():
    assert len(hostile.KINDS) >= 100


def run(source, files=None, limits=DEFAULT, **options):
    """What is said by a run of one cell."""
    with Sandbox(limits=limits, library=hostile.COURSE.library, **options) as box:
        return box.run([cell(source, 1), ask("it", "", {"it": "it"})], files or {}, 20)


def value(result):
    return next(line["value"] for line in result.lines if "value" in line)


def test_a_run_sees_an_interpreter_libraries_and_its_files_and_nothing_else():
    seen = run(
        "import os\nit = [sorted(os.listdir(path)) for path in ('/', '/book', '/dev', '/usr')]", {"data/a.csv": b"1"}
    )
    top, book, dev, usr = [{item["value"] for item in one["items"]} for one in value(seen)["items"]]
    own = {Path(path).parts[1] for path in (sys.prefix, sys.base_prefix)}
    assert top <= {"book", "dev", "etc", "lib", "lib64", "tmp", "usr"} | own
    assert book == {"answers", "assignments", "autograder", "data", "home", "standoff", "tmp"}
    assert dev == {"null", "random", "urandom", "zero"}
    assert usr <= {"lib", "lib64", "local", "share"} or Path(sys.base_prefix).is_relative_to("/usr")


def test_the_environment_of_the_grader_stays_outside(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    found = value(run("import os\nit = dict(os.environ)"))
    assert "hush" not in str(found)


def test_nothing_of_a_run_is_left_for_the_next_one():
    leave = "import os, sys\nopen('left', 'w').write('x'); open('/book/left', 'w').write('x'); os.mkdir('/book/d', 0)\nsys.left = 1"
    look = "import os, sys\nit = [os.path.exists('left'), os.path.exists('/book/left'), os.path.exists('/book/d'), hasattr(sys, 'left')]"
    with Sandbox() as box:
        assert box.run([cell(leave, 1)], {}, 20).done
        again = box.run([cell(look, 1), ask("it", "", {"it": "it"})], {}, 20)
    assert value(again) == plain([False] * 4)


def test_modules_that_were_handed_in_do_not_run_where_no_submission_runs():
    files = {"assignments/yours/colorsys.py": b"evil = True"}
    question = ask("it", "import colorsys", {"it": "hasattr(colorsys, 'evil')"})
    with Sandbox() as box:
        own, trusted = (box.run([question], files, 20, trusted=trusted) for trusted in (False, True))
    assert (value(own), value(trusted)) == (plain(True), plain(False))


def test_limits_are_those_that_are_given():
    small = run("it = 'x' * 100_000_000", limits=Limits(memory=400 << 20))
    assert value(small)["kind"] == "other"
    assert any(
        "problem" in line or "failed" in line
        for line in run("it = 'x' * 500_000_000", limits=Limits(memory=400 << 20)).lines
    )
    assert run("while True: pass", limits=Limits(cpu=0.5)).why == "time"
    assert run("import time; time.sleep(600)", limits=Limits(idle=0.5)).why == "time"


COURSE_DATA = hostile.COURSE.files_of_kinds(hostile.SEED)["released"]
SAYS_SOMETHING = """
import os
def say():
    for number in range(3, 64):
        try: os.write(number, b'{"step": 0}\\n{"step": 1, "place": 0}\\n')
        except OSError: pass
"""


@pytest.mark.parametrize("wait", ["pass", "time.sleep(0.05)"])
def test_who_says_something_now_and_then_is_stopped_as_soon_as_others(wait):
    code = f"{SAYS_SOMETHING}import time\nwhile True:\n    say()\n    {wait}"
    stopped = run(code, limits=Limits(cpu=1, idle=1, output=1 << 40))
    assert stopped.why == "time" and stopped.computed < 3


def test_what_waits_its_turn_is_not_stopped():
    """A run that takes longer by the clock than it may compute: on a busy machine every one does."""
    done = run("import time\nfor _ in range(15): time.sleep(0.1)\nit = 1", limits=Limits(cpu=1, idle=5))
    assert value(done) == plain(1) and done.computed < 1


@pytest.mark.parametrize(
    ("share", "stalled", "idle"),
    [(0.05, 0, 0), (1.0, 0, 0), (0.01, 0, 30), (0.0, 0, 30), (1.0, 600, 1), (0.0, 600, 30)],
)
def test_the_clock_stops_who_sleeps_and_no_one_who_waits_for_a_turn(share, stalled, idle):
    """share: of each second that a run computes; stalled: seconds in which the machine did nothing at all."""
    counted = Idle(0.0)
    for second in range(1, 31):
        counted.look(second - 0.5, share * (second - 0.5))  # too soon after the last look, as most are
        counted.look(second + stalled * (second >= 15), share * second)
    assert counted.seconds == idle


def test_what_is_charged_for_a_run_that_was_stopped_is_its_limit(monkeypatch):
    """How long after it a busy machine stops a run must not decide what is left for the next one."""
    charged = []

    def late(self, steps, files, seconds, trusted=False):
        charged.append(seconds)
        return Run([{"step": number} for number in range(2)], "time", 15.0 + 0.3 * len(charged))

    monkeypatch.setattr(Sandbox, "run", late)
    runs = run_all(hostile.PROBE, read_cells(hostile.notebook()), {}, {"released": {}}, DEFAULT, sandboxed=True)
    assert charged[:4] == [60, 45, 30, 15] and len(charged) == 4 and runs.lost == "time"


def test_no_task_changes_the_data_of_another():
    setup = (
        "import pandas as pd\nclass Case: pass\ncase, listed = Case(), [1]\ncase.frame = pd.DataFrame({'a': [1, 2]})"
    )
    spoil = "case.frame.loc[0, 'a'] = 9\nlisted.append(2)\ndef worse(case):\n    case.frame['a'] = 0\n    return 1"
    asked = [
        ask(name, "", {name: code}) for name, code in {"one": "worse(case)", "two": "[case.frame, listed]"}.items()
    ]
    with Sandbox() as box:
        ran = box.run([cell(setup, None), cell(spoil, 1), *asked], {}, 20)
    frame, listed = next(line["value"] for line in ran.lines if line["step"] == 3 and "value" in line)["items"]
    assert ([row[0]["value"] for row in frame["rows"]], listed) == ([1, 2], plain([1]))


USES = """
import asyncio, bz2, glob, io, lzma, mmap, os, queue, random, resource, select, shutil, signal, socket, sqlite3, tempfile
import threading, time, uuid, zipfile, zoneinfo
import matplotlib.pyplot as plt, networkx as nx, numpy as np, pandas as pd
frame = pd.DataFrame({"a": [1, 2], "b": ["x", "é"]})
for ending in ("csv", "csv.gz", "csv.xz", "csv.zip"):
    frame.to_csv(f"a.{ending}")
    pd.read_csv(f"a.{ending}")
frame.to_json("a.json"), frame.to_pickle("a.pkl"), frame.to_html("a.html"), frame.to_sql("x", sqlite3.connect("a.db"))
pd.read_pickle("a.pkl"), pd.read_sql("select * from x", sqlite3.connect("a.db"))
np.linalg.svd(np.random.rand(200, 200)), np.save("x.npy", np.ones(10)), np.load("x.npy", mmap_mode="r+").flush()
np.memmap("mm", dtype="f8", mode="w+", shape=(10,)).flush(), np.ones(10_000_000).sum()
nx.draw(nx.path_graph(5))
for ending in ("png", "pdf", "svg", "jpg"):
    plt.savefig(f"a.{ending}")
shutil.copy2("a.csv", "b.csv"), shutil.copytree(".", "../mine"), shutil.rmtree("../mine"), shutil.move("b.csv", "c.csv")
shutil.make_archive("z", "zip", "."), shutil.disk_usage("."), os.link("a.csv", "l"), os.symlink("a.csv", "s"), os.readlink("s")
os.chmod("a.csv", 0o600), os.truncate("l", 1), os.makedirs("q/w"), os.removedirs("q/w"), os.utime("l"), os.umask(18)
tempfile.TemporaryFile().write(b"x"), tempfile.NamedTemporaryFile(), tempfile.TemporaryDirectory().cleanup()
time.sleep(0.01), signal.alarm(0), signal.signal(signal.SIGALRM, signal.SIG_DFL), threading.Event().wait(0.01)
select.select([], [], [], 0), select.poll().poll(0), select.epoll().poll(0), [one.send(b"x") for one in socket.socketpair()]
asyncio.new_event_loop().run_until_complete(asyncio.sleep(0.01))
resource.getrusage(0), resource.getrlimit(resource.RLIMIT_AS), os.sched_getaffinity(0), os.urandom(4), uuid.uuid4()
os.isatty(1), os.getppid(), os.uname(), os.times(), os.statvfs("."), mmap.mmap(-1, 9), glob.glob("**", recursive=True)
with open("a.csv", "r+") as file:
    import fcntl
    fcntl.lockf(file, fcntl.LOCK_EX), fcntl.flock(file, fcntl.LOCK_EX), os.fsync(file), os.posix_fallocate(file.fileno(), 0, 9)
it = "all of it"
"""


def test_what_notebooks_do_is_among_the_system_calls_that_are_allowed():
    [said, *_] = [line for line in run(USES).lines if "failed" in line or "value" in line]
    assert said.get("value") == plain("all of it"), said


AARCH64 = """
openat newfstatat faccessat unlinkat mkdirat renameat renameat2 linkat symlinkat readlinkat utimensat dup3 pipe2 getdents64
ppoll pselect6 epoll_create1 epoll_pwait eventfd2 setitimer getpgid
"""


def test_the_calls_that_are_allowed_are_calls_and_enough_for_other_computers():
    """No name is misspelt; and aarch64, which has no open, no stat and no poll, has what its C library uses instead."""
    library, allowed = syscalls.library(), syscalls.ALLOWED.split()
    library.seccomp_syscall_resolve_name_arch.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    others = [*syscalls.REFUSED, *syscalls.AS_IF, *syscalls.OWN_ONLY, *syscalls.COMMANDS]
    unknown = [name for name in allowed + others if library.seccomp_syscall_resolve_name(name.encode()) == -1]
    assert set(unknown) <= {"fchmodat2"}  # newer than some libraries
    assert all(library.seccomp_syscall_resolve_name_arch(0xC00000B7, name.encode()) >= 0 for name in AARCH64.split())
    assert set(AARCH64.split()) <= set(allowed)


def test_chance_is_the_same_for_everybody_and_whatever_ran_before():
    cells = "import random, numpy as np\nit = [random.random(), np.random.rand()]"
    with Sandbox(["numpy"]) as box:
        first, second = (box.run([cell(cells, 1), ask("it", "", {"it": "it"})], {}, 20) for _ in range(2))
    assert value(first) == value(second) == value(run(cells))


OPEN = """
import os
def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False
it = [number for number in range(256) if is_open(number)]
"""


def test_a_run_has_nothing_open_but_its_way_back():
    found = {item["value"] for item in value(run(OPEN))["items"]}
    assert {0, 1, 2} < found and len(found) == 4


LOOK = """
import ctypes, os
def pages():  # there is no /proc to tell what memory there is: the kernel writes a page, or says that it is none
    (inlet, outlet), libc = os.pipe(), ctypes.CDLL(None)
    for middle in (id(object()), id([0] * 9)):
        for start in range((middle & ~0xFFF) - (32 << 20), (middle & ~0xFFF) + (32 << 20), 4096):
            if libc.write(outlet, ctypes.c_void_p(start), ctypes.c_size_t(4096)) == 4096:
                yield os.read(inlet, 4096)
memory = b"".join(pages())
it = [len(memory) > 1_000_000, memory.count(b" ".join([b"the answer of", b"another"]))]
"""


def test_what_one_run_was_given_is_not_in_the_memory_of_the_next():
    """Looked for in all of its own memory that the next run can read."""
    theirs = [cell(f"# the answer of another, {number}", number) for number in range(1, 5_000)]
    with Sandbox() as box:
        assert box.run(theirs, {"data/a": b"the answer of another"}, 20).done
        own = box.run([cell(LOOK, 1), ask("it", "", {"it": "it"})], {}, 20)
    assert value(own) == plain([True, 0])


def test_no_sandbox_in_which_submissions_ran_works_out_what_is_right():
    """The other way round is allowed: a batch begins with what is right, and its processes then serve submissions."""
    sandbox.end_idle()
    with sandbox.warm(purpose=sandbox.RIGHT) as first:
        pass
    with sandbox.warm() as second:
        pass
    with sandbox.warm(purpose=sandbox.RIGHT) as third:
        pass
    sandbox.end_idle()
    assert first is second and third is not second


def test_an_untouched_notebook_runs_once_on_each_kind_of_data(monkeypatch):
    """Its cells fail as they were handed out: there is nothing to describe, and so no run without questions."""
    runs, run = [], Sandbox.run
    monkeypatch.setattr(Sandbox, "run", lambda *given, **named: runs.append(given) or run(*given, **named))
    untouched = hostile.notebook(dict.fromkeys(("voice_share", "topics"), "raise NotImplementedError()"))
    data = {"released": COURSE_DATA, "variant": COURSE_DATA}
    for book, times in {untouched: 2, hostile.notebook(first="1 / 0"): 3}.items():
        runs.clear()
        run_all(hostile.PROBE, read_cells(book), {}, data, DEFAULT, sandboxed=True)
        assert len(runs) == times
    sandbox.end_idle()


def test_a_lost_sandbox_is_made_anew():
    with Sandbox() as box:
        assert box.run([cell("it = 1", 1)], {}, 20).done
        os.killpg(box._process.pid, 9)
        box._process.poll = lambda: None  # it is lost just after it was seen alive
        assert box.run([cell("it = 1", 1)], {}, 20).why == "lost"
        assert box.run([cell("it = 1", 1)], {}, 20).done


def test_without_bubblewrap_nothing_runs_and_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    sandbox.require.cache_clear()
    with pytest.raises(SandboxError, match="apt install bubblewrap"):
        mark(hostile.PROBE, hostile.notebook(last="open('ran', 'w')"), seed="without bubblewrap")
    sandbox.require.cache_clear()


def test_a_bubblewrap_that_does_not_work_is_no_sandbox(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: str(broken))
    sandbox.require.cache_clear()
    with pytest.raises(SandboxError, match="No permissions to create new namespace.*Remedy"):
        sandbox.require()
    sandbox.require.cache_clear()


def test_who_asks_for_it_grades_without_a_sandbox(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    result = mark(hostile.PROBE, hostile.notebook(), seed="unsandboxed", unsandboxed=True)
    assert [task.status for task in result.tasks] == ["right", "right", "by hand"]


@pytest.mark.skipif(os.getuid() != 0, reason="all other tests have shown it: this user has no rights")
def test_a_user_without_rights_has_a_sandbox_too():
    """Root tries it as nobody, who cannot read our libraries."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        Path(folder, "sandbox.py").write_bytes(Path(sandbox.__file__).read_bytes())
        done = subprocess.run(
            ["/usr/bin/python3", "-c", "import sandbox; sandbox.require()"],
            **{"user": 65534, "group": 65534, "extra_groups": [], "env": {"PYTHONPATH": folder}, "cwd": "/"},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
