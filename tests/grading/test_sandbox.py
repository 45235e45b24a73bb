"""What a submission can do to marks, to the machine and to others: nothing. Needs bubblewrap (apt install bubblewrap)."""

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
from autograder.marking import mark
from autograder.run import sandbox
from autograder.run.protocol import ask, cell
from autograder.run.sandbox import DEFAULT, Limits, Sandbox, SandboxError


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
    with hostile.shared_sandboxes(), ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(hostile.outcome, hostile.KINDS[name], outside) for name in wanted}
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
    assert run("while True: pass", limits=Limits(step=0.5)).why == "time"
    assert run("while True: pass", limits=Limits(cpu=1)).why == "signal"


def test_a_lost_sandbox_is_made_anew():
    with Sandbox() as box:
        assert box.run([cell("it = 1", 1)], {}, 20).done
        os.killpg(box._process.pid, 9)
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
