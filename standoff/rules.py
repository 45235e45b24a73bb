"""Is a case sound? Its schema, by frictionless, and rules that a schema cannot say.

A rule is a function that yields problems. It names the columns that it reads, and waits while one of them has a
problem with the schema: nothing is reported twice, and a rule need not fear what the schema forbids.
"""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path

from frictionless import FrictionlessException, Package

from .agreement import CONTENT_SPAN, stretches
from .alignment import is_other_text, verify
from .case import DESCRIPTOR, CaseError, Problem, find, load, parse, read_package, read_table, text_of, vocabulary
from .text import digest, paragraphs, read_text

NARRATOR = "narrator"
CUE = ["source_span", "cue_span", "cue_lemma", "cue_class"]
LEGAL_POLARITIES = {
    "certain": ["positive", "negative", "unknown"],
    "probable": ["positive", "negative"],
    "possible": ["positive", "negative"],
    "uncommitted": ["unknown"],
}
CHECKABLE = {"fact", "forecast or promise"}
SYMMETRIC = {"contradicts", "supports", "repeats"}
BOUNDS = {  # what low and high must be: in words, and as a test
    "exact": ("low and high are one number", lambda low, high: low is not None and low == high),
    "about": ("low and high are one number", lambda low, high: low is not None and low == high),
    "at_least": ("only low is given", lambda low, high: low is not None and high is None),
    "at_most": ("only high is given", lambda low, high: low is None and high is not None),
    "range": ("low is less than high", lambda low, high: None not in (low, high) and low < high),
    "vague": ("low and high are empty", lambda low, high: low is None and high is None),
}
GIST_WORDS = 25
GIST_RUN, ANY_RUN = 5, 7  # so many words in a row of the text are no longer our own words ...
PLAIN_WORDS = 4  # ... if so many of them are neither capitalised in the text nor numbers: names may be repeated


@dataclass(frozen=True)
class Report:
    """What `inspect` found.

    problems: in the order of tables and rows; rows: how many were read, by table; waiting: names of the rules that
    wait until the schema's problems are mended; own_words: whether a text was at hand to look for copied words.
    """

    problems: list[Problem]
    rows: dict[str, int]
    waiting: list[str]
    own_words: bool


class Row(dict):
    """The cells of a row by column: str, or int, float or None for integers and numbers. `key` is its identifier."""

    def __init__(self, resource, line, cells):
        fields = resource["schema"]["fields"]
        super().__init__(zip((field["name"] for field in fields), cells))
        self.file, self.line = resource["path"], line
        self.key = " ".join(self[column] for column in _primary_key(resource) if column in self) or f"row {line}"

    def wrong(self, column, message, remedy):
        return Problem(self.file, self.line, column, f"{self.key}: {message}", remedy)


@dataclass
class Draft:
    """A case under inspection: its descriptor; rows by table; columns without problems; canonical texts, or None."""

    package: dict
    tables: dict[str, list[Row]]
    sound: set[str]
    shipped_text: list[str] | None
    text: list[str] | None

    def __getitem__(self, table):
        return self.tables[table]


def check(case_path="report", article=None):
    """The problems of a case: a list of Problem in the order of its tables and rows, empty if it is sound.

    case_path: name or folder of a case, as for `load`; article: path of its text, to find words copied from it (not
    needed if the case ships its text). Raises CaseError if there is no such case, TextError if a text is unreadable.
    """
    return inspect(case_path, article).problems


def inspect(case_path="report", article=None):
    """`check`, with an account of what was looked at: a Report."""
    folder = find(case_path)
    shipped = text_of(folder)
    shipped_text = paragraphs(read_text(shipped)) if shipped else None
    text = paragraphs(read_text(article)) if article else shipped_text
    try:
        package = read_package(folder)
    except CaseError as error:
        return Report([error.problem], {}, [], False)

    tables, problems = {}, [*_unequal_vocabularies(package)]
    for resource in package["resources"]:
        try:
            cells = read_table(folder, resource)
            tables[resource["name"]] = [Row(resource, line, row) for line, row in enumerate(cells, start=2)]
        except CaseError as error:
            problems.append(error.problem)
    problems += _schema_problems(package, tables)
    problems += _unknown_names(folder, package, tables)
    sound = _convert(package, tables, problems)
    if article and _is_of_another_case(folder, article):
        text = shipped_text
        remedy = f"give the text that the case is about ({package.get('title', folder.name)})"
        problems.append(Problem(Path(article).name, None, None, "this seems to be another text", remedy))

    draft = Draft(package, tables, sound, shipped_text, text)
    described = {resource["name"] for resource in package["resources"]}
    waiting = []
    for find_problems, columns in RULES.items():
        if columns <= sound:
            problems += find_problems(draft)
        elif any(column.split(".")[0] in described for column in columns):  # else it is about another kind of case
            waiting.append(find_problems.__name__)
    files = [resource["path"] for resource in package["resources"]]
    problems.sort(key=lambda p: (files.index(p.file) if p.file in files else -1, p.row or 0))
    rows = {name: len(table) for name, table in tables.items()}
    return Report(problems, rows, waiting, text is not None)


def _is_of_another_case(folder, article):
    try:
        case = load(folder)
        return is_other_text(verify(case, article))
    except CaseError:  # problems of the tables are reported in any case, and the text cannot be judged by them
        return False


# ---- the schema ----


def _schema_problems(package, tables):
    """What frictionless finds in the cells and keys of the readable tables. It reads the very cells that we read."""
    resources = {resource["name"]: resource for resource in package["resources"]}
    unreadable = resources.keys() - tables.keys()
    inline = []
    for name in tables:
        schema = resources[name]["schema"]
        keys = [key for key in schema.get("foreignKeys", []) if key["reference"].get("resource") not in unreadable]
        data = [[field["name"] for field in schema["fields"]], *(list(row.values()) for row in tables[name])]
        inline.append({"name": name, "schema": {**schema, "foreignKeys": keys}, "data": data})
    try:
        report = Package.from_descriptor({**package, "resources": inline}).validate()
    except FrictionlessException as error:
        remedy = "see the Data Package standard, https://datapackage.org"
        return [Problem(DESCRIPTOR, None, None, reason.note, remedy) for reason in error.reasons or [error.error]]
    problems = {}
    for task in report.tasks:
        for error in task.errors:
            problem = _translate(error, resources[task.name], tables[task.name])
            problems.setdefault((problem.file, problem.row, problem.column), problem)
    return list(problems.values())


def _translate(error, resource, rows):
    """A frictionless error as a Problem in a student's words."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    if error.type in ("type-error", "constraint-error"):
        row, column = rows[error.row_number - 2], error.field_name
        return _cell_problem(row, fields[column]) or row.wrong(
            column, f"{row[column]!r} is not allowed ({error.note})", _describe(fields[column])
        )
    if error.type == "primary-key":
        row, columns = rows[error.row_number - 2], ", ".join(_primary_key(resource))
        first = re.search(r"\d+$", error.note)
        message = f"row {first[0]} has the same identifier" if first else "the identifier is empty"
        return row.wrong(columns, message, "give each row its own identifier, or delete one of the two")
    if error.type == "foreign-key":
        row, columns = rows[error.row_number - 2], ", ".join(error.field_names)
        message = f"{' '.join(error.field_cells)!r} is not in the table {error.reference_name}"
        return row.wrong(columns, message, "add it there, or correct it here")
    return Problem(resource["path"], getattr(error, "row_number", None), None, error.message, "mend the table")


def _cell_problem(row, field):
    try:
        parse(row[field["name"]], field)
    except ValueError as error:
        return row.wrong(field["name"], str(error), _describe(field))


def _describe(field):
    """What to write into a cell instead."""
    if vocabulary(field):
        return "write one of them; the codebook says what each means"
    return field.get("description", "correct it").rstrip(".")


def _primary_key(resource):
    key = resource["schema"].get("primaryKey", [])
    return [key] if isinstance(key, str) else key


def _convert(package, tables, problems):
    """Convert the numbers of sound columns in place; the names of these columns as a set of "table.column".

    Adds to `problems` what frictionless lets pass and `load` does not, so that a case without problems can be loaded.
    """
    flagged = {(p.file, column) for p in problems for column in (p.column or "").split(", ")}
    sound = set()
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            rows, column = tables.get(resource["name"]), field["name"]
            if rows is None or (resource["path"], column) in flagged:
                continue
            found = [problem for row in rows if (problem := _cell_problem(row, field))]
            if found:
                problems += found
                continue
            sound.add(f"{resource['name']}.{column}")
            if field["type"] in ("integer", "number"):
                for row in rows:
                    row[column] = parse(row[column], field)
    return sound


def _unequal_vocabularies(package):
    """Frictionless enforces `enum`, people read `categories`: they must say the same."""
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            enum = field.get("constraints", {}).get("enum", [])
            if vocabulary(field) != enum:
                column = f"{resource['name']}.{field['name']}"
                remedy = "write the same values in the same order in both"
                yield Problem(DESCRIPTOR, None, column, "categories and constraints.enum differ", remedy)


def _unknown_names(folder, package, tables):
    """Names that are not where the descriptor says they are to be found, outside this case.

    A field's `foundIn` names a file beside the descriptor: the column of a table of another case, or a bibliography
    (.bib). A field's `separator` parts a cell that holds several names.
    """
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            if "foundIn" not in field or resource["name"] not in tables:
                continue
            where, column, separator = field["foundIn"]["path"], field["name"], field.get("separator")
            try:
                known = _names_in(folder / where, field["foundIn"].get("column"))
            except (OSError, KeyError, UnicodeError) as error:
                remedy = f"restore it, or correct foundIn in {DESCRIPTOR}"
                yield Problem(resource["path"], None, column, f"{where} cannot be read ({error})", remedy)
                continue
            for row in tables[resource["name"]]:
                names = row[column].split(separator) if separator else [row[column]]
                for name in names:
                    if name and name not in known:
                        yield row.wrong(
                            column, f"{name!r} is not in {Path(where).name}", "add it there, or correct it here"
                        )


def _names_in(path, column):
    """The set of names in a column of a table, or the set of keys of a bibliography. Raises OSError, KeyError, UnicodeError."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".bib":
        return set(re.findall(r"^@\w+\{([^,\s]+),", text, re.M))
    return {row[column] for row in csv.DictReader(text.splitlines())}


# ---- rules that a schema cannot say ----

RULES = {}  # the columns that each rule reads


def rule(*columns):
    def register(function):
        RULES[function] = frozenset(columns)
        return function

    return register


@rule("paragraphs.paragraph")
def paragraphs_are_numbered(case):
    for number, row in enumerate(case["paragraphs"], start=1):
        if row["paragraph"] != number:
            yield row.wrong("paragraph", f"paragraph {number} should stand here", "number them 1, 2, 3 ... in order")
            return


@rule("paragraphs.paragraph", "spans.span_id", "spans.paragraph", "claims.content_span")
def paragraphs_make_claims(case):
    where = _paragraphs_of_spans(case)
    claimed = {number for row in case["claims"] for number in where[row["content_span"]]}
    for row in case["paragraphs"]:
        if row["paragraph"] not in claimed:
            yield row.wrong("paragraph", "no claim has its content in this paragraph", "add its claims to claims.csv")


@rule("paragraphs.paragraph", "paragraphs.n_chars", "spans.paragraph", "spans.start", "spans.end")
def spans_fit(case):
    length = {row["paragraph"]: row["n_chars"] for row in case["paragraphs"]}
    for row in case["spans"]:
        if row["end"] <= row["start"]:
            yield row.wrong("end", "ends before it begins", "end is the place after the last character")
        elif row["end"] > length[row["paragraph"]]:
            message = f"ends at {row['end']}, but paragraph {row['paragraph']} at {length[row['paragraph']]}"
            yield row.wrong("end", message, "correct end, or the number of the paragraph")


@rule("spans.span_id", "spans.part", "spans.paragraph", "spans.start", "spans.end")
def parts_are_in_order(case):
    spans = defaultdict(list)
    for row in case["spans"]:
        spans[row["span_id"]].append(row)
    for parts in spans.values():
        for number, row in enumerate(sorted(parts, key=lambda row: row["part"]), start=1):
            if row["part"] != number:
                yield row.wrong("part", f"part {number} is missing", "number the parts of a span 1, 2, 3 ...")
                break
        for one, other in pairwise(sorted(parts, key=lambda row: row["part"])):
            if (other["paragraph"], other["start"]) < (one["paragraph"], one["end"]):
                message = f"begins before part {one['part']} ends"
                yield other.wrong("start", message, "give the parts in the order of the text, without overlap")


@rule("spans.span_id")
def spans_are_used(case):
    pointers = [
        (resource["name"], column)
        for resource in case.package["resources"]
        for key in resource["schema"].get("foreignKeys", [])
        if key["reference"].get("resource") == "spans"
        for column in key["fields"]
    ]
    if any(f"{table}.{column}" not in case.sound for table, column in pointers):
        return
    used = {row[column] for table, column in pointers for row in case[table]}
    for row in case["spans"]:
        if row["span_id"] not in used:
            yield row.wrong("span_id", "no table uses this span", "delete it, or enter it where it belongs")


@rule("claims.source", "claims.source_chain", "actors.actor_id")
def voices_are_known(case):
    known = {NARRATOR, *(row["actor_id"] for row in case["actors"])}
    for row in case["claims"]:
        for column, names in (("source", [row["source"]]), ("source_chain", row["source_chain"].split(";"))):
            for name in names:
                if name not in known:
                    remedy = "add it to actors.csv, or correct it here"
                    yield row.wrong(column, f"{name!r} is neither narrator nor an actor", remedy)


@rule("claims.source", "claims.source_chain")
def chains_lead_to_the_source(case):
    for row in case["claims"]:
        chain, source = row["source_chain"].split(";"), row["source"]
        if chain[0] != NARRATOR or chain[-1] != source or NARRATOR in chain[1:]:
            remedy = "begin with narrator, end with the source, and put those who refer to it in between"
            yield row.wrong("source_chain", f"the chain does not lead from the narrator to {source}", remedy)


@rule("claims.source", "claims.quote_type", *(f"claims.{column}" for column in CUE))
def cues_fit_the_source(case):
    for row in case["claims"]:
        narrator = row["source"] == NARRATOR
        for column in CUE:
            if narrator and row[column]:
                yield row.wrong(column, f"the narrator has no {column}", "empty the cell, or name the source")
            elif not narrator and not row[column] and column != "source_span":
                yield row.wrong(column, f"{row['source']} says it, but the {column} is empty", "fill it in")
        if narrator != (row["quote_type"] == "none"):
            remedy = "none for the narrator's own claims; direct, mixed or indirect for everyone else's"
            yield row.wrong("quote_type", f"{row['quote_type']} does not go with {row['source']}", remedy)


@rule("claims.certainty", "claims.polarity")
def certainty_goes_with_polarity(case):
    for row in case["claims"]:
        legal = LEGAL_POLARITIES.get(row["certainty"], [row["polarity"]])
        if row["polarity"] not in legal:
            remedy = f"{row['certainty']} goes with {' or '.join(legal)}"
            yield row.wrong("polarity", f"{row['certainty']} does not go with {row['polarity']}", remedy)


@rule("claim_links.claim_id", "claim_links.other_id", "claim_links.relation")
def links_are_between_two(case):
    seen = set()
    for row in case["claim_links"]:
        one, other, relation = row["claim_id"], row["other_id"], row["relation"]
        if one == other:
            yield row.wrong("other_id", "a claim is linked to itself", "name the other claim")
        elif relation in SYMMETRIC and (other, one, relation) in seen:
            yield row.wrong("other_id", "the same link stands above the other way round", "delete one of the two")
        seen.add((one, other, relation))


@rule("quantities.low", "quantities.high", "quantities.bound", "quantities.as_of")
def bounds_hold(case):
    for row in case["quantities"]:
        words, holds = BOUNDS.get(row["bound"], ("", lambda low, high: True))
        is_date = row["as_of"] and row["low"] is None and row["high"] is None  # a weekday is exact, and no number
        if not is_date and not holds(row["low"], row["high"]):
            remedy = f"{row['bound']} means that {words}, or that a date in as_of says it all"
            yield row.wrong("bound", f"{row['bound']} does not fit low and high", remedy)


@rule("events.event_id", "events.status", "event_actors.event_id")
def actual_events_have_actors(case):
    acted = {row["event_id"] for row in case["event_actors"]}
    for row in case["events"]:
        if row["status"] == "actual" and row["event_id"] not in acted:  # a war that is feared may be nobody's
            yield row.wrong("event_id", "it happens, but nobody takes part", "add a row to event_actors.csv")


@rule(
    *("quantities.span_id", "quantities.claim_id", "events.span_id", "events.claim_id"),
    *("claims.claim_id", "claims.content_span", "spans.span_id", "spans.paragraph"),
)
def anchors_lie_in_the_paragraph_of_the_claim(case):
    where = _paragraphs_of_spans(case)
    content = {row["claim_id"]: row["content_span"] for row in case["claims"]}
    for table in ("quantities", "events"):
        for row in case[table]:
            claim = row["claim_id"]
            if claim and not where[row["span_id"]] & where[content[claim]]:
                yield row.wrong(
                    "claim_id", f"{claim} is in another paragraph than these words", "correct one of the two"
                )


@rule("questions.claims", "claims.claim_id")
def questions_name_claims(case):
    known = {row["claim_id"] for row in case["claims"]}
    for row in case["questions"]:
        for claim in row["claims"].split(";"):
            if claim not in known:
                yield row.wrong("claims", f"{claim!r} is not in the table claims", "add it there, or correct it here")


@rule("codings.variable", "codings.value", "claims.source", "actors.actor_id")
def codings_are_legal(case):
    fields = next(table["schema"]["fields"] for table in case.package["resources"] if table["name"] == "claims")
    labels = {field["name"]: set(vocabulary(field)) for field in fields if vocabulary(field)}
    labels["source"] = {NARRATOR, *(row["actor_id"] for row in case["actors"])}
    for row in case["codings"]:
        variable, value = row["variable"], row["value"]
        if variable == CONTENT_SPAN:
            continue  # see markings_fit
        if variable not in labels:
            remedy = f"one of {', '.join([*labels, CONTENT_SPAN])}"
            yield row.wrong("variable", f"{variable!r} is no column of claims with a list of labels", remedy)
        elif value not in labels[variable]:
            yield row.wrong("value", f"{value!r} is no label of {variable}", "see the codebook for its labels")


@rule("codings.variable", "codings.value", "paragraphs.paragraph", "paragraphs.n_chars")
def markings_fit(case):
    length = {row["paragraph"]: row["n_chars"] for row in case["paragraphs"]}
    for row in case["codings"]:
        if row["variable"] == CONTENT_SPAN and (wrong := _misfit(row["value"], length)):
            yield row.wrong("value", *wrong)


def _misfit(marking, length):
    """What is wrong with a marking, and its remedy; None if nothing is. length: of each paragraph."""
    try:
        parts = stretches(marking)
    except ValueError as error:
        return str(error), "write 3:10-55, or 3:10-55;3:60-72 for several stretches"
    for paragraph, start, end in parts:
        if paragraph not in length:
            return f"there is no paragraph {paragraph}", "correct the number before the colon"
        if end > length[paragraph]:
            message = f"{paragraph}:{start}-{end} ends after paragraph {paragraph}, which ends at {length[paragraph]}"
            return message, "correct the end, or the number of the paragraph"
    for (paragraph, _, end), (next_paragraph, start, _) in pairwise(parts):
        if (next_paragraph, start) < (paragraph, end):
            return (
                f"{next_paragraph}:{start} begins before {paragraph}:{end}",
                "give the stretches in the order of the text",
            )
    return None


@rule()
def gists_are_short(case):
    for rows in case.tables.values():
        for row in rows:
            count = len(row.get("gist", "").split())
            if count > GIST_WORDS:
                yield row.wrong("gist", f"{count} words", f"say it in at most {GIST_WORDS}")


@rule()
def words_are_our_own(case):
    if case.text is None:
        return
    text = [word for paragraph in case.text for word in _words(paragraph)]
    places = defaultdict(list)
    for place, word in enumerate(text):
        places[word.casefold()].append(place)
    for rows in case.tables.values():
        for row in rows:
            for column, cell in row.items():
                limit = GIST_RUN if column == "gist" else ANY_RUN
                words = _words(cell) if isinstance(cell, str) else []
                for begin, end in _copied(words, text, places, limit):
                    message = f"words {begin + 1} to {end} stand in the text in the same order"
                    yield row.wrong(column, message, "say it in your own words")


def _words(text):
    return re.findall(r"\w+", re.sub("['’]", "", text))


def _copied(words, text, places, limit):
    """Runs of at least `limit` words that also stand in the text: the first and the last + 1 of each."""
    begin = 0
    while begin < len(words):
        longest = 0
        for place in places.get(words[begin].casefold(), []):
            pairs = zip(words[begin:], text[place : place + len(words)])
            run = [there for here, there in takewhile(lambda pair: pair[0].casefold() == pair[1].casefold(), pairs)]
            plain = sum(not (word[0].isupper() or word[0].isdigit()) for word in run)
            if len(run) >= limit and plain >= PLAIN_WORDS:
                longest = max(longest, len(run))
        if longest:
            yield begin, begin + longest
        begin += longest or 1


@rule(
    *("paragraphs.paragraph", "paragraphs.n_chars", "paragraphs.sha256"),
    *("spans.paragraph", "spans.start", "spans.end", "spans.sha256_16"),
)
def shipped_text_is_the_text(case):
    if case.shipped_text is None:
        return
    text = dict(enumerate(case.shipped_text, start=1))
    same = set()
    remedy = "restore article.txt, or count and hash again"
    if len(text) != len(case["paragraphs"]):
        file = next(table["path"] for table in case.package["resources"] if table["name"] == "paragraphs")
        message = f"{len(case['paragraphs'])} paragraphs, but article.txt has {len(text)}"
        yield Problem(file, None, "paragraph", message, remedy)
    for row in case["paragraphs"]:
        paragraph = text.get(row["paragraph"], "")
        if row["sha256"] != digest(paragraph):
            yield row.wrong("sha256", "this is not the hash of the paragraph in article.txt", remedy)
            continue  # its spans may all be elsewhere
        same.add(row["paragraph"])
        if row["n_chars"] != len(paragraph):
            yield row.wrong("n_chars", f"the paragraph in article.txt has {len(paragraph)} characters", remedy)
    for row in case["spans"]:
        stretch = text.get(row["paragraph"], "")[row["start"] : row["end"]]
        if row["paragraph"] in same and row["sha256_16"] != digest(stretch)[:16]:
            message = "article.txt does not have these characters at this place"
            yield row.wrong("sha256_16", message, "correct paragraph, start and end, or hash again")


# ---- of facts from elsewhere: what came after the report, and checks of its claims ----


@rule("outcomes.resolution", "outcomes.date")
def answers_have_a_day(case):
    for row in case["outcomes"]:
        settled = row["resolution"] in ("yes", "no", "answered")
        if settled and not row["date"]:
            yield row.wrong("date", f"{row['resolution']}, but on no day", "give the day on which the answer stood")
        elif row["resolution"] == "open" and row["date"]:
            yield row.wrong("date", "open, but answered on a day", "empty the cell, or give the resolution")


@rule("checks.label", "checks.citation", "checks.verified")
def verdicts_have_sources(case):
    for row in case["checks"]:
        if row["label"] != "not enough info" and not row["citation"]:
            remedy = "cite who says so; without a source it is not enough info"
            yield row.wrong("citation", f"{row['label']}, but by no source", remedy)
        elif bool(row["citation"]) != bool(row["verified"]):
            remedy = "fill in both citation and verified, or neither"
            yield row.wrong("verified", "a source, and how it was seen, go together", remedy)


@rule("checks.claim_id", "checkability.claim_id", "checkability.kind")
def checkable_claims_are_checked(case):
    kinds = {row["claim_id"]: row["kind"] for row in case["checkability"]}
    checked = {row["claim_id"] for row in case["checks"]}
    for row in case["checkability"]:
        if row["kind"] in CHECKABLE and row["claim_id"] not in checked:
            yield row.wrong("claim_id", f"a {row['kind']}, but never checked", "add its rows to checks.csv")
    for row in case["checks"]:
        kind = kinds.get(row["claim_id"])
        if kind not in CHECKABLE:
            message = f"a {kind} cannot be checked" if kind else "not in the table checkability"
            yield row.wrong("claim_id", message, "delete the check, or correct the kind in checkability.csv")


@rule("live.closes", "live.days")
def live_questions_close(case):
    for row in case["live"]:
        if bool(row["closes"]) == bool(row["days"]):
            remedy = "give the day in closes, or the number of days from each forecast in days"
            yield row.wrong("closes", "needs one way to close", remedy)


def _paragraphs_of_spans(case):
    paragraphs_of = defaultdict(set)
    for row in case["spans"]:
        paragraphs_of[row["span_id"]].add(row["paragraph"])
    return paragraphs_of
