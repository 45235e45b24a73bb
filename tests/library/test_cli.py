"""The command line: what it prints, its exit status, and that it never prints the text."""

import errno
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sheets

from standoff.cli import main
from standoff.text import paragraphs, read_text


@pytest.fixture
def run(capsys):
    """A function that runs a command: its exit status, and what it prints on standard output and standard error."""

    def command(*arguments):
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return command


def spoil(folder):
    path = folder / "claims.csv"
    path.write_bytes(path.read_bytes().replace(b",certain,", b",sure,", 1))


def test_check_of_a_sound_case(run, practice):
    status, out, err = run("check", "practice")
    rows = sum(len(table) for table in practice.tables.values())
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"No problems in 11 tables with {rows} rows.",
        "Checked for words copied from the text.",
    ]


def test_check_is_about_the_report_if_nothing_is_said(run):
    status, out, _ = run("check")
    assert status == 0
    assert out.endswith("Not checked for words copied from the text: give the text with --article.\n")
    assert out == run("check", "report")[1]


def test_check_of_a_spoiled_case(run, case_copy):
    spoil(case_copy)
    status, out, _ = run("check", case_copy)
    assert status == 1
    lines = out.splitlines()
    assert re.fullmatch(
        r"claims\.csv:2 certainty: c001: 'sure' is not one of certain, .*\. Remedy: write one of them.*\.", lines[0]
    )
    assert lines[1].startswith("1 problem in 11 tables")
    assert lines[2].startswith("Rules not applied") and lines[2].endswith("missing: certainty_goes_with_polarity")


def test_check_with_an_article(run, case_copy, tmp_path):
    article = (case_copy / "article.txt").rename(tmp_path / "text.txt")
    status, out, _ = run("check", case_copy, "--article", article)
    assert status == 0 and out.endswith("Checked for words copied from the text.\n")
    status, _, err = run("check", case_copy, "--article", tmp_path / "none.txt")
    assert status == 2 and "none.txt does not exist" in err


def test_check_with_an_article_of_another_case(run, case_copy, tmp_path):
    """What was given is not asked for again."""
    (case_copy / "article.txt").unlink()
    other = tmp_path / "other.txt"
    other.write_text("Something else altogether.")
    status, out, _ = run("check", case_copy, "--article", other)
    assert status == 1 and "this seems to be a different text" in out
    assert out.endswith("Not checked for words copied from the text, because of the problems above.\n")


def test_no_such_case(run):
    for arguments in (["check", "nowhere"], ["verify", "some.txt", "--case", "nowhere"]):
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert err.startswith("nowhere: there is no case of this name") and "Remedy:" in err


def test_verify_of_the_text(run, practice):
    status, out, err = run("verify", practice.text, "--case", "practice")
    lines = out.splitlines()
    counts = practice.spans.groupby("paragraph").size()
    assert (status, err) == (0, "")
    assert lines[0].split() == ["paragraph", "spans", "exact", "folded", "relocated", "missing"]
    assert [list(map(int, line.split())) for line in lines[1 : 1 + len(counts)]] == [
        [paragraph, count, count, 0, 0, 0] for paragraph, count in counts.items()
    ]
    total = len(practice.spans)
    assert lines[-2:] == [f"{total} exact, 0 folded, 0 relocated, 0 missing of {total}", "This is the text."]


def test_verify_span_by_span(run, practice):
    _, out, _ = run("verify", practice.text, "--case", "practice", "--all")
    lines = out.splitlines()
    assert lines[0].split() == ["span_id", "part", "paragraph", "status", "found_paragraph", "shift"]
    assert lines[1].split() == ["s001", "1", "1", "exact", "1", "0"]
    assert len(lines) > len(practice.spans)


def test_verify_of_an_edited_copy(run, practice, tmp_path):
    copy = tmp_path / "copy.txt"
    first, *rest = paragraphs(read_text(practice.text))
    copy.write_text("\n\n".join(["A headline", *rest]), encoding="utf-8")
    status, out, _ = run("verify", copy, "--case", "practice")
    assert status == 1
    assert out.splitlines()[1].split()[-1] == str((practice.spans["paragraph"] == 1).sum())
    assert out.splitlines()[2].split()[-1] == "0"
    assert "Not found: paragraph 1." in out


def test_verify_succeeds_if_everything_is_found_somewhere(run, practice, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_text("A headline\n\n" + read_text(practice.text).replace("“", '"'), encoding="utf-8")
    status, out, _ = run("verify", copy, "--case", "practice")
    assert status == 0
    assert f"{len(practice.spans)} relocated" in out


def test_verify_of_another_text(run, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("Something else altogether.")
    for case in ("practice", "report"):
        status, out, _ = run("verify", other, "--case", case)
        assert status == 1
        assert "This seems to be a different text" in out


UNUSABLE = {"empty": b"", "PDF": b"%PDF-1.4", "docx": b"PK\x03\x04", "binary": b"\0\1\2"}


@pytest.mark.parametrize("data", UNUSABLE.values(), ids=UNUSABLE)
def test_verify_of_an_unusable_file(run, tmp_path, data):
    path = tmp_path / "copy.txt"
    path.write_bytes(data)
    status, out, err = run("verify", path)
    assert (status, out) == (2, "")
    assert re.fullmatch(r"copy\.txt is .*: .*(save|open).*\.\n", err)


def test_verify_of_a_folder_and_of_nothing(run, tmp_path):
    for path in (tmp_path, tmp_path / "none.txt"):
        status, out, err = run("verify", path)
        assert (status, out) == (2, "") and str(path) in err


def test_a_note_about_the_encoding_is_given_once(run, practice, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_bytes(read_text(practice.text).encode("cp1252"))
    status, _, err = run("verify", copy, "--case", "practice")
    assert status == 0
    assert (
        err
        == "Note: copy.txt is not UTF-8; it was read as Windows-1252. If its letters look right, you need do nothing.\n"
    )


def words(text):
    return re.findall(r"\w+", text.lower())


def test_verify_never_prints_the_text(run, practice, tmp_path):
    text = read_text(practice.text)
    copy = tmp_path / "copy.txt"
    copy.write_text(text.replace("ferry", "boat").replace("“", '"') + " More.", encoding="utf-8")
    known = words(text)
    runs = {tuple(known[i : i + 4]) for i in range(len(known))}
    for arguments in ([], ["--all"]):
        _, out, err = run("verify", copy, "--case", "practice", *arguments)
        said = words(out + err)
        assert len(said) > 50
        assert not runs & {tuple(said[i : i + 4]) for i in range(len(said))}


def test_as_a_module_on_a_console_of_few_characters(case_copy):
    path = case_copy / "claims.csv"
    path.write_bytes(path.read_bytes().replace(b",certain,", ",ħ,".encode(), 1))
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "standoff", "check", str(case_copy)]
    process = subprocess.run(command, capture_output=True, env=environment)
    assert process.returncode == 1
    assert "ħ" in process.stdout.decode("utf-8")


def test_a_reader_who_has_seen_enough_is_no_error(case_copy):
    """`standoff check mine | head -1`"""
    command = [sys.executable, "-m", "standoff", "check", str(case_copy)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1


def test_no_command_needs_a_validator_of_packages():
    code = "import sys; sys.modules['frictionless'] = None; from standoff.cli import main; sys.exit(main(['check']))"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (process.returncode, process.stderr) == (0, "")


def test_the_report_verifies_exactly(run, report_text):
    status, out, _ = run("verify", report_text)
    assert status == 0
    assert out.endswith("This is the text.\n")
    assert re.search(r"(\d+) exact, 0 folded, 0 relocated, 0 missing of \1\n", out)


def as_a_folder(path):
    path.unlink()
    path.mkdir()


def header_twice(path):
    header, _, rows = path.read_bytes().partition(b"\n")
    first, *others = header.split(b",")
    path.write_bytes(b",".join([first, first, *others[1:]]) + b"\n" + rows)


TO = "webannotation"
COMMANDS = {  # by the file that is damaged: the commands that read it, but for `check`, which reads them all
    "datapackage.json": ["schema"],
    "article.txt": [],
    "paragraphs.csv": ["export"],
    "spans.csv": [],
    "sheets/claims.csv": ["anchor"],
    "sheets/about.csv": [],
    "sheets/.written.json": ["anchor"],
}
DAMAGES = {
    "deleted": lambda path: path.unlink(),
    "a folder": as_a_folder,
    "empty": lambda path: path.write_bytes(b""),
    "null": lambda path: path.write_bytes(b"null"),
    "cut after the first line": lambda path: path.write_bytes(path.read_bytes().partition(b"\n")[0]),
    "header twice": header_twice,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.filterwarnings("ignore::UnicodeWarning")
def test_a_damaged_file_is_answered_with_file_and_remedy(run, practice, tmp_path, monkeypatch, damage):
    """By every command that reads it; what is done about it is said, and a file that can be read is read."""
    monkeypatch.chdir(tmp_path)
    mine = sheets.case_with_sheets(practice)
    run("anchor", "mine")
    for file, commands in COMMANDS.items():
        folder = tmp_path / "copy"
        shutil.copytree(mine, folder)
        damage(folder / file)
        for command in ["check", *commands]:
            status, out, err = run(command, folder, *(["--to", TO] if command == "export" else []))
            assert status < 2 or re.search(r"^\S.*: .*(Remedy: .*|save .*)\.$", err, re.M), (file, command, err)
        shutil.rmtree(folder)


def test_an_export_to_nowhere_is_answered(run, tmp_path):
    status, _, err = run("export", "practice", "--to", TO, "--output", tmp_path / "no" / "folder.json")
    assert status == 2 and "folder.json" in err and "Remedy: " in err


def test_without_a_command_it_says_what_there_is_and_how_to_begin(run):
    status, out, err = run()
    assert (status, err) == (0, "")
    for name in (
        "new",
        "anchor",
        "check",
        "seal",
        "verify",
        "trace",
        "export",
        "schema",
        "assignment",
        "grade",
        "mark",
    ):
        assert re.search(rf"^    {name}\s", out, re.M)
    assert "standoff new mine --text article.txt" in " ".join(out.split())


def test_a_full_disk_leaves_nothing_half_written(run, case_copy, monkeypatch):
    """As on a disk of a few kilobytes: a file ends in the middle."""

    def write(path, text, **options):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = {path: path.read_bytes() for path in case_copy.rglob("*.*")}
    monkeypatch.setattr(Path, "write_text", write)
    status, _, err = run("export", case_copy, "--to", "webannotation", "--output", case_copy / "out.json")
    assert (status, err) == (2, f"{case_copy / 'out.json'}: No space left on device. Remedy: make room.\n")
    assert {path: path.read_bytes() for path in case_copy.rglob("*.*")} == before
