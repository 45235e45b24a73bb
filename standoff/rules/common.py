"""The rules for tables of every kind, of cases, witnesses and facts from elsewhere: their head, identifiers, order, cells, days.

What names a table that a folder does not have says nothing about that folder.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, count, pairwise

from .. import schema
from ..draft import Draft, rule, rule_of_finished
from ..edtf import days, known_days
from ..problems import Problem, Row
from ..text import count_damage

GIST_WORDS = 25
LOOK_ALIKE = {"LATIN", "CYRILLIC", "GREEK"}  # scripts, as the names of their letters begin
DISGUISES = {*"аеорсухіјѕАВЕКМНОРСТХІЈЅ", *"ονΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"}  # letters of the other two that look like Latin ones
ENDS = (".", "?", "!")  # of sentences
SAMPLE = 10  # cells, at the least, from which a habit is read
MOST, FEW = 0.9, 0.1  # shares of them that show that it is one
DAYS = {"quantities": "as_of", "events": "date", "background": "date date_end", "toll": "until", "live": "known_as_of"}
ORDERED = {  # by table, the columns by which its rows are in order
    "spans": "span_id part",
    "claims": "claim_id",
    "quantities": "quantity_id",
    "events": "event_id",
    "event_actors": "event_id",
    "cruxes": "crux_id",
    "questions": "question_id",
    "traces": "claim_id",
    "settled": "crux_id",
    "background": "fact_id",
    "counts": "date",
    "pullbacks": "date",
    "outlines": "outline_id n",
    "outcomes": "question_id",
    "toll": "toll_id",
    "checkability": "claim_id",
    "checks": "claim_id as_of",
    "live": "question_id",
}
ASCENDING = {  # by table, pairs of columns of which the second is not less, or not earlier, than the first
    "background": ["value value_high", "date date_end"],
    "shares": ["value value_high", "count n"],
    "pullbacks": ["date confirmed"],
    "toll": ["since until"],
    "outcomes": ["date as_of"],
}
TOGETHER = {  # by table, columns that are filled in together, or not at all
    "background": ["value bound unit counted"],
    "checks": ["citation verified"],
    "witnesses": ["n_words sha256", "derived_from derivation"],
    "traces": ["printed said"],
}
DIFFERENT = {  # by table, columns that say of each row what they say of no other
    "claims": "gist",
    "events": "gist",
    "questions": "question",
    "background": "title fact",
    "outcomes": "what",
    "shares": "what",
    "live": "question",
    "settled": "note",
}


def _columns(case: Draft, lists: dict[str, str | list[str]]) -> Iterator[tuple[list[Row], list[str]]]:
    """Yield the rows of each listed table with the columns of one list, if the folder has them and they are sound."""
    for table, names in lists.items():
        for columns in map(str.split, [names] if isinstance(names, str) else names):
            if case.sound >= {f"{table}.{column}" for column in columns}:
                yield case[table], columns


# ---- the descriptor ----


@rule_of_finished()
def the_head_is_complete(case: Draft) -> Iterator[Problem]:
    head = case.package
    licences, people = head.get("licenses") or [{}], head.get("contributors") or [{}]
    complete = {
        "$schema": head.get("$schema"),
        "name": re.fullmatch("[a-z0-9._-]+", str(head.get("name"))),
        "title": head.get("title"),
        "description": head.get("description"),
        "version": re.fullmatch(r"\d+\.\d+\.\d+", str(head.get("version"))),
        "licenses": all(licence.get("name") and licence.get("path") for licence in licences),
        "contributors": all(person.get("title") and person.get("roles") for person in people),
        "sources": head.get("sources") and all(source.get("title") for source in head["sources"]),
    }
    for entry, is_there in complete.items():
        if not is_there:
            remedy = "say it as in data/report/datapackage.json"
            yield Problem("it is empty or incomplete", remedy, schema.DESCRIPTOR, column=entry)


@rule_of_finished()
def tables_and_columns_are_described(case: Draft) -> Iterator[Problem]:
    for resource in case.package["resources"]:
        fields = {f"{resource['name']}.{field['name']}": field for field in resource["schema"]["fields"]}
        for address, described in {resource["name"]: resource, **fields}.items():
            if not described.get("description"):
                yield Problem("its meaning is not described", "describe it", schema.DESCRIPTOR, column=address)
        if not schema.primary_key(resource):
            remedy = "name the columns that tell its rows apart"
            yield Problem("no primaryKey", remedy, schema.DESCRIPTOR, column=resource["name"])


@rule_of_finished()
def texts_that_are_sources_are_there(case: Draft) -> Iterator[Problem]:
    for source in case.package.get("sources") or []:
        path = source.get("path", "")
        if path and ":" not in path and not (case.folder / path).is_file():
            yield Problem("the file is missing", f"restore it: it is a source of {schema.DESCRIPTOR}", path)


# ---- rows ----


@rule_of_finished()
def identifiers_are_unbroken(case: Draft) -> Iterator[Problem]:
    """Look for numbers that are missing; one whose row was withdrawn is listed under `retired` in the descriptor.

    Identifiers are a letter and a number, in a column that leads a primary key and is no pointer to another table.
    """
    retired = {*case.package.get("retired", [])}
    for resource in case.package["resources"]:
        name, column = resource["name"], (schema.primary_key(resource) or [""])[0]
        if column in schema.pointers(resource) or f"{name}.{column}" not in case.sound:
            continue
        first = {row[column]: row for row in reversed(case[name])}
        keys = sorted((key for key in first if re.fullmatch(r"[a-z]\d+", str(key))), key=in_order)
        if len(keys) < len(first):
            continue  # words, or numbers of paragraphs
        expected = (number for number in _numbers(keys) if number not in retired)
        for key, number in zip(keys, expected):
            if key != number:
                remedy = "restore the row that was lost or renamed; list a number that is given up under retired"
                yield first[key].wrong(column, f"there is no {number}", f"{remedy} in {schema.DESCRIPTOR}")
                break


def in_order(cell: object) -> object:
    """Return what to sort an identifier by, so that c999 is before c1000; any other value as it is."""
    return (len(cell), cell) if isinstance(cell, str) else cell


def _numbers(keys: list[str]) -> Iterator[str]:
    width = len(keys[0]) - 1 if keys else 0
    return (f"{keys[0][0]}{number:0{width}}" for number in count(1))


@rule_of_finished()
def rows_are_in_order(case: Draft) -> Iterator[Problem]:
    for rows, columns in _columns(case, ORDERED):
        for before, row in pairwise(rows):
            if [in_order(row[column]) for column in columns] < [in_order(before[column]) for column in columns]:
                remedy = f"restore {columns[0]}, or put the rows in its order"
                yield row.wrong(columns[0], f"it comes after {before.key}", remedy)


# ---- cells ----


@rule()
def gists_are_short(case: Draft) -> Iterator[Problem]:
    for row in chain.from_iterable(case.tables.values()):
        count_of_words = len(str(row.get("gist") or "").split())
        if count_of_words > GIST_WORDS:
            yield row.wrong("gist", f"{count_of_words} words", f"say it in at most {GIST_WORDS}")


@rule()
def cells_are_clean(case: Draft) -> Iterator[Problem]:
    for row in chain.from_iterable(case.tables.values()):
        for column, cell in row.items():
            if isinstance(cell, str) and (message := _unclean(cell)):
                yield row.wrong(column, message, "type the cell again, or restore it")


def _unclean(cell: str) -> str | None:
    """Say what a cell has that no eye sees; None if it has nothing of the kind."""
    if cell != " ".join(cell.split(" ")).strip() or "  " in cell:
        return "spaces at one end, or two in a row"
    if cell.isascii() and cell.isprintable():
        return None
    if damaged := count_damage(cell):
        return f"{damaged} of its characters were lost when it was read in the wrong encoding"
    if strange := [character for character in cell if not character.isprintable()]:
        return f"{cell!r} has an invisible character ({_name(strange[0])})"
    if cell != unicodedata.normalize("NFC", cell):
        return f"{cell!r} has letters that are not composed (Unicode NFC)"
    words = {word: Counter(_name(letter).split()[0] for letter in word) for word in re.findall(r"[^\W\d_]+", cell)}
    for word, scripts in words.items():
        others = {script for other in words if other != word for script in words[other]} & LOOK_ALIKE
        if len(scripts.keys() & LOOK_ALIKE) > 1 or ({*word} <= DISGUISES and others == {"LATIN"}):
            rare = min(scripts, key=scripts.get)
            letter = next(letter for letter in word if _name(letter).startswith(rare))
            return f"{word!r} has a letter that looks like another ({_name(letter)})"
    return None


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")


@rule()
def lists_name_each_once(case: Draft) -> Iterator[Problem]:
    for resource in case.package["resources"]:
        for field in resource["schema"]["fields"]:
            column, separator = field["name"], field.get("separator")
            for row in case.tables.get(resource["name"], []) if separator else []:
                names = str(row[column] or "").split(separator)
                if len({*names}) < len(names):
                    twice = next(name for name in names if names.count(name) > 1)
                    yield row.wrong(column, f"{twice!r} is listed twice", "name each once, or correct one of them")


@rule()
def days_exist(case: Draft) -> Iterator[Problem]:
    for rows, columns in _columns(case, DAYS):
        for row in rows:
            for column in columns:
                try:
                    days(row[column] or "..")
                except ValueError as error:
                    message = f"there is no such day ({error})"
                    yield row.wrong(column, message, "write it as 2024-05-09, 2024-05 or 2024")


@rule()
def what_follows_is_not_less(case: Draft) -> Iterator[Problem]:
    for rows, (first, second) in _columns(case, ASCENDING):
        for row in rows:
            low, high = _measure(row[first], 0), _measure(row[second], 1)
            if low is not None and type(low) is type(high) and high < low:
                yield row.wrong(second, f"less, or earlier, than {first}", "correct one of the two")


def _measure(cell: object, end: int) -> object:
    """Return a cell as something that can be compared: a number, or of a date its first (end: 0) or last (1) day."""
    if isinstance(cell, str):
        span = known_days(cell)
        return span and span[end]
    return cell.date() if isinstance(cell, datetime) else cell


@rule()
def what_belongs_together_is_there(case: Draft) -> Iterator[Problem]:
    for rows, columns in _columns(case, TOGETHER):
        for row in rows:
            filled = [column for column in columns if row[column] is not None]
            if filled and len(filled) < len(columns):
                odd = next(column for column in columns if column not in filled)
                message = f"empty, but {' and '.join(filled)} {'is' if len(filled) == 1 else 'are'} not"
                yield row.wrong(odd, message, f"fill in {', '.join(columns)}, or none of them")


@rule_of_finished()
def sentences_are_different(case: Draft) -> Iterator[Problem]:
    for rows, columns in _columns(case, DIFFERENT):
        for column in columns:
            first = {}
            for row in rows:
                if row[column] is not None and first.setdefault(row[column], row) is not row:
                    message = f"{first[row[column]].key} says the same"
                    yield row.wrong(column, message, "say how they differ; one of them may have been overwritten")


@rule_of_finished()
def sentences_are_whole(case: Draft) -> Iterator[Problem]:
    """Expect of all cells of a column in prose what most have: a capital at the beginning, a full stop or none at the end."""
    for resource in case.package["resources"]:
        for field in resource["schema"]["fields"]:
            column, is_free = field["name"], not {"categories", "foundIn"} & field.keys()
            if field["type"] != "string" or not is_free or f"{resource['name']}.{column}" not in case.sound:
                continue
            rows = [row for row in case[resource["name"]] if row[column]]
            if len(rows) < SAMPLE or sum(" " in row[column] for row in rows) < MOST * len(rows):
                continue
            small = [row for row in rows if row[column][0].islower()]
            ended = [row for row in rows if row[column].endswith(ENDS)]
            if len(small) <= FEW * len(rows):
                for row in small:
                    yield row.wrong(column, "the others begin with a capital", "restore what it begins with")
            if len(ended) >= MOST * len(rows):
                for row in rows:
                    if not row[column].endswith(ENDS):
                        yield row.wrong(column, "the others end with a full stop", "restore what it ends with")
            elif len(ended) <= FEW * len(rows):
                for row in ended:
                    if row[column].endswith("."):
                        yield row.wrong(column, "the others end without a full stop", "end it as the others end")
