"""The released cases, and a variant of each that no one has seen: other rows and labels in the same tables.

An answer that is computed is right for both; one that was read off, or typed from a published solution, is right for one.
The variant is as sound as a case without a text can be: identifiers lead somewhere, labels are of the
vocabularies and go together, spans fit, and `standoff check` finds nothing. It is made from a text, the seed, alone.
"""

import csv
import datetime
import io
import json
import math
import posixpath
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

from standoff.agreement import CONTENT_SPAN, stretches
from standoff.case import vocabulary
from standoff.rules import CHECKABLE
from standoff.schema import DESCRIPTOR, unsealed
from standoff.text import digest, paragraphs

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = (".csv", ".json", ".txt")
TOGETHER = {  # labels that some rows take over from other rows, as far as they go together
    "claims": [
        ["source", "source_chain", "source_span", "cue_span", "cue_lemma", "cue_class", "quote_type", "negated_cue"],
        ["act", "addressee", "recipient"],
        ["certainty", "polarity"],
        ["time_ref"],
        ["evidence"],
        ["topic"],
    ],
    "actors": [["kind", "country", "sector"]],
    "events": [["category", "mode"]],
    "cruxes": [["problem"]],
    "background": [["category", "claim_topic"]],
    "passages": [["speaker"], ["topic"], ["certainty", "polarity"]],
}
ENOUGH = 5  # claims on a topic
DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
NO_AMOUNT = re.compile("weekday|year|hour|time|date")  # units of numbers that cannot be multiplied


def cases(seed: str) -> dict[str, dict[str, bytes]]:
    """Return the files of all cases, {"released": ..., "variant": ...}, by path ("data/report/claims.csv")."""
    released = {
        path.relative_to(DATA.parent).as_posix(): path.read_bytes()
        for path in sorted(DATA.rglob("*"))
        if path.suffix in FILES and (path.parent / DESCRIPTOR).is_file()
    }
    names = [posixpath.dirname(path) for path in released if path.endswith(DESCRIPTOR)]
    made = {name: _Case(name, released, random.Random(f"{seed}/{name.removeprefix('data/')}")) for name in names}
    weeks = random.Random(f"{seed}/weeks").randint(3, 40)  # whole weeks, so that a Tuesday is still one
    for case in sorted(made.values(), key=lambda case: case.report is not None):  # those that follow a report come last
        if case.report is None:
            case.vary()
        elif case.report in made:
            case.follow(made[case.report])
        case.move_dates(weeks)
    varied = released | {path: content for case in made.values() for path, content in case.files().items()}
    return {"released": released, "variant": varied}


def _quoted(claim):
    return claim["quote_type"] not in ("indirect", "none")


class _Case:
    """The tables of one case while they are varied: lists of dict of str."""

    def __init__(self, folder, files, chance):
        self.folder, self.chance = f"{folder}/", chance
        self.package = unsealed(json.loads(files[self.folder + DESCRIPTOR]))
        self.resources = {resource["name"]: resource for resource in self.package["resources"]}
        self.tables = {
            table: list(csv.DictReader(io.StringIO(files[self.folder + resource["path"]].decode("utf-8-sig"))))
            for table, resource in self.resources.items()
        }
        texts = {path for path in files if path.endswith(".txt") and posixpath.dirname(path) == folder}
        self.texts = {posixpath.basename(path): files[path].decode("utf-8-sig") for path in texts}

    @property
    def report(self):
        """The folder of the report whose claims this case speaks of; None if it has claims of its own."""
        found = [
            field["foundIn"]["path"]
            for resource in self.package["resources"]
            for field in resource["schema"]["fields"]
            if field.get("foundIn", {}).get("path", "").endswith("/claims.csv")
        ]
        return posixpath.dirname(posixpath.normpath(self.folder + found[0])) if found else None

    def __getitem__(self, table):
        return self.tables.get(table, [])

    def files(self):
        """Return the case as bytes by path."""
        texts = {**self.texts, DESCRIPTOR: json.dumps(self.package, indent=1, ensure_ascii=False) + "\n"}
        for table, resource in self.resources.items():
            file = io.StringIO(newline="")
            writer = csv.DictWriter(
                file, [field["name"] for field in resource["schema"]["fields"]], lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(self[table])
            texts[resource["path"]] = file.getvalue()
        return {self.folder + path: text.encode() for path, text in texts.items()}

    def values(self, table, column):
        return {row[column] for row in self[table]}

    def keep(self, table, wanted, share=1.0):
        """Keep the rows that are asked for, and about such a share of them."""
        if table in self.tables:
            self.tables[table] = [row for row in self[table] if wanted(row) and self.some(share)]

    def some(self, share):
        return self.chance.random() < share

    # ---- a report ----

    def vary(self):
        self._drop_paragraphs()
        relayed = [dict(row) for row in self["claims"] if row["source_chain"].count(";") > 1]
        quoted = [dict(row) for row in self["claims"] if _quoted(row)]
        self._drop_claims()
        self._relabel("claims", 0.35)
        self.quote(self.values("claims", "claim_id"), quoted)
        self._relay_others(relayed)
        self._make_edges()
        self._drop_actors()
        for table in ("actors", "cruxes", "events"):
            self._relabel(table, 0.3)
        self._make_a_rare_sector()
        self._relate_again("claim_links", "relation", self.values("claim_links", "relation"))
        self._relate_again("event_actors", "actor_id", self.values("actors", "actor_id"))
        self._change_statuses()
        for row in self["quantities"]:
            if not NO_AMOUNT.search(row["unit"]):
                self._scale(row, "low", "high")
        for row in self["paragraphs"] if not self.texts else []:
            row["n_chars"] = str(int(row["n_chars"]) + self.chance.randrange(80))
        self._recode()
        self._drop_unused_spans()

    def _drop_paragraphs(self):
        """Leave out the last ones, as if the report had ended there."""
        last = len(self["paragraphs"]) - self.chance.randint(1, 1 + len(self["paragraphs"]) // 10)
        self.tables["paragraphs"] = self["paragraphs"][:last]
        for name, text in self.texts.items():
            self.texts[name] = "".join(f"{paragraph}\n\n" for paragraph in paragraphs(text)[:last])
        beyond = {row["span_id"] for row in self["spans"] if int(row["paragraph"]) > last}
        self.keep("claims", lambda row: not beyond & {row["source_span"], row["cue_span"], row["content_span"]})
        for table in ("quantities", "events", "cruxes", "spans"):
            self.keep(table, lambda row: row["span_id"] not in beyond)
        for row in self["actors"]:
            if row["span_id"] in beyond:  # first named where the report no longer goes
                row["span_id"] = self["spans"][-1]["span_id"]
        self.keep("codings", lambda row: row["variable"] != CONTENT_SPAN or stretches(row["value"])[-1][0] <= last)

    def _drop_claims(self):
        """Leave out a fifth of the claims, but not all of a paragraph; and what hung on them, and a little of all else."""
        where = defaultdict(set)
        for row in self["spans"]:
            where[row["span_id"]].add(row["paragraph"])
        left = Counter(number for row in self["claims"] for number in where[row["content_span"]])
        gone, wanted = set(), len(self["claims"]) * self.chance.uniform(0.15, 0.25)
        for row in self.chance.sample(self["claims"], len(self["claims"])):
            here = where[row["content_span"]]
            if len(gone) < wanted and all(left[number] > 1 for number in here):
                gone.add(row["claim_id"])
                left.subtract(here)
        self.keep("claims", lambda row: row["claim_id"] not in gone)
        claims = self.values("claims", "claim_id")
        self.keep("claim_links", lambda row: {row["claim_id"], row["other_id"]} <= claims, 0.9)
        self.keep("quantities", lambda row: row["claim_id"] in claims | {""}, 0.95)
        self.keep("events", lambda row: row["claim_id"] in claims, 0.95)
        events = self.values("events", "event_id")
        self.keep("event_actors", lambda row: row["event_id"] in events)
        self.keep("cruxes", lambda row: True, 0.8)
        self.keep("codings", lambda row: row["unit_id"] in claims)
        for row in self["questions"]:
            row["claims"] = ";".join(claim for claim in row["claims"].split(";") if claim in claims)
        spare = self.chance.choice(self["questions"])["question_id"] if len(self["questions"]) > 3 else None
        self.keep("questions", lambda row: row["claims"] and row["question_id"] != spare)

    def _relabel(self, table, share):
        """Give rows labels of others, of those with one of the labels more often: so shares and ranks change."""
        for columns in TOGETHER[table]:
            self._take_over(self[table], columns, share)

    def _take_over(self, rows, columns, share):
        if not rows:
            return
        before = [dict(row) for row in rows]
        favourite = self.chance.choice(sorted({row[columns[0]] for row in rows}))
        favoured = [row for row in before if row[columns[0]] == favourite]
        for row in rows:
            if self.some(share):
                donor = self.chance.choice(favoured if self.some(0.5) else before)
                row.update((column, donor[column]) for column in columns)

    def _relay_others(self, relayed):
        """Let the last claim be heard through another source, and one more through two, since the report has few of these."""
        if relayed:
            *others, last = self["claims"]
            for taker in (last, other := self.chance.choice(others)):
                donor = self.chance.choice(relayed)
                taker.update((column, donor[column]) for column in TOGETHER["claims"][0])
            chain = other["source_chain"].split(";")
            between = self.chance.choice(sorted(self.values("actors", "actor_id") - {*chain}))
            other["source_chain"] = ";".join([chain[0], between, *chain[1:]])

    def quote(self, claim_ids, donors=()):
        """Let at least ENOUGH of these claims, if there are so many, stand in quotation marks: the report has few."""
        among = [row for row in self["claims"] if row["claim_id"] in claim_ids]
        takers = [row for row in among if not _quoted(row) and row["source_chain"].count(";") < 2]
        donors = [row for row in self["claims"] if _quoted(row)] or donors
        lacking = max(0, ENOUGH - sum(map(_quoted, among)))
        for row in self.chance.sample(takers, min(lacking, len(takers) if donors else 0)):
            donor = self.chance.choice(donors)
            row.update((column, donor[column]) for column in TOGETHER["claims"][0])

    def _make_edges(self):
        """Let one topic have exactly five claims, one just too few, and the narrator be silent on a third, if claims suffice.

        So rules like "at least five" and "a topic without ... stays" decide something on every variant.
        """
        about = defaultdict(list)
        for row in self["claims"]:
            about[row["topic"]].append(row)
        *topics, largest = sorted(about, key=lambda topic: len(about[topic]))
        surplus, untouched = [], topics
        for size in (ENOUGH, ENOUGH - 1):
            edge = next((topic for topic in untouched if len(about[topic]) >= size), None)
            surplus += about[edge][size:] if edge else []
            untouched = [topic for topic in untouched if topic != edge]
        for topic in untouched:
            narrated = [row for row in about[topic] if row["source"] == "narrator"]
            if len(about[topic]) - len(narrated) >= ENOUGH:
                surplus += narrated
                break
        for row in surplus:
            row["topic"] = largest

    def _drop_actors(self):
        """Leave out some of those who say nothing and have no members."""
        needed = {name for row in self["claims"] for name in row["source_chain"].split(";")}
        needed |= self.values("actors", "part_of")
        spare = [row["actor_id"] for row in self["actors"] if row["actor_id"] not in needed]
        gone = set(self.chance.sample(spare, min(len(spare), self.chance.randint(2, 6))))
        for table in ("actors", "event_actors"):
            self.keep(table, lambda row: row["actor_id"] not in gone)
        self.keep("codings", lambda row: row["variable"] != "source" or row["value"] not in gone)
        for row in self["claims"]:
            row.update((column, "") for column in ("addressee", "recipient") if row[column] in gone)

    def _make_a_rare_sector(self):
        """Let one sector have a single actor, who is no person if one of its actors is none."""
        of = defaultdict(list)
        for row in self["actors"]:
            if row["sector"]:
                of[row["sector"]].append(row)
        rare, *_, common = sorted(of, key=lambda sector: len(of[sector]))
        _, *others = sorted(of[rare], key=lambda row: row["kind"] == "person")
        for row in others:
            donor = self.chance.choice(of[common])
            row.update((column, donor[column]) for column in TOGETHER["actors"][0])

    def _relate_again(self, table, column, values):
        """Give rows another value where no other row has the same key then, in whatever order its parts are."""
        key = self.resources[table]["schema"]["primaryKey"]
        taken = {frozenset(row[field] for field in key) for row in self[table]}
        for row in self[table]:
            other = {**row, column: self.chance.choice(sorted(values))}
            new = frozenset(other[field] for field in key)
            if self.some(0.35) and new not in taken:
                taken.add(new)
                row.update(other)

    def _change_statuses(self):
        """Let events have other statuses; actual are those alone that have actors."""
        acted, statuses = self.values("event_actors", "event_id"), [row["status"] for row in self["events"]]
        for row in self["events"]:
            if self.some(0.3):
                row["status"] = self.chance.choice(statuses)
            if row["status"] == "actual" and row["event_id"] not in acted:
                row["status"] = "historical"

    def _scale(self, row, *columns, low=1.2, high=2.5):
        """Multiply numbers by the same factor; whole ones stay whole."""
        factor, decimals = self.chance.uniform(low, high), max(len(row[column].partition(".")[2]) for column in columns)
        for column in columns:
            if row[column]:
                row[column] = f"{float(row[column]) * factor:.{decimals and decimals + 2}f}"

    def _recode(self):
        """Let coders agree more or less than they did."""
        given = defaultdict(set)
        for row in self["codings"]:
            given[row["variable"]].add(row["value"])
        error = {coder: self.chance.uniform(0.03, 0.2) for coder in sorted(self.values("codings", "coder"))}
        for row in self["codings"]:
            if self.some(error[row["coder"]]):
                if row["variable"] == CONTENT_SPAN:
                    before, _, end = row["value"].rpartition("-")
                    start = int(before.rpartition(":")[2])
                    row["value"] = f"{before}-{max(start + 1, int(end) - self.chance.randint(1, 25))}"
                else:
                    row["value"] = self.chance.choice(sorted(given[row["variable"]]))
                row["unsure"] = self.chance.choice(["true", "false"])

    def _drop_unused_spans(self):
        used = set()
        for table, resource in self.resources.items():
            for key in resource["schema"].get("foreignKeys", []):
                if key["reference"].get("resource") == "spans":
                    used |= {row[column] for row in self[table] for column in key["fields"]}
        self.keep("spans", lambda row: row["span_id"] in used)

    # ---- dates, in any case ----

    def move_dates(self, weeks):
        def move(match):
            try:
                return str(datetime.date.fromisoformat(match[0]) + datetime.timedelta(weeks=weeks))
            except ValueError:
                return match[0]

        self.package["reportDate"] = DATE.sub(move, self.package.get("reportDate", ""))
        for table, resource in self.resources.items():
            for field in resource["schema"]["fields"]:
                column = field["name"]
                if field["type"] == "date" or column in ("date", "date_end", "as_of"):
                    for row in self[table]:
                        row[column] = DATE.sub(move, row[column])

    # ---- a case that speaks of the claims of a report ----

    def follow(self, report):
        (self._follow_traces if "traces" in self.tables else self._follow_questions)(report)

    def _follow_traces(self, report):
        """Leave out some passages, so that what leads to them is not found, and judge the rest again."""
        claims, cruxes = report.values("claims", "claim_id"), report.values("cruxes", "crux_id")
        compared = [dict(row) for row in self["traces"] if row["words"]]
        self.keep("traces", lambda row: row["claim_id"] in claims, 0.9)
        self.keep("settled", lambda row: row["crux_id"] in cruxes)
        self.keep("codings", lambda row: row["unit_id"] in claims, 0.9)
        self._shorten_texts()
        passages = sorted(self.values("passages", "passage_id"))
        gone = set(self.chance.sample(passages, len(passages) // 10))
        fields = {field["name"]: field for field in self.resources["passages"]["schema"]["fields"]}
        speakers = report.values("actors", "actor_id") | {*fields["speaker"]["foundIn"]["besides"]}
        self.keep("passages", lambda row: row["passage_id"] not in gone and row["speaker"] in speakers)
        self._relabel("passages", 0.3)
        labels = [column for columns in TOGETHER["passages"] for column in columns]
        first = {row["passage_id"]: row for row in self["passages"] if row["part"] == "1"}
        for row in self["passages"]:
            row.update((column, first[row["passage_id"]][column]) for column in labels)
        for row in self["traces"]:
            if row["passage_id"] not in first:
                row.update(dict.fromkeys(["passage_id", "words", "printed", "said"], ""), sense="not found")
        traced = [row for row in self["traces"] if row["passage_id"]]
        report.quote({row["claim_id"] for row in traced})
        self._judge_again(traced, compared, report)
        verdicts = [(row["verdict"], row["which"]) for row in self["settled"]]
        for crux in sorted(self.values("settled", "crux_id")):  # witnesses that agree go on doing so
            verdict, which = self.chance.choice(verdicts)
            for row in self["settled"]:
                if row["crux_id"] == crux and self.some(0.8):
                    row.update(verdict=verdict, which=which)

    def _judge_again(self, traces, compared, report):
        """Let words be compared where the report, as it is now, has something in quotation marks; and labels change."""
        labels = ["sense", "printed", "said", "note"]
        quoted = {row["claim_id"] for row in report["claims"] if _quoted(row)}
        for row in traces:
            if row["claim_id"] not in quoted:
                row["words"] = ""
            elif compared and not row["words"]:
                donor = self.chance.choice(compared)
                row.update((column, donor[column]) for column in ["words", *labels])
        self._take_over([row for row in traces if row["words"]], ["words", *labels], 0.35)
        self._take_over([row for row in traces if not row["words"]], labels, 0.35)

    def _shorten_texts(self):
        """Leave out the last paragraphs of each text; where there is none, only the lengths are others."""
        length = Counter(row["witness_id"] for row in self["paragraphs"])
        last = {name: length[name] - self.chance.randint(1, 2) for name in length if f"{name}.txt" in self.texts}
        for table in ("paragraphs", "passages"):
            self.keep(table, lambda row: int(row["paragraph"]) <= last.get(row["witness_id"], math.inf))
        for row in self["paragraphs"]:
            if row["witness_id"] not in last:
                row["n_chars"] = str(int(row["n_chars"]) + self.chance.randrange(80))
        for row in self["witnesses"]:
            file, end = f"{row['witness_id']}.txt", last.get(row["witness_id"])
            if end:
                text = "\n\n".join(paragraphs(self.texts[file])[:end])
                self.texts[file] = f"{text}\n"
                row.update(n_words=str(len(text.split())), sha256=digest(text))

    def _follow_questions(self, report):
        claims, questions = report.values("claims", "claim_id"), report.values("questions", "question_id")
        for table in ("checkability", "checks"):
            self.keep(table, lambda row: row["claim_id"] in claims)
        self.keep("outcomes", lambda row: row["question_id"] in questions)
        for table in ("background", "shares", "live"):
            self.keep(table, lambda row: True, 0.85)
        for table, column in (("places", "place"), ("outlines", "outline_id")):
            spare = self.chance.choice(self[table])[column]
            self.tables[table] = [row for row in self[table] if row[column] != spare]
        fields = {field["name"]: field for field in self.resources["checkability"]["schema"]["fields"]}
        for kinds in (sorted(CHECKABLE), sorted({*vocabulary(fields["kind"])} - CHECKABLE)):
            for row in self["checkability"]:
                if row["kind"] in kinds and self.some(0.4):
                    row["kind"] = self.chance.choice(kinds)
        labels = [row["label"] for row in self["checks"]]
        for row in self["checks"]:
            if row["citation"] and self.some(0.4):
                row["label"] = self.chance.choice(labels)
        for row in self["outcomes"]:
            if row["resolution"] in ("yes", "no") and self.some(0.5):
                row["resolution"] = {"yes": "no", "no": "yes"}[row["resolution"]]
            self._scale(row, "value")
        for row in self["background"]:
            self._scale(row, "value", "value_high")
        for row in self["shares"]:
            self._scale(row, "value", "value_high", low=0.7, high=0.99)
        self._relabel("background", 0.3)
