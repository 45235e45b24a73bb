"""Small valid cases, cut out of the practice report: with few claims, one speaker, no day, nothing broken, nothing open."""

import csv

from standoff.schema import DESCRIPTOR, columns_of, descriptor_text, read_package, resource_of, unsealed


def cut(folder, claims=lambda row: True, cruxes=lambda row: True, questions=lambda row: True, links=lambda row: True):
    """Leave in a copy of the practice case the rows for which these are true, and what they need.

    claims, cruxes, questions, links: functions of a row, which is a dict of its cells.
    """
    package = unsealed(read_package(folder))
    tables = {}
    for resource in package["resources"]:
        text = (folder / resource["path"]).read_text(encoding="utf-8").splitlines()
        tables[resource["name"]] = list(csv.DictReader(text))
    kept = {row["claim_id"] for row in tables["claims"] if claims(row)}
    tables["claims"] = [row for row in tables["claims"] if row["claim_id"] in kept]
    for name in ("quantities", "events"):
        tables[name] = [row for row in tables[name] if row["claim_id"] in kept]
    both = [row for row in tables["claim_links"] if {row["claim_id"], row["other_id"]} <= kept]
    tables["claim_links"] = [row for row in both if links(row)]
    tables["cruxes"] = [row for row in tables["cruxes"] if cruxes(row)]
    for row in tables["questions"]:
        row["claims"] = ";".join(claim for claim in row["claims"].split(";") if claim in kept)
    tables["questions"] = [row for row in tables["questions"] if row["claims"] and questions(row)]
    events = {row["event_id"] for row in tables["events"]}
    tables["event_actors"] = [row for row in tables["event_actors"] if row["event_id"] in events]
    units = kept | events | {row["span_id"] for row in tables["spans"]}
    tables["codings"] = [row for row in tables["codings"] if row["unit_id"] in units]
    named = {row["actor_id"] for row in tables["event_actors"]}
    for row in tables["claims"]:
        named |= {
            row["source"],
            *row["source_chain"].split(";"),
            *row["addressee"].split(";"),
            *row["recipient"].split(";"),
        }
    wholes = {row["actor_id"]: row["part_of"] for row in tables["actors"]}
    while more := {wholes.get(actor, "") for actor in named} - named:
        named |= more
    tables["actors"] = [row for row in tables["actors"] if row["actor_id"] in named]
    pointers = {
        cell
        for name, rows in tables.items()
        if name != "spans"
        for row in rows
        for column, cell in row.items()
        if "span" in column
    }
    tables["spans"] = [row for row in tables["spans"] if row["span_id"] in pointers]
    for resource in package["resources"]:
        with open(folder / resource["path"], "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns_of(resource_of(package, resource["name"])), lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables[resource["name"]])
    (folder / DESCRIPTOR).write_text(descriptor_text(package), encoding="utf-8")
    return folder


def without_a_day(folder):
    """Forget the day of the report, and every date that was told by it."""
    package = unsealed(read_package(folder))
    package.pop("reportDate", None)
    (folder / DESCRIPTOR).write_text(descriptor_text(package), encoding="utf-8")
    for name, column in (("events", "date"), ("quantities", "as_of")):
        path = folder / resource_of(package, name)["path"]
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row | {column: ""} for row in rows)
    return folder


def _first(row):
    return row["claim_id"] == "c001"


SMALL = {
    "no day": without_a_day,
    "one claim": lambda folder: cut(folder, _first, cruxes=lambda row: False),
    "two claims": lambda folder: cut(folder, lambda row: row["claim_id"] in ("c001", "c002")),
    "one speaker": lambda folder: cut(folder, lambda row: row["source"] == "tamsel", cruxes=lambda row: False),
    "the narrator alone": lambda folder: cut(folder, lambda row: row["source"] == "narrator"),
    "one question, one crux": lambda folder: cut(
        folder, cruxes=lambda row: row["crux_id"] == "x001", questions=lambda row: row["question_id"] == "k01"
    ),
    "nothing broken, nothing open": lambda folder: cut(folder, cruxes=lambda row: False, questions=lambda row: False),
    "no links": lambda folder: cut(folder, links=lambda row: False),
}
