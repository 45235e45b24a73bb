"""Marks of other tools: samples written after the documentation of each format, on two texts.

The files in marks/ hold the same marks in each format, on a text with emoji before them.
"""

import copy
import json
import re
from pathlib import Path

import pytest
import sheets

import standoff
from standoff.case import CaseError
from standoff.cli import main
from standoff.coding.foreign import bring
from standoff.export import webannotation
from standoff.text import read_text


@pytest.fixture
def text(practice, tmp_path, monkeypatch):
    """The text of the practice report as a file of its own, with other line ends; the file's path."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "text.txt"
    path.write_bytes(read_text(practice.text).replace("\r\n", "\n").replace("\n\n", "\n \n\n").encode())
    return path


def claims_of(brought):
    return {
        row["claim_id"]: row for row in sheets.rows_of(brought.folder, "claims") if not row["claim_id"].startswith("#")
    }


def place(raw, words):
    return raw.index(words), raw.index(words) + len(words)


def test_brat(text):
    raw = text.read_text()

    def entity(name, kind, *stretches):
        places = ";".join("{} {}".format(*place(raw, words)) for words in stretches)
        return f"{name}\t{kind} {places}\t{' '.join(stretches)}"

    (text.parent / "marks.ann").write_text(
        "\n".join(
            [
                entity("T1", "Claim", "some boats would stay"),
                entity("T2", "Source", "Dorvian President Oren Tamsel"),
                entity("T3", "Cue", "told reporters"),
                entity("T4", "Content", "This strait", "has never been closed to anyone"),
                entity("T5", "Person", "Ida Velm"),
                "R1\tSource Arg1:T2 Arg2:T1",
                "R2\tCue Arg1:T3 Arg2:T4",
                "A1\tCertainty T1 certain",
                "A2\tCertainty T4 sure",
                "#1\tAnnotatorNotes T1\tPart of the fleet remains.",
                "E1\tMove:T3",
            ]
        )
    )
    brought = bring("mine", text, "marks.ann")
    rows = claims_of(brought)
    assert rows["c001"]["quote"] == "some boats would stay" and rows["c001"]["gist"] == "Part of the fleet remains."
    assert rows["c001"]["source_quote"] == "Dorvian President Oren Tamsel" and rows["c001"]["certainty"] == "certain"
    assert rows["c002"]["quote"] == "This strait [...] has never been closed to anyone"
    assert rows["c002"]["cue_quote"] == "told reporters" and not rows["c001"]["cue_quote"]
    assert brought.left == [
        "E1: events, equivalences and normalisations are not read.",
        "T5: its label is Person, not content, source or cue.",
        "T4: Certainty sure is not a label of the codebook.",
    ]
    assert standoff.load("mine").claims.empty, "they wait until they are finished"


def quoted(words, tag, prefix="", **more):
    """An annotation as Recogito and the standard have it."""
    selector = {"type": "TextQuoteSelector", "exact": words, "prefix": prefix}
    body = [{"purpose": "tagging", "value": tag}, *({"purpose": "commenting", "value": note} for note in more.values())]
    return {"type": "Annotation", "id": f"#{tag}-{words[:6]}", "body": body, "target": [{"selector": [selector]}]}


def test_web_annotations_of_recogito(text):
    start, end = place(text.read_text(), "twelve more islanders")
    position = {"type": "TextPositionSelector", "start": start, "end": end}
    items = [
        quoted("could not confirm the departure", "content", note="Kesland has no proof."),
        quoted("Kesland", "Source", prefix="Neighbouring "),
        quoted("replied", "cue"),
        {"id": "p1", "body": [{"value": "claim"}], "target": {"selector": position}},
        quoted("no such words anywhere", "content"),
        quoted("Teln", "content"),
        quoted("single photograph", "important"),
        {"id": "p2", "target": "https://example.org/"},
        7,
    ]
    (text.parent / "marks.json").write_text(json.dumps(items))
    brought = bring("mine", text, "marks.json")
    rows = claims_of(brought)
    assert [row["quote"] for row in rows.values()] == ["could not confirm the departure", "twelve more islanders"]
    assert (rows["c001"]["source_quote"], rows["c001"]["cue_quote"]) == ("Kesland", "replied")
    assert rows["c001"]["gist"] == "Kesland has no proof."
    assert len(brought.left) == 5 and "its label is important, not content, source or cue" in brought.left[4]


def test_annotations_of_hypothesis(text):
    row = {"id": "abc", "uri": "https://example.org/", "text": "A first step.", "tags": ["Content"],
           "target": [{"source": "https://example.org/", "selector": [
               {"type": "TextPositionSelector", "start": 5, "end": 9},  # of the web page, not of the text
               {"type": "TextQuoteSelector", "exact": "a first\n step", "prefix": "nonetheless as ", "suffix": " and hoped"}]}]}  # fmt: skip
    (text.parent / "marks.json").write_text(json.dumps({"total": 1, "rows": [row]}))
    brought = bring("mine", text, "marks.json")
    assert brought.left == [] and claims_of(brought)["c001"]["quote"] == "a first step"
    assert claims_of(brought)["c001"]["gist"] == "A first step."


def test_our_own_annotations_come_back(text, practice):
    """Every claim with its gist, content, source and cue, at the same places."""
    page = webannotation(practice)
    page["items"] = [item for item in page["items"] if "of a claim" in item["body"][0]["value"]]
    (text.parent / "marks.json").write_text(json.dumps(page))
    brought = bring("mine", text, "marks.json")
    assert brought.claims == len(practice.claims)
    rows = sheets.filled(practice)["claims"]
    theirs = sorted((row["quote"], row.get("source_quote", ""), row.get("cue_quote", ""), row["gist"]) for row in rows)
    ours = sorted(
        (row["quote"], row["source_quote"], row["cue_quote"], row["gist"]) for row in claims_of(brought).values()
    )
    assert [one for one, other in zip(ours, theirs) if one != other] == [] and brought.left == []


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '[{"target": {"selector": {"exact": 3, "type": "TextQuoteSelector"}}}]', "[" * 9999]
)
def test_what_is_no_annotation_makes_no_case(text, content, capsys):
    (text.parent / "marks.json").write_text(content)
    with pytest.raises(CaseError, match=r"not a file of annotations|no mark in it"):
        bring("mine", text, "marks.json")
    assert main(["import", "mine", "--text", "text.txt", "--marks", "marks.json"]) == 2
    assert not (text.parent / "data").exists() and "Remedy" in capsys.readouterr().err


# ---- the same marks in each format ----

MARKS = Path(__file__).parent / "marks"
CLAIMS = [
    ("the night ferry would run again from May", "the harbour office", "said"),
    ("We have two crews", "Ada Brook", "said"),
    ("the pier was not ready", "a spokesman", "warned"),
]
POLARITY = ["positive", "", "negative"]
UNTIED = [f"{{}}: nothing says to which of 2 claims this {role} belongs." for role in ("source", "cue") * 2]
STRANGE = "its label is Vehicle, not content, source or cue."
FORMATS = {  # by file: where its tool counts “the harbour office”, which comes after an emoji; what is not taken
    "ferry.ann": (14, [f"T10: {STRANGE}"]),
    "ferry.tsv": (15, [f"Vehicle[7]: {STRANGE}"]),
    "ferry.cas.json": (15, [f"14: {STRANGE}"]),
    "ferry.relations.jsonl": (
        15,
        [
            "line 2: comments are not read.",
            f"510: {STRANGE}",
            "line 3: its text is not that of ferry.txt, from “A text of the same project, on something” on.",
        ],
    ),
    "ferry.labelstudio.json": (
        14,
        [
            "task 31: annotation 13 is by another coder.",
            "task 31, q0001: rating on something else than words of a plain text is not read.",
            f"r10Kx: {STRANGE}",
        ],
    ),
    "ferry.doccano.jsonl": (15, [f"1.10: {STRANGE}", *map(str.format, UNTIED, ("1.2", "1.3", "1.5", "1.6"))]),
    "ferry.w3c.json": (14, [f"10: {STRANGE.replace('V', 'v')}", *map(str.format, UNTIED, "2356")]),
}
WITHOUT_RELATIONS = ("ferry.doccano.jsonl", "ferry.w3c.json")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.filterwarnings("ignore:.*an emoji was counted")
@pytest.mark.parametrize("file", FORMATS)
def test_every_format_brings_the_same_claims(file, here):
    place, left = FORMATS[file]
    brought = bring("mine", MARKS / "ferry.txt", MARKS / file)
    assert re.search(rf"(?<!\d){place}(?!\d)", (MARKS / file).read_text(encoding="utf-8")), (
        "units of UTF-16, or code points"
    )
    rows = list(claims_of(brought).values())
    found = [(row["quote"], row["source_quote"], row["cue_quote"]) for row in rows]
    if file in WITHOUT_RELATIONS:  # to which of two claims in its paragraph a source belongs, is not told
        assert found == [(words, "", "") for words, _, _ in CLAIMS[:2]] + CLAIMS[2:]
    else:
        assert found == CLAIMS
    if file in ("ferry.ann", "ferry.tsv", "ferry.cas.json", "ferry.labelstudio.json"):
        assert [row["polarity"] for row in rows] == POLARITY
    assert brought.left == left


@pytest.mark.filterwarnings("ignore:.*an emoji was counted")
def test_a_format_is_known_by_what_is_in_it(here):
    for file in FORMATS:
        (here / "marks.dat").write_bytes((MARKS / file).read_bytes())
        name = "m" + re.sub(r"\W", "", file)
        assert bring(name, MARKS / "ferry.txt", "marks.dat").claims == 3


def test_doccano_warns_where_a_project_may_count_otherwise(here):
    with pytest.warns(
        UnicodeWarning, match="doccano.jsonl: an emoji was counted as two characters, as doccano does unless"
    ):
        bring("mine", MARKS / "ferry.txt", MARKS / "ferry.doccano.jsonl")


@pytest.mark.parametrize(
    ("file", "places"),
    [
        ("ferry.ann", r"\d+(?= \d+\t)|(?<=\d )\d+(?=\t)"),
        ("ferry.labelstudio.json", r'(?<="(?:start)": )\d+|(?<="end": )\d+'),
    ],
)
def test_the_words_in_a_file_decide_how_it_counts(file, places, here):
    """Early versions of Label Studio count units of UTF-16, and so may an editor of brat: one more after each emoji."""
    content = (MARKS / file).read_text(encoding="utf-8")
    second = (MARKS / "ferry.txt").read_text(encoding="utf-8").index("🚌")
    moved = re.sub(places, lambda found: str(int(found[0]) + 1 + (int(found[0]) > second)), content)
    assert "43" in content and "44" in moved and "43" not in moved
    (here / file).write_text(moved, encoding="utf-8")
    rows = claims_of(bring("mine", MARKS / "ferry.txt", file)).values()
    assert [(row["quote"], row["source_quote"], row["cue_quote"]) for row in rows] == CLAIMS


def test_other_words_than_a_file_gives_are_not_taken(here):
    (here / "ferry.ann").write_bytes(changed("ferry.ann", "would run", "could run"))
    brought = bring("mine", MARKS / "ferry.txt", "ferry.ann")
    assert brought.claims == 2 and "T1: the words at its place are not those that the file gives." in brought.left


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_stacked_and_partial_annotations_of_webanno(here, end):
    content = (MARKS / "stacked.tsv").read_text(encoding="utf-8")
    (here / "marks.tsv").write_bytes(content.replace("\n", end).encode())
    brought = bring("mine", MARKS / "stacked.txt", "marks.tsv")
    found = [(row["quote"], row["certainty"], row["gist"], row["source_quote"]) for row in claims_of(brought).values()]
    assert found == [
        ("Ferries", "possible", "", ""),
        ("Ferries sail", "certain", "A gist [in short|long]", ""),
        ("noon", "", "", ""),
        ("noon\\dusk", "", "", ""),
        ("noon\\dusk", "", "", "Ada"),
    ]
    assert brought.left == [
        "Same: chains are not read.",
        "Part 1-5: nothing says to which of 5 claims this cue belongs.",
    ]


def annotated(text, *marks, relations=()):
    """A line of doccano: its text, and marks as labels and words."""
    entities = [
        {"id": number, "label": label, "start_offset": text.index(words), "end_offset": text.index(words) + len(words)}
        for number, (label, words) in enumerate(marks, start=1)
    ]
    relations = [{"id": 9, "from_id": one, "to_id": other, "type": "says"} for one, other in relations]
    return json.dumps({"text": text, "entities": entities, "relations": relations}) + "\n"


def test_what_relations_cannot_say_is_named(here):
    text = "Ada says that ferries sail. Bo says so. Ferries sail."
    (here / "text.txt").write_text(text)
    marks = [
        ("claim", "ferries sail"),
        ("source", "Ada"),
        ("source", "Bo"),
        ("claim", "so"),
        ("place", "Ferries"),
        ("cue", "says"),
    ]
    (here / "marks.jsonl").write_text(annotated(text, *marks, relations=[(2, 1), (1, 3), (1, 4), (5, 1), (6, 7)]))
    brought = bring("mine", "text.txt", "marks.jsonl")
    assert [row["source_quote"] for row in claims_of(brought).values()] == ["Ada", ""]
    assert brought.left == [
        "5: its label is place, not content, source or cue.",
        "1 to 4: this relation ties no source or cue to a content.",
        "5 to 1: this relation ties no source or cue to a content.",
        "6 to 7: this relation ties no source or cue to a content.",
        "3: 1 has another source already.",
        "6: nothing says to which of 2 claims this cue belongs.",
    ]


def test_what_marks_no_words_of_one_paragraph_is_named(here):
    text = "Ferries sail.\n\nNo one knows."
    (here / "text.txt").write_text(text)
    labels = [[0, 7, "claim"], [7, 8, "cue"], [8, 17, "source"]]
    (here / "marks.jsonl").write_text(json.dumps({"text": text, "label": labels}))
    assert bring("mine", "text.txt", "marks.jsonl").left == [
        "1.2: it marks no words of the text.",
        "1.3: it runs past the end of a paragraph.",
    ]


def test_web_annotations_whose_addresses_end_alike_are_all_taken(here):
    (here / "text.txt").write_text("Ferries sail. No one knows.")
    marks = [
        {
            "id": f"https://example.org/{start}/mark",
            "body": "claim",
            "target": {"selector": {"type": "TextPositionSelector", "start": start, "end": end}},
        }
        for start, end in ((0, 12), (14, 26))
    ]
    (here / "marks.json").write_text(json.dumps(marks))
    assert bring("mine", "text.txt", "marks.json").claims == 2


def test_an_attribute_says_more_than_a_type(here):
    (here / "text.txt").write_text("Ferries sail, says Ada.")
    (here / "marks.ann").write_text("T1\tClaim 0 12\tFerries sail\nT2\tClaim 19 22\tAda\nA1\tPart T2 source\n")
    brought = bring("mine", "text.txt", "marks.ann")
    assert [row["source_quote"] for row in claims_of(brought).values()] == ["Ada"] and brought.left == []


def test_a_source_of_a_claim_that_is_not_taken_goes_to_no_other(here):
    text = "Ada says that ferries sail." + 12 * " No ferry." + "\n"
    (here / "text.txt").write_text(text)
    number = text.rindex("No")
    line = json.loads(annotated(text, ("claim", "ferries sail"), ("source", "Ada"), relations=[(2, 3)]))
    line["entities"].append({"id": 3, "label": "claim", "start_offset": number, "end_offset": number + 8})
    (here / "marks.jsonl").write_text(json.dumps(line))
    brought = bring("mine", "text.txt", "marks.jsonl")
    assert [row["source_quote"] for row in claims_of(brought).values()] == [""]
    assert brought.left == [
        "3: its words occur too often in the paragraph to be quoted.",
        "2: the claim to which this source belongs was not taken.",
    ]


def test_a_part_of_the_text_must_be_in_it_once(here):
    (here / "text.txt").write_text("Ferries sail.\n\nNo one knows.\n\nFerries sail.\n")
    lines = [annotated("No one knows.", ("content", "knows")), "\n", annotated("Ferries sail.", ("content", "sail"))]
    (here / "marks.jsonl").write_text("".join([*lines, '{"text": "Unmarked", "label": []}']))
    brought = bring("mine", "text.txt", "marks.jsonl")
    assert [(row["paragraph"], row["quote"]) for row in claims_of(brought).values()] == [("2", "knows")]
    assert brought.left == ["line 3: its text occurs more than once in text.txt."]


@pytest.mark.filterwarnings("ignore:each of the")
def test_paragraphs_may_stand_on_a_line_each(text):
    raw = re.sub(r"\n\s*\n", "\n", text.read_text())
    text.write_text(raw)
    start, end = place(raw, "some boats would stay")
    (text.parent / "marks.ann").write_text(f"T1\tClaim {start} {end}\tsome boats would stay\n")
    row = claims_of(bring("mine", text, "marks.ann"))["c001"]
    assert row["quote"] == "some boats would stay" and int(row["paragraph"]) > 1


def test_a_place_without_words_counts_in_one_way(here):
    """What is beyond the text in code points is not looked for in units of UTF-16."""
    (here / "text.txt").write_text("🚢🚢 Ferries sail.", encoding="utf-8")
    mark = {"body": "content", "target": {"selector": {"type": "TextPositionSelector", "start": 3, "end": 17}}}
    (here / "marks.json").write_text(json.dumps([mark]))
    with pytest.raises(CaseError, match=r"1 is beyond the text \(3 to 17\)"):
        bring("mine", "text.txt", "marks.json")


def changed(file, old, new):
    return (MARKS / file).read_text(encoding="utf-8").replace(old, new).encode()


BROKEN = {  # the file, its bytes, and what is said of them
    "brat cut off": ("ferry.ann", lambda: changed("ferry.ann", "T4\tContent", "T4\tCont\n"), r"ferry.ann:5: the line T4 does not follow"),
    "brat beyond": ("ferry.ann", lambda: changed("ferry.ann", "43 83", "43 830"), r"ferry.ann:1: T1 is beyond the text \(43 to 830\)"),
    "TSV with half a row": ("ferry.tsv", lambda: changed("ferry.tsv", "Ada\tsource[4]\t*[4]\t_[4]\t*\t_\t_\t_\t\n2-10", "Ada"), r"ferry.tsv:36: the row 2-9 does not follow"),
    "TSV with a cell lost": ("ferry.tsv", lambda: changed("ferry.tsv", "news\t_", "news"), r"ferry.tsv:9: the row 1-2 does not follow"),
    "TSV without its last rows": ("ferry.tsv", lambda: (MARKS / "ferry.tsv").read_bytes().partition(b"3-17")[0], r"ferry.tsv:60: it breaks off"),
    "TSV without its last sentence": ("ferry.tsv", lambda: (MARKS / "ferry.tsv").read_bytes().partition(b"#Text=The bus")[0], "ferry.tsv: its text is not that of ferry.txt, but ends before it"),
    "TSV beyond": ("ferry.tsv", lambda: changed("ferry.tsv", "44-47", "44-470"), r"ferry.tsv:17: the row 1-10 does not follow"),
    "TSV of version 2": ("ferry.tsv", lambda: changed("ferry.tsv", "TSV 3.3", "TSV 2"), r"ferry.tsv:1: it does not begin with"),
    "CAS cut off": ("ferry.cas.json", lambda: (MARKS / "ferry.cas.json").read_bytes()[:3000], r"ferry.cas.json:\d+: .*breaks off"),
    "CAS beyond": ("ferry.cas.json", lambda: changed("ferry.cas.json", '"end": 84', '"end": 840'), r"5 is beyond the text \(44 to 840\)"),
    "CAS without a text": ("ferry.cas.json", lambda: changed("ferry.cas.json", "sofaString", "sofaURI"), "it holds no text"),
    "doccano cut off": ("ferry.relations.jsonl", lambda: (MARKS / "ferry.relations.jsonl").read_bytes()[:1200], r"jsonl:2: .*breaks off"),
    "doccano beyond": ("ferry.doccano.jsonl", lambda: changed("ferry.doccano.jsonl", "[44, 84,", "[44, 999,"), r"jsonl:1: 1.1 is beyond the text"),
    "doccano of another form": ("ferry.doccano.jsonl", lambda: changed("ferry.doccano.jsonl", '[44, 84, "Content"]', '{"start": 44}'), r"jsonl:1: the line does not follow"),
    "Label Studio cut off": ("ferry.labelstudio.json", lambda: (MARKS / "ferry.labelstudio.json").read_bytes()[:2000], r"labelstudio.json:\d+: .*breaks off"),
    "Label Studio beyond": ("ferry.labelstudio.json", lambda: changed("ferry.labelstudio.json", '"end": 83', '"end": 830'), r"r01Kx is beyond the text"),
    "Web Annotations beyond": ("ferry.w3c.json", lambda: changed("ferry.w3c.json", '"end": 83', '"end": 830'), r"1 is beyond the text"),
    "labels unknown": ("ferry.ann", lambda: re.sub(rb"Content|Source|Cue", b"Person", changed("ferry.ann", "", "")), r"no mark in it is the content of a claim \(T1 and 8 more: their label is Person"),
    "another text": ("ferry.cas.json", lambda: changed("ferry.cas.json", "two crews", "three crews"), r"its text is not that of ferry.txt, from “three crews,” said Ada Brook"),
    "a text of another project": ("ferry.doccano.jsonl", lambda: changed("ferry.doccano.jsonl", "Ferry news", "Bus news"), r"jsonl:1: its text is not that of ferry.txt, from “Bus news"),
    "wrong encoding": ("ferry.tsv", lambda: (MARKS / "ferry.tsv").read_bytes().replace("“".encode(), "â€œ".encode()), r"ferry.tsv:27: a wrong encoding"),
    "no text file": ("ferry.tsv", lambda: b"PK\x03\x04", r"ferry.tsv: it cannot be read \(.*zip"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::UnicodeWarning")
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_in_a_word_on_where_and_what_to_do(name, here, capsys):
    file, content, said = BROKEN[name]
    (here / file).write_bytes(content())
    with pytest.raises(CaseError, match=said) as raised:
        bring("mine", MARKS / "ferry.txt", file)
    assert raised.value.problem.file == file and raised.value.problem.remedy
    assert main(["import", "mine", "--text", str(MARKS / "ferry.txt"), "--marks", file]) == 2
    assert "Traceback" not in capsys.readouterr().err and not (here / "data").exists()


def nodes(value, path=()):
    """Every place in JSON, as keys and numbers."""
    yield path
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from nodes(each, (*path, key))


def replaced(value, path, by):
    value = inner = copy.deepcopy(value)
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = by
    return value


@pytest.mark.filterwarnings("ignore::UnicodeWarning")
@pytest.mark.parametrize("file", FORMATS)
def test_no_change_to_a_file_ends_in_a_traceback(file, here, monkeypatch):
    class Read(Exception):
        """The file was read."""

    def stop(*_):
        raise Read

    monkeypatch.setattr("standoff.coding.foreign.new", stop)
    content = (MARKS / file).read_text(encoding="utf-8")
    variants = [content[:end] for end in range(0, len(content), 41)]
    if file.endswith("json"):
        data = json.loads(content)
        variants += [
            json.dumps(replaced(data, path, by)) for path in nodes(data) if path for by in (None, [[1]], "x", 1e999)
        ]
    for variant in variants:
        (here / file).write_text(variant, encoding="utf-8")
        with pytest.raises((Read, CaseError)):
            bring("mine", MARKS / "ferry.txt", file)


def test_the_command_says_what_it_reads_and_what_it_could_not_take(here, capsys):
    assert main(["import", "mine", "--text", str(MARKS / "ferry.txt"), "--marks", str(MARKS / "ferry.tsv")]) == 1
    said = capsys.readouterr().out
    assert f"Not taken: Vehicle[7]: {STRANGE}" in said and "Made data/mine with 3 claims" in said
    with pytest.raises(SystemExit):
        main(["import", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(
        name in said for name in ("Recogito", "brat", "WebAnno TSV 3", "UIMA CAS JSON", "doccano", "Label Studio")
    )
