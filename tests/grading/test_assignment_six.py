"""Assignment 6 judges a folder that is handed in: a complete case gets all points, and each way to spoil it its own reason."""

import csv
import functools
import json
import shutil

import pytest

import standoff
from answers import judge, plain
from assignments.course import COURSE
from autograder.source import role
from standoff.coding.new import QUESTIONS, UNANSWERED, new
from standoff.schema import unsealed
from standoff.text import digest, paragraphs, read_text

NAME = "6-your-report"
ANSWER = "This is an answer for somebody who knows nothing of how these data came about."


@functools.cache
def source():
    return COURSE.read(NAME)


@functools.cache
def setup():
    """The names of the setup cell."""
    names = {}
    cell = next(cell for cell in source().notebook.cells if role(cell).get("grade_id") == "setup")
    exec(cell.source, names)
    return names


def reason(task):
    """What the student reads about a task on the folder data/mine below the current one; "" if it is right."""
    comparisons = next(item for item in source().tasks if item.name == task).comparisons
    assert comparisons and all(comparison.files for comparison in comparisons)
    for comparison in comparisons:
        answer, right = plain(eval(comparison.expression, setup())), plain(eval(comparison.right))
        sentence = judge(answer, right, {mistake: plain(eval(wrong)) for wrong, mistake in comparison.mistakes})
        if sentence:
            return sentence
    return ""


# ---- a complete case: the practice report's tables, of another text ----


@pytest.fixture
def mine(tmp_path, monkeypatch, practice):
    """The folder of a case that has all that is asked for."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data" / "mine"
    shutil.copytree(practice.folder, folder, ignore=shutil.ignore_patterns("witnesses"))
    write_text(folder, [paragraph.swapcase() for paragraph in text(folder)])  # of the same lengths, so that places hold
    hash_again(folder)
    describe(folder, name="mine", title="Another report, as data", sources=[{"title": "Another report, a paper"}])
    write_datasheet(folder, [ANSWER] * len(QUESTIONS))
    return folder


def text(folder):
    return paragraphs(read_text(folder / "article.txt"))


def write_text(folder, blocks):
    (folder / "article.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def change(folder, table, action):
    """Let `action` change the rows of a table (list of dict) in place."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), reader.fieldnames
    action(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def hash_again(folder):
    blocks = text(folder)

    def of_paragraphs(rows):
        for row, block in zip(rows, blocks):
            row.update(sha256=digest(block), n_chars=len(block))

    def of_spans(rows):
        for row in rows:
            stretch = blocks[int(row["paragraph"]) - 1][int(row["start"]) : int(row["end"])]
            row["sha256_16"] = digest(stretch)[:16]

    change(folder, "paragraphs", of_paragraphs)
    change(folder, "spans", of_spans)


def describe(folder, **head):
    path = folder / "datapackage.json"
    package = unsealed(json.loads(path.read_text(encoding="utf-8"))) | head
    path.write_text(json.dumps({key: value for key, value in package.items() if value is not None}), encoding="utf-8")


def write_datasheet(folder, answers):
    parts = [f"## {question}\n\n{answer}\n" for question, answer in zip(QUESTIONS, answers)]
    (folder / "DATASHEET.md").write_text("# Datasheet\n\n" + "\n".join(parts), encoding="utf-8")


def set_all(folder, table, **cells):
    change(folder, table, lambda rows: [row.update(cells) for row in rows])


def set_first(folder, table, **cells):
    change(folder, table, lambda rows: rows[0].update(cells))


def empty(folder, *tables):
    for table in tables:
        change(folder, table, list.clear)


def leave_only(folder, keep):
    """Leave out the claims for which `keep` (of the row) is false, and what hangs on them."""
    kept = set()

    def of_claims(rows):
        rows[:] = [row for row in rows if keep(row)]
        kept.update(row["claim_id"] for row in rows)

    change(folder, "claims", of_claims)
    empty(folder, "quantities", "events", "event_actors")
    change(
        folder,
        "claim_links",
        lambda rows: rows.__setitem__(slice(None), [r for r in rows if {r["claim_id"], r["other_id"]} <= kept]),
    )
    change(
        folder,
        "questions",
        lambda rows: rows.__setitem__(slice(None), [r | {"claims": next(iter(kept))} for r in rows]),
    )


def move_a_span(folder):
    change(folder, "spans", lambda rows: rows[5].update(start=str(int(rows[5]["start"]) + 1)))


def with_text_of_another(folder):
    write_text(folder, [block[::-1] for block in text(folder)])


def shorten(folder):
    blocks = text(folder)
    write_text(folder, [*blocks[:6], " ".join(blocks[6:])])


def copy_a_gist(folder):
    words = text(folder)[1].lower().split()
    write_text(folder, [text(folder)[0], text(folder)[1].lower(), *text(folder)[2:]])
    hash_again(folder)
    set_first(folder, "claims", gist=" ".join(words[:9]))


def make_narrators(folder, keep=()):
    """Give all claims but those of `keep` to the narrator."""
    blank = {"source": "narrator", "source_chain": "narrator", "quote_type": "none", "source_span": "", "cue_span": ""}
    blank |= {"cue_lemma": "", "cue_class": ""}
    change(folder, "claims", lambda rows: [row.update(blank) for row in rows if row["source"] not in keep])


def restore_the_practice_report(folder):
    for path in standoff.load("practice").folder.glob("*.*"):
        shutil.copy(path, folder)
    describe(folder, sources=[{"title": "Another report, a paper"}])


def take_the_tables_of_the_practice_report(folder):
    for path in standoff.load("practice").folder.glob("*.csv"):
        shutil.copy(path, folder)


def rename(folder):
    folder.rename(folder.with_name("my-report"))


def nest(folder):
    folder.rename(folder.with_name("all"))
    folder.mkdir()
    folder.with_name("all").rename(folder / "mine")


def make_anew(folder):
    """As `standoff new` leaves it."""
    (folder / "article.txt").rename(folder.parent / "text.txt")
    shutil.rmtree(folder)
    new("mine", folder.parent / "text.txt")


def describe_few_tables(folder):
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    describe(folder, resources=[one for one in package["resources"] if one["name"] == "paragraphs"])


def save_again(folder, table, encoding="utf-8", separator=","):
    """Save a table as a spreadsheet does that was not asked for commas and UTF-8."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator="\r\n").writerows(rows)


def with_an_accent(folder):
    set_first(folder, "claims", gist="The café stays shut.")
    save_again(folder, "claims", "cp1252")


def save_sheet_of_answers(folder, encoding):
    path = folder / "DATASHEET.md"
    path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))


def drop_claims_of_paragraph(folder, number):
    where = {}
    change(folder, "spans", lambda rows: where.update({r["span_id"]: int(r["paragraph"]) for r in rows}))
    leave_only(folder, lambda row: where[row["content_span"]] != number)


def spoil_datasheet(folder, answer):
    write_datasheet(folder, [ANSWER] * (len(QUESTIONS) - 1) + [answer])


WRONG = {
    "sound_case": [
        ("no folder", shutil.rmtree, "There is no case"),
        ("another name", rename, "There is no case"),
        ("a folder deeper", nest, "There is no case"),
        ("no descriptor", lambda f: (f / "datapackage.json").unlink(), "There is no case"),
        ("a broken descriptor", lambda f: (f / "datapackage.json").write_text("{"), "There is no case"),
        ("few tables described", describe_few_tables, "not those of a case"),
        ("nothing coded", make_anew, "fewer than five claims"),
        ("semicolons", lambda f: save_again(f, "claims", separator=";"), "problems"),
        ("not UTF-8", with_an_accent, "problems"),
        ("no text", lambda f: (f / "article.txt").unlink(), "article.txt is missing"),
        ("a PDF for a text", lambda f: (f / "article.txt").write_bytes(b"%PDF-1.7\n"), "article.txt is missing"),
        ("the practice report", restore_the_practice_report, "one of the book's"),
        ("too short", shorten, "fewer than 8"),
        ("a place that is wrong", move_a_span, "problems"),
        ("the text of another article", with_text_of_another, "problems"),
        ("a label of one's own", lambda f: set_first(f, "claims", certainty="sure"), "problems"),
        ("a claim without source", lambda f: set_first(f, "claims", source=""), "problems"),
        (
            "a source who is no actor",
            lambda f: set_first(f, "claims", source="nobody", source_chain="narrator;nobody"),
            "problems",
        ),
        ("a table left out", lambda f: (f / "claims.csv").unlink(), "problems"),
        ("a gist that is copied", copy_a_gist, "problems"),
    ],
    "complete_case": [
        ("no folder", shutil.rmtree, "There is no case"),
        ("few tables described", describe_few_tables, "not those of a case"),
        ("semicolons", lambda f: save_again(f, "claims", separator=";"), "cannot be read"),
        ("the practice report", restore_the_practice_report, "tables of the book"),
        ("the tables of the practice report", take_the_tables_of_the_practice_report, "tables of the book"),
        ("a gist not written", lambda f: set_first(f, "paragraphs", gist="not written yet"), "has no gist"),
        ("nothing coded", make_anew, "has no gist"),
        ("no claim, and not why", lambda f: without_claims_for_a_reason(f, "No claim:"), "A paragraph has no claim"),
        ("a paragraph passed over", lambda f: drop_claims_of_paragraph(f, 3), "A paragraph has no claim"),
        ("few sources", lambda f: make_narrators(f, keep=("tamsel", "kesland")), "Fewer than three sources"),
        ("one certainty", lambda f: set_all(f, "claims", certainty="certain"), "same certainty"),
        ("one content many times", lambda f: repeat_contents(f), "fewer than 15"),
        ("no links", lambda f: empty(f, "claim_links"), "is linked to another"),
        ("no question", lambda f: empty(f, "questions"), "There is no open question"),
    ],
    "described_case": [
        ("no folder", shutil.rmtree, "There is no case"),
        ("few tables described", describe_few_tables, "not those of a case"),
        ("semicolons", lambda f: save_again(f, "claims", separator=";"), "cannot be read"),
        ("the practice report", restore_the_practice_report, "tables of the book"),
        ("the tables of the practice report", take_the_tables_of_the_practice_report, "tables of the book"),
        ("nothing described", make_anew, "which text"),
        ("no source of the text", lambda f: describe(f, sources=[]), "which text"),
        ("sources that are none", lambda f: describe(f, sources=["a paper"]), "is damaged"),
        ("authors that are none", lambda f: describe(f, contributors=["A. Student"]), "is damaged"),
        ("which text", lambda f: describe(f, sources=[{"title": "not stated yet"}]), "which text"),
        ("no description", lambda f: describe(f, description=None), "no description"),
        ("no authors", lambda f: describe(f, contributors=None), "cannot be cited"),
        ("no licence", lambda f: describe(f, licenses=None), "cannot be cited"),
        ("no version", lambda f: describe(f, version=None), "cannot be cited"),
        ("a blank description", lambda f: describe(f, description=" "), "no description"),
        ("a document for a datasheet", lambda f: (f / "DATASHEET.md").write_bytes(b"PK\x03\x04"), "Not all six"),
        ("no datasheet", lambda f: (f / "DATASHEET.md").unlink(), "Not all six"),
        ("an empty datasheet", lambda f: write_datasheet(f, [UNANSWERED] * len(QUESTIONS)), "Not all six"),
        ("one question left", lambda f: spoil_datasheet(f, UNANSWERED), "Not all six"),
        ("a question deleted", lambda f: write_datasheet(f, [ANSWER] * 5), "Not all six"),
        ("yes and no", lambda f: spoil_datasheet(f, "Nothing is missing."), "fewer than eight words"),
    ],
}


def repeat_contents(folder):
    """One content for each paragraph, as often as it has claims."""
    where, first = {}, {}
    change(folder, "spans", lambda rows: where.update({r["span_id"]: r["paragraph"] for r in rows if r["part"] == "1"}))

    def of_claims(rows):
        for row in rows:
            row["content_span"] = first.setdefault(min(14, int(where[row["content_span"]])), row["content_span"])

    change(folder, "claims", of_claims)
    set_first(folder, "paragraphs", gist="No claim: a line between others.")
    change(folder, "paragraphs", lambda rows: rows[-1].update(gist="No claim: a last line, about the paper."))


RIGHT = {
    "sound_case": [
        ("as it is", lambda f: None),
        ("a paragraph without claim", lambda f: drop_claims_of_paragraph(f, 3) or drop_unused_spans(f)),
        ("other labels", lambda f: set_all(f, "claims", time_ref="past")),
        (
            "a byte order mark",
            lambda f: (f / "article.txt").write_bytes(b"\xef\xbb\xbf" + (f / "article.txt").read_bytes()),
        ),
        ("a table with byte order mark and line ends of Windows", lambda f: save_again(f, "claims", "utf-8-sig")),
        ("a text in UTF-16", lambda f: (f / "article.txt").write_text((f / "article.txt").read_text(), "utf-16")),
    ],
    "complete_case": [
        ("as it is", lambda f: None),
        ("No claim, with a reason", lambda f: without_claims_for_a_reason(f)),
        ("no claims, in other signs", lambda f: without_claims_for_a_reason(f, "no claims – credit of the picture")),
        ("the parts of spans in another order", lambda f: change(f, "spans", list.reverse)),
        ("without quantities, events and cruxes", lambda f: empty(f, "quantities", "events", "event_actors", "cruxes")),
        (
            "one link, one question",
            lambda f: [
                change(f, t, lambda rows: rows.__delitem__(slice(1, None))) for t in ("claim_links", "questions")
            ],
        ),
    ],
    "described_case": [
        ("as it is", lambda f: None),
        ("another licence", lambda f: describe(f, licenses=[{"name": "CC0-1.0"}])),
        ("two authors", lambda f: describe(f, contributors=[{"title": "A. Student"}, {"title": "B. Student"}])),
        ("answers saved by Windows", lambda f: save_sheet_of_answers(f, "utf-16")),
        ("longer answers", lambda f: write_datasheet(f, [f"{ANSWER}\n\n### More\n\n{ANSWER}"] * len(QUESTIONS))),
    ],
}


def drop_unused_spans(folder):
    used = set()
    for table in ("actors", "claims", "quantities", "events", "cruxes"):
        change(
            folder,
            table,
            lambda rows: used.update(
                cell for row in rows for key, cell in row.items() if key.endswith("span") or key == "span_id"
            ),
        )
    change(folder, "spans", lambda rows: rows.__setitem__(slice(None), [row for row in rows if row["span_id"] in used]))


def without_claims_for_a_reason(folder, gist="No claim: credit of the picture."):
    drop_claims_of_paragraph(folder, 3)
    change(folder, "paragraphs", lambda rows: rows[2].update(gist=gist))


def cases(table):
    return [pytest.param(task, *rest, id=f"{task}-{name}") for task, rows in table.items() for name, *rest in rows]


@pytest.mark.parametrize(("task", "spoil", "words"), cases(WRONG))
def test_a_folder_that_lacks_something_is_refused_with_its_reason(mine, task, spoil, words):
    spoil(mine)
    assert words in reason(task)


@pytest.mark.parametrize(("task", "alter"), cases(RIGHT))
def test_a_folder_that_has_all_is_right(mine, task, alter):
    alter(mine)
    assert reason(task) == ""


@pytest.mark.parametrize("task", list(WRONG))
def test_each_reason_stands_in_the_key_and_is_tried_here(task):
    key = (source().folder / "key.md").read_text(encoding="utf-8").partition(f"## {task}\n")[2].partition("\n## ")[0]
    told = [
        sentence
        for one in next(one for one in source().tasks if one.name == task).comparisons
        for _, sentence in one.mistakes
    ]
    assert len(WRONG[task]) >= 5 and len(RIGHT[task]) >= 3
    for sentence in told:
        assert any(words in sentence for _, _, words in WRONG[task]), sentence
        assert sentence in key


def test_tasks_about_the_folder_do_not_cost_each_other(mine):
    empty(mine, "claim_links")
    (mine / "DATASHEET.md").unlink()
    assert reason("sound_case") == "" and reason("complete_case") and reason("described_case")
