"""The rules for witnesses: that passages are stretches of their texts, and that traces, words and sense go together."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from ..draft import Draft, ancestors, by_text, disordered, misplaced, rule, rule_of_finished, unlike_the_text, unlikely
from ..problems import Problem
from ..schema import columns_of, field_of, resource_of, vocabulary
from ..text import digest

QUOTED_WORDS = 6  # that a trace may print of the report, and of the witness
POSITION = {"part", "paragraph", "start", "end", "sha256_16"}  # of a part of a passage; its labels are the passage's
OPEN = {"adopted holds", "both possible"}  # verdicts that need no other reading
LENGTH = "n_words and sha256, which go with a text"
NOT_FOUND = "not found"  # the sense of what a witness does not say
SECOND_HAND = {"copy", "rewording"}  # kinds of witness that come from another
UNCODED = "none"  # the label of a coder who found nothing to label


@rule(paragraphs="witness_id paragraph n_chars", passages="witness_id paragraph start end")
def passages_fit(case: Draft) -> Iterator[Problem]:
    yield from misplaced(case, "passages")


@rule(passages="passage_id part paragraph start end")
def parts_of_passages_are_in_order(case: Draft) -> Iterator[Problem]:
    yield from disordered(case["passages"], "passage_id")


@rule(passages="passage_id part witness_id speaker topic certainty polarity gist")
def parts_repeat_the_labels(case: Draft) -> Iterator[Problem]:
    first = {}
    for row in case["passages"]:
        whole = first.setdefault(row["passage_id"], row)
        for column in columns_of(resource_of(case.package, "passages")):
            if column not in POSITION and row[column] != whole[column]:
                message = f"{column} differs from row {whole.line}, another part of the passage"
                yield row.wrong(column, message, "write the same in each part")


@rule(passages="witness_id paragraph start end")
def passages_do_not_overlap(case: Draft) -> Iterator[Problem]:
    for rows in by_text(case["passages"]).values():
        last = None  # of those before, the one that reaches furthest
        for row in sorted(rows, key=lambda row: (row["paragraph"], row["start"])):
            if last and (row["paragraph"], row["start"]) < (last["paragraph"], last["end"]):
                yield row.wrong("start", f"begins before {last.key} ends", "make each stretch part of one passage only")
            if not last or (row["paragraph"], row["end"]) > (last["paragraph"], last["end"]):
                last = row


@rule(passages="certainty polarity")
def certainty_of_passages_goes_with_polarity(case: Draft) -> Iterator[Problem]:
    yield from unlikely(case["passages"])


@rule(
    witnesses="witness_id n_words sha256",
    paragraphs="witness_id paragraph n_chars sha256",
    passages="witness_id paragraph start end sha256_16",
)
def texts_at_hand_are_the_texts(case: Draft) -> Iterator[Problem]:
    for row in case["witnesses"]:
        blocks = case.texts.get(row["witness_id"])
        file, remedy = f"{row['witness_id']}.txt", "give the text that was coded, or count and hash again"
        if blocks and row["sha256"] != digest("\n\n".join(blocks)):
            yield row.wrong("sha256", f"this is not the hash of {file}", remedy)
        elif blocks and row["n_words"] != (count := sum(len(block.split()) for block in blocks)):
            yield row.wrong("n_words", f"{file} has {count} words", remedy)
    yield from unlike_the_text(case, "passages")


@rule(traces="witness_id passage_id sense", passages="passage_id witness_id")
def traces_lead_into_their_witness(case: Draft) -> Iterator[Problem]:
    witness_of = {row["passage_id"]: row["witness_id"] for row in case["passages"]}
    for row in case["traces"]:
        passage, found = row["passage_id"], row["sense"] != NOT_FOUND
        if bool(passage) != found:
            message = "a passage, but not found" if passage else f"{row['sense']}, but no passage"
            yield row.wrong("passage_id", message, "name the passage, or write not found as its sense")
        elif passage and witness_of[passage] != row["witness_id"]:
            message = f"{passage} is a passage of {witness_of[passage]}, not of {row['witness_id']}"
            yield row.wrong("passage_id", message, "correct one of the two")


@rule(traces="claim_id passage_id words")
def words_are_compared_where_some_are_quoted(case: Draft) -> Iterator[Problem]:
    quote_type = _quote_types(case)
    for row in case["traces"]:
        if row["words"] and not row["passage_id"]:
            yield row.wrong("words", "compared with a passage that is not found", "empty the cell")
        elif row["words"] and quote_type.get(row["claim_id"]) in ("indirect", "none"):
            yield row.wrong("words", "nothing in this claim is in quotation marks", "empty the cell")
        elif row["passage_id"] and not row["words"] and quote_type.get(row["claim_id"]) in ("direct", "mixed"):
            yield row.wrong("words", "the quoted words of this claim are not compared", "write same or changed")


@rule(traces="words sense printed said note")
def differences_are_shown_in_a_few_words(case: Draft) -> Iterator[Problem]:
    for row in case["traces"]:
        for column in ("printed", "said"):
            if (count := len((row[column] or "").split())) > QUOTED_WORDS:
                yield row.wrong(column, f"{count} words", f"quote at most {QUOTED_WORDS}")
            elif row["words"] == "changed" and not row[column]:
                remedy = "give the words of the report in printed, and those of the witness in said"
                yield row.wrong(column, "the words are changed, but the cell is empty", remedy)
        shifted = row["sense"] not in ("kept", NOT_FOUND)
        if shifted and not row["note"] and not (row["printed"] and row["said"]):
            remedy = "give the words that show it in printed and said, or explain it in the note"
            yield row.wrong("note", f"nothing shows how the report is {row['sense']}", remedy)


@rule(settled="verdict which")
def another_reading_is_named(case: Draft) -> Iterator[Problem]:
    for row in case["settled"]:
        if bool(row["which"]) == (row["verdict"] in OPEN):
            remedy = f"name the reading that holds, but not with {' or '.join(sorted(OPEN))}"
            message = f"{row['verdict']}, " + ("but a reading is named" if row["which"] else "but which?")
            yield row.wrong("which", message, remedy)


@rule_of_finished(witnesses="witness_id kind sha256 derived_from date", paragraphs="witness_id", passages="witness_id")
def witnesses_have_texts_and_parents(case: Draft) -> Iterator[Problem]:
    witnesses = {row["witness_id"]: row for row in case["witnesses"]}
    parents = {name: row["derived_from"].split(";") if row["derived_from"] else [] for name, row in witnesses.items()}
    cut = {table: {row["witness_id"] for row in case[table]} for table in ("paragraphs", "passages")}
    for name, row in witnesses.items():
        for table, known in cut.items():
            if row["sha256"] and name not in known:
                yield row.wrong("sha256", f"none of its {table} is in {table}.csv", f"restore them, or empty {LENGTH}")
            elif not row["sha256"] and name in known:
                yield row.wrong("sha256", f"empty, but it has {table} in {table}.csv", f"restore {LENGTH}")
        if row["kind"] in SECOND_HAND and not parents[name]:
            yield row.wrong("derived_from", f"a {row['kind']} of nothing", "name the witness that it comes from")
        for parent in map(witnesses.get, parents[name]):
            if row["date"] and parent["date"] and row["date"] < parent["date"]:
                message = f"earlier than {parent['witness_id']}, from which it comes"
                yield row.wrong("date", message, "correct one of the dates, or derived_from")
        if name in ancestors(name, parents):
            yield row.wrong("derived_from", "it comes from itself, through others", "name the one that it comes from")


@rule_of_finished(paragraphs="witness_id", passages="witness_id", witnesses="witness_id")
def rows_are_in_the_order_of_the_witnesses(case: Draft) -> Iterator[Problem]:
    place = {row["witness_id"]: number for number, row in enumerate(case["witnesses"])}
    for table in ("paragraphs", "passages"):
        for before, row in pairwise(case[table]):
            if place[row["witness_id"]] < place[before["witness_id"]]:
                message = f"after one of {before['witness_id']}, a later witness"
                yield row.wrong("witness_id", message, "correct one of the two, or put the rows in order")


@rule_of_finished(traces="claim_id sense", codings="unit_id variable coder value")
def senses_are_those_of_coders(case: Draft) -> Iterator[Problem]:
    """Hold each sense against those that coders gave; whether words are the same can be seen, and need not be coded."""
    given = defaultdict(set)
    for row in case["codings"]:
        if row["variable"] == "sense":
            given[row["unit_id"]].add(row["value"])
    for row in case["traces"]:
        labels = given.get(row["claim_id"])
        if labels and row["sense"] not in labels | {NOT_FOUND}:
            message = f"{row['sense']}, but coders gave {' or '.join(sorted(labels))}"
            yield row.wrong("sense", message, "restore it, or the row of codings.csv that was changed")


@rule(codings="variable value", witnesses="witness_id")
def codings_of_traces_are_legal(case: Draft) -> Iterator[Problem]:
    fields = {"words": "traces", "sense": "traces", "certainty": "passages", "polarity": "passages"}
    labels = {column: {*vocabulary(field_of(case.package, table, column))} for column, table in fields.items()}
    labels["witness_id"] = {row["witness_id"] for row in case["witnesses"]}
    for row in case["codings"]:
        variable, value = row["variable"], row["value"]
        if variable == "passage_id":
            continue  # a coder may have marked what the tables do not have
        if variable not in labels:
            remedy = f"one of {', '.join([*labels, 'passage_id'])}"
            yield row.wrong("variable", f"{variable!r} is not labelled in a trace", remedy)
        elif value not in labels[variable] | {UNCODED}:
            yield row.wrong("value", f"{value!r} is not a label of {variable}", "see the codebook for its labels")


def _quote_types(case: Draft) -> dict[str, str]:
    """Return the form of quotation of the claims that traces are about, by claim_id; none if they cannot be read."""
    report = case.origin("traces", "claim_id", "quote_type")
    return dict(report["claims"][["claim_id", "quote_type"]].itertuples(index=False)) if report else {}
