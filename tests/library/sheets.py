"""Working sheets as a diligent author would have filled them in: made from the tables of a case and its text."""

import csv

from standoff.coding.new import new
from standoff.coding.sheets import FOLDER, QUOTES, SHEETS
from standoff.quotes import Quoted, QuoteError


def write(folder, name, rows, **options):
    """Fill in a sheet: rows are dicts by column."""
    path = folder / FOLDER / f"{name}.csv"
    with open(path, "w", encoding=options.pop("encoding", "utf-8-sig"), newline="") as file:
        writer = csv.DictWriter(file, SHEETS[name], restval="", **options)
        writer.writeheader()
        writer.writerows(rows)


def rows_of(folder, name):
    with open(folder / FOLDER / f"{name}.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def case_with_sheets(case, name="mine"):
    """A new case below the current folder, all of whose sheets are filled in as the tables of `case` are: its folder."""
    folder = new(name, case.text)
    for table, rows in filled(case).items():
        write(folder, table, rows)
    return folder


def filled(case):
    """The rows of all sheets that lead to the tables of a case."""
    text = case.paragraph_texts
    quoted = Quoted(text)
    places = {
        span: [(row.paragraph, row.start, row.end) for row in parts.itertuples()]
        for span, parts in case.spans.groupby("span_id")
    }

    def quote(place, **options):
        words = " [...] ".join(text[number - 1][start:end] for number, start, end in place)
        for which in ["", *(f"#{n}" for n in range(1, 9))]:
            first, dots, rest = words.partition(" [...] ")
            try:
                if quoted.find(f"{first}{which}{dots}{rest}", **options) == place:
                    return f"{first}{which}{dots}{rest}"
            except QuoteError:
                pass
        raise LookupError(words)

    roles = case.event_actors.groupby(["event_id", "role"], observed=True)["actor_id"].agg(";".join)
    sheets = {}
    for name in SHEETS:
        if name in ("about", "topics"):
            continue
        sheets[name] = []
        for row in case[name].astype(object).where(case[name].notna(), "").to_dict("records"):
            cells = {column: str(row[column]) for column in SHEETS[name] if column in row}
            if name == "questions":
                cells["closes"] = cells["closes"][:10]
            for column in ("low", "high"):
                if name == "quantities":
                    cells[column] = cells[column].removesuffix(".0")
            if name == "events":
                cells["actors"], cells["recipients"] = (
                    roles.get((row["event_id"], r), "") for r in ("actor", "recipient")
                )
            if name in QUOTES:
                content = places[row[QUOTES[name]["quote"]]]
                cells["paragraph"] = str(content[0][0])
                for column, pointer in QUOTES[name].items():
                    if row[pointer]:
                        options = {"paragraph": content[0][0]} if column == "quote" else {"near": content}
                        cells[column] = quote(places[row[pointer]], **options)
            sheets[name].append(cells)
    topics = case.field("claims", "topic")["categories"]
    sheets["topics"] = [{"topic": topic["value"], "label": topic["label"]} for topic in topics]
    source = case.package["sources"][0]
    about = {
        "title": case.title,
        "description": case.package["description"],
        "version": case.package["version"],
        "authors": ";".join(person["title"] for person in case.package["contributors"]),
        "data_date": "2024-05-31",
        "data_licence": "CC-BY-4.0",
        "text_title": source["title"],
        "text_licence": "CC-BY-4.0",
    }
    sheets["about"] = [{"entry": entry, "value": value} for entry, value in about.items()]
    return sheets
