"""Check whether a case is sound: by its descriptor, its seal, and rules that a descriptor cannot express.

A rule is a function that yields problems. It names the columns that it reads, and waits while one of them has a
problem with the descriptor: nothing is reported twice, and a rule need not fear what the descriptor forbids. The cells
that it reads are values: str, int, float, bool, datetime, or None where a cell is empty.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from .. import schema
from ..alignment import is_other_text, verify
from ..case import find, load, read_table, text_of
from ..draft import FINISHED, RULES, Draft
from ..problems import CaseError, Problem, Row
from ..seal import broken, is_sealed
from ..text import digest, paragraphs, read_text
from ..witnesses import WITNESSES
from . import claims, common, context, finished, texts, witnesses  # noqa: F401  (their rules register themselves)
from .context import CHECKABLE  # noqa: F401


def check(case_path: str | Path = "report", article: str | Path | None = None) -> list[Problem]:
    """Return the problems of a case in the order of its tables and rows; none if it is sound.

    case_path: name or folder of a case, as for `load`; article: path of its text, to find words copied from it (not
    needed if the case ships its text); of witnesses a text <witness_id>.txt, or a folder of these. Raises CaseError if
    there is no such case, TextError if a text is unreadable.
    """
    return examine(case_path, article).problems


def examine(case_path: str | Path = "report", article: str | Path | None = None, is_finished: bool = False) -> Draft:
    """Do what `check` does, and give an account of what was looked at.

    is_finished: hold the case to the rules for finished ones, too, as is done anyway if it is sealed.
    """
    folder = find(case_path)
    try:
        package = schema.read_package(folder)
    except CaseError as error:
        return Draft(folder, {}, {}, None, {}, [error.problem], set(), [])

    files = {resource["name"]: resource["path"] for resource in package["resources"]}
    tables, problems = {}, [*schema.descriptor_problems(package)]
    for resource in package["resources"]:
        try:
            rows = tables[resource["name"]] = read_table(folder, resource)
        except CaseError as error:
            problems.append(error.problem)
            continue
        for field in resource["schema"]["fields"]:
            problems += schema.convert(rows, field)
        problems += schema.key_problems(resource, rows)
    problems += schema.link_problems(folder, package, tables)
    if not any(problem.file == schema.DESCRIPTOR for problem in problems):
        problems += _foreign_definitions(package)
    draft = Draft(folder, package, tables, None, {}, problems, set(), [])
    if WITNESSES in files:
        problems += _read_witnesses(draft, article)
    else:
        problems += _read_text(draft, article)

    flagged = {(problem.file, column) for problem in problems for column in (problem.column or "").split(", ")}
    draft.sound = {
        f"{resource['name']}.{column}"
        for resource in package["resources"]
        for column in schema.columns_of(resource)
        if resource["name"] in tables
        and not flagged & {(resource["path"], column), (schema.DESCRIPTOR, f"{resource['name']}.{column}")}
    }
    is_finished = is_finished or is_sealed(package)
    problems += broken(folder, package)
    is_described = not any(problem.file == schema.DESCRIPTOR for problem in problems)
    for find_problems, columns in RULES.items():
        if find_problems in FINISHED and not is_finished:
            continue
        if columns <= draft.sound:
            try:
                problems += [*find_problems(draft)]
            except (AttributeError, LookupError, TypeError, ValueError):
                if is_described:
                    raise
                draft.waiting.append(find_problems.__name__)  # a column may be of another type than the rule expects
        elif files.keys() >= {column.split(".")[0] for column in columns}:  # else it is about another kind of case
            draft.waiting.append(find_problems.__name__)
    order = {file: number for number, file in enumerate(files.values())}
    problems.sort(key=lambda problem: (order.get(problem.file, -1), problem.row or 0))
    return draft


def _foreign_definitions(package: dict) -> Iterator[Problem]:
    if source := schema.source_of(package):
        with contextlib.suppress(CaseError):  # where the source is not at hand, or broken itself
            yield from schema.foreign_definitions(package, schema.read_package(find(source)))


def _read_text(draft: Draft, article: str | Path | None) -> Iterator[Problem]:
    """Put the text of a case into the draft, as far as it is at hand; yield what is wrong with one that is given."""
    if shipped := text_of(draft.folder):
        draft.text = paragraphs(read_text(shipped))
        draft.texts[None] = draft.text
    if not article:
        return
    given = paragraphs(read_text(article))
    if _is_of_another_case(draft.folder, article):
        remedy = f"give the text that the case is about ({draft.package.get('title', draft.folder.name)})"
        yield Problem("this seems to be a different text", remedy, Path(article).name)
        return
    draft.text = given
    hashes = {row.get("sha256") for row in draft.tables.get("paragraphs", [])}
    if not shipped and 2 * sum(digest(block) in hashes for block in given) > len(hashes):
        draft.texts[None], draft.text_file = given, Path(article).name  # else a copy with other quotation marks


def _is_of_another_case(folder: Path, article: str | Path) -> bool:
    try:
        return is_other_text(verify(load(folder), article))
    except (CaseError, KeyError):  # problems of the tables are reported in any case; without spans, nothing can be said
        return False


def _read_witnesses(draft: Draft, article: str | Path | None) -> Iterator[Problem]:
    """Put the texts of witnesses that are at hand into the draft; yield what is wrong with a file that is given."""
    paths, names = sorted(draft.folder.glob("*.txt")), [row["witness_id"] for row in _witnesses(draft)]
    if article:
        given = Path(article)
        files = sorted(given.glob("*.txt")) if given.is_dir() else [given]
        paths += files
        if not any(path.stem in names for path in files):
            remedy = f"name each after its witness, one of {', '.join(map(str, names))}"
            yield Problem("no text here is named after a witness", remedy, given.name)
    draft.texts = {path.stem: paragraphs(read_text(path)) for path in paths if path.stem in names}
    draft.text = [block for blocks in draft.texts.values() for block in blocks] or None


def _witnesses(draft: Draft) -> list[Row]:
    return draft.tables.get(WITNESSES, [])
