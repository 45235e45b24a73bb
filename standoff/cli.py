"""Run the commands of `standoff`: new, anchor, check, seal, verify, trace, export, schema, assignment, grade, mark."""

import argparse
import errno
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from .alignment import explain, runs, summary, verify
from .case import find, load, table_text
from .coding.anchor import TABLES, anchor
from .coding.new import DATASHEET, new
from .coding.progress import TEXT_CHANGED, progress
from .coding.sheets import FOLDER
from .coding.trace import readable, sheet, trace
from .draft import Draft
from .export import webannotation
from .files import write_atomically
from .problems import CaseError
from .rules import examine
from .schema import DESCRIPTOR, descriptor_text, read_package, renewed, source_of
from .seal import broken, sealed
from .text import TextError
from .witnesses import load_text


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status: 0 if all is well, 1 if something was found, 2 if it could not be done."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not in a notebook
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console may know fewer characters
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] in (["assignment"], ["grade"], ["mark"]):
        return _grading(arguments[arguments[0] == "assignment" :])
    if not arguments:
        _parser().print_help()
        return 0
    options = _parser().parse_args(arguments)
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("default", UnicodeWarning)
        try:
            status = options.run(options)
        except (CaseError, TextError) as error:
            print(error, file=sys.stderr)
            status = 2
        except OSError as error:  # a folder that is a file, a disk that is full
            remedy = (
                "make room" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "give a path that you may read or write"
            )
            print(f"{error.filename}: {error.strerror}. Remedy: {remedy}.", file=sys.stderr)
            status = 2
    for note in dict.fromkeys(str(note.message) for note in notes):
        print(f"Note: {note}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="standoff",
        description="One news report, read as data.",
        epilog="Begin with a text of your own: standoff new mine --text article.txt. With a copy of the report: standoff verify COPY.txt. With the data: standoff check.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run: Callable, name: str, words: str, case: str = "name or folder of a case") -> Callable:
        parser = commands.add_parser(name, help=words)
        parser.set_defaults(run=run)
        if case:
            parser.add_argument("case", help=case)
        return parser.add_argument

    add = command(_new, "new", "make the folder of a case from a text", case="")
    add("name", help="small letters, digits, hyphens: the folder is data/NAME")
    add("--text", metavar="FILE", required=True, help="with a blank line between paragraphs")
    add("--title", default="", help="headline, author and publisher of the text")
    add("--date", default="", help="day of the text, as 2024-05-09")
    add("--licence", default="", help="of the text, if it may be handed out: CC-BY-4.0")
    semicolons = {"action": "store_const", "const": ";", "default": ",", "dest": "separator"}
    add("--semicolons", **semicolons, help="write sheets for spreadsheets that separate by them")

    command(_anchor, "anchor", "make the tables of a case from its sheets (exit status 1 if rows wait)")

    add = command(_check, "check", "is a case sound? (exit status 1 if not)", case="")
    add("case", nargs="?", default="report", help="name or folder of a case (default: report)")
    add("--article", metavar="FILE", help="the text, to look for words copied from it")

    command(_seal, "seal", "write lengths and hashes of its tables into a sound case, which `check` then compares")

    add = command(_export, "export", "write a case in another format, without the text")
    add("--to", choices=["webannotation"], required=True, help="W3C Web Annotation, as JSON-LD")
    add("--output", metavar="FILE", help="(default: NAME.webannotation.json)")

    words = "give a case, or witnesses, the tables that the report has"
    command(_schema, "schema", words, case="name or folder of a case; its own topics stay")

    add = command(
        _verify, "verify", "is this file the text of a case or a witness? (exit status 1 if spans are missing)", case=""
    )
    add("article", help="a copy of the text, as a plain text file")
    words = "a case (default: report), a witness (remarks-biden), or folder/witness (practice/witnesses/conference)"
    add("--case", default="report", help=words)
    add("--all", action="store_true", help="one line per part of a span, not per paragraph")

    add = command(_trace, "trace", "find the words of a witness nearest to each quotation")
    add("witness", help="what was said, as a plain text file")
    add("--article", metavar="FILE", help="the text of the case, if the case does not ship it")
    add("--output", metavar="FILE", help="a new CSV file in which you decide: columns sense and note")

    commands.add_parser("assignment", help="`assignment release` writes assignments for students", add_help=False)
    commands.add_parser("grade", help="mark what students handed in", add_help=False)
    commands.add_parser("mark", help="change one mark, with a reason", add_help=False)
    return parser


def _new(options: argparse.Namespace) -> int:
    folder = new(options.name, options.text, options.title, options.date, options.licence, options.separator)
    paragraphs = (folder / FOLDER / "paragraphs.csv").read_text(encoding="utf-8-sig").count("\n") - 1
    print(f"Made data/{options.name} with {paragraphs} paragraphs:")
    print("  article.txt   the text, in the form in which places are counted")
    if not options.licence:
        print("                (git leaves it and the sheets out, since no licence is stated)")
    print(f"  {FOLDER}/       what you fill in, in any spreadsheet")
    print(f"  {DATASHEET}  questions to answer about your data")
    print("  *.csv, datapackage.json   the tables, made from the sheets")
    print(f"Next: fill in {FOLDER}/actors.csv and {FOLDER}/claims.csv, then run `standoff anchor {options.name}`.")
    return 0


def _anchor(options: argparse.Namespace) -> int:
    anchored = anchor(options.case)
    if anchored.changed:
        print(f"{TEXT_CHANGED} (paragraph {runs(anchored.changed)}): words are looked for in it as it is now.")
    for name, file in anchored.sources.items():
        if file != f"{FOLDER}/{name}.csv":
            print(f"Read {file} as the sheet {name}.")
    for problem in anchored.problems:
        print(problem)
    for doubt in anchored.doubts:
        print(f"Look again: {doubt}")
    print("Rows in the tables:", ", ".join(f"{name} {len(anchored.lines[name])}" for name in TABLES) + ".")
    if anchored.waiting:
        rows = "1 row of the sheets waits" if anchored.waiting == 1 else f"{anchored.waiting} rows of the sheets wait"
        print(f"{rows}. Nothing that you typed is lost.")
    print(f"Next: `standoff check {options.case}`.")
    return int(bool(anchored.problems))


def _export(options: argparse.Namespace) -> int:
    page = webannotation(load(options.case))
    path = Path(options.output or f"{page['id'].rpartition(':')[2]}.{options.to}.json")
    write_atomically(path, json.dumps(page, indent=1, ensure_ascii=False) + "\n")
    print(f"{path}: {len(page['items'])} annotations.")
    return 0


def _schema(options: argparse.Namespace) -> int:
    path = find(options.case) / DESCRIPTOR
    package = read_package(path.parent)
    new_package = renewed(package, read_package(find(source_of(package) or path.parent)))
    if new_package != package:
        write_atomically(path, descriptor_text(new_package))
    print(f"{path}: {'as it should be' if new_package == package else 'written'}.")
    print(f"Next: `standoff check {options.case}`.")
    return 0


def _seal(options: argparse.Namespace) -> int:
    folder = find(options.case)
    package = read_package(folder)
    seals = [*broken(folder, package)]
    problems = [problem for problem in examine(folder, is_finished=True).problems if problem not in seals]
    for problem in problems:
        print(problem)
    if problems:
        print("Not sealed: mend this first. No file was changed.")
        return 1
    texts = {resource["path"]: table_text(folder, resource["path"]) for resource in package["resources"]}
    files = texts | {DESCRIPTOR: descriptor_text(sealed(package, texts))}
    changed = [name for name, text in files.items() if (folder / name).read_bytes() != text.encode()]
    for name in changed:
        write_atomically(folder / name, files[name])
    print(
        f"{folder.name}: {len(texts)} tables sealed. Written: {', '.join(changed) or 'nothing, all was as it should be'}."
    )
    return 0


def _check(options: argparse.Namespace) -> int:
    findings = examine(options.case, options.article)
    if (find(options.case) / FOLDER).is_dir():
        return _guide(options, findings)
    for problem in findings.problems:
        print(problem)
    count, rows = len(findings.problems), sum(map(len, findings.tables.values()))
    print(f"{count or 'No'} problem{'s' * (count != 1)} in {len(findings.tables)} tables with {rows} rows.")
    if findings.waiting:
        rules = ", ".join(findings.waiting)
        print("Rules that wait, because a column that they read has problems or is lacking:", rules)
    if findings.text is None:
        print("Did not look for words copied from the text: give it with --article.")
    else:
        print("Looked for words copied from the text.")
    return int(bool(findings.problems))


def _guide(options: argparse.Namespace, findings: Draft) -> int:
    """Check a case that is still being made."""
    state = progress(find(options.case), findings.problems)
    print(state.paragraphs.assign(gist=state.paragraphs["gist"].map({True: "yes", False: "-"})).to_string())
    print("(claims that begin in each paragraph; per cent of its characters that claims cover; cruxes; gist written)")
    print()
    for problem in [*state.unfinished, *state.problems]:
        print(problem)
    for doubt in state.doubts:
        print(f"Look again: {doubt}")
    if state.next:
        print("Next:", *state.next, sep="\n- ")
    else:
        print("Complete: every paragraph has claims, no row waits, no rule is broken.")
        print(f"Cite as: {state.citation}")
    return int(bool(state.next))


def _grading(arguments: list[str]) -> int:
    """Hand over to the autograder with this project's assignments, which readers and students do not have."""
    if not Path(__file__).resolve().parents[1].joinpath("assignments", "course.py").is_file():
        print("Assignments and their grading are not in this folder, but in the project's repository.", file=sys.stderr)
        return 2
    from assignments.course import COURSE
    from autograder.cli import main

    return main(arguments, COURSE)


def _verify(options: argparse.Namespace) -> int:
    case = load_text(options.case)
    table = df = verify(case, options.article)
    if not options.all:
        table = pd.crosstab(df["paragraph"], df["status"], dropna=False)
        table.insert(0, "spans", table.sum(axis=1))
        table = table.reset_index()
    print(table.to_string(index=False))
    print()
    print(", ".join(f"{count} {status}" for status, count in summary(df).items()), "of", len(df))
    print(explain(case, options.article, df))
    return int((df["status"] == "missing").any())


def _trace(options: argparse.Namespace) -> int:
    path = Path(options.output) if options.output else None
    if path and path.exists():
        raise CaseError("this file exists already", "give another name: what is decided in it stays", file=str(path))
    df = trace(load(options.case), options.witness, options.article)
    if df.empty:
        print(f"{options.case} has no quotation to trace: none of its claims is direct or mixed.")
        return 0
    print(readable(df))
    print(f"Something near for {df['paragraph'].notna().sum()} of {len(df)} quotations; the wording alone is compared.")
    if path:
        write_atomically(path, sheet(df), "utf-8-sig")  # by the BOM spreadsheets know UTF-8
        print(f"{path}: decide there, in the columns words, sense and note.")
    return 0
