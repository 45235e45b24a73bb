"""Spans are found again in honest copies of a text, and nothing is found in another one.

Everything is tried on three texts: the practice report; a short text full of marks; and the report, by those who hold
it.
"""

import json
import re
import textwrap
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

import standoff
from standoff import alignment
from standoff.alignment import STATUSES, align, explain, summary, verify
from standoff.case import CaseError
from standoff.text import TextError, digest, paragraphs, read_text, short_digest

# Quotation marks inside others, at a cut-off, and in wrong pairs; apostrophes first and last; every kind of dash.
MARKED = """“It’s the harbour’s own fault,” the pilot’s sister said – ‘for now’, she added – and left the pier.

The so-called “half-way house” isn’t open… The ’90s timetable — the old, well-known one — still hangs there.

“They told us: ‘Wait until the 3–5 July sailing’,” wrote the keepers’ union. “We waited…”

“Nobody came back. Two- and three-berth boats lay idle, he said, “and nobody’s paint was dry.”

Mother-in-law or not—he shouted—the ferry’s captain won’t turn round for anybody’s left-behind luggage.

Everything else went on as it had gone on before, without a mark of any kind but this full stop."""

STRAIGHT = str.maketrans("“”‘’", "\"\"''")
SENTENCE = "This sentence was put in by somebody else for no reason at all."
HEADLINE = "A headline that is not in the original\n\nBy Nobody"


def case_of(text):
    """The two tables that `verify` reads, with a span for every paragraph, sentence, and run of one to six words."""
    rows, spans = [], []
    for number, paragraph in enumerate(paragraphs(text), start=1):
        rows.append((number, len(paragraph), digest(paragraph)))
        words = [match.span() for match in re.finditer(r"\w+(?:[’-]\w+)*", paragraph)]
        places = {(0, len(paragraph))} | {match.span() for match in re.finditer(r"[^ ].*?[.…]”?(?= |$)", paragraph)}
        for size in range(1, 7):
            places |= {(a[0], b[1]) for a, b in zip(words[::size], words[size - 1 :: size])}
        spans += [(number, start, end, digest(paragraph[start:end])[:16]) for start, end in sorted(places)]
    spans = pd.DataFrame(spans, columns=["paragraph", "start", "end", "sha256_16"])
    spans.insert(0, "span_id", [f"s{number:03}" for number in range(1, len(spans) + 1)])
    spans.insert(1, "part", 1)
    return {"paragraphs": pd.DataFrame(rows, columns=["paragraph", "n_chars", "sha256"]), "spans": spans}


class Hidden(str):
    """A text that a failing test does not print."""

    def __repr__(self):
        return "<the text>"


@pytest.fixture(params=["practice", "marked", "report"])
def case_and_text(request):
    """A case and its text. The tests assert nothing about a value that holds the text: it would be printed."""
    if request.param == "marked":
        return case_of(MARKED), MARKED
    case = standoff.load(request.param)
    path = request.getfixturevalue("report_text") if request.param == "report" else case.text
    return case, Hidden(read_text(path))


@pytest.fixture
def save(tmp_path):
    """A function that writes a copy of a text and gives its path."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "copy.txt"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def found(df):
    return (df["status"] != "missing").mean()


def by_paragraph(change):
    return lambda text: "\n\n".join(map(change, paragraphs(text)))


def wrap(paragraph):
    return textwrap.fill(paragraph, 60, break_on_hyphens=False)


def curled(text):
    text = re.sub(r"(^|(?<=[\s(‘—–]))\"", "“", text.translate(STRAIGHT), flags=re.MULTILINE).replace('"', "”")
    return re.sub(r"(^|(?<=[\s(“—–]))'", "‘", text, flags=re.MULTILINE).replace("'", "’")


def broken(text):
    """Every ninth long word broken at the end of a line, as in a PDF; there are hyphens of words' own, too."""
    places = [match.end() for match in re.finditer(r"\b[a-z]{3}(?=[a-z]{3})", text)][::9]
    return (
        "".join(f"{text[begin:end]}-\n" for begin, end in zip([0, *places], places))
        + text[places[-1] if places else 0 :]
    )


def ligatures(text):
    for letters, sign in {"ffi": "ﬃ", "ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ", "st": "ﬆ"}.items():
        text = text.replace(letters, sign)
    return text


def directed(text):
    return re.sub(r"\b([A-Z]\w+)", "\u2066\\1\u2069", by_paragraph(lambda paragraph: f"\u200e{paragraph}")(text))


SAME_CHARACTERS = {
    "as it is": str,
    "wrapped": by_paragraph(wrap),
    "a blank line after every line": by_paragraph(lambda paragraph: wrap(paragraph).replace("\n", "\n\n")),
    "one paragraph per line": lambda text: "\n".join(paragraphs(text)),
    "all in one line": lambda text: " ".join(paragraphs(text)),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "non-breaking spaces": lambda text: text.replace(" ", "\u00a0"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
}
OTHER_MARKS = {
    "straight quotes": lambda text: text.translate(STRAIGHT),
    "curly quotes": curled,
    "acute accents for apostrophes": lambda text: text.replace("’", "´"),
    "hyphens for dashes": lambda text: re.sub("[–—]", "-", text),
    "double hyphens for dashes": lambda text: re.sub("[–—]", "--", text),
    "long dashes": lambda text: text.replace("–", "—"),
    "short dashes": lambda text: text.replace("—", "–"),
    "non-breaking hyphens": lambda text: text.replace("-", "\u2011"),
    "three dots": lambda text: text.replace("…", "..."),
    "soft hyphens": lambda text: re.sub("(?<=[a-z]{3})(?=[a-z]{3})", "\u00ad", text),
    "lines broken at hyphens": by_paragraph(lambda paragraph: textwrap.fill(paragraph, 30)),
    "ligatures": ligatures,
    "words broken at line ends": broken,
    "words broken at line ends by soft hyphens": lambda text: broken(text).replace("-\n", "\u00ad\n"),
    "direction marks": directed,
    "a PDF": lambda text: directed(ligatures(broken(text.translate(STRAIGHT)))),
    "typewriter": lambda text: re.sub("[–—]", "-", text.translate(STRAIGHT)).replace("…", "..."),
}
MOVED = {
    "headline": lambda text: f"{HEADLINE}\n\n{text}",
    "headline, one paragraph per line": lambda text: f"{HEADLINE}\n" + "\n".join(paragraphs(text)),
    "headline, typewriter, wrapped": lambda text: (
        f"{HEADLINE}\n\n" + by_paragraph(wrap)(OTHER_MARKS["typewriter"](text))
    ),
    "a page around it": lambda text: f"{HEADLINE}\n\n" * 20 + text + f"\n\n{HEADLINE}" * 20,
    "paragraphs in reverse": lambda text: "\n\n".join(reversed(paragraphs(text))),
}


@pytest.mark.parametrize("change", SAME_CHARACTERS.values(), ids=SAME_CHARACTERS)
def test_exact_however_the_lines_are_broken(case_and_text, save, change):
    case, text = case_and_text
    df = verify(case, save(change(text)))
    assert set(df["status"]) == {"exact"}
    assert set(df["shift"]) == {0}


def test_exact_spans_stand_in_their_paragraph(case_and_text, save):
    case, text = case_and_text
    path = save(text)
    df = verify(case, path)
    assert (df["found_paragraph"] == df["paragraph"]).all()
    assert explain(case, path, df) == "This is the text."


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", pytest.param("cp1252", id="Windows-1252")])
@pytest.mark.filterwarnings("ignore::UnicodeWarning")
def test_exact_in_every_encoding(case_and_text, save, encoding):
    case, text = case_and_text
    df = verify(case, save(text, encoding))
    assert set(df["status"]) == {"exact"}


@pytest.mark.parametrize("change", OTHER_MARKS.values(), ids=OTHER_MARKS)
def test_found_with_other_marks(case_and_text, save, change):
    case, text = case_and_text
    path = save(change(text))
    df = verify(case, path)
    assert found(df) >= 0.99
    assert (df["status"] == "relocated").mean() <= 0.01
    assert explain(case, path, df).startswith("This is the text")


def test_folded_is_what_has_other_marks_and_stays_in_place(save):
    case = case_of(MARKED)
    path = save(MARKED.translate(STRAIGHT))
    df = verify(case, path)
    blocks = paragraphs(MARKED)
    marked = [
        bool(re.search("[“”‘’]", blocks[row.paragraph - 1][row.start : row.end])) for row in case["spans"].itertuples()
    ]
    assert (df["status"] == "folded").tolist() == marked
    assert (df["status"] == "exact").tolist() == [not each for each in marked]
    assert set(df["shift"]) == {0}
    assert "Quotation marks, dashes or the like differ" in explain(case, path, df)


@pytest.mark.parametrize("change", MOVED.values(), ids=MOVED)
def test_found_when_moved(case_and_text, save, change):
    case, text = case_and_text
    df = verify(case, save(change(text)))
    assert found(df) >= 0.99


def test_relocated_spans_are_where_the_table_says(case_and_text, save):
    case, text = case_and_text
    path = save(MOVED["headline"](text))
    df = verify(case, path)
    assert set(df["status"]) == {"relocated"}
    assert set(df["shift"]) == {len(" ".join(paragraphs(HEADLINE))) + 1}
    assert (df["found_paragraph"] == df["paragraph"] + 2).all()
    assert "Some spans are elsewhere" in explain(case, path, df)


def test_a_sentence_inserted_anywhere(case_and_text, save):
    """Spans that hold the place are lost, all others are found, at the right place."""
    case, text = case_and_text
    blocks = paragraphs(text)
    for number, block in enumerate(blocks, start=1):
        for place in [0, *(match.end() for match in re.finditer(r"[.?!…]”?(?= |$)", block))]:
            edited = blocks.copy()
            edited[number - 1] = f"{block[:place]} {SENTENCE} {block[place:]}".strip()
            path = save("\n\n".join(edited))
            df = verify(case, path)
            spans = case["spans"]
            torn = (spans["paragraph"] == number) & (spans["start"] < place) & (spans["end"] > place)
            assert ((df["status"] == "missing") == torn).all()
            assert found(df[~torn]) == 1
            behind = (spans["paragraph"] == number) & (spans["start"] >= place)
            assert set(df.loc[behind, "shift"]) <= {len(SENTENCE) + 1}
            assert set(df.loc[spans["paragraph"] != number, "status"]) == {"exact"}
            inside = 0 < place < len(block)
            assert inside == explain(case, path, df).endswith(f"Not worded as in the original: paragraph {number}.")


def test_a_sentence_inserted_in_every_paragraph_of_a_typewritten_copy(case_and_text, save):
    case, text = case_and_text
    edited = by_paragraph(lambda paragraph: f"{SENTENCE} {paragraph}")(OTHER_MARKS["typewriter"](text))
    df = verify(case, save(edited))
    assert found(df) >= 0.99


def test_a_paragraph_left_out(case_and_text, save):
    case, text = case_and_text
    blocks = paragraphs(text)
    for number in range(1, len(blocks) + 1):
        path = save("\n\n".join(blocks[: number - 1] + blocks[number:]))
        df = verify(case, path)
        inside = df["paragraph"] == number
        assert found(df[~inside]) >= 0.99
        assert found(df[inside]) <= 0.25  # the next paragraph, too, may begin with the same name
        assert re.search(rf"(Not found|original): paragraph {number}\.", explain(case, path, df))


def test_a_changed_word_loses_its_spans_only(save):
    case = case_of(MARKED)
    path = save(MARKED.replace("captain", "skipper"))
    df = verify(case, path)
    place = paragraphs(MARKED)[4].index("captain")
    spans = case["spans"]
    hit = (spans["paragraph"] == 5) & (spans["start"] <= place) & (spans["end"] > place)
    assert ((df["status"] == "missing") == hit).all()
    assert explain(case, path, df) == (
        f"This is the text, but {hit.sum()} of {len(df)} spans are missing. Not worded as in the original: paragraph 5."
    )


def test_a_foothold_where_every_stretch_holds_marks(save):
    """Nothing is found in the copy as it is: not in place, and not after a headline."""
    text = "“Who’s there?” – asked the pilot’s mate – “speak!”\n\n‘Nobody’s here’ – said the keeper’s son – ‘go home!’"
    case = case_of(text)
    case["spans"] = case["spans"].query("end - start >= 35").reset_index(drop=True)
    assert len(case["spans"]) >= 2
    for copy in (text.replace("–", "--").translate(STRAIGHT), text.replace(" – ", " — ")):
        df = verify(case, save(copy))
        assert set(df["status"]) == {"folded"}
    df = verify(case, save(f"{HEADLINE}\n\n{text.translate(STRAIGHT)}"))
    assert set(df["status"]) == {"relocated"}


def test_marks_that_were_mixed_in_the_original(save):
    text = (
        "A first sentence without any marks stands here so that there is something to hold on to.\n\n"
        'He wrote "one” and “two" on ’day one\'.\n\nSo she said -- to whom? -- then—nobody knows.\n\n'
        '"Well” ... “no… maybe".'
    )
    case = case_of(text)
    for change in (lambda text: text.translate(STRAIGHT), curled, OTHER_MARKS["typewriter"]):
        df = verify(case, save(change(text)))
        assert found(df) == 1
        assert set(df["status"]) == {"exact", "folded"}
    straight = verify(case, save(text.translate(STRAIGHT)))
    blocks, spans = paragraphs(text), case["spans"].itertuples()
    changed = [bool(re.search("[“”’]", blocks[row.paragraph - 1][row.start : row.end])) for row in spans]
    assert (straight["status"] == "folded").tolist() == changed


def test_half_of_the_text(practice, save):
    path = save("\n\n".join(paragraphs(read_text(practice.text))[:8]))
    df = verify(practice, path)
    assert found(df[df["paragraph"] <= 8]) == 1
    assert found(df[df["paragraph"] > 8]) == 0
    assert explain(practice, path, df).endswith(f"Not found: paragraph 9-{len(practice.paragraphs)}.")


def test_a_damaged_copy(practice, save):
    path = save(read_text(practice.text).replace("’", "\ufffd"))
    df = verify(practice, path)
    assert 0.5 < found(df) < 1
    assert re.search(r"damaged: \d+ characters", explain(practice, path, df))
    assert "damaged" not in explain(practice, practice.text, verify(practice, practice.text))


def test_another_text_has_nothing_of_it(practice, save):
    path = save(MARKED)
    df = verify(practice, path)
    assert summary(df).to_dict() == {"exact": 0, "folded": 0, "relocated": 0, "missing": len(df)}
    assert explain(practice, path, df).startswith("This seems to be a different text")
    assert df["found_paragraph"].isna().all() and df["shift"].isna().all()


def test_another_long_text_of_the_same_words_is_recognised(practice, save):
    words = re.findall(r"\w+", read_text(practice.text))
    shuffled = " ".join(sorted(words, key=digest) * 2)
    assert len(shuffled) > 6_000
    df = verify(practice, save(shuffled))
    assert found(df) == 0


def test_the_table_has_places_and_never_text(practice):
    df = verify(practice, practice.text)
    assert list(df) == ["span_id", "part", "paragraph", "status", "found_paragraph", "shift"]
    assert list(df["status"].cat.categories) == STATUSES and df["status"].cat.ordered
    assert len(df) == len(practice.spans) == summary(df)["exact"]
    assert practice.spans["span_id"].tolist() == df["span_id"].tolist()


def test_a_script_without_capitals_or_spaces_is_relocated_too(save):
    """Where words have no visible edges, a span may begin anywhere."""
    text = (
        "港口今天早上重新开放，渡轮公司说船将在星期五之前恢复航行。\n\n部长没有回答记者提出的任何问题，随后离开了会场。"
    )
    case = case_of(text)
    start = text.index("渡轮公司")
    case["spans"].loc[len(case["spans"])] = ["s999", 1, 1, start, start + 4, digest("渡轮公司")[:16]]
    df = verify(case, save(f"标题。\n\n{text}"))
    assert set(df["status"]) == {"relocated"}


def test_unusable_files(practice, tmp_path, save):
    with pytest.raises(TextError, match="is far longer than the report"):
        verify(practice, save("word " * 20_000))
    with pytest.raises(TextError, match="is empty"):
        verify(practice, save(""))
    with pytest.raises(TextError, match="is a folder"):
        verify(practice, tmp_path)


def test_a_case_without_usable_spans(save):
    case = case_of(MARKED)
    stray = case | {"spans": case["spans"].assign(paragraph=99)}
    with pytest.raises(CaseError, match="a span is not in any paragraph"):
        verify(stray, save(MARKED))
    with pytest.raises(CaseError, match="no spans yet"):
        verify(case | {"spans": case["spans"].head(0)}, save(MARKED))


# ---- what the reading desk must find, too: tests/browser/test_desk.py reads the same file ----

VECTORS = json.loads((Path(__file__).parents[1] / "alignment.json").read_text(encoding="utf-8"))["originals"]
COPIES = [
    pytest.param(original, copy, id=f"{original['name']}: {copy['name']}")
    for original in VECTORS
    for copy in original["copies"]
]


@pytest.mark.parametrize(("original", "copy"), COPIES)
def test_statuses_are_those_of_the_specification(original, copy):
    rows = [(number, *row) for number, row in enumerate(original["paragraphs"], start=1)]
    case = {
        "paragraphs": pd.DataFrame(rows, columns=["paragraph", "n_chars", "sha256"]),
        "spans": pd.DataFrame(original["spans"], columns=["paragraph", "start", "end", "sha256_16"]),
    }
    found = ["".join(match.status[0] for match in matches) for matches in align(case, copy["copy"])]
    assert found == [copy["paragraphs"], copy["spans"]]


# ---- hostile texts: each of these once took minutes, or ended in a RecursionError ----

JUNK = {
    "closing quotation marks": "”",
    "straight quotation marks": '"',
    "soft hyphens": "\u00ad",
    "dots": ".",
    "all kinds of punctuation": "“-…a’--b ",
    "one word": "said ",
    "one letter": "a",
    "right to left": "שלום ",
    "spaces": " ",
    "one word to a paragraph": "said\n\n",
    "brackets in brackets": "([{",
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_what_is_left_of_the_text_is_found_before_junk(practice, save, junk):
    text = "\n\n".join(paragraphs(read_text(practice.text))[:8])
    df = verify(practice, save(f"{text}\n\n{junk * (40_000 // len(junk))}"))
    assert (df.loc[df["paragraph"] <= 8, "status"] == "exact").all()
    assert found(df[df["paragraph"] > 8]) < 0.05


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_junk_alone_is_another_text(practice, save, junk):
    path = save(f"x{junk * (48_000 // len(junk))}")
    df = verify(practice, path)
    assert found(df) == 0
    assert explain(practice, path, df).startswith("This seems to be a different text")


def test_a_text_with_hyphens_between_all_letters_in_its_second_half(practice, save):
    text = read_text(practice.text)
    start = text.index("\n\n", len(text) // 2)
    df = verify(practice, save(text[:start] + re.sub(r"(?<=\w)(?=\w)", "-", text[start:])))
    assert 0.3 < found(df) < 0.7


def test_a_long_paragraph_with_soft_hyphens_and_a_changed_word(save):
    """Once a RecursionError: each of its 2,000 soft hyphens was a call in the call before."""
    paragraph = " ".join(f"harbour number{number} reopened" for number in range(1, 700))
    case = case_of(f"A first paragraph that stays as it has always been.\n\n{paragraph}")
    hyphenated = re.sub(
        "(?<=[a-z]{3})(?=[a-z]{3})", "\u00ad", paragraph.replace("number350 reopened", "number350 closed")
    )
    df = verify(case, save(f"A first paragraph that stays as it has always been.\n\n{hyphenated}"))
    assert 0.95 < found(df) < 1


def test_a_headline_before_a_long_text_costs_next_to_nothing(practice, monkeypatch):
    """Every stretch has moved by as much: the first that is found leads to the others."""
    hashed = []
    monkeypatch.setattr(alignment, "short_digest", lambda words: hashed.append(words) or short_digest(words))
    text = read_text(practice.text)
    matches = [match for some in align(practice, f"A headline\n\n{text}") for match in some]
    assert {match.status for match in matches} == {"relocated"}
    assert len(hashed) < len(text), "it was searched for word by word"


def test_nothing_but_white_space(practice, save):
    with pytest.raises(TextError, match="is empty"):
        verify(practice, save(" " * 4_900_000))
