"""`check` finds nothing in a sound case, and every deliberate corruption of it: in which row and column, and why."""

import csv
import json
import re
from itertools import product

import pytest

from standoff.case import NARRATOR, CaseError, load
from standoff.rules import check, examine
from standoff.text import TextError, digest, paragraphs, read_text

CORRUPTIONS = {}  # by name: the function, words of the message, and other files in which it has consequences


def corruption(words, *also, finished=False):
    """A function that spoils some rows, and gives the table, the row and the column that the problem should name.

    finished: whether it is wrong in a finished case alone.
    """

    def register(function):
        CORRUPTIONS[function.__name__.replace("_", " ")] = function, words, set(also), finished
        return function

    return register


class Tables(dict):
    """The tables of a case as lists of dicts of str, read when asked for; `save` writes them back."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def __missing__(self, name):
        with open(self.folder / f"{name}.csv", newline="", encoding="utf-8") as file:
            self[name] = list(csv.DictReader(file))
        return self[name]

    def save(self):
        for name, rows in self.items():
            with open(self.folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)

    def first(self, name, **cells):
        """The first row with these cells (True: any but empty), and its number in a spreadsheet."""
        for number, row in enumerate(self[name], start=2):
            if all(row[column] if cell is True else row[column] == cell for column, cell in cells.items()):
                return row, number
        raise LookupError(f"no such row in {name}: {cells}")

    def spoil(self, name, column, value, **cells):
        """Write `value` into a column of the first row with these cells; the place."""
        row, number = self.first(name, **cells)
        assert row[column] != value
        row[column] = value
        return name, number, column


# ---- what a schema says ----


@corruption("'many' is not a whole number")
def a_word_for_an_integer(tables):
    return tables.spoil("spans", "start", "many", span_id="s003")


@corruption("s003 1: the cell is empty")
def an_empty_required_cell(tables):
    return tables.spoil("spans", "end", "", span_id="s003")


@corruption("c004: 'wether' is not one of military forces")
def a_value_out_of_vocabulary(tables):
    return tables.spoil("claims", "topic", "wether", claim_id="c004")


@corruption("'C4' is not allowed", "quantities.csv")
def an_identifier_of_another_pattern(tables):
    tables["claims"][-1]["claim_id"] = "C4"
    for row in tables["claims"][:-1]:  # nothing else points to it
        assert row["claim_id"] != "C4"
    return "claims", len(tables["claims"]) + 1, "claim_id"


@corruption("is not a number")
def a_number_in_words(tables):
    return tables.spoil("quantities", "low", "thirty-four", low="34")


@corruption("s003 1: '5_3' is not a whole number")
def digits_in_groups(tables):
    """frictionless takes it for 53; `load` does not."""
    return tables.spoil("spans", "start", "5_3", span_id="s003")


@corruption("'perhaps' is not true or false")
def a_boolean_in_words(tables):
    return tables.spoil("claims", "negated_cue", "perhaps", claim_id="c004")


@corruption("is not a date such as")
def a_date_in_words(tables):
    return tables.spoil("questions", "closes", "31 May 2024")


@corruption("is not allowed")
def a_number_below_the_minimum(tables):
    return tables.spoil("spans", "start", "-1", start="0")


@corruption("s004 1: row 4 has the same identifier", "quantities.csv")
def an_identifier_twice(tables):
    row, number = tables.first("spans", span_id="s003")
    tables["spans"][number - 1]["span_id"] = "s004"
    row["span_id"] = "s004"
    return "spans", 5, "span_id, part"


@corruption("c004: 's999' is not in the table spans")
def a_span_that_is_not_there(tables):
    return tables.spoil("claims", "content_span", "s999", claim_id="c004")


@corruption("c001: 'nobody' is not in the table actors")
def a_recipient_who_is_no_actor(tables):
    return tables.spoil("claims", "recipient", "nobody", claim_id="c001")


@corruption("s001 1: '99' is not in the table paragraphs")
def a_paragraph_that_is_not_there(tables):
    return tables.spoil("spans", "paragraph", "99", span_id="s001")


# ---- what a schema cannot say ----


@corruption("paragraph 3 should be here", "paragraphs.csv")
def a_gap_in_the_paragraphs(tables):
    shift = {str(number): str(number + 1) for number in range(3, len(tables["paragraphs"]) + 1)}
    for name in ("paragraphs", "spans"):
        for row in tables[name]:
            row["paragraph"] = shift.get(row["paragraph"], row["paragraph"])
    return "paragraphs", 4, "paragraph"


@corruption("2: no claim has its content in this paragraph", "quantities.csv", "events.csv")
def a_paragraph_without_claims(tables):
    spans = {row["span_id"]: row["paragraph"] for row in tables["spans"]}
    elsewhere = next(span for span, paragraph in spans.items() if paragraph == "1")
    for row in tables["claims"]:
        if spans[row["content_span"]] == "2":
            row["content_span"] = elsewhere
    return "paragraphs", 3, "paragraph"


@corruption("s003 1: ends before it begins", "spans.csv")
def a_span_of_no_length(tables):
    row, _ = tables.first("spans", span_id="s003")
    return tables.spoil("spans", "end", row["start"], span_id="s003")


@corruption("but paragraph 1 at", "spans.csv")
def a_span_beyond_its_paragraph(tables):
    length = tables["paragraphs"][0]["n_chars"]
    return tables.spoil("spans", "end", str(int(length) + 1), span_id="s003")


@corruption("part 1 is missing")
def parts_that_begin_with_two(tables):
    return tables.spoil("spans", "part", "2", span_id="s003")


@corruption("begins before part 1 ends", "spans.csv")
def parts_that_overlap(tables):
    row, number = tables.first("spans", span_id="s004", part="1")
    tables["spans"].insert(number - 1, row | {"part": "2", "start": str(int(row["end"]) - 1)})
    tables["spans"][number - 1]["end"] = str(int(row["end"]) + 1)
    return "spans", number + 1, "start"


@corruption("begins before part 1 ends", "spans.csv")
def parts_in_the_wrong_order(tables):
    row, number = tables.first("spans", paragraph="2", part="1")
    tables["spans"].insert(number - 1, row | {"part": "2", "paragraph": "1", "start": "0", "end": "6"})
    return "spans", number + 1, "start"


@corruption("s999 1: no table uses this span")
def a_span_that_nothing_uses(tables):
    row, _ = tables.first("spans", span_id="s003")
    tables["spans"].append(row | {"span_id": "s999"})
    return "spans", len(tables["spans"]) + 1, "span_id"


@corruption("c004: 'nobody' is neither narrator nor in the table actors", "claims.csv")
def a_source_who_is_no_actor(tables):
    row, _ = tables.first("claims", claim_id="c004")
    row["source_chain"] = row["source_chain"].replace(row["source"], "nobody")
    return tables.spoil("claims", "source", "nobody", claim_id="c004")


@corruption("c004: 'nobody' is neither narrator nor in the table actors")
def a_voice_between_who_is_no_actor(tables):
    row, _ = tables.first("claims", claim_id="c004")
    return tables.spoil("claims", "source_chain", f"narrator;nobody;{row['source']}", claim_id="c004")


@corruption("does not lead from the narrator to tamsel")
def a_chain_that_leads_elsewhere(tables):
    return tables.spoil("claims", "source_chain", "narrator;kesland", source="tamsel")


@corruption("does not lead from the narrator to narrator")
def a_narrator_with_a_longer_chain(tables):
    return tables.spoil("claims", "source_chain", "narrator;kesland", source=NARRATOR)


@corruption("the narrator has no cue_span")
def a_cue_of_the_narrator(tables):
    return tables.spoil("claims", "cue_span", "s002", source=NARRATOR)


@corruption("the narrator has no source_span")
def a_place_where_the_narrator_is_named(tables):
    return tables.spoil("claims", "source_span", "s001", source=NARRATOR)


@corruption("indirect does not go with narrator")
def a_narrator_who_quotes_herself(tables):
    return tables.spoil("claims", "quote_type", "indirect", source=NARRATOR)


@corruption("none does not go with tamsel")
def a_speaker_who_is_not_quoted(tables):
    return tables.spoil("claims", "quote_type", "none", source="tamsel")


@corruption("tamsel says it, but the cue_lemma is empty")
def a_cue_without_its_word(tables):
    return tables.spoil("claims", "cue_lemma", "", source="tamsel")


@corruption("tamsel says it, but the cue_class is empty")
def a_cue_without_its_class(tables):
    return tables.spoil("claims", "cue_class", "", source="tamsel")


@corruption("probable does not go with unknown")
def an_illegal_pair(tables):
    return tables.spoil("claims", "polarity", "unknown", certainty="probable")


@corruption("uncommitted does not go with positive")
def another_illegal_pair(tables):
    return tables.spoil("claims", "polarity", "positive", certainty="uncommitted")


@corruption("a claim is linked to itself")
def a_link_to_itself(tables):
    row, _ = tables.first("claim_links", relation="answers")
    return tables.spoil("claim_links", "other_id", row["claim_id"], relation="answers")


@corruption("the same link is listed above, the other way round")
def a_symmetric_link_both_ways(tables):
    row, _ = tables.first("claim_links", relation="contradicts")
    tables["claim_links"].append(row | {"claim_id": row["other_id"], "other_id": row["claim_id"]})
    return "claim_links", len(tables["claim_links"]) + 1, "other_id"


@corruption("has the same identifier")
def a_link_written_twice(tables):
    tables["claim_links"].append(tables["claim_links"][0].copy())
    return "claim_links", len(tables["claim_links"]) + 1, "claim_id, other_id, relation"


@corruption("exact does not fit low and high")
def an_exact_number_with_two_ends(tables):
    return tables.spoil("quantities", "high", "35", low="34")[:2] + ("bound",)


@corruption("range does not fit low and high")
def a_range_upside_down(tables):
    return tables.spoil("quantities", "high", "1", bound="range")[:2] + ("bound",)


@corruption("at_least does not fit low and high")
def a_lower_bound_with_an_upper(tables):
    return tables.spoil("quantities", "high", "99", bound="at_least", low=True)[:2] + ("bound",)


@corruption("vague does not fit low and high")
def a_vague_number(tables):
    return tables.spoil("quantities", "low", "3", bound="vague", as_of="")[:2] + ("bound",)


@corruption("is in another paragraph than")
def a_quantity_of_another_paragraphs_claim(tables):
    return tables.spoil("quantities", "claim_id", tables["claims"][-1]["claim_id"], claim_id="c001")


@corruption("is in another paragraph than")
def an_event_of_another_paragraphs_claim(tables):
    return tables.spoil("events", "claim_id", tables["claims"][-1]["claim_id"], claim_id="c001")


@corruption("it happens, but no one takes part")
def an_event_without_actors(tables):
    row, number = tables.first("events", status="actual")
    tables["event_actors"][:] = [each for each in tables["event_actors"] if each["event_id"] != row["event_id"]]
    return "events", number, "event_id"


@corruption("k01: 'c999' is not in the table claims")
def a_question_about_no_claim(tables):
    return tables.spoil("questions", "claims", "c001;c999", question_id="k01")


@corruption("'gist' is not a column of claims with a list of labels")
def a_label_of_no_variable(tables):
    return code(tables, variable="gist", value="anything") + ("variable",)


@corruption("'sure' is not a label of certainty")
def a_label_that_is_none(tables):
    return code(tables, variable="certainty", value="sure") + ("value",)


@corruption("'nobody' is not a label of source")
def a_label_for_a_source_who_is_no_actor(tables):
    return code(tables, variable="source", value="nobody") + ("value",)


@corruption("'1:0-5;5-9' is not written as paragraph:start-end")
def a_marking_without_a_paragraph(tables):
    return mark(tables, "1:0-5;5-9")


@corruption("there is no paragraph 99")
def a_marking_in_no_paragraph(tables):
    return mark(tables, "99:0-5")


@corruption("1:5-5 ends before it begins")
def an_empty_marking(tables):
    return mark(tables, "1:5-5")


@corruption("1:0-9999 ends after paragraph 1, which ends at")
def a_marking_beyond_its_paragraph(tables):
    return mark(tables, "1:0-9999")


@corruption("1:4 begins before 1:5")
def a_marking_that_overlaps_itself(tables):
    return mark(tables, "1:0-5;1:4-9")


def mark(tables, value):
    """Add two sound markings and this one; its place."""
    length = next(row["n_chars"] for row in tables["paragraphs"] if row["paragraph"] == "1")
    for claim, marking in (("c003", f"1:0-{length}"), ("c004", "1:0-5;1:5-9;2:0-1")):
        code(tables, unit_id=claim, variable="content_span", value=marking)
        del tables["codings"][-2]
    return code(tables, variable="content_span", value=value) + ("value",)


def code(tables, **cells):
    """Add a legal coding and one with these cells; the place of the second."""
    legal = {"unit_id": "c001", "variable": "source", "coder": "x", "round": "99", "value": NARRATOR, "unsure": "false"}
    tables["codings"] += [legal, legal | {"unit_id": "c002"} | cells]
    return "codings", len(tables["codings"]) + 1


@corruption("26 words")
def a_long_gist(tables):
    return tables.spoil("events", "gist", " ".join(["word"] * 26), event_id="e003")


@corruption("words 2 to 6 are in the text in the same order")
def a_gist_of_the_texts_words(tables):
    return tables.spoil("claims", "gist", f"Again {words_of_the_text(tables, 5)}!", claim_id="c004")


@corruption("words 1 to 7 are in the text in the same order")
def a_note_of_the_texts_words(tables):
    return tables.spoil("claim_links", "note", words_of_the_text(tables, 7), relation="answers")


def words_of_the_text(tables, count):
    """The first run of so many words of the practice text without capitals, digits or marks."""
    return re.search(rf"(?<= )(?:[a-z]+ ){{{count - 1}}}[a-z]+\b(?!’)", read_text(tables.folder / "article.txt"))[0]


@corruption("s003 1: article.txt does not have these characters at this position")
def a_span_moved_by_one(tables):
    row, _ = tables.first("spans", span_id="s003")
    row["end"] = str(int(row["end"]) + 1)
    return tables.spoil("spans", "start", str(int(row["start"]) + 1), span_id="s003")[:2] + ("sha256_16",)


@corruption("this is not the hash of the paragraph")
def a_paragraph_hashed_wrongly(tables):
    return tables.spoil("paragraphs", "sha256", digest("anything"), paragraph="3")


@corruption("the paragraph in article.txt has")
def a_paragraph_counted_wrongly(tables):
    return tables.spoil("paragraphs", "n_chars", "9999", paragraph="3")


# ---- what no eye sees ----


@corruption("spaces at one end, or two in a row")
def a_blank_at_the_end(tables):
    return tables.spoil("events", "gist", "Something happens. ", event_id="e003")


@corruption("an invisible character (NO-BREAK SPACE)")
def a_space_that_does_not_break(tables):
    return tables.spoil("events", "gist", "Something\u00a0happens.", event_id="e003")


@corruption("an invisible character (ZERO WIDTH SPACE)")
def a_space_of_no_width(tables):
    return tables.spoil("events", "gist", "Something hap\u200bpens.", event_id="e003")


@corruption("(Unicode NFC)")
def an_accent_of_its_own(tables):
    return tables.spoil("events", "gist", "A cafe\u0301 opens.", event_id="e003")


@corruption("1 of its characters were lost")
def a_wrong_encoding(tables):
    return tables.spoil("events", "gist", "A cafÃ© opens.", event_id="e003")


@corruption("has a letter that looks like another (CYRILLIC SMALL LETTER O)")
def a_letter_of_another_script(tables):
    return tables.spoil("events", "gist", "Sоmething happens.", event_id="e003")


def test_words_of_other_scripts_are_clean(case_copy):
    tables = Tables(case_copy)
    tables.spoil("events", "gist", "Мир, Ειρήνη, 平和, café and 5 µm are words.", event_id="e003")
    tables.save()
    assert check(case_copy) == []


# ---- days ----


@corruption("there is no such day (there is no 30 here)")
def a_day_that_no_month_has(tables):
    return tables.spoil("quantities", "as_of", "2024-02-30", quantity_id="q026")


@corruption("there is no such day (there is no 15 here)")
def a_month_that_no_year_has(tables):
    return tables.spoil("events", "date", "2024-15-02", event_id="e008")


@corruption("there is no such day (2024-05-09/2024-05-06 ends before it begins)")
def an_interval_backwards(tables):
    return tables.spoil("events", "date", "2024-05-09/2024-05-06", event_id="e022")


# ---- lists and prose ----


@corruption("'c001' is listed twice")
def a_claim_listed_twice(tables):
    return tables.spoil("questions", "claims", "c001;c001", question_id="k01")


@corruption("'ее' has a letter that looks like another (CYRILLIC SMALL LETTER IE)")
def a_word_of_letters_that_look_alike(tables):
    return tables.spoil("events", "gist", "The crew of the ее is on board.", event_id="e003")


@corruption("the others end with a full stop", finished=True)
def a_gist_cut_off(tables):
    row, _ = tables.first("claims", claim_id="c004")
    return tables.spoil("claims", "gist", row["gist"].rpartition(" ")[0], claim_id="c004")


@corruption("the others begin with a capital", finished=True)
def a_gist_without_its_beginning(tables):
    row, _ = tables.first("claims", claim_id="c004")
    return tables.spoil("claims", "gist", f"x{row['gist']}", claim_id="c004")


@corruption("the others end without a full stop", finished=True)
def a_concept_with_a_full_stop(tables):
    row, _ = tables.first("quantities", quantity_id="q003")
    return tables.spoil("quantities", "concept", f"{row['concept']}.", quantity_id="q003")


# ---- what only a finished case is held to ----


@corruption("it comes after c010", finished=True)
def two_claims_that_changed_places(tables):
    rows = tables["claims"]
    rows[8], rows[9] = rows[9], rows[8]
    return "claims", 11, "claim_id"


@corruption("there is no e013", finished=True)
def an_event_lost(tables):
    row, number = tables.first("events", event_id="e013")
    tables["events"].remove(row)
    tables["event_actors"][:] = [each for each in tables["event_actors"] if each["event_id"] != "e013"]
    return "events", number, "event_id"


@corruption("the same words as s003", finished=True)
def a_span_of_the_words_of_another(tables):
    row, _ = tables.first("spans", span_id="s003")
    other, number = tables.first("spans", span_id="s004")
    other.update({key: row[key] for key in ("paragraph", "start", "end", "sha256_16")})
    return "spans", number, "start"


@corruption("these words come before those of x006", "spans.csv", finished=True)
def a_crux_at_another_place(tables):
    row, _ = tables.first("cruxes", crux_id="x001")
    return tables.spoil("cruxes", "span_id", row["span_id"], crux_id="x007")


@corruption("attitude, but c014 with the same cue_lemma has communication", finished=True)
def a_word_of_two_classes(tables):
    return tables.spoil("claims", "cue_class", "attitude", claim_id="c019")


@corruption("consult, but e012 with the same mode has cooperate", finished=True)
def a_mode_of_two_categories(tables):
    return tables.spoil("events", "category", "consult", event_id="e030")


@corruption("c004 says the same", finished=True)
def a_gist_overwritten(tables):
    row, _ = tables.first("claims", claim_id="c004")
    return tables.spoil("claims", "gist", row["gist"], claim_id="c005")


@corruption("in another paragraph than the content", "spans.csv", "claims.csv", finished=True)
def a_cue_of_another_paragraph(tables):
    return tables.spoil("claims", "cue_span", "s002", claim_id="c016")


@corruption("shares words with the content", "spans.csv", finished=True)
def a_cue_inside_the_content(tables):
    row, _ = tables.first("claims", claim_id="c016")
    return tables.spoil("claims", "cue_span", row["content_span"], claim_id="c016")


@corruption("what is not said is positive", finished=True)
def a_cue_negated_by_mistake(tables):
    return tables.spoil("claims", "negated_cue", "true", claim_id="c012")


@corruption("the cue withholds nothing", finished=True)
def a_polarity_withheld_by_nobody(tables):
    return tables.spoil("claims", "polarity", "unknown", claim_id="c012")


@corruption("a plain statement is aimed at no one", finished=True)
def a_statement_at_somebody(tables):
    return tables.spoil("claims", "recipient", "kesland", claim_id="c005")


@corruption("the later claim comes second", finished=True)
def a_link_the_other_way_round(tables):
    row, number = tables.first("claim_links", relation="contradicts")
    row["claim_id"], row["other_id"] = row["other_id"], row["claim_id"]
    return "claim_links", number, "other_id"


@corruption("linked as answers and doubts and supports", finished=True)
def a_link_that_says_both(tables):
    row, _ = tables.first("claim_links", relation="doubts")
    tables["claim_links"].append(row | {"relation": "supports"})
    return "claim_links", len(tables["claim_links"]) + 1, "relation"


@corruption("it belongs to itself, through others", "actors.csv", finished=True)
def a_body_that_belongs_to_its_member(tables):
    tables.spoil("actors", "part_of", "kesland_navy", actor_id="kesland_analysts")
    return tables.spoil("actors", "part_of", "kesland_analysts", actor_id="kesland_navy")


@corruption("a person has no members", finished=True)
def a_member_of_a_person(tables):
    return tables.spoil("actors", "part_of", "velm", actor_id="kesland_analysts")


@corruption("not that of council", finished=True)
def a_member_of_another_country(tables):
    return tables.spoil("actors", "country", "NOR", actor_id="hadrin")


@corruption("a state has none", finished=True)
def a_state_in_a_sector(tables):
    return tables.spoil("actors", "sector", "media", actor_id="kesland")


@corruption("one reading is listed twice", finished=True)
def an_alternative_that_is_adopted(tables):
    row, _ = tables.first("cruxes", crux_id="x003")
    return tables.spoil("cruxes", "alternatives", row["adopted_reading"].rstrip("."), crux_id="x003")


@corruption("the same as the printed one", finished=True)
def a_reading_copied(tables):
    row, _ = tables.first("cruxes", crux_id="x003")
    return tables.spoil("cruxes", "adopted_reading", row["printed_reading"], crux_id="x003")


@corruption("2024-05-10 is not 4 in weekday", finished=True)
def a_weekday_of_another_day(tables):
    return tables.spoil("quantities", "as_of", "2024-05-10", quantity_id="q001")


@corruption("1999 is not 1998 in year", finished=True)
def a_year_of_another_year(tables):
    return tables.spoil("quantities", "as_of", "1999", quantity_id="q015")


@corruption("actual, but of 2024-05-18, seen from 2024-05-09", finished=True)
def an_event_that_has_not_begun(tables):
    return tables.spoil("events", "date", "2024-05-18", event_id="e008")


@corruption("future, but of 2024-05-01", finished=True)
def a_plan_for_the_past(tables):
    return tables.spoil("events", "date", "2024-05-01", event_id="e031")


@corruption("numeric is not what the question asks for", finished=True)
def a_question_of_another_type(tables):
    return tables.spoil("questions", "qtype", "numeric", question_id="k01")


@corruption("begin with Yes if", finished=True)
def criteria_of_another_question(tables):
    return tables.spoil("questions", "resolution_criteria", "The day on which it is so.", question_id="k01")


@corruption("but the question names 2024-05-31", finished=True)
def a_question_that_closes_on_another_day(tables):
    return tables.spoil("questions", "closes", "2024-06-30", question_id="k01")


@corruption("not after the report", finished=True)
def a_question_that_closed_before_the_report(tables):
    return tables.spoil("questions", "closes", "2023-06-30", question_id="k03")


@corruption("indirect, but coders gave direct or mixed", finished=True)
def a_label_that_no_coder_gave(tables):
    row, number = tables.first("claims", claim_id="c002")
    assert row["quote_type"] == "indirect"
    for coder, value in (("x", "direct"), ("y", "mixed")):
        code(tables, coder=coder, variable="quote_type", value=value)
        del tables["codings"][-2]
    return "claims", number, "quote_type"


@corruption("x labelled c002: too few or too many labels (certainty)", finished=True)
def a_label_of_a_coder_lost(tables):
    for unit, variable in (("c001", "source"), ("c001", "certainty"), ("c002", "source")):
        label(tables, unit, variable)
    return "codings", 4, "variable"


@corruption("x labelled c011: too few or too many labels (cue_class)", finished=True)
def a_cue_of_the_narrator_by_a_coder(tables):
    for unit in ("c001", "c011"):
        label(tables, unit, "source")
        label(tables, unit, "cue_class", "communication")
    return "codings", 5, "variable"


@corruption("x coded in round 1", finished=True)
def a_coder_in_two_rounds(tables):
    label(tables, "c001", "source")
    label(tables, "c002", "source", round="2")
    return "codings", 3, "round"


def label(tables, unit, variable, value=None, **cells):
    """Add a coding by coder x, by default with the label that the table has."""
    value = value or tables.first("claims", claim_id=unit)[0][variable]
    row = {"unit_id": unit, "variable": variable, "coder": "x", "round": "1", "value": value, "unsure": "false"}
    tables["codings"].append(row | cells)


def test_a_label_that_no_coder_gave_may_be_decided_if_the_old_one_is_kept(case_copy):
    tables = Tables(case_copy)
    label(tables, "c002", "quote_type", "direct")
    label(tables, "c002", "quote_type", "mixed", coder="table")
    tables.save()
    assert examine(case_copy, is_finished=True).problems == []


def test_a_number_that_is_given_up_leaves_no_gap(case_copy):
    tables = Tables(case_copy)
    an_event_lost(tables)
    tables.save()
    path = case_copy / "datapackage.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"retired": ["e013"]}))
    assert examine(case_copy, is_finished=True).problems == []


def test_identifiers_may_go_beyond_the_digits_that_they_began_with(case_copy):
    tables = Tables(case_copy)
    for number, row in enumerate(tables["questions"], start=95):
        row["question_id"] = f"k{number}"
    assert row["question_id"] == "k100"
    tables.save()
    path = case_copy / "datapackage.json"
    retired = {"retired": [f"k{number:02}" for number in range(1, 95)]}
    path.write_text(json.dumps(json.loads(path.read_text()) | retired))
    assert examine(case_copy, is_finished=True).problems == []


HEADS = {
    "a number as version": {"version": 1},
    "no standard": {"$schema": ""},
    "no version": {"version": ""},
    "half a version": {"version": "1.0"},
    "no title": {"title": ""},
    "no licence": {"licenses": []},
    "nobody who made it": {"contributors": [{"title": "Somebody"}]},
    "no source": {"sources": []},
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_the_head_of_a_finished_case_is_complete(case_copy, head):
    path = case_copy / "datapackage.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | head))
    assert check(case_copy) == []
    (problem,) = examine(case_copy, is_finished=True).problems
    assert [problem.file, problem.column] == ["datapackage.json", *head]


def test_tables_and_columns_of_a_finished_case_are_described_and_its_text_is_there(case_copy):
    """Of a table that is the case's own: the others are compared with those of the report."""
    (case_copy / "own.csv").write_text("one\n1\n", encoding="utf-8")
    own = {"name": "own", "path": "own.csv", "schema": {"fields": [{"name": "one", "type": "integer"}]}}
    path = case_copy / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(package | {"resources": [*package["resources"], own]}), encoding="utf-8")
    (case_copy / "article.txt").unlink()
    assert check(case_copy) == []
    problems = examine(case_copy, is_finished=True).problems
    assert {(problem.file, problem.column, problem.message) for problem in problems} == {
        ("datapackage.json", "own", "its meaning is not described"),
        ("datapackage.json", "own.one", "its meaning is not described"),
        ("datapackage.json", "own", "no primaryKey"),
        ("article.txt", None, "the file is missing"),
    }


@pytest.mark.parametrize(("corrupt", "words", "also", "finished"), CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_a_corruption_is_found_where_it_is(case_copy, corrupt, words, also, finished):
    tables = Tables(case_copy)
    table, row, column = corrupt(tables)
    tables.save()
    problems = examine(case_copy, is_finished=finished).problems
    assert not finished or table not in {problem.file.removesuffix(".csv") for problem in check(case_copy)}
    here = [
        problem for problem in problems if (problem.file, problem.row, problem.column) == (f"{table}.csv", row, column)
    ]
    assert len(here) == 1, [str(problem) for problem in problems]
    assert words in here[0].message
    assert here[0].remedy
    assert {problem.file for problem in problems if problem not in here} == also


# Files that are damaged as such: what is done, then file, row, column and words.
DAMAGED = {
    "missing table": ("events.csv", None, (None, None, "the file is missing")),
    "empty table": ("events.csv", b"", (None, None, "the file is empty")),
    "header alone": ("events.csv", b"event_id\n", (1, "span_id", "is in the header 0 times")),
    "workbook": ("events.csv", b"PK\x03\x04\0", (None, None, "not a text file")),
    "Latin-1": ("events.csv", b"event_id,caf\xe9\n", (1, None, "not UTF-8")),
    "open quotation mark": ("events.csv", b'event_id\n"e001\n', (2, None, "not CSV")),
    "no JSON": ("datapackage.json", b"{", (1, None, "not JSON")),
    "no descriptor": ("datapackage.json", b"{}", (None, None, "not a description of tables")),
}


@pytest.mark.parametrize(("file", "data", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_one_problem_and_no_traceback(case_copy, file, data, expected):
    (case_copy / file).unlink()
    if data is not None:
        (case_copy / file).write_bytes(data)
    report = examine(case_copy)
    (problem,) = [problem for problem in report.problems if problem.file == file]
    assert (problem.row, problem.column) == expected[:2]
    assert expected[2] in problem.message and problem.remedy
    assert (report.text is not None) == (file != "datapackage.json")


def test_rules_about_a_damaged_table_wait(case_copy):
    (case_copy / "events.csv").unlink()
    report = examine(case_copy)
    assert [problem.file for problem in report.problems] == ["events.csv"]
    assert "events" not in report.tables
    assert set(report.waiting) == {
        "actual_events_have_actors",
        "anchors_lie_in_the_paragraph_of_the_claim",
    }


def change_descriptor(folder, change):
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    change({resource["name"]: resource for resource in package["resources"]})
    path.write_text(json.dumps(package), encoding="utf-8")


def test_categories_and_enum_must_agree(case_copy):
    def forget_a_value(resources):
        field = next(field for field in resources["claims"]["schema"]["fields"] if field["name"] == "evidence")
        field["constraints"]["enum"].remove("images")

    change_descriptor(case_copy, forget_a_value)
    problems = [(problem.file, problem.column, problem.message) for problem in check(case_copy)]
    assert ("datapackage.json", "claims.evidence", "categories and constraints.enum differ") in problems


def test_a_faulty_schema_is_a_problem_of_the_descriptor(case_copy):
    change_descriptor(case_copy, lambda resources: resources["claims"]["schema"].update(primaryKey=["nothing"]))
    (problem,) = check(case_copy)
    assert problem.file == "datapackage.json" and "nothing" in problem.message


def test_keys_into_a_table_that_is_not_described(case_copy):
    path = case_copy / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"] = [resource for resource in package["resources"] if resource["name"] != "paragraphs"]
    path.write_text(json.dumps(package), encoding="utf-8")
    lacking, problem = check(case_copy)
    assert (lacking.file, lacking.column) == ("datapackage.json", "paragraphs")
    assert problem.file == "spans.csv" and '"paragraphs" does not exist' in problem.message


def test_keys_may_be_written_as_single_names(case_copy):
    def shorten(resources):
        resources["actors"]["schema"]["primaryKey"] = "actor_id"

    change_descriptor(case_copy, shorten)
    tables = Tables(case_copy)
    tables.spoil("actors", "kind", "ship")
    tables.save()
    (problem,) = check(case_copy)
    assert problem.message.startswith(tables["actors"][0]["actor_id"] + ": 'ship'")


@pytest.mark.parametrize("name", ["claims", "events", "codings", "spans"])
def test_any_column_may_be_lacking_without_a_traceback(case_copy, name):
    """A rule that reads a column says so, and waits if the schema does not have it."""
    tables = Tables(case_copy)
    header = (case_copy / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    original = (case_copy / "datapackage.json").read_bytes(), (case_copy / f"{name}.csv").read_bytes()
    for column in header:
        (case_copy / "datapackage.json").write_bytes(original[0])
        change_descriptor(case_copy, lambda resources, column=column: lack(resources, name, column))
        rows = [{key: cell for key, cell in row.items() if key != column} for row in tables[name]]
        with open(case_copy / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, [key for key in header if key != column])
            writer.writeheader()
            writer.writerows(rows)
        report = examine(case_copy)
        assert all(problem.message and problem.remedy for problem in report.problems)


def lack(resources, name, column):
    """Take a column out of the schema, and out of its keys."""
    schema = resources[name]["schema"]
    schema["fields"] = [field for field in schema["fields"] if field["name"] != column]
    schema["primaryKey"] = [key for key in schema["primaryKey"] if key != column]
    for resource in resources.values():
        keys = resource["schema"].get("foreignKeys", [])
        resource["schema"]["foreignKeys"] = [
            key
            for key in keys
            if not (resource["name"] == name and column in key["fields"])
            and not (key["reference"]["resource"] == name and column in key["reference"]["fields"])
        ]


def test_problems_come_in_the_order_of_tables_and_rows(case_copy):
    """Whichever of the schema and the rules finds them, and in whichever order."""
    tables = Tables(case_copy)
    tables.spoil("events", "category", "x", event_id="e003")
    tables.spoil("claims", "topic", "x", claim_id="c004")
    tables.spoil("claims", "gist", " ".join(["word"] * 26), claim_id="c002")
    tables.spoil("spans", "sha256_16", "0" * 16, span_id="s003")
    tables.save()
    (case_copy / "paragraphs.csv").unlink()
    change_descriptor(case_copy, lambda resources: resources["actors"]["schema"]["fields"][2].pop("categories"))
    (case_copy / "article.txt").write_text("Nothing")
    places = [(problem.file, problem.row) for problem in check(case_copy)]
    assert places == [
        ("datapackage.json", None),
        ("paragraphs.csv", None),
        ("claims.csv", 3),
        ("claims.csv", 5),
        ("events.csv", 4),
    ]


LEGAL_BOUNDS = {
    ("exact", "5", "5"),
    ("about", "5", "5"),
    ("at_least", "5", ""),
    ("at_most", "", "5"),
    ("range", "5", "6"),
    ("vague", "", ""),
}


def test_bounds(case_copy):
    """Low and high are what the bound says; only both together may be left to a date."""
    tables = Tables(case_copy)
    row, _ = tables.first("quantities", low="34")
    illegal = set()
    ends = [("5", "5"), ("5", "6"), ("6", "5"), ("5", ""), ("", "5"), ("", "")]
    bounds = [bound for bound, _, _ in sorted(LEGAL_BOUNDS)]
    for number, (bound, (low, high), as_of) in enumerate(product(bounds, ends, ["", "2024-05-09"]), start=200):
        cells = {"quantity_id": f"q{number}", "bound": bound, "low": low, "high": high, "as_of": as_of}
        tables["quantities"].append(row | cells)
        if (bound, low, high) not in LEGAL_BOUNDS and not (as_of and low == high == ""):
            illegal.add(len(tables["quantities"]) + 1)
    tables.save()
    problems = check(case_copy)
    assert {problem.row for problem in problems} == illegal and len(illegal) > 50
    assert {problem.column for problem in problems} == {"bound"}


def test_parts_may_touch(case_copy):
    tables = Tables(case_copy)
    row, number = tables.first("spans", span_id="s004")
    text = paragraphs(read_text(case_copy / "article.txt"))[int(row["paragraph"]) - 1]
    start, middle, end = int(row["start"]), int(row["start"]) + 10, int(row["end"])
    row.update(end=str(middle), sha256_16=digest(text[start:middle])[:16])
    second = {"part": "2", "start": str(middle), "end": str(end), "sha256_16": digest(text[middle:end])[:16]}
    tables["spans"].insert(number - 1, row | second)
    tables.save()
    assert check(case_copy) == []


def test_names_and_numbers_may_be_repeated(case_copy):
    tables = Tables(case_copy)
    text = " ".join(paragraphs(read_text(case_copy / "article.txt")))
    named = re.search(r"(?<= )Tamsel received Hadrin on Wednesday, 8 May", text)[0]
    tables.spoil("claims", "gist", f"{named}, as is said", claim_id="c004")
    tables.spoil("claims", "gist", words_of_the_text(tables, 4), claim_id="c005")
    tables.spoil("claim_links", "note", words_of_the_text(tables, 6))
    tables.spoil("events", "gist", " ".join(f"{number}th" for number in range(25)), event_id="e003")
    tables.save()
    assert check(case_copy) == []


def test_a_run_counts_from_four_plain_words_on(case_copy):
    """A run of five words, one of them a name or number in the text: copied. With two names it is not."""
    tables = Tables(case_copy)
    text = " ".join(paragraphs(read_text(case_copy / "article.txt")))
    one_name = re.search(r"(?<=[a-z] )[A-Z][a-z]+ (?:[a-z]+ ){3}[a-z]+\b(?= [a-z])", text)[0]
    two_names = re.search(r"(?<=[a-z] )[A-Z][a-z]+ [A-Z][a-z]+ (?:[a-z]+ ){2}[a-z]+\b(?= [a-z])", text)[0]
    tables.spoil("claims", "gist", f"xyz {one_name} xyz", claim_id="c004")
    tables.spoil("claims", "gist", f"xyz {two_names} xyz", claim_id="c005")
    tables.save()
    assert [(problem.row, problem.column) for problem in check(case_copy)] == [(5, "gist")]


def test_an_edited_text_that_the_case_ships(case_copy):
    path = case_copy / "article.txt"
    text = read_text(path)
    path.write_text(text.replace("Dorvia", "Dorvja", 1), encoding="utf-8")
    (problem,) = check(case_copy)
    assert (problem.file, problem.row, problem.column) == ("paragraphs.csv", 2, "sha256")
    path.write_text(text + "\n\nOne more.", encoding="utf-8")
    (problem,) = check(case_copy)
    assert problem.file == "paragraphs.csv"
    assert problem.message == f"{len(paragraphs(text))} paragraphs, but article.txt has {len(paragraphs(text)) + 1}"


def test_own_words_by_a_text_that_is_given(case_copy, tmp_path):
    article = (case_copy / "article.txt").rename(tmp_path / "article.txt")
    tables = Tables(case_copy)
    tables.spoil("claims", "gist", "a routine inspection of fishing grounds", claim_id="c004")
    tables.save()
    assert check(case_copy) == []
    (problem,) = check(case_copy, article)
    assert (problem.file, problem.row, problem.column) == ("claims.csv", 5, "gist")

    article.write_text("Another text about something else entirely, in which nothing of all this is told.")
    report = examine(case_copy, article)
    assert [str(problem) for problem in report.problems] == [
        "article.txt: this seems to be a different text. "
        "Remedy: give the text that the case is about (The practice report, as data)."
    ]
    assert report.text is None

    with pytest.raises(TextError, match="does not exist"):
        check(case_copy, tmp_path / "none.txt")


def test_hashes_are_held_against_a_text_that_is_given(case_copy, tmp_path):
    article = (case_copy / "article.txt").rename(tmp_path / "copy.txt")
    tables = Tables(case_copy)
    row, number = tables.first("spans", span_id="s003")
    row["start"], row["end"] = str(int(row["start"]) + 1), str(int(row["end"]) + 1)
    tables.spoil("paragraphs", "n_chars", "9999", paragraph="3")
    tables.save()
    assert check(case_copy) == []
    places = [(problem.file, problem.row, problem.column) for problem in check(case_copy, article)]
    assert places == [("paragraphs.csv", 4, "n_chars"), ("spans.csv", number, "sha256_16")]

    article.write_text(read_text(article).replace("“", '"').replace("”", '"').replace("e", "e\u00ad"))
    assert check(case_copy, article) == []  # a copy that is written otherwise tells nothing of hashes


def test_own_words_are_looked_for_although_a_table_is_broken(case_copy, tmp_path):
    article = (case_copy / "article.txt").rename(tmp_path / "article.txt")
    tables = Tables(case_copy)
    tables.spoil("events", "category", "x", event_id="e003")
    tables.spoil("claims", "gist", "a routine inspection of fishing grounds", claim_id="c004")
    tables.save()
    report = examine(case_copy, article)
    assert report.text
    assert [problem.file for problem in report.problems] == ["claims.csv", "events.csv"]


def test_no_such_case():
    with pytest.raises(CaseError, match="no case of this name"):
        check("nowhere")


def test_the_report_is_in_our_own_words(report_text):
    assert examine("report", report_text).text is not None
    assert check("report", report_text) == []


def test_sound_cases_have_no_problems(case_copy):
    for case in ("practice", "report", case_copy):
        assert check(case) == []


def test_the_account_of_what_was_checked(case_copy):
    report = examine(case_copy)
    assert {name: len(rows) for name, rows in report.tables.items()} == {
        name: len(table) for name, table in load(case_copy).tables.items()
    }
    assert report.text and not report.waiting
    assert examine("report").text is None
