"""A folder of witnesses: its tables are made from quotations, and each witness is compared with copies of its text."""

import json
import re

import pytest
from test_rules import Tables
from witness_folders import PASSAGES, TEXTS, folder_of_witnesses, sheet

import standoff
from standoff.alignment import explain, verify
from standoff.case import CaseError
from standoff.cli import main
from standoff.coding.passages import anchor_passages
from standoff.rules import check, examine
from standoff.text import digest, paragraphs
from standoff.witnesses import load_text

NAVIGATION = "\n".join(f"Item {number} of the menu" for number in range(20))


@pytest.fixture
def folder(tmp_path):
    return folder_of_witnesses(tmp_path)


@pytest.fixture
def witnesses(folder):
    return standoff.load(folder)


def words_of(case, text):
    """The words of each part of a passage, by (passage_id, part)."""
    return {
        (row.passage_id, row.part): paragraphs(text[row.witness_id])[row.paragraph - 1][row.start : row.end]
        for row in case.passages.itertuples()
    }


def test_passages_are_where_their_words_are(witnesses):
    assert words_of(witnesses, TEXTS) == {
        ("p001", 1): "This strait",
        ("p001", 2): "was never closed to a ferry",
        ("p002", 1): "We will publish the times in a few days.",
        ("p002", 2): "It is so",
        ("p003", 1): "agreed to speak again",
    }
    second = witnesses.passages.query("passage_id == 'p002' and part == 2").iloc[0]
    assert (second["paragraph"], second["gist"], second["sha256_16"]) == (
        3,
        "A timetable will follow",
        digest("It is so")[:16],
    )


def test_witnesses_know_their_length_and_hash(witnesses):
    table = witnesses.witnesses.set_index("witness_id")
    for name, text in TEXTS.items():
        assert table.loc[name, "n_words"] == len(text.split())
        assert table.loc[name, "sha256"] == digest("\n\n".join(paragraphs(text)))
        rows = witnesses.paragraphs.query("witness_id == @name")
        assert rows["n_chars"].tolist() == [len(block) for block in paragraphs(text)]
    assert table.loc["speech", ["n_words", "sha256", "title"]].isna().tolist() == [True, True, False]


WRONG = {  # by what is wrong: column and value of the first passage, and words of the problem
    "no such words": ("quote", "This river", "is not in paragraph 1"),
    "nothing quoted": ("quote", "", "is missing"),
    "another paragraph": ("paragraph", "2", "is not in paragraph 2"),
    "no such paragraph": ("paragraph", "9", "there is no paragraph 9"),
    "a paragraph in words": ("paragraph", "first", "is missing"),
    "no such witness": ("witness_id", "speech", "there is no text of the witness 'speech'"),
    "no such second part": ("quote2", "nowhere", "“nowhere” is not in"),
}


@pytest.mark.parametrize(("column", "value", "words"), WRONG.values(), ids=WRONG)
def test_nothing_is_written_if_words_are_not_found(folder, tmp_path, column, value, words):
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    row = list(PASSAGES[0])
    row[["passage_id", "witness_id", "paragraph", "quote", "quote2"].index(column)] = value
    (problem,) = anchor_passages(folder, folder, sheet(tmp_path, [PASSAGES[1], row]))
    assert (problem.file, problem.row) == ("passages-by-quotation.csv", 3) and words in problem.message
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before


def test_texts_that_are_not_there(folder, tmp_path):
    with pytest.raises(CaseError, match="this folder has no text of a witness"):
        anchor_passages(folder, tmp_path, sheet(tmp_path))


def test_a_witness_is_a_case_of_its_own(witnesses):
    one = standoff.witness(witnesses, "conference")
    assert (one.name, one.title, one.text) == (
        "conference",
        "News conference in Teln",
        witnesses.folder / "conference.txt",
    )
    assert one.paragraph_texts == paragraphs(TEXTS["conference"])
    assert one.spans["span_id"].tolist() == ["p001", "p001", "p002", "p002"]
    assert "News conference in Teln (conference)" in repr(one) and "spans" in one._repr_html_()
    df = verify(one, one.text)
    assert set(df["status"]) == {"exact"}
    assert explain(one, one.text, df) == "This is the text."


def test_a_witness_that_is_not_there(witnesses, practice):
    with pytest.raises(CaseError, match="no such witness. Remedy: its witnesses are conference, readout, speech"):
        standoff.witness(witnesses, "conferense")
    with pytest.raises(CaseError, match="none of its passages is marked"):
        standoff.witness(witnesses, "speech")
    with pytest.raises(CaseError, match="give a folder with witnesses"):
        standoff.witness(practice, "conference")


def test_what_can_be_compared_is_named_by_folder_and_witness(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert load_text("practice/witnesses/readout").name == "readout"
    assert load_text(str(folder / "readout")).name == "readout"
    assert load_text("practice").name == "practice"
    with pytest.raises(CaseError, match="name one witness: practice/witnesses/conference, practice/witnesses/readout"):
        load_text("practice/witnesses")
    for name in ("nowhere", "nowhere/conference", "practice/conference"):
        with pytest.raises(CaseError, match="Remedy"):
            load_text(name)


def as_a_page(text):
    """A copy as a web page gives it: a paragraph to each sentence, and what stands around the text."""
    sentences = "\n\n".join(re.split(r"(?<=[.?!])\s+", text))
    return f"{NAVIGATION}\n\n{sentences}\n\n{NAVIGATION}"


COPIES = {
    "as it is": str,
    "other paragraphs": as_a_page,
    "straight quotation marks": lambda text: as_a_page(text.translate(str.maketrans("“”", '""'))),
    "non-breaking spaces": lambda text: as_a_page(text).replace(" ", "\u00a0"),
    "labels after names": lambda text: as_a_page(text.replace("Oren Tamsel", "Oren Tamsel Tamsel Oren President of Dorvia")),
}  # fmt: skip


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_verify_finds_a_witness_in_the_copy_of_a_page(folder, tmp_path, capsys, change):
    copy = tmp_path / "copy.txt"
    copy.write_text(change(TEXTS["conference"]), encoding="utf-8")
    assert main(["verify", str(copy), "--case", str(folder / "conference"), "--all"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[1].split()[0] == "p001" and ", 0 missing of 4" in out


def test_verify_says_what_a_copy_lacks(folder, tmp_path, capsys):
    copy = tmp_path / "copy.txt"
    copy.write_text(TEXTS["conference"].replace("never closed", "not closed"), encoding="utf-8")
    assert main(["verify", str(copy), "--case", str(folder / "conference")]) == 1
    assert "1 missing of 4" in capsys.readouterr().out


def test_folders_without_claims_are_loaded_printed_and_checked(folder, capsys):
    for name in (folder, "witnesses"):
        case = standoff.load(name)
        assert "traces" in repr(case) and "traces" in case._repr_html_()
        assert [str(problem) for problem in check(name)] == []
        assert main(["verify", "copy.txt", "--case", str(name)]) == 2
        assert main(["export", str(name), "--to", "webannotation"]) == 2
    assert "Traceback" not in capsys.readouterr().err


# ---- rules: each of these is broken by one cell ----

TRACES = [  # of claims whose quote_type is direct, mixed, and indirect
    {"claim_id": "c006", "witness_id": "conference", "passage_id": "p001", "words": "changed", "sense": "stronger"}
    | {"printed": "has never been closed", "said": "was never closed to a ferry"},
    {"claim_id": "c023", "witness_id": "conference", "passage_id": "p002", "words": "changed", "sense": "kept"}
    | {"printed": "within days", "said": "in a few days"},
    {"claim_id": "c001", "witness_id": "readout", "passage_id": "", "sense": "not found"},
    {
        "claim_id": "c002",
        "witness_id": "readout",
        "passage_id": "p003",
        "sense": "weaker",
        "note": "It has a condition.",
    },
]
SETTLED = [
    {"crux_id": "x001", "witness_id": "readout", "verdict": "adopted holds", "note": "It says so."},
    {"crux_id": "x002", "witness_id": "readout", "verdict": "neither", "which": "another one", "note": "It says so."},
]
CODINGS = [{"unit_id": "c001", "variable": "sense", "coder": "a", "round": "1", "value": "kept", "unsure": "false"}]


@pytest.fixture
def traced(folder):
    """The folder with traces, verdicts and a coding: its tables, to be spoiled."""
    tables = Tables(folder)
    for name, rows in (("traces", TRACES), ("settled", SETTLED), ("codings", CODINGS)):
        columns = (folder / f"{name}.csv").read_text(encoding="utf-8").strip().split(",")
        tables[name] = [dict.fromkeys(columns, "") | row for row in rows]
    tables.save()
    assert [str(problem) for problem in check(folder)] == []
    assert examine(folder).waiting == []
    return tables


SEVEN = "one two three four five six seven"
BROKEN = {  # by rule: table, row and column that are spoiled, by what; words of the problem, and its column if it is another
    "a passage beyond its paragraph": ("passages", 6, "end", "999", "ends at 999, but paragraph 1 at"),
    "an empty passage": ("passages", 6, "end", "3", "ends before it begins"),
    "no such paragraph": ("passages", 6, "paragraph", "2", "'readout 2' is not in the table paragraphs", "witness_id, paragraph"),
    "a part of another number": ("passages", 3, "part", "3", "part 2 is missing"),
    "parts the wrong way round": ("passages", 3, "start", "10", "begins before part 1 ends"),
    "a part of another speaker": ("passages", 3, "speaker", "hadrin", "speaker differs from row 2"),
    "a part of another gist": ("passages", 3, "gist", "Some other", "gist differs from row 2"),
    "overlapping passages": ("passages", 4, "start", "80", "begins before p001 2 ends"),
    "an illegal pair": ("passages", 6, "certainty", "uncommitted", "uncommitted does not go with positive", "polarity"),
    "a long gist": ("passages", 6, "gist", "word " * 26, "26 words"),
    "another stretch": ("passages", 6, "sha256_16", "0" * 16, "readout.txt does not have these characters"),
    "another paragraph": ("paragraphs", 3, "sha256", "0" * 64, "not the hash of the paragraph in conference.txt"),
    "a paragraph's length": ("paragraphs", 5, "n_chars", "1000", "the paragraph in readout.txt has"),
    "a paragraph's number": ("paragraphs", 4, "paragraph", "4", "paragraph 3 should be here"),
    "a witness's hash": ("witnesses", 3, "sha256", "0" * 64, "this is not the hash of readout.txt"),
    "a witness's length": ("witnesses", 3, "n_words", "3", "readout.txt has 16 words"),
    "a passage that is not found": ("traces", 4, "passage_id", "p003", "a passage, but not found"),
    "found without a passage": ("traces", 5, "passage_id", "", "weaker, but no passage"),
    "a passage of another witness": ("traces", 5, "passage_id", "p001", "p001 is a passage of conference, not of readout"),
    "quoted words that are not compared": ("traces", 2, "words", "", "the quoted words of this claim are not compared"),
    "words of one of the two": ("traces", 5, "said", "words", "empty, but said is not", "printed"),
    "a hash without a length": ("witnesses", 3, "n_words", "", "empty, but sha256 is not"),
    "words that are not quoted": ("traces", 5, "words", "same", "nothing in this claim is in quotation marks"),
    "words that are not found": ("traces", 4, "words", "same", "compared with a passage that is not found"),
    "long words of the report": ("traces", 2, "printed", SEVEN, "7 words"),
    "long words of the witness": ("traces", 2, "said", SEVEN, "7 words"),
    "changed words that are not shown": ("traces", 3, "said", "", "the words are changed, but the cell is empty"),
    "another sense that is not shown": ("traces", 5, "note", "", "nothing shows how the report is weaker"),
    "a verdict without a reading": ("settled", 3, "which", "", "neither, but which?"),
    "a reading beside the adopted one": ("settled", 2, "which", "another", "adopted holds, but a reading is named"),
    "a coding of nothing": ("codings", 2, "variable", "topic", "'topic' is not labelled in a trace"),
    "a coding without a label": ("codings", 2, "value", "milder", "'milder' is not a label of sense"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_rule_for_witnesses_is_broken(traced, broken):
    table, row, column, value, words, *elsewhere = broken
    assert traced[table][row - 2][column] != value
    traced[table][row - 2][column] = value
    traced.save()
    problems = [problem for problem in check(traced.folder) if words in problem.message]
    assert [(problem.file, problem.row, problem.column) for problem in problems] == [
        (f"{table}.csv", row, *(elsewhere or [column]))
    ]


def test_texts_that_are_given_are_held_against_the_tables(traced, tmp_path):
    given = tmp_path / "texts"
    given.mkdir()
    for path in traced.folder.glob("*.txt"):
        path.rename(given / path.name)
    assert examine(traced.folder).text is None
    assert check(traced.folder, given) == [] == check(traced.folder, given / "readout.txt")
    (given / "readout.txt").write_text("Something else.", encoding="utf-8")
    assert {problem.file for problem in check(traced.folder, given)} == {"witnesses.csv", "paragraphs.csv"}
    (given / "strange.txt").write_text("Something else.", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for wrong in (given / "strange.txt", tmp_path / "empty"):
        (problem,) = check(traced.folder, wrong)
        words = "no text here is named after a witness. Remedy: name each after its witness, one of conf"
        assert str(problem).startswith(f"{wrong.name}: {words}")


def test_words_copied_from_a_witness_are_found(traced):
    traced.spoil("traces", "note", "publish the times in a few days. Question: Is it so", claim_id="c002")
    traced.save()
    (problem,) = check(traced.folder)
    assert (problem.file, problem.column) == ("traces.csv", "note") and "are in the text" in problem.message


def test_a_report_that_cannot_be_read_is_said_once(traced):
    (traced.folder.parent / "claims.csv").unlink()
    problems = check(traced.folder)
    assert {problem.message.partition(" (")[0] for problem in problems} == {"../claims.csv cannot be read"}


def test_a_report_without_a_form_of_quotation_is_for_its_own_check(traced):
    path = traced.folder.parent / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    claims = next(table for table in package["resources"] if table["name"] == "claims")
    claims["schema"]["fields"] = [field for field in claims["schema"]["fields"] if field["name"] != "quote_type"]
    path.write_text(json.dumps(package), encoding="utf-8")
    assert check(traced.folder) == []
