"""For each quotation of a case the nearest words of a witness: found though reworded, and not found where there are none."""

import csv
import os

import pandas as pd
import pytest
import sheets
from witness_folders import TEXTS

from standoff import load
from standoff.case import Case, CaseError
from standoff.cli import main
from standoff.coding.trace import COLUMNS, DECIDED, readable, trace
from standoff.text import TextError, digest, paragraphs, read_text

FILLER = """The minister opened the meeting with a few remarks on the weather and on the price of fuel in the harbour.

He thanked those who had come a long way, and asked for patience with the microphones, which had failed before.

It was the third meeting of its kind, and it took place, as always, in the large custom house on the quay."""


@pytest.fixture
def witness(tmp_path):
    """A function that writes a witness, between paragraphs about other things; its path."""

    def write(text):
        path = tmp_path / "witness.txt"
        path.write_text(f"{FILLER}\n\n{text}\n\n{FILLER}", encoding="utf-8")
        return path

    return write


def quoting(folder, quotation, before="", after="", quote_type="direct"):
    """A case of one paragraph and one claim, which is what is quoted and what stands around it."""
    content = f"{before}“{quotation}”{after}"
    text = f"The captain said on Monday: {content}, and he left."
    (folder / "article.txt").write_text(text, encoding="utf-8")
    start = text.index(content)
    span = ["s001", 1, 1, start, start + len(content), digest(content)[:16]]
    tables = {
        "paragraphs": pd.DataFrame({"paragraph": [1], "n_chars": [len(text)], "sha256": [digest(text)]}),
        "spans": pd.DataFrame([span], columns=["span_id", "part", "paragraph", "start", "end", "sha256_16"]),
        "claims": pd.DataFrame({"claim_id": ["c001"], "content_span": ["s001"], "quote_type": [quote_type]}),
    }
    return Case(folder, {"title": "A report"}, tables)


FOUND = {  # quotation; what was said; passage; words; printed; said
    "the same": ("we will never close the strait", "We will never close the strait.", "We will never close the strait", "same", "", ""),
    "in full": ("we won’t close it, they’ll stay", "We will not close it; they will stay.", "We will not close it; they will stay", "same", "", ""),
    "more around it": ("never close the strait", "As I said, we will never close the strait.", "we will never close the strait", "same", "", ""),
    "another word": ("the narrow strait stays open", "The wide strait stays open.", "The wide strait stays open", "changed", "narrow", "wide"),
    "a word more": ("the strait stays open", "The strait always stays open.", "The strait always stays open", "changed", "-", "always"),
    "a word less": ("the strait always stays open", "The strait stays open.", "The strait stays open", "changed", "always", "-"),
    "another form": ("the boats sailed yesterday", "The boat sails today.", "The boat sails today", "changed", "boats sailed yesterday", "boat sails today"),
    "another end": ("nobody is too tired to take action", "Nobody is too tired to respond.", "Nobody is too tired to respond", "changed", "take action", "respond"),
    "over two paragraphs": ("the strait is open and the ferries sail", "The strait is open.\n\nAnd the ferries sail.", "The strait is open. And the ferries sail", "same", "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("quotation", "said", "passage", "words", "printed", "differs"), FOUND.values(), ids=FOUND)
def test_what_was_said_is_found_and_what_differs_is_named(
    tmp_path, witness, quotation, said, passage, words, printed, differs
):
    (row,) = trace(quoting(tmp_path, quotation), witness(said)).itertuples()
    assert (row.claim_id, row.quotation, row.paragraph) == ("c001", quotation, 4)
    assert (row.passage, row.words, row.printed, row.said) == (passage, words, printed, differs)
    assert (
        row.similarity == 100 if words == "same" and passage.casefold().startswith(quotation) else row.similarity >= 43
    )


def test_clauses_may_stand_the_other_way_round(tmp_path, witness):
    case = quoting(tmp_path, "we will have far fewer fish next year if we don’t mend the old pier")
    (row,) = trace(
        case, witness("If we do not mend the pier this spring, we’ll surely have fewer fish next year.")
    ).itertuples()
    assert row.paragraph == 4 and row.words == "changed" and row.passage.startswith("If we do not")


def test_words_that_differ_stand_side_by_side(tmp_path, witness):
    case = quoting(tmp_path, "the narrow strait stays open; the ferries sail at noon")
    df = trace(case, witness("The wide strait stays open; the ferries always sail at midnight."))
    assert df.loc[0, ["printed", "said"]].tolist() == ["narrow / - / noon", "wide / always / midnight"]
    assert readable(df).splitlines()[3:] == [
        "  differ   narrow | wide",
        "  differ   - | always",
        "  differ   noon | midnight",
    ]


MISSED = {
    "nothing of it": ("Dorvia shall pay dearly for closing the strait", "The sun shone all day."),
    "common words alone": ("it was what they had of it, and who was it for", "Nobody spoke."),
    "one rare word of several": ("significant enduring withdrawal of the fleet", "A significant time was spent."),
    "its names alone": ("Dorvia shall pay dearly for attacking Kesland", "Dorvia and Kesland spoke about Dorvia and Kesland."),
}  # fmt: skip


@pytest.mark.parametrize(("quotation", "said"), MISSED.values(), ids=MISSED)
def test_nothing_near_is_said(tmp_path, witness, quotation, said):
    df = trace(quoting(tmp_path, quotation), witness(said))
    assert df.loc[0, ["paragraph", "passage", "similarity", "words", "printed", "said"]].isna().all()
    assert readable(df) == f"c001  nothing near\n  printed  {quotation}\n"


def test_the_order_of_words_decides_between_equals(tmp_path, witness):
    text = "Closed the strait was never.\n\nNever was the closed strait.\n\nThe strait was never closed.\n\nWas closed never the strait?"
    (row,) = trace(quoting(tmp_path, "the strait was never closed"), witness(text)).itertuples()
    assert (row.paragraph, row.similarity) == (6, 100)


def test_the_rest_of_the_claim_decides_where_one_word_is_quoted(tmp_path, witness):
    case = quoting(tmp_path, "good", before="the withdrawal of the boats was ", quote_type="mixed")
    text = f"Good morning to all.\n\n{FILLER}\n\nA withdrawal of boats would be good.\n\n{FILLER}\n\nGood bye."
    (row,) = trace(case, witness(text)).itertuples()
    assert (row.quotation, row.paragraph, row.words) == ("good", 8, "same")


def test_marks_that_are_never_closed_and_marks_that_are_lacking(tmp_path, witness):
    case = quoting(tmp_path, "the strait stays open")
    text = read_text(case.text)
    for old, new in (
        ("”", ""),
        ("“", ""),
    ):  # the second leaves no mark at all: then the claim's own words are looked for
        text = text.replace(old, new)
        start = text.index("the strait")
        case.text.write_text(text, encoding="utf-8")
        case.tables["paragraphs"] = pd.DataFrame({"paragraph": [1], "n_chars": [len(text)], "sha256": [digest(text)]})
        case.tables["spans"] = case["spans"].assign(
            start=start, end=start + 21, sha256_16=digest(text[start : start + 21])[:16]
        )
        (row,) = trace(case, witness("The strait stays open.")).itertuples()
        assert (row.quotation, row.similarity) == ("the strait stays open", 100)


def test_the_practice_report_beside_a_conference(practice, tmp_path):
    path = tmp_path / "conference.txt"
    path.write_text(TEXTS["conference"], encoding="utf-8")
    df = trace(practice, path)
    quoted = practice.claims[practice.claims["quote_type"].isin(["direct", "mixed"])]
    assert list(df) == COLUMNS and df["claim_id"].tolist() == quoted["claim_id"].tolist()
    assert df["words"].cat.categories.tolist() == ["same", "changed"]
    near = df.dropna(subset="paragraph").set_index("claim_id")
    assert near.index.tolist() == ["c006"] and near.loc["c006", "paragraph"] == 1


@pytest.mark.parametrize("change", ["curly", "straight", "page"])
def test_a_copy_of_the_report_is_given(practice, tmp_path, witness, change):
    path = witness("“This strait,” I repeat, “has never been closed to a soul.”")
    expected = trace(practice, path)
    text = read_text(practice.text)
    if change != "curly":
        text = text.translate(str.maketrans("“”’", '""\''))
    if change == "page":
        text = "A menu\n\n" + "\n\nAn advertisement\n\n".join(paragraphs(text))
    copy = tmp_path / "copy.txt"
    copy.write_text(text, encoding="utf-8")
    without = Case(practice.folder, practice.package, practice.tables)
    without.text = None
    pd.testing.assert_frame_equal(trace(without, path, copy), expected)
    with pytest.raises(CaseError, match="its text is not here. Remedy: give your copy with --article"):
        trace(without, path)
    copy.write_text(FILLER, encoding="utf-8")
    with pytest.raises(CaseError, match="copy.txt: this seems to be a different text"):
        trace(practice, path, copy)


@pytest.fixture
def own(practice, tmp_path, monkeypatch):
    """A reader's own case, made with `new`, sheets and `anchor`, in the current folder."""
    monkeypatch.chdir(tmp_path)
    folder = sheets.case_with_sheets(practice)
    assert main(["anchor", "mine"]) == 0
    (tmp_path / "witness.txt").write_text(TEXTS["conference"], encoding="utf-8")
    return folder


def test_the_command_proposes_and_the_reader_decides_in_a_file(own, capsys):
    assert main(["trace", "mine", "witness.txt", "--output", "decide.csv"]) == 0
    out = capsys.readouterr().out
    assert "c006  paragraph 1, similarity" in out and "c007  nothing near" in out
    assert "Something similar found for 1 of 6 quotations" in out
    with open("decide.csv", encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == [*COLUMNS, *DECIDED]
    assert [row[0] for row in rows] == load("mine").claims.query("quote_type in ['direct', 'mixed']")[
        "claim_id"
    ].tolist()
    assert all(row[-2:] == ["", ""] for row in rows)
    assert rows[0][header.index("words")] == "changed" and rows[1][2:] == [""] * 8


def test_a_file_with_decisions_is_never_overwritten(own, capsys):
    with open("decide.csv", "w", encoding="utf-8") as file:
        file.write("decided")
    assert main(["trace", "mine", "witness.txt", "--output", "decide.csv"]) == 2
    assert "decide.csv: this file exists already. Remedy: " in capsys.readouterr().err
    with open("decide.csv", encoding="utf-8") as file:
        assert file.read() == "decided"
    assert sorted(os.listdir(".")) == ["data", "decide.csv", "witness.txt"]


def test_a_case_without_quotations_says_so(own, capsys):
    for row in (rows := sheets.rows_of(own, "claims")):
        row["quote_type"] = (
            row["quote_type"]
            .replace("direct", "indirect")
            .replace("inindirect", "indirect")
            .replace("mixed", "indirect")
        )
    sheets.write(own, "claims", rows)
    main(["anchor", "mine"])
    capsys.readouterr()
    assert main(["trace", "mine", "witness.txt", "--output", "decide.csv"]) == 0
    assert capsys.readouterr().out == "mine has no quotation to trace: none of its claims is direct or mixed.\n"
    assert not os.path.exists("decide.csv")


def test_unusable_files_and_cases(practice, tmp_path, capsys):
    path = tmp_path / "witness.txt"
    for data, words in ((b"%PDF-1.4", "is a PDF"), (b"", "is empty"), (b"PK\x03\x04", "is a Word document")):
        path.write_bytes(data)
        with pytest.raises(TextError, match=words):
            trace(practice, path)
    assert main(["trace", "practice", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    path.write_text("...", encoding="utf-8")
    assert trace(practice, path)["paragraph"].isna().all()
    with pytest.raises(CaseError, match="it has no claims"):
        trace(load("witnesses"), path)
