"""Every command that the book, its README and CONTRIBUTING tell someone to type is one that there is, and those for a text run as they stand."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import book
from autograder.cli import main as autograder
from chapters import ROOT
from standoff.cli import main

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "index.md", *sorted((ROOT / "chapters").glob("*.md"))]
BEGINS = r"(?:[A-Z_]+=\S+ )*(?:make|py|python3?|standoff|autograder)(?= )"


def commands():
    """Each command with the page on which it stands: in a block of its own, or between backticks in prose."""
    found = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^```(?:bash|console|)\n(.*?)^```", text, re.M | re.S)
        lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
        prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        for command in [*lines, *re.findall(r"`([^`\n]+)`", prose)]:
            if re.match(BEGINS, command):
                found.setdefault(command, page.name)
    return found


def refuse(words):
    """What is wrong with a command, or nothing."""
    words = [word for word in words if not re.fullmatch(r"[A-Z_]+=\S+", word)]
    program, *rest = [word for word in words if word != "..."]
    if program == "make" and not shutil.which("make"):  # where nobody can type it
        return ""
    if program == "make":
        done = subprocess.run(["make", "-n", *rest], cwd=ROOT, capture_output=True, text=True)
        return done.stderr
    if program in ("py", "python", "python3"):
        if not rest or not rest[0].endswith("book.py"):
            return "" if rest[:1] == ["-m"] or Path(ROOT, rest[0]).is_file() else f"there is no {rest[0]}"
        command, *rest = rest[1:] or ["help"]
        if command != "run":
            return "" if command in ("help", *book.COMMANDS) else f"book.py has no {command}"
        return refuse(rest) if rest else ""
    if program in ("standoff", "autograder"):
        return refuse_options(main if program == "standoff" else autograder, rest)
    return "" if shutil.which(program, path=Path(sys.executable).parent) else f".venv has no {program}"


def refuse_options(command, arguments):
    """Ask the command itself for its help, with all options that are named: an option that is unknown is refused first."""
    if not arguments:
        return ""
    words = arguments[: next((n for n, word in enumerate(arguments) if word.startswith("-")), len(arguments))]
    names = [word for word in words[:2] if word.islower() and word.isalpha()] or words[:1]
    try:
        command([*names[: 2 if names[:1] == ["assignment"] else 1], "--help"])
    except SystemExit as done:
        return f"{' '.join(names)} is no command" if done.code else ""
    return ""


@pytest.mark.parametrize(("command", "page"), commands().items(), ids=commands())
def test_a_command_is_one_that_there_is(command, page, capsys):
    wrong = refuse(shlex.split(command))
    assert not wrong, f"{page}: {command}: {wrong}"
    said = capsys.readouterr().out
    for option in re.findall(r" (--[a-z-]+)", command):
        assert not said or option in said, f"{page}: {command}: there is no {option}"


@pytest.mark.parametrize(
    "command", ["make nosuch", "py book.py nosuch", "python book.py run nosuch", "standoff nosuch", "autograder nosuch"]
)
def test_a_command_that_there_is_not_is_found(command):
    assert refuse(command.split())


def test_the_commands_for_a_text_run_as_they_stand(tmp_path, monkeypatch, practice, capsys):
    """README, Bring your own text: in this order, with a text of that name, and the practice report for a copy."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    expected = {
        "standoff new mine --text article.txt": 0,
        "standoff anchor mine": 0,
        "standoff check mine": 1,  # there is much to do
        "standoff trace mine WITNESS.txt": 0,
        "standoff verify COPY.txt": 1,  # of the report, which this is not
        "standoff check": 0,
    }
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "data/report", tmp_path / "data/report")
    for name in ("article.txt", "WITNESS.txt", "COPY.txt"):
        shutil.copy(practice.text, tmp_path / name)
    for command, status in expected.items():
        assert f"{command}`" in readme
        assert main(shlex.split(command)[1:]) == status, command
        said = capsys.readouterr()
        assert said.err == "", command
