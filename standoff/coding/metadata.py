"""Describe the data of a case: from the sheet `about` to the head of the descriptor, and the citation."""

from collections import defaultdict
from pathlib import Path

from ..files import write_atomically
from ..problems import Problem, Row
from ..schema import parse
from .sheets import FOLDER

IGNORE = f"# The text may not be shared, nor may the sheets, which quote it.\n/article.txt\n/{FOLDER}/\n"
LICENCES = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": (
        "Creative Commons Attribution-ShareAlike 4.0 International",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    "CC0-1.0": ("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
ENTRIES = {  # of the sheet, and what to write
    "title": "of the data, as it is to be cited",
    "description": "one or two sentences: which text, what was coded",
    "authors": "of the data, as they wish to be cited, separated by semicolons",
    "version": "1.0.0; change the last number after a correction, the middle one after additions",
    "data_date": "day of this version, as 2024-05-31",
    "data_licence": "of your tables: CC-BY-4.0, CC0-1.0 or another identifier from spdx.org/licenses",
    "text_title": "headline, author and publisher of the text, as you would cite it",
    "text_date": "day of the text, as 2024-05-09; empty if unknown",
    "text_link": "where the text can be read; may be empty",
    "text_licence": "the text's licence, only if it may be shared. Empty: git leaves the text out",
}
_DATE = ("date", ".*", "a date", "write it as 2024-05-09")
_LICENCE = (  # Nearly every identifier of SPDX ends in a version: CC0 and CC-BY are none, and say less than they seem to.
    "string",
    r"MIT|ISC|Zlib|Unlicense|LicenseRef-.+|[A-Za-z][\w.+-]*-\d[\w.+-]*",
    "the identifier of a licence",
    "write one of spdx.org/licenses, such as CC0-1.0 or CC-BY-4.0",
)
SHAPES = {  # by entry: the type and the pattern of its value, what this is called, and how to write it
    "version": ("string", r"\d+\.\d+\.\d+", "a version", "write three numbers, as 1.0.0"),
    **dict.fromkeys(["data_date", "text_date"], _DATE),
    **dict.fromkeys(["data_licence", "text_licence"], _LICENCE),
}
NEEDED = ["title", "description", "authors", "version", "data_date", "data_licence", "text_title"]


def describe(package: dict, rows: list[Row]) -> tuple[dict, list[Problem]]:
    """Return a descriptor with what the rows of the sheet `about` say, and what is wrong with these rows."""
    entries, problems = defaultdict(str), []
    for row in rows:
        if row.key not in ENTRIES:
            problems.append(row.wrong("entry", "there is no such entry", f"they are {', '.join(ENTRIES)}"))
        elif problem := wrong(row.key, row["value"]):
            problems.append(row.wrong("value", *problem))
        else:
            entries[row.key] = row["value"]
    authors = [name.strip() for name in entries["authors"].split(";") if name.strip()]
    source = {
        "title": entries["text_title"] or "not stated yet",
        "path": entries["text_link"],
        "license": entries["text_licence"],
    }
    head = {
        "$schema": package["$schema"],
        "name": package["name"],
        "title": entries["title"] or package["name"],
        "description": entries["description"],
        "version": entries["version"] or "0.1.0",
        "created": entries["data_date"] and f"{entries['data_date']}T00:00:00Z",
        "reportDate": entries["text_date"],
        "licenses": [licence(entries["data_licence"])] if entries["data_licence"] else [],
        "contributors": [{"title": name, "roles": ["creator"]} for name in authors],
        "sources": [{key: value for key, value in source.items() if value}],
        "resources": package["resources"],
    }
    return {key: value for key, value in head.items() if value}, problems


def wrong(entry: str, value: str) -> tuple[str, str] | None:
    """Return what is wrong with the value of an entry, and its remedy; None if nothing is."""
    kind, pattern, words, remedy = SHAPES.get(entry, ("string", "(?s).*", "", ""))
    try:
        parse(value, {"type": kind, "constraints": {"pattern": pattern}})
    except ValueError:
        return f"{value!r} is not {words}", remedy
    return None


def licence(name: str) -> dict[str, str]:
    """Return a licence as a descriptor has it, from its identifier."""
    if name in LICENCES:
        title, path = LICENCES[name]
        return {"name": name, "title": title, "path": path}
    return {"name": name, "path": f"https://spdx.org/licenses/{name}.html"}


def citation(package: dict) -> str | None:
    """Return how to cite the data, as a line of text; None while something for it is missing."""
    authors = "; ".join(person["title"] for person in package.get("contributors", []))
    if not authors or not all(package.get(part) for part in ("title", "version", "licenses", "sources")):
        return None
    rights, source = package["licenses"][0]["name"], package["sources"][0]["title"].rstrip(".")
    year = f" ({package['created'][:4]})" if "created" in package else ""
    data = f"{authors}{year}: {package['title']}. Data set, version {package['version']}, {rights}."
    return f"{data} On the text: {source}."


def keep_text_out(folder: Path, package: dict) -> None:
    """Let git leave out the text, and the sheets that quote it, unless a licence of the text is stated."""
    path = folder / ".gitignore"
    if "license" not in package["sources"][0]:
        write_atomically(path, IGNORE)
    elif path.is_file() and path.read_text(encoding="utf-8") == IGNORE:
        path.unlink()
