"""From a text to a case: `new`, working sheets as spreadsheets leave them, `anchor`, and the guide of `check`."""

import csv
import json
import os
import re
import subprocess

import pandas as pd
import pytest
import sheets
from frictionless import Package

import standoff
from standoff.case import CaseError
from standoff.cli import main
from standoff.coding.anchor import TABLES, TODO, anchor
from standoff.coding.new import new
from standoff.coding.progress import _doubts, progress
from standoff.coding.sheets import SHEETS
from standoff.rules import check, examine
from standoff.schema import unsealed
from standoff.text import TextError, paragraphs, read_text

ACTOR = {"actor_id": "tamsel", "name": "Oren Tamsel", "quote": "Dorvian President Oren Tamsel", "kind": "person"}
CLAIM = {
    "claim_id": "c001",
    "paragraph": "8",
    "quote": "Kesland#2 [...] intended to place missiles beside the lighthouse",
    "gist": "A plan for missiles exists.",
    "source": "tamsel",
    "source_quote": "he",
    "cue_quote": "claimed",
    "cue_lemma": "claim",
    "cue_class": "communication",
    "quote_type": "indirect",
    "act": "accuse",
    "time_ref": "present",
    "certainty": "certain",
    "polarity": "positive",
    "topic": "arms control",
}


QUANTITY = {
    "quantity_id": "q001",
    "quote": "roughly 800 islanders",
    "bound": "about",
    "low": "800",
    "high": "800",
    "unit": "people",
    "concept": "islanders",
}


@pytest.fixture
def mine(tmp_path, monkeypatch, practice):
    """The folder of a new case of the practice report, below the current folder."""
    monkeypatch.chdir(tmp_path)
    return new("mine", practice.text)


def problems(folder):
    return [str(problem) for problem in anchor(folder).problems]


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# ---- new ----


def test_a_new_case_can_be_loaded_and_is_valid(mine):
    assert mine.is_relative_to(os.getcwd()) and mine.name == "mine"
    case = standoff.load("mine")
    assert case.claims.empty and (case.paragraphs["gist"] == TODO).all()
    assert Package(mine / "datapackage.json").validate().valid
    assert case.package["resources"] == unsealed(standoff.load("practice").package)["resources"]
    assert paragraphs(read_text(mine / "article.txt")) == paragraphs(read_text(standoff.load("practice").text))
    assert not [problem for problem in check("mine") if "no claim" not in problem.message]


def test_the_text_stays_out_of_git_unless_its_licence_is_stated(mine, practice):
    subprocess.run(["git", "init", "-q"], check=True)

    def tracked(name):
        subprocess.run(["git", "add", f"data/{name}"], check=True)
        return subprocess.run(["git", "ls-files", f"data/{name}"], capture_output=True, text=True, check=True).stdout

    assert "claims.csv" in tracked("mine") and "article" not in tracked("mine") and "sheets" not in tracked("mine")
    free = new("free", practice.text, licence="CC-BY-4.0")
    assert "article.txt" in tracked("free") and "sheets/claims.csv" in tracked("free")
    about = sheets.rows_of(free, "about")
    sheets.write(free, "about", [row | {"value": ""} if row["entry"] == "text_licence" else row for row in about])
    anchor(free)
    assert (free / ".gitignore").read_text() == (mine / ".gitignore").read_text()
    sheets.write(free, "about", about)
    anchor(free)
    assert not (free / ".gitignore").exists()


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("My Report", {}, "lower-case letters"),
        ("../mine", {}, "lower-case letters"),
        ("mine", {}, "exists already"),
        ("other", {"date": "9.5.2024"}, "--date: '9.5.2024' is not a date"),
        ("other", {"licence": "CC0"}, "--licence: 'CC0' is not the identifier"),
        ("other", {"text": "none.txt"}, "none.txt does not exist"),
    ],
)
def test_what_cannot_be_made_leaves_nothing(mine, practice, name, options, words):
    before = contents(mine.parent)
    with pytest.raises((CaseError, TextError), match=words):
        new(name, **({"text": practice.text} | options))
    assert contents(mine.parent) == before and os.listdir("data") == ["mine"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("One.\nTwo.\nThree.\nFour.", "put a blank line between its paragraphs"), ("Itâ€™s broken", "damaged: 1 char")],
)
def test_a_text_that_was_pasted_badly(tmp_path, monkeypatch, text, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    with pytest.raises(TextError, match=words):
        new("mine", "a.txt")


@pytest.mark.parametrize("name", TABLES)
def test_the_hints_say_what_is_needed(mine, name):
    """All that a row lacks which has nothing but its identifier; the chain follows from the source."""
    [hints] = sheets.rows_of(mine, name)
    needed = [column for column, hint in hints.items() if "(needed" in hint]
    assert hints[needed[0]].startswith("# hints") and len(needed) > 3
    sheets.write(mine, name, [{needed[0]: {"questions": "k01", "actors": "x"}.get(name, "c001")}])
    [row] = [line for line in problems(mine) if "not finished" in line]
    lacking = row.partition("not finished, ")[2].partition(" are empty")[0].split(", ")
    assert [column for column in lacking if column != "source_chain"] == needed[1:]


# ---- a complete case ----


def test_sheets_filled_in_as_the_practice_case_give_its_tables(tmp_path, monkeypatch, practice):
    """Byte for byte: what the sheets ask for is all that the tables hold."""
    monkeypatch.chdir(tmp_path)
    folder = sheets.case_with_sheets(practice)
    assert problems("mine") == []
    for resource in practice.package["resources"]:
        assert (folder / resource["path"]).read_text() == (practice.folder / resource["path"]).read_text(), resource[
            "name"
        ]
    assert Package(folder / "datapackage.json").validate().valid
    report = examine("mine")
    assert report.problems == [] and report.text
    found = progress(report)
    assert found.next == ["Answer the questions of DATASHEET.md (6 left)."]
    (folder / "DATASHEET.md").write_text("All answered.")
    found = progress(report)
    assert found.next == found.doubts == []  # the quotation marks of the practice report agree with its labels
    assert found.citation.startswith("The Standoff project (2024): The practice report, as data.")
    assert main(["check", "mine"]) == 0


def test_a_fault_is_told_once(mine):
    """A source that cannot be an identifier does not accuse the chain that is made of it, nor guess at another number."""
    sheets.write(
        mine, "actors", [{"actor_id": "coast-service", "name": "Coast service", "quote": "Dorvia", "kind": "group"}]
    )
    sheets.write(mine, "claims", [CLAIM | {"source": "coast-service", "source_quote": "", "claim_id": "c039"}])
    sheets.write(mine, "claim_links", [{"claim_id": "c003", "other_id": "c039", "relation": "doubts", "note": "why"}])
    told = problems(mine)
    assert not [line for line in told if "source_chain" in line]
    [link] = [line for line in told if "'c003'" in line]
    assert link.endswith("or correct it here.")


def test_a_licence_that_is_none_keeps_the_text_in(mine):
    about = [
        row | {"value": "free"} if row["entry"] == "text_licence" else row for row in sheets.rows_of(mine, "about")
    ]
    sheets.write(mine, "about", about)
    anchor(mine)
    assert "/article.txt" in (mine / ".gitignore").read_text()


def test_rules_speak_of_the_sheets(mine):
    """What to do about a broken rule names a column that the author has, not a table that is written anew."""
    sheets.write(mine, "actors", [ACTOR])
    sheets.write(mine, "claims", [CLAIM | {"cue_lemma": ""}])
    event = {
        "event_id": "e001",
        "paragraph": "8",
        "quote": CLAIM["quote"],
        "claim_id": "c001",
        "gist": "Boats stay",
        "category": "other",
    }
    sheets.write(mine, "events", [event | {"mode": "stay", "status": "actual"}])
    anchor(mine)
    told = list(map(str, progress(examine(mine)).problems))
    [event] = [line for line in told if "no one takes part" in line]
    assert event.startswith("sheets/events.csv:2 actors: ") and "column actors or recipients" in event
    assert not [line for line in told if re.search(r"\w+_span|add .*\.csv", line)], told


def test_quotation_marks_are_held_against_the_label(mine, capsys):
    """A doubt, and no problem: the marks of a text can be wrong."""
    sheets.write(mine, "actors", [ACTOR])
    strait = {"paragraph": "2", "quote": "This strait", "source_quote": "he", "cue_quote": "told", "cue_lemma": "tell"}
    rows = {
        "c001": {"quote_type": "direct"},
        "c002": strait | {"quote_type": "indirect"},
        "c003": strait | {"quote_type": "direct"},
        "c004": {"quote_type": "mixed"},
    }
    sheets.write(mine, "claims", [CLAIM | row | {"claim_id": claim, "gist": claim} for claim, row in rows.items()])
    anchor(mine)
    assert main(["check", "mine"]) == 1
    doubts = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Look again: ")]
    assert [doubt.split()[2:5] for doubt in doubts] == [
        ["c001", "is", "direct,"],
        ["c002", "is", "indirect,"],
        ["c004", "is", "mixed,"],
    ]


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "address", "words"),
    [
        ("claims", "c005", "gist", "c004", "claims.csv:6 gist: c005", "c004 says the same"),
        ("claims", "c004", "cue_quote", "quote", "claims.csv:5 cue_quote: c004", "shares words with the content"),
        ("claims", "c004", "cue_lemma", "deny", "claims.csv:6 cue_lemma: c005", "with the same cue_quote has"),
        ("questions", "k01", "closes", "2023-01-01", "questions.csv:2 closes: k01", "not after the report"),
    ],
)
def test_what_only_a_finished_case_must_not_have_is_doubted(
    tmp_path, monkeypatch, practice, capsys, table, key, column, value, address, words
):
    """It keeps no case from being complete, and so does an order of identifiers that is the author's own."""
    monkeypatch.chdir(tmp_path)
    folder = sheets.case_with_sheets(practice)
    (folder / "DATASHEET.md").write_text("All answered.")
    rows = sheets.rows_of(folder, table)
    by_key = {next(iter(row.values())): row for row in rows}
    if column in ("gist", "cue_quote"):
        value = by_key["c004"][column if column == "gist" else value]
    by_key[key][column] = value
    sheets.write(folder, table, rows)
    sheets.write(folder, "events", sheets.rows_of(folder, "events")[::-1])
    about = [*sheets.rows_of(folder, "about"), {"entry": "text_date", "value": "2024-05-09"}]
    sheets.write(folder, "about", about)
    assert main(["anchor", "mine"]) == 0
    capsys.readouterr()
    assert main(["check", "mine"]) == 0
    out = capsys.readouterr().out
    doubts = [line for line in out.splitlines() if line.startswith("Look again: ")]
    assert doubts and "Complete" in out
    assert all(doubt.startswith(f"Look again: sheets/{address}") and words in doubt for doubt in doubts), doubts


def test_a_table_that_was_changed_is_named(mine):
    with open(mine / "actors.csv", "a") as file:
        file.write("x,X,group,,,,,s001\n")
    [step, *_] = progress(examine(mine)).next
    assert step.startswith("The tables are not what the sheets say: actors.csv changed. Put the change into the sheets")


def test_the_citation_names_year_and_text(practice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = sheets.case_with_sheets(practice)
    anchor(folder)
    package = json.loads((folder / "datapackage.json").read_text())
    assert package["created"].startswith("2024-05-31")
    cited = progress(examine(folder)).citation
    assert " (2024): " in cited and package["sources"][0]["title"].rstrip(".") in cited


# ---- a half-finished case ----


def test_what_is_marked_can_be_seen(mine):
    """Each row with its words in brackets, as the text goes on around them, beside the sheets: a text is quoted."""
    sheets.write(mine, "actors", [ACTOR])
    sheets.write(mine, "claims", [CLAIM])
    anchor(mine)
    lines = (mine / "sheets" / "marked.txt").read_text(encoding="utf-8").splitlines()
    assert lines.index("Paragraph 2") < lines.index("Paragraph 3")
    found = [line for line in lines if line.startswith("c001")]
    assert found and all(line.count("[") == line.count("]") >= 1 for line in found)
    assert any("quote " in line for line in found) and any("cue_quote" in line for line in found)
    sheets.write(mine, "claims", [])
    anchor(mine)
    assert "c001" not in (mine / "sheets" / "marked.txt").read_text(encoding="utf-8")


def test_finished_rows_are_taken_and_others_named(mine, capsys):
    sheets.write(mine, "actors", [ACTOR, {"actor_id": "velm"}])
    sheets.write(
        mine,
        "claims",
        [
            {"claim_id": "# a note of mine", "quote": "not read"},
            CLAIM,
            {},
            CLAIM | {"claim_id": "c002", "certainty": "", "topic": ""},
            CLAIM | {"claim_id": "c003", "quote": "no such words"},
            CLAIM | {"claim_id": "c004", "source": "velm"},
            CLAIM | {"claim_id": "c005", "source": "tamsl"},
            CLAIM | {"claim_id": "c001"},
            CLAIM | {"claim_id": "c006", "certainty": "sure", "quote": "Kesland"},
        ],
    )
    sheets.write(mine, "claim_links", [{"claim_id": "c001", "other_id": "c004", "relation": "doubts", "note": "why"}])
    typed = contents(mine / "sheets")
    told = problems(mine)
    expected = [
        "sheets/actors.csv:3: velm: not finished, name, quote, kind are empty.",
        "sheets/claims.csv:5: c002: not finished, certainty, topic are empty.",
        "sheets/claims.csv:6 quote: c003: “no such words” is not in paragraph 8. Remedy: copy the words",
        "sheets/claims.csv:7 source: c004: waits for velm, which is not finished.",
        "sheets/claims.csv:8 source: c005: 'tamsl' is not in the sheet actors. Remedy: add it to the sheet actors, or correct it here (tamsel?)",
        "sheets/claims.csv:9 claim_id: c001: row 3 has the same identifier",
        "sheets/claims.csv:10 quote: c006: “Kesland” occurs 3 times in paragraph 8. Remedy: quote more words, or say which: Kesland#1 in “",
        "sheets/claims.csv:10 certainty: c006: 'sure' is not one of certain, probable",
        "sheets/claim_links.csv:2 other_id: c001: waits for c004, which is not finished.",
    ]
    assert len(told) == len(expected)
    assert all(line.startswith(start) for line, start in zip(told, expected)), told
    assert {path: data for path, data in contents(mine / "sheets").items() if path.suffix == ".csv"} == {
        path: data for path, data in typed.items() if path.suffix == ".csv"
    }, "the sheets are as they were typed"
    case = standoff.load("mine")
    assert list(case.claims["claim_id"]) == ["c001"] and list(case.actors["actor_id"]) == ["tamsel"]
    text = paragraphs(read_text(mine / "article.txt"))
    parts = {
        row[column]: [
            text[s.paragraph - 1][s.start : s.end]
            for s in case.spans[case.spans["span_id"] == row[column]].itertuples()
        ]
        for row in case.claims.to_dict("records")
        for column in ("content_span", "source_span", "cue_span")
    }
    assert list(parts.values()) == [
        ["Kesland", "intended to place missiles beside the lighthouse"],
        ["he"],
        ["claimed"],
    ]
    assert case.claims.loc[0, ["source_chain", "evidence", "negated_cue"]].tolist() == [
        "narrator;tamsel",
        "none",
        False,
    ]
    assert main(["check", "mine"]) == 1
    out = capsys.readouterr().out
    assert "c005: 'tamsl'" in out and "Correct or finish the 8 rows that wait" in out


def test_the_guide_names_paragraphs_and_the_next_step(mine):
    sheets.write(mine, "actors", [ACTOR])
    sheets.write(mine, "claims", [CLAIM | {"polarity": "unknown", "certainty": "possible"}])
    found = progress(examine(mine))
    assert (
        found.next[0]
        == "The sheets have changed since the tables were made. Run `standoff anchor mine`, then check again."
    )
    anchor(mine)
    found = progress(examine(mine))
    assert [str(problem) for problem in found.problems] == [
        "sheets/claims.csv:2 polarity: c001: possible does not go with unknown. Remedy: possible goes with positive or negative."
    ]
    assert found.paragraphs["claims"].tolist() == [0] * 7 + [1] + [0] * 7
    length = standoff.load("mine").paragraphs.set_index("paragraph")["n_chars"][8]
    assert found.paragraphs.loc[8, "covered"] == round(
        100 * len("Keslandintended to place missiles beside the lighthouse") / length
    )
    assert "1-7, 9-15" in " ".join(found.next)


def test_a_table_changed_by_hand_is_kept(mine):
    sheets.write(mine, "actors", [ACTOR])
    anchor(mine)
    path = mine / "actors.csv"
    path.write_text(path.read_text().replace("Oren", "Orin"))
    told = problems(mine)
    assert (
        len(told) == 1 and "actors.csv: was changed by hand: the earlier version is now actors.by-hand.csv" in told[0]
    )
    assert "Orin" in (mine / "actors.by-hand.csv").read_text() and "Oren" in path.read_text()
    assert problems(mine) == []


def test_a_case_of_an_older_edition_gets_the_tables_of_today(mine):
    """Its own table stays; one that is lacking comes back; and a source that nobody knows is named."""
    path = mine / "datapackage.json"
    package = json.loads(path.read_text())
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            field.pop("foundIn", None)
    own = {"name": "notes", "path": "notes.csv", "schema": {"fields": [{"name": "note", "type": "string"}]}}
    package = {"resources": [*package["resources"][:-1], own]}
    path.write_text(json.dumps(package))
    sheets.write(mine, "claims", [CLAIM | {"source": "tamsl"}])
    (mine / "sheets" / ".written.json").write_text("null")
    (problem,) = problems(mine)
    assert "'tamsl' is not in the sheet actors" in problem
    after = json.loads(path.read_text())
    assert (
        after["resources"] == [*unsealed(standoff.load("practice").package)["resources"], own]
        and after["name"] == "mine"
    )


def test_a_descriptor_without_tables_is_made_again(mine):
    path = mine / "datapackage.json"
    before = json.loads(path.read_text())
    path.write_text('{"resources": []}')
    assert problems(mine) == []
    assert json.loads(path.read_text()) == before


def test_hashes_that_cannot_be_read_make_a_changed_table_one_changed_by_hand(mine):
    (mine / "sheets" / ".written.json").write_text("null")
    (mine / "actors.csv").write_text("anything")
    assert "was changed by hand" in problems(mine)[0]


def test_a_crlf_copy_of_a_table_is_no_change_by_hand(mine):
    path = mine / "actors.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert problems(mine) == []


# ---- what spreadsheets do to a sheet ----


def saved(**options):
    """A sheet saved in some way, with signs of several alphabets, a comma, a quotation mark and a line break."""
    return lambda folder: sheets.write(
        folder, "actors", [ACTOR | {"role": 'president, “father”\nof "the" fleet – Tür'}], **options
    )


def rewritten(change):
    def save(folder):
        saved()(folder)
        path = folder / "sheets" / "actors.csv"
        path.write_bytes(change(path.read_bytes().decode("utf-8-sig")).encode())

    return save


SAVED = {
    "comma, BOM": saved(),
    "comma": saved(encoding="utf-8"),
    "semicolons": saved(delimiter=";"),
    "tabs, UTF-16": saved(delimiter="\t", encoding="utf-16"),
    "semicolons, Windows-1252": saved(delimiter=";", encoding="cp1252"),
    "everything in quotation marks": saved(quoting=csv.QUOTE_ALL),
    "LF": saved(lineterminator="\n"),
    "a first line for Excel": rewritten(lambda text: "sep=,\n" + text),
    "empty rows and columns": rewritten(
        lambda text: text.replace("role\r\n", "role,,\r\n").replace('Tür"', 'Tür",,') + ",,,,,,,,,,\r\n" * 20
    ),
    "capitals and spaces": rewritten(lambda text: text.replace("tamsel", " Tamsel ").replace("person", "Person\u00a0")),
    "another column": rewritten(lambda text: text.replace("role\r\n", "role,my notes\r\n").replace('Tür"', 'Tür",hm')),
}


@pytest.mark.parametrize("save", SAVED.values(), ids=SAVED)
@pytest.mark.filterwarnings("ignore::UnicodeWarning")
def test_a_sheet_is_read_however_it_was_saved(mine, save):
    save(mine)
    assert problems(mine) == []
    actor = standoff.load("mine").actors.iloc[0]
    assert actor["actor_id"] == "tamsel" and actor["kind"] == "person"
    assert actor["role"] == 'president, “father” of "the" fleet – Tür'


UNUSABLE = {
    "no sheet": (lambda path: path.unlink(), "sheets/actors.csv: the sheet is missing"),
    "a workbook": (lambda path: path.write_bytes(b"PK\x03\x04 and so on"), "sheets/actors.csv: not a CSV file"),
    "empty": (lambda path: path.write_bytes(b""), "sheets/actors.csv: not a CSV file"),
    "no header": (
        lambda path: path.write_text("tamsel,Oren Tamsel\n"),
        "sheets/actors.csv:1 actor_id: the column actor_id is in the first row 0 times",
    ),
    "an open quotation mark": (
        lambda path: path.write_text(",".join(SHEETS["actors"]) + '\n"x\n'),
        "sheets/actors.csv:2: not CSV from here on",
    ),
}


@pytest.mark.parametrize(("spoil", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_sheet_that_cannot_be_read_changes_nothing(mine, spoil, words):
    sheets.write(mine, "actors", [ACTOR])
    anchor(mine)
    spoil(mine / "sheets" / "actors.csv")
    before = contents(mine)
    with pytest.raises(CaseError, match=f"^{words}.*Remedy: "):
        anchor(mine)
    assert contents(mine) == before


@pytest.mark.parametrize(
    ("name", "row", "words"),
    [
        (
            "questions",
            {"closes": "31.05.2024"},
            "closes: .*'31.05.2024' is not .*Remedy: write the last day that counts, as 2024-05-31",
        ),
        ("quantities", {"low": "1.000,5"}, "low: .*'1.000,5' is not.* Remedy: write digits only"),
        ("quantities", {"as_of": "5/9/24"}, "as_of: .*'5/9/24' is not allowed. Remedy: write as 2024-05-09.*as text"),
        ("quantities", {"concept": "#NAME?"}, "concept: .*#NAME\\? is what a spreadsheet left"),
        ("claims", {"claim_id": "1"}, "claim_id: 1: '1' is not allowed. Remedy: Identifier, in text order, as c001"),
        (
            "actors",
            {"actor_id": "coast service"},
            "actor_id: coast service: 'coast service' is not allowed. Remedy: write lower-case letters, digits and .*: coast_service.",
        ),
        (
            "claims",
            {"source": "tamsel, dorvia"},
            "source: .*is not in the sheet actors. Remedy: separate several with semicolons.",
        ),
        ("quantities", {"low": "6,5"}, "a decimal point.*format the column as text"),
        (
            "about",
            {"entry": "version", "value": "1"},
            "value: version: '1' is not a version. Remedy: write three numbers, as 1.0.0",
        ),
        ("about", {"entry": "data_date", "value": "May"}, "'May' is not a date"),
        (
            "about",
            {"entry": "data_licence", "value": "CC0"},
            "value: data_licence: 'CC0' is not the identifier of a licence. Remedy: .* such as CC0-1.0",
        ),
        ("about", {"entry": "text_licence", "value": "free"}, "'free' is not the identifier of a licence"),
        ("claims", {"negated_cue": "maybe"}, "negated_cue: .*'maybe' is neither yes nor no"),
        ("claims", {"paragraph": "two"}, "paragraph: .*'two' is not a whole number"),
        (
            "claims",
            {"paragraph": "99", "quote": "x"},
            "quote: .*there is no paragraph 99. Remedy: write a number from 1 to 15",
        ),
        ("paragraphs", {"paragraph": "99", "gist": "x"}, "'99' is not the number of a paragraph"),
        ("about", {"entry": "titel", "value": "x"}, "entry: titel: there is no such entry. Remedy: they are title, "),
    ],
)
def test_cells_that_cannot_be_right_are_named(mine, name, row, words):
    sheets.write(mine, name, [row])
    told = "\n".join(problems(mine))
    assert pd.Series([told]).str.contains(rf"sheets/{name}\.csv:2 {words}" if ":" in words else words)[0], told


def test_a_row_with_too_many_cells_is_named(mine):
    path = mine / "sheets" / "actors.csv"
    path.write_text(",".join(SHEETS["actors"]) + "\ntamsel,Oren Tamsel,Tamsel,,person,,,,president, once\n")
    assert problems(mine) == [
        "sheets/actors.csv:2: tamsel: 10 cells, but 9 columns. Remedy: put double quotation marks around a cell that contains the separator."
    ]


def test_what_is_evident_need_not_be_typed(mine):
    sheets.write(
        mine,
        "claims",
        [
            {key: CLAIM[key] for key in ("claim_id", "paragraph", "quote", "gist", "act", "time_ref", "topic")}
            | {"source": "Narrator", "certainty": "Uncommitted", "negated_cue": "YES"}
        ],
    )
    assert problems(mine) == []
    claim = standoff.load("mine").claims.iloc[0]
    assert claim[["source", "source_chain", "quote_type", "polarity", "negated_cue"]].tolist() == [
        "narrator",
        "narrator",
        "none",
        "unknown",
        True,
    ]


def test_topics_are_the_case_s_own(mine):
    sheets.write(mine, "topics", [{"topic": "boats", "label": "all that floats"}, {"topic": "light", "label": ""}])
    sheets.write(mine, "claims", [CLAIM | {"source": "narrator", "quote_type": "", "topic": "Boats"}])
    assert problems(mine) == []
    assert list(standoff.load("mine").claims["topic"].cat.categories) == ["boats", "light"]
    assert Package(mine / "datapackage.json").validate().valid
    assert not [problem for problem in check("mine") if "differ" in problem.message]


def test_a_case_without_sheets_cannot_be_anchored():
    with pytest.raises(CaseError, match="practice: the case has no working sheets. Remedy: make a case"):
        anchor("practice")


# ---- the command line ----


def test_the_commands_one_after_the_other(tmp_path, monkeypatch, practice, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "mine", "--text", str(practice.text), "--semicolons", "--date", "2024-05-09"]) == 0
    out = capsys.readouterr().out
    assert "Made data/mine with 15 paragraphs" in out and "standoff anchor mine" in out
    assert (tmp_path / "data/mine/sheets/claims.csv").read_text(encoding="utf-8-sig").startswith("claim_id;paragraph;")
    assert json.loads((tmp_path / "data/mine/datapackage.json").read_text())["reportDate"] == "2024-05-09"
    assert main(["anchor", "mine"]) == 0
    assert "claims 0" in capsys.readouterr().out
    assert main(["check", "mine"]) == 1
    assert "Mark the claims in the paragraphs that have none: 1-15." in capsys.readouterr().out
    assert main(["anchor", "practice"]) == 2
    assert main(["new", "mine", "--text", str(practice.text)]) == 2


# ---- texts and sheets of others ----


@pytest.fixture
def of_text(tmp_path, monkeypatch):
    """A function that makes a case of a text and returns its folder."""
    monkeypatch.chdir(tmp_path)

    def make(text):
        (tmp_path / "a.txt").write_text(text, encoding="utf-8")
        return new("other", "a.txt")

    return make


@pytest.mark.parametrize("name", ["con", "nul", "com1", "lpt9"])
def test_names_that_windows_takes_for_devices_name_no_case(of_text, practice, name):
    with pytest.raises(CaseError, match="this cannot name a case"):
        new(name, practice.text)


@pytest.mark.parametrize("lines", ["\r\n", "\r"])
def test_a_text_of_windows_makes_the_same_case(of_text, tmp_path, practice, lines):
    (tmp_path / "b.txt").write_bytes(lines.join(read_text(practice.text).splitlines()).encode("utf-16"))
    assert paragraphs(read_text(new("other", tmp_path / "b.txt") / "article.txt")) == practice.paragraph_texts


def test_paragraphs_of_a_word_processor_need_no_blank_lines(of_text, practice):
    blocks = practice.paragraph_texts
    with pytest.warns(UnicodeWarning, match=f"each of the {len(blocks)} lines of a.txt was taken for a paragraph"):
        folder = of_text("\n".join(blocks))
    assert paragraphs(read_text(folder / "article.txt")) == blocks


def test_lines_that_were_broken_are_no_paragraphs(of_text, practice):
    with pytest.raises(TextError, match="put a blank line between its paragraphs"):
        of_text("\n".join(re.findall(r".{1,60}(?: |$)", " ".join(practice.paragraph_texts))))


def test_lines_below_a_headline_that_end_as_paragraphs_do_are_named(of_text):
    lines = ["Boats left.", "“No one asked.”", "Some stayed!", "It is open."]
    with pytest.warns(UnicodeWarning, match=r"^the 4 lines of a.txt that begin with “Boats left.” were taken for one"):
        folder = of_text("\n".join(["A headline", "", *lines, "", "One\nline. Another\nand one\nmore."]))
    assert paragraphs(read_text(folder / "article.txt"))[1] == " ".join(lines)


def test_a_text_of_more_paragraphs_than_a_sheet_holds(of_text, tmp_path):
    with pytest.raises(TextError, match=r"^a.txt has 190,000 paragraphs, .*: divide the text"):
        of_text("Yes, it is so.\n\n" * 190_000)
    assert not [*(tmp_path / "data").glob("*")]


def test_signs_that_only_copies_have_are_named(of_text):
    text = "The ﬂeet\u200e fini-\nshed its two- and three-day o\u00adﬃce\u200e work."
    with pytest.warns(UnicodeWarning) as notes:
        of_text(text)
    [note] = [str(note.message) for note in notes]
    for sign in (
        "1 U+FB02 LATIN SMALL LIGATURE FL",
        "2 U+200E LEFT-TO-RIGHT MARK",
        "1 word broken at the end of a line",
        "1 U+00AD SOFT HYPHEN",
        "1 U+FB03 LATIN SMALL LIGATURE FFI",
    ):
        assert sign in note


def test_a_text_that_was_changed_is_said_in_one_line(mine, capsys):
    path = mine / "article.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("Thursday", "Friday") + "\nOne more.\n", encoding="utf-8")
    main(["check", "mine"])
    assert (
        "- The text, article.txt, has changed since the tables were made (paragraph 1, 5, 16). Run"
        in capsys.readouterr().out
    )
    main(["anchor", "mine"])
    [line] = [line for line in capsys.readouterr().out.splitlines() if "changed" in line]
    assert line.startswith("The text, article.txt, has changed since the tables were made (paragraph 1, 5, 16): words")
    main(["anchor", "mine"])
    assert "changed" not in capsys.readouterr().out


@pytest.mark.parametrize("typed", ["1.500", "1,500", "1 500", "1’500"])
def test_a_number_is_what_its_words_say(of_text, typed, capsys):
    folder = of_text("The council counted 1,500 boats on Monday.\n\nIt lost 2.5 tonnes.")
    row = QUANTITY | {"quote": "1,500 boats", "bound": "exact", "low": typed, "high": typed}
    sheets.write(folder, "quantities", [row])
    assert main(["anchor", "other"]) == 0
    look = f"Look again: q001: {typed} was read as 1500, because its words say 1500.\n"
    assert (look in capsys.readouterr().out) == (typed != "1,500")
    assert ",1500,1500,exact," in (folder / "quantities.csv").read_text(encoding="utf-8")


def test_a_number_that_its_words_do_not_decide_waits(mine, capsys):
    sheets.write(mine, "quantities", [QUANTITY | {"low": "1.500"}])
    assert main(["anchor", "mine"]) == 1
    assert (
        "quantities.csv:2 low: q001: '1.500' may be 1500 or 1.500, and its words do not decide which. "
        "Remedy: write digits alone, with a point for decimals."
    ) in capsys.readouterr().out


def test_a_number_that_cannot_be_read_is_told_once(of_text):
    folder = of_text("It lost 2.3 tonnes, of 4,000.")
    sheets.write(
        folder, "quantities", [QUANTITY | {"quote": "tonnes", "bound": "exact", "low": "2,300", "high": "2,300"}]
    )
    told = problems(folder)
    assert [line.partition(": ")[0] for line in told] == ["sheets/quantities.csv:2 low", "sheets/quantities.csv:2 high"]


def test_a_number_that_is_not_in_its_words_is_doubted(mine, capsys):
    sheets.write(mine, "quantities", [QUANTITY | {"low": "80", "high": "80"}])
    main(["anchor", "mine"])
    main(["check", "mine"])
    assert "Look again: q001 is 80, but its words say 800." in capsys.readouterr().out


def test_the_published_quantities_are_what_their_words_say(practice):
    assert [doubt for doubt in _doubts(practice) if doubt.startswith("q")] == []
