"""The container in which submissions are graded on Windows and macOS: what goes into it, and how it is started."""

import re
import subprocess

import pytest

import book


@pytest.fixture
def started(monkeypatch):
    """What is called, in place of podman; a list of lists of words."""
    calls = []
    monkeypatch.setattr(book.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(book.subprocess, "call", lambda command: calls.append(command) or 0)
    return calls


def test_one_command_builds_the_image_and_grades_without_a_network(started, tmp_path):
    (tmp_path / "submissions").mkdir()
    assert book.grade([str(tmp_path), "--roster", "/work/class.csv"]) == 0
    build, run = started
    assert build[:2] == ["/bin/podman", "build"] and build[-1] == str(book.ROOT)
    assert run[run.index("--network") + 1] == "none" and run[run.index("--cap-drop") + 1] == "all"
    assert {"--read-only", "no-new-privileges", f"{tmp_path}:/work"} <= set(run)
    assert run[run.index(book.IMAGE) :] == [book.IMAGE, "--roster", "/work/class.csv"]


@pytest.mark.parametrize("engine", [True, False])
def test_it_says_what_is_missing(started, monkeypatch, tmp_path, engine):
    if not engine:
        monkeypatch.setattr(book.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="FOLDER/submissions" if engine else "neither podman nor docker"):
        book.grade([str(tmp_path)])
    assert started == []


def test_the_image_has_what_grading_needs_and_nothing_private():
    instructions = re.sub(r"\\\n", " ", (book.ROOT / "Containerfile").read_text(encoding="utf-8"))
    lines = [line for line in instructions.splitlines() if line and not line.startswith("#")]
    assert {line.split()[0] for line in lines} == {"FROM", "RUN", "ENV", "WORKDIR", "COPY", "ENTRYPOINT"}
    assert "bubblewrap" in instructions and "libseccomp2" in instructions and "requirements.txt" in instructions
    ignored = (book.ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "article*.txt", "*.report.txt"} <= set(ignored)


def test_each_step_of_the_image_is_a_sound_script():
    instructions = re.sub(r"\\\n", " ", (book.ROOT / "Containerfile").read_text(encoding="utf-8"))
    steps = re.findall(r"^RUN (.+)$", instructions, re.M)
    assert len(steps) == 2
    for step in steps:
        subprocess.run(["sh", "-n", "-c", step], check=True)
