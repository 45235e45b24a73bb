"""The book is built on machines that are set up otherwise, or one sentence says what to do."""

import errno
import os
import subprocess
import sys

import pytest

import book
from chapters import ROOT

HOLD = "import book, sys; book.BUILD = book.Path(sys.argv[1])\nwith book.alone(): print('mine', flush=True); input()"


def test_of_pips_settings_only_where_packages_come_from_is_kept(monkeypatch, tmp_path):
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = https://example.org/simple\nproxy = a\n[install]\nuser = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    for name in ("PIP_USER", "PIP_REQUIRE_HASHES", "PIP_NO_DEPS", "PIP_DRY_RUN"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_TARGET", str(tmp_path))
    monkeypatch.setenv("PIP_PROXY", "b")
    kept = {name: value for name, value in book.pip_environ(sys.executable).items() if name.startswith("PIP_")}
    assert kept.pop("PIP_INDEX_URL") == "https://example.org/simple"
    assert kept.pop("PIP_PROXY") == "b", "a variable counts before a file"
    assert kept.pop("PIP_CONFIG_FILE") == os.devnull
    assert not {"PIP_USER", "PIP_TARGET", "PIP_REQUIRE_HASHES", "PIP_NO_DEPS", "PIP_DRY_RUN"} & kept.keys()


def test_nothing_of_pythons_own_settings_reaches_the_book(monkeypatch):
    monkeypatch.setenv("PYTHONUTF8", "0")
    for name in ("PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE"):
        monkeypatch.setenv(name, "1")
    kept = {name for name in book.clean_environ() if name.startswith("PYTHON")}
    assert kept == {"PYTHONUTF8", "PYTHONHASHSEED"} and book.clean_environ()["PYTHONUTF8"] == "1"


def test_of_two_builds_the_second_waits(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path / "_build")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:
        said = {first.stdout.readline(), second.stdout.readline()}  # whichever comes first
        assert said == {"mine\n", "Another build is running in this folder: waiting for it ...\n"}
        holder, waiter = (first, second) if first.poll() is None else (second, first)
        for process in (holder, waiter):
            process.stdin.write("\n")
            process.stdin.flush()
        rest = [first.stdout.read(), second.stdout.read()]
    assert sorted(rest) == ["", "mine\n"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full: make room"),
        (errno.EROFS, "/somewhere cannot be written: copy this folder to a place where you may write"),
        (errno.EACCES, "/somewhere cannot be written: copy this folder"),
    ],
)
def test_a_full_or_a_read_only_disk_is_named_in_one_sentence(monkeypatch, number, said):
    def fail(*arguments):
        raise OSError(number, os.strerror(number), "/somewhere")

    monkeypatch.setattr(book, "is_made", fail)
    monkeypatch.setattr(sys, "argv", ["book.py", "build"])
    with pytest.raises(SystemExit) as stopped:
        book.main()
    assert str(stopped.value).startswith(f"book.py: {said}") and "\n" not in str(stopped.value)


def test_without_a_command_it_says_how_to_begin():
    done = subprocess.run([sys.executable, "book.py"], cwd=ROOT, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and "python book.py build" in lines[0] and "run standoff" in lines[-1]
    assert {line.split()[2] for line in lines if line.startswith("python book.py ")} == {*book.COMMANDS}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["serve", "abc"], "cannot serve at port abc: give another number"),
        (["serve", "99999"], "cannot serve at port 99999: give another number"),
        (["run", "nosuch"], "there is no 'nosuch' in .venv or on the path"),
        (["run"], "run what? For example: python book.py run standoff check"),
        (["nosuch"], "there is no command 'nosuch', only build, test,"),
    ],
)
def test_a_slip_on_the_command_line_is_answered_in_one_sentence(command, said):
    done = subprocess.run([sys.executable, "book.py", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"book.py: {said}") and done.stderr.count("\n") == 1
