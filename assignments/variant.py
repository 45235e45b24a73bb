"""The released cases, and a variant of each that nobody has seen: other rows and labels in the same tables.

An answer that is computed is right for both; one that was read off, or typed from a published solution, is right for one.
The variant is as sound as a case can be that no text stands behind: identifiers lead somewhere, labels are of the
vocabularies and go together, spans fit, and `standoff check` finds nothing. It is made from a text, the seed, alone.
"""

import csv
import datetime
import io
import json
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

from standoff.agreement import CONTENT_SPAN, stretches
from standoff.case import vocabulary
from standoff.rules import CHECKABLE, SYMMETRIC
from standoff.text import paragraphs

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = (".csv", ".json", ".txt")
TOGETHER = [  # columns of claims that go together, whoever says them
    ["source", "source_chain", "source_span", "cue_span", "cue_lemma", "cue_class", "quote_type", "negated_cue"],
    ["act", "addressee", "recipient"],
    ["certainty", "polarity"],
    ["time_ref"],
    ["evidence"],
    ["topic"],
]
ENOUGH = 5  # claims on a topic
DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def cases(seed: str) -> dict[str, dict[str, bytes]]:
    """Return the files of all cases, {"released": ..., "variant": ...}, by path ("data/report/claims.csv")."""
    released = {
        f"data/{path.parent.name}/{path.name}": path.read_bytes()
        for path in sorted(DATA.glob("*/*"))
        if path.suffix in FILES and (path.parent / "datapackage.json").is_file()
    }
    folders = sorted({path.split("/")[1] for path in released}, key=lambda name: (name == "context", name))
    varied, report = dict(released), None
    weeks = random.Random(f"{seed}/weeks").randint(3, 40)  # whole weeks, so that a Tuesday is still one
    for name in folders:
        case = _Case(name, released, random.Random(f"{seed}/{name}"), weeks)
        if "claims" in case.tables:
            case.vary()
            report = case if name == "report" else report
        elif report:
            case.follow(report)
        varied.update(case.files())
    return {"released": released, "variant": varied}


class _Case:
    """The tables of one case while they are varied: lists of dict of str."""

    def __init__(self, name, files, chance, weeks):
        self.folder, self.chance, self.weeks = f"data/{name}/", chance, weeks
        self.package = json.loads(files[f"{self.folder}datapackage.json"])
        self.paths = {one["name"]: self.folder + one["path"] for one in self.package["resources"]}
        self.fields = {
            one["name"]: {field["name"]: field for field in one["schema"]["fields"]}
            for one in self.package["resources"]
        }
        self.tables = {
            table: list(csv.DictReader(io.StringIO(files[path].decode("utf-8-sig"), newline="")))
            for table, path in self.paths.items()
        }
        self.text = files.get(f"{self.folder}article.txt", b"").decode("utf-8-sig")

    def __getitem__(self, table):
        return self.tables.get(table, [])

    def files(self):
        """Return the case as bytes by path."""
        made = {f"{self.folder}article.txt": self.text.encode()} if self.text else {}
        made[f"{self.folder}datapackage.json"] = (
            json.dumps(self.package, indent=1, ensure_ascii=False) + "\n"
        ).encode()
        for table, rows in self.tables.items():
            file = io.StringIO(newline="")
            writer = csv.DictWriter(file, list(self.fields[table]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            made[self.paths[table]] = file.getvalue().encode()
        return made

    def keep(self, table, wanted):
        if table in self.tables:
            self.tables[table] = [row for row in self.tables[table] if wanted(row)]

    def some(self, share):
        return self.chance.random() < share

    # ---- a report ----

    def vary(self):
        self._drop_paragraphs()
        self._drop_claims()
        self._drop_what_hung_on_them()
        self._relabel_claims()
        self._make_edges()
        self._drop_actors()
        self._relabel_the_rest()
        self._recode()
        self._drop_unused_spans()
        self._move_dates()

    def _drop_paragraphs(self):
        """Leave out the last ones, as if the report had ended there."""
        last = len(self["paragraphs"]) - self.chance.randint(1, 1 + len(self["paragraphs"]) // 10)
        self.tables["paragraphs"] = self["paragraphs"][:last]
        self.text = "".join(f"{one}\n\n" for one in paragraphs(self.text)[:last])
        beyond = {row["span_id"] for row in self["spans"] if int(row["paragraph"]) > last}
        self.keep("claims", lambda row: not beyond & {row["source_span"], row["cue_span"], row["content_span"]})
        for table in ("quantities", "events", "cruxes"):
            self.keep(table, lambda row: row["span_id"] not in beyond)
        last_span = next(row["span_id"] for row in reversed(self["spans"]) if row["span_id"] not in beyond)
        for row in self["actors"]:
            if row["span_id"] in beyond:  # first named where the report no longer goes
                row["span_id"] = last_span
        self.keep("spans", lambda row: row["span_id"] not in beyond)
        self.keep("codings", lambda row: row["variable"] != CONTENT_SPAN or stretches(row["value"])[-1][0] <= last)

    def _drop_claims(self):
        """Leave out a fifth of the claims, but not all of a paragraph."""
        where = defaultdict(set)
        for row in self["spans"]:
            where[row["span_id"]].add(row["paragraph"])
        left = Counter(number for row in self["claims"] for number in where[row["content_span"]])
        gone, wanted = set(), len(self["claims"]) * self.chance.uniform(0.15, 0.25)
        for row in self.chance.sample(self["claims"], len(self["claims"])):
            here = where[row["content_span"]]
            if len(gone) < wanted and all(left[one] > 1 for one in here):
                gone.add(row["claim_id"])
                left.subtract(here)
        self.keep("claims", lambda row: row["claim_id"] not in gone)

    def _drop_what_hung_on_them(self):
        claims = {row["claim_id"] for row in self["claims"]}
        self.keep("claim_links", lambda row: {row["claim_id"], row["other_id"]} <= claims and not self.some(0.1))
        self.keep("quantities", lambda row: row["claim_id"] in claims | {""} and not self.some(0.05))
        self.keep("events", lambda row: row["claim_id"] in claims and not self.some(0.05))
        events = {row["event_id"] for row in self["events"]}
        self.keep("event_actors", lambda row: row["event_id"] in events)
        self.keep("cruxes", lambda row: not self.some(0.2))
        self.keep("codings", lambda row: row["unit_id"] in claims)
        for row in self["questions"]:
            row["claims"] = ";".join(claim for claim in row["claims"].split(";") if claim in claims)
        spare = self.chance.choice(self["questions"])["question_id"] if len(self["questions"]) > 3 else None
        self.keep("questions", lambda row: row["claims"] and row["question_id"] != spare)

    def _relabel_claims(self):
        """Give many claims labels of others, some labels more than others: so shares and ranks change."""
        before = [dict(row) for row in self["claims"]]
        for columns in TOGETHER:
            values = sorted({row[columns[0]] for row in before})
            favourite = self.chance.choice(values)
            favoured = [row for row in before if row[columns[0]] == favourite]
            for row in self["claims"]:
                if self.some(0.35):
                    donor = self.chance.choice(favoured if self.some(0.5) else before)
                    row.update((column, donor[column]) for column in columns)

    def _make_edges(self):
        """Let one topic have exactly five claims, and the narrator be silent on another, where there are claims enough.

        So rules like "at least five" and "a topic without ... stays" decide something on every variant.
        """
        about = defaultdict(list)
        for row in self["claims"]:
            about[row["topic"]].append(row)
        *topics, largest = sorted(about, key=lambda topic: len(about[topic]))
        edge = next((topic for topic in topics if len(about[topic]) >= ENOUGH), None)
        surplus = about[edge][ENOUGH:] if edge else []
        for topic in topics:
            own = [row for row in about[topic] if row["source"] == "narrator"]
            if topic != edge and len(about[topic]) - len(own) >= ENOUGH:
                surplus += own
                break
        for row in surplus:
            row["topic"] = largest

    def _drop_actors(self):
        """Leave out some of those who say nothing and to whom nobody belongs."""
        speaking = {name for row in self["claims"] for name in row["source_chain"].split(";")}
        parents = {row["part_of"] for row in self["actors"]}
        spare = [row["actor_id"] for row in self["actors"] if row["actor_id"] not in speaking | parents]
        gone = set(self.chance.sample(spare, min(len(spare), self.chance.randint(2, 6))))
        self.keep("actors", lambda row: row["actor_id"] not in gone)
        self.keep("event_actors", lambda row: row["actor_id"] not in gone)
        self.keep("codings", lambda row: row["variable"] != "source" or row["value"] not in gone)
        for row in self["claims"]:
            row.update((column, "") for column in ("addressee", "recipient") if row[column] in gone)
        acted = {row["event_id"] for row in self["event_actors"]}
        for row in self["events"]:
            if row["event_id"] not in acted and row["status"] == "actual":
                row["status"] = "historical"

    def _relabel_the_rest(self):
        self._share_out("actors", ["kind", "country", "sector"], 0.3)
        self._share_out("cruxes", ["problem"], 0.3)
        self._share_out("events", ["category", "mode"], 0.3)
        acted = {row["event_id"] for row in self["event_actors"]}
        statuses = [row["status"] for row in self["events"]]
        for row in self["events"]:
            status = self.chance.choice(statuses)
            if self.some(0.3) and (status != "actual" or row["event_id"] in acted):
                row["status"] = status
        actors = [row["actor_id"] for row in self["actors"]]
        seen = {tuple(row.values()) for row in self["event_actors"]}
        for row in self["event_actors"]:
            other = {**row, "actor_id": self.chance.choice(actors)}
            if self.some(0.2) and tuple(other.values()) not in seen:
                seen.add(tuple(other.values()))
                row.update(other)
        self._relate_anew()
        for row in self["quantities"]:
            if not re.search("weekday|year|hour|time|date", row["unit"]):
                self._scale(row, "low", "high")
        if not self.text:
            for row in self["paragraphs"]:
                row["n_chars"] = str(int(row["n_chars"]) + self.chance.randrange(80))

    def _share_out(self, table, columns, share):
        before = [dict(row) for row in self[table]]
        for row in self[table]:
            if self.some(share):
                donor = self.chance.choice(before)
                row.update((column, donor[column]) for column in columns)

    def _relate_anew(self):
        relations = [row["relation"] for row in self["claim_links"]]
        seen = {(row["claim_id"], row["other_id"], row["relation"]) for row in self["claim_links"]}
        for row in self["claim_links"]:
            one, other, relation = row["claim_id"], row["other_id"], self.chance.choice(relations)
            mirrored = relation in SYMMETRIC and (other, one, relation) in seen
            if self.some(0.4) and (one, other, relation) not in seen and not mirrored:
                seen.add((one, other, relation))
                row["relation"] = relation

    def _scale(self, row, *columns):
        """Multiply numbers; whole ones stay whole, and one that was less than the next stays so."""
        factor, last = self.chance.uniform(1.2, 2.5), None
        for column in columns:
            if row[column]:
                old = float(row[column])
                new = old * factor if old % 1 else float(round(old * factor))
                if last and last[0] < old and last[1] >= new:
                    new = last[1] + 1
                last = old, new
                row[column] = f"{new:.15g}" if new % 1 == 0 or old % 1 == 0 else f"{new:.4g}"

    def _recode(self):
        """Let coders agree more or less than they did."""
        given = defaultdict(set)
        for row in self["codings"]:
            given[row["variable"]].add(row["value"])
        values = {variable: sorted(those) for variable, those in given.items()}
        error = {coder: self.chance.uniform(0.03, 0.2) for coder in sorted({row["coder"] for row in self["codings"]})}
        for row in self["codings"]:
            if self.some(error[row["coder"]]):
                if row["variable"] == CONTENT_SPAN:
                    parts = stretches(row["value"])
                    paragraph, start, end = parts[-1]
                    parts[-1] = paragraph, start, max(start + 1, end - self.chance.randint(1, 25))
                    row["value"] = ";".join(f"{number}:{begin}-{stop}" for number, begin, stop in parts)
                else:
                    row["value"] = self.chance.choice(values[row["variable"]])
                row["unsure"] = self.chance.choice(["true", "false"])

    def _drop_unused_spans(self):
        pointers = [
            (one["name"], column)
            for one in self.package["resources"]
            for key in one["schema"].get("foreignKeys", [])
            if key["reference"].get("resource") == "spans"
            for column in key["fields"]
        ]
        used = {row[column] for table, column in pointers for row in self[table]}
        self.keep("spans", lambda row: row["span_id"] in used)

    # ---- dates, in any case ----

    def _move_dates(self):
        self.package["reportDate"] = self._moved(self.package.get("reportDate", ""))
        for table, fields in self.fields.items():
            for column, about in fields.items():
                if about["type"] == "date" or column in ("date", "date_end", "as_of"):
                    for row in self[table]:
                        row[column] = self._moved(row[column])

    def _moved(self, cell):
        def move(match):
            try:
                return str(datetime.date.fromisoformat(match[0]) + datetime.timedelta(weeks=self.weeks))
            except ValueError:
                return match[0]

        return DATE.sub(move, cell)

    # ---- a case of context, which speaks of the claims and questions of a report ----

    def follow(self, report):
        claims = {row["claim_id"] for row in report["claims"]}
        questions = {row["question_id"] for row in report["questions"]}
        for table in ("checkability", "checks"):
            self.keep(table, lambda row: row["claim_id"] in claims)
        self.keep("outcomes", lambda row: row["question_id"] in questions)
        for table in ("background", "shares", "live"):
            self.keep(table, lambda row: not self.some(0.15))
        for kinds in (sorted(CHECKABLE), sorted(set(vocabulary(self.fields["checkability"]["kind"])) - CHECKABLE)):
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
        for table, columns in (("background", ["value", "value_high"]), ("outcomes", ["value"])):
            for row in self[table]:
                self._scale(row, *columns)
        for row in self["shares"]:
            by = self.chance.uniform(0.7, 0.99)
            for column in ("value", "value_high"):
                row[column] = row[column] and f"{float(row[column]) * by:.3g}"
        self._share_out("background", ["category", "claim_topic"], 0.3)
        self._move_dates()
