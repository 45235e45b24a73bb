"""What a case says about itself: the sheet `about`, the head of the descriptor, the citation."""

import datetime
import re

from .sheets import FOLDER

IGNORE = f"# The text may not be handed out, nor the sheets, which quote it.\n/article.txt\n/{FOLDER}/\n"
LICENCES = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": (
        "Creative Commons Attribution-ShareAlike 4.0 International",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    "CC0-1.0": ("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
ENTRIES = {  # of the sheet, and what to write
    "title": "of the data, as one cites it",
    "description": "one or two sentences: which text, what was coded",
    "authors": "of the data, as they want to be cited, with semicolons between",
    "version": "1.0.0; change the last number after a correction, the middle one after additions",
    "data_date": "day of this version, as 2024-05-31",
    "data_licence": "of your tables: CC-BY-4.0, CC0-1.0 or another identifier from spdx.org/licenses",
    "text_title": "headline, author and publisher of the text, as you would cite it",
    "text_date": "day of the text, as 2024-05-09; empty if unknown",
    "text_link": "where the text can be read; may be empty",
    "text_licence": "only if the text is free to hand out: its licence. Empty: git leaves the text out",
}
NEEDED = ["title", "description", "authors", "version", "data_date", "data_licence", "text_title"]


def describe(package, rows):
    """A descriptor with what the rows of the sheet `about` say, and the problems of these rows."""
    entries, problems = {}, []
    for row in rows:
        if row.key in ENTRIES:
            entries[row.key] = row["value"]
        else:
            problems.append(row.wrong("entry", "there is no such entry", f"they are {', '.join(ENTRIES)}"))
        if problem := WRONG.get(row.key, lambda value: None)(row["value"]):
            problems.append(row.wrong("value", *problem))
            entries.pop(row.key)
    get = lambda entry: entries.get(entry, "")  # noqa: E731
    authors = [name.strip() for name in get("authors").split(";") if name.strip()]
    source = {"title": get("text_title") or "not stated yet"}
    if get("text_link"):
        source["path"] = get("text_link")
    head = {
        "$schema": package["$schema"],
        "name": package["name"],
        "title": get("title") or package["name"],
        "description": get("description"),
        "version": get("version") or "0.1.0",
        "created": f"{get('data_date')}T00:00:00Z" if get("data_date") else None,
        "reportDate": get("text_date"),
        "licenses": [licence(get("data_licence"))] if get("data_licence") else None,
        "contributors": [{"title": name, "roles": ["creator"]} for name in authors],
        "sources": [source | ({"license": get("text_licence")} if get("text_licence") else {})],
        "resources": package["resources"],
    }
    return {key: value for key, value in head.items() if value}, problems


def wrong_date(value):
    """What is wrong with a date, and its remedy; None if nothing is, or if it is empty. So with the next two."""
    try:
        datetime.date.fromisoformat(value or "2024-05-09")
    except ValueError:
        return f"{value!r} is not a date", "write it as 2024-05-09"


def wrong_version(value):
    if value and not re.fullmatch(r"\d+\.\d+\.\d+", value):
        return f"{value!r} is not a version", "write three numbers, as 1.0.0"


def wrong_licence(value):
    """Nearly every identifier of SPDX ends in a version: CC0 and CC-BY are none, and say less than they seem to."""
    if value and not re.fullmatch(r"MIT|ISC|Zlib|Unlicense|LicenseRef-.+|[A-Za-z][\w.+-]*-\d[\w.+-]*", value):
        near = [name for name in LICENCES if name.rpartition("-")[0] == value.upper()] or ["CC-BY-4.0", "CC0-1.0"]
        return (
            f"{value!r} is not the identifier of a licence",
            f"write one of spdx.org/licenses, such as {' or '.join(near)}",
        )


WRONG = {
    **dict.fromkeys(["text_date", "data_date"], wrong_date),
    "version": wrong_version,
    **dict.fromkeys(["data_licence", "text_licence"], wrong_licence),
}


def licence(name):
    """A licence as a descriptor has it, from its identifier."""
    title, path = LICENCES.get(name, (None, f"https://spdx.org/licenses/{name}.html"))
    return {"name": name} | ({"title": title} if title else {}) | {"path": path}


def citation(package):
    """How to cite the data, as a line of text; None while something for it is missing."""
    authors = "; ".join(person["title"] for person in package.get("contributors", []))
    if not authors or not all(package.get(part) for part in ("title", "version", "licenses", "sources")):
        return None
    rights = package["licenses"][0]["name"]
    year = f" ({package['created'][:4]})" if "created" in package else ""
    source = package["sources"][0]["title"].rstrip(".")
    return (
        f"{authors}{year}: {package['title']}. Data set, version {package['version']}, {rights}. On the text: {source}."
    )


def keep_text_out(folder, package):
    """Let git leave out the text, and the sheets that quote it, unless a licence of the text is stated."""
    path = folder / ".gitignore"
    stated = "license" in package["sources"][0]
    if not stated:
        path.write_text(IGNORE, encoding="utf-8", newline="\n")
    elif path.is_file() and path.read_text(encoding="utf-8") == IGNORE:
        path.unlink()
