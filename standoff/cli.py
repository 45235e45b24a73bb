"""Run the commands of `standoff`: new, import, anchor, check, seal, task, merge, verify, trace, export, schema, assignment, grade, mark."""

import argparse
import errno
import json
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from .alignment import explain, runs, summary, verify
from .case import find, load, name_of, table_text
from .coding.anchor import TABLES, anchor
from .coding.foreign import FORMATS, bring
from .coding.merge import confusion, hardest, marking_measures, measures, merge
from .coding.new import DATASHEET, new
from .coding.progress import TEXT_CHANGED, progress
from .coding.sheets import FOLDER
from .coding.tasks import VARIABLES, link, task
from .coding.trace import readable, sheet, trace
from .draft import Draft
from .export import webannotation
from .files import csv_text, write_atomically
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
            sys.stdout.flush()
        except (CaseError, TextError) as error:
            print(error, file=sys.stderr)
            status = 2
        except BrokenPipeError:  # the reader of the output has seen enough, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to print goes nowhere
            return 1
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
    add("name", help="lower-case letters, digits, hyphens: the folder is data/NAME")
    add("--text", metavar="FILE", required=True, help="with a blank line between paragraphs")
    add("--title", default="", help="headline, author and publisher of the text")
    add("--date", default="", help="day of the text, as 2024-05-09")
    add("--licence", default="", help="of the text, if you may share it: CC-BY-4.0")
    semicolons = {"action": "store_const", "const": ";", "default": ",", "dest": "separator"}
    add("--semicolons", **semicolons, help="write sheets for spreadsheets that separate cells by semicolons")

    add = command(_import, "import", "make the folder of a case from a text and marks of another tool", case="")
    add("name", help="lower-case letters, digits, hyphens: the folder is data/NAME")
    add("--text", metavar="FILE", required=True, help="the text that was marked")
    add("--marks", metavar="FILE", required=True, help=f"marks of another tool: {FORMATS}")

    command(_anchor, "anchor", "make the tables of a case from its sheets (exit status 1 if rows are waiting)")

    add = command(_check, "check", "is a case sound? (exit status 1 if not)", case="")
    add("case", nargs="?", default="report", help="name or folder of a case (default: report)")
    add("--article", metavar="FILE", help="the text, to look for words copied from it")

    command(_seal, "seal", "write the lengths and hashes of a sound case's tables into it, for `check` to compare")

    add = command(_task, "task", "make a task for a class, to be coded at the marking desk")
    add("variables", nargs="*", default=VARIABLES, help=f"what to label (default: {' '.join(VARIABLES)})")
    add("--mark", action="store_const", const=(), dest="variables", help="mark the claims of the text instead")
    add("--title", default="", help="heading that the class reads (default: the title of the text)")
    add("--minutes", type=int, default=20, help="planned time (default: 20)")
    add("--with-text", action="store_true", help="include the text: only if you may hand it out")
    add("--link", metavar="PAGE", help="print a link with the task in it; PAGE is the address of your marking desk")
    add("--output", metavar="FILE", help="(default: NAME.task.json)")

    add = command(_merge, "merge", "how far a class agrees, from the files that it saved at the marking desk", case="")
    add("folder", help="with the task file and the coding files; codings.csv is written into it")

    add = command(_export, "export", "write a case in another format, without the text")
    add("--to", choices=["webannotation"], required=True, help="W3C Web Annotation, as JSON-LD")
    add("--output", metavar="FILE", help="(default: NAME.webannotation.json)")

    words = "give a case, or witnesses, the report's tables"
    command(_schema, "schema", words, case="name or folder of a case; it keeps its own topics")

    add = command(
        _verify, "verify", "is this file the text of a case or a witness? (exit status 1 if spans are missing)", case=""
    )
    add("article", help="a copy of the text, as a plain text file")
    words = "a case (default: report), a witness (remarks-biden), or folder/witness (practice/witnesses/conference)"
    add("--case", default="report", help=words)
    add("--all", action="store_true", help="one line per part of a span, not per paragraph")

    add = command(_trace, "trace", "find the words of a witness nearest to each quotation")
    add("witness", help="what was said, as a plain text file")
    add("--article", metavar="FILE", help="the text of the case, if it is not part of the case")
    add("--output", metavar="FILE", help="a new CSV file for your decisions, in the columns sense and note")

    commands.add_parser("assignment", help="`assignment release` writes assignments for students", add_help=False)
    commands.add_parser("grade", help="mark students' submissions", add_help=False)
    commands.add_parser("mark", help="change one mark, with a reason", add_help=False)
    return parser


def _new(options: argparse.Namespace) -> int:
    folder = new(options.name, options.text, options.title, options.date, options.licence, options.separator)
    paragraphs = (folder / FOLDER / "paragraphs.csv").read_text(encoding="utf-8-sig").count("\n") - 1
    print(f"Made data/{options.name} with {paragraphs} paragraphs:")
    print("  article.txt   the text, in the form in which positions are counted")
    if not options.licence:
        print("                (git leaves it and the sheets out, since no licence is stated)")
    print(f"  {FOLDER}/       what you fill in, in any spreadsheet")
    print(f"  {DATASHEET}  questions to answer about your data")
    print("  *.csv, datapackage.json   the tables, made from the sheets")
    print(f"Next: fill in {FOLDER}/actors.csv and {FOLDER}/claims.csv, then run `standoff anchor {options.name}`.")
    return 0


def _import(options: argparse.Namespace) -> int:
    brought = bring(options.name, options.text, options.marks)
    for sentence in brought.left:
        print(f"Not taken: {sentence}")
    claims = "1 claim" if brought.claims == 1 else f"{brought.claims} claims"
    print(f"Made data/{options.name} with {claims}, whose words are in {FOLDER}/claims.csv.")
    print(f"Next: fill in what is missing there, then run `standoff anchor {options.name}`.")
    return int(bool(brought.left))


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


def _task(options: argparse.Namespace) -> int:
    case = load(options.case)
    made = task(case, options.variables, options.title, options.minutes, options.with_text)
    path = Path(options.output or f"{case.name}.task.json")
    write_atomically(path, json.dumps(made, ensure_ascii=False))
    what = (
        f"label {len(made['units'])} claims by {', '.join(options.variables)}" if made["units"] else "mark its claims"
    )
    print(f"{path}: a task, to {what}. Hand it out; open and merge the returned files on the page Marking desk.")
    if options.link:
        address = link(made, options.link)
        print(f"{address}\n({len(address)} characters: check that your platform passes on the whole link.)")
    return 0


def _merge(options: argparse.Namespace) -> int:
    merged = merge(options.folder)
    for note in merged.notes:
        print(note)
    print(
        f"Coders: {', '.join(f'{coder} ({given} of {of})' for coder, (given, of) in merged.coders.items()) or 'none'}."
    )
    if merged.marks:
        counts = ", ".join(f"{coder} {len(parts)}" for coder, parts in merged.marks.items())
        agreed = marking_measures(merged)
        print(f"Stretches marked: {counts}. The same in {agreed['percent']:.1f}% of pairs, by character.")
        print("Alpha for unitizing: {alpha:.3f}, interval {low:.3f} to {high:.3f}.".format_map(agreed))
        return 0
    if merged.codings.empty:
        print("There are no labels to compare.")
        return 1
    print(measures(merged).round({"units": 0, "percent": 1, "alpha": 3, "low": 3, "high": 3}).to_string())
    print("(percent: pairs of labels that are the same; alpha: Krippendorff's, with the interval from low to high)")
    for variable in merged.variables:
        print(f"\n{variable}: pairs of coders, by the two labels that they gave to one unit")
        print(confusion(merged, variable).to_string())
    print("\nWhere most pairs of coders differ (per cent):")
    print(hardest(merged).to_string(index=False, float_format="{:.0f}".format))
    codings = merged.codings.assign(unsure=merged.codings["unsure"].map({True: "true", False: "false"}))
    path = Path(options.folder) / "codings.csv"
    write_atomically(path, csv_text([codings.columns, *codings.to_numpy()]))
    print(f"\n{path}: {len(codings)} labels.")
    return 0


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
    print(f"{path}: {'in order' if new_package == package else 'written'}.")
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
        print("Not sealed: correct this first. No file was changed.")
        return 1
    texts = {resource["path"]: table_text(folder, resource["path"]) for resource in package["resources"]}
    files = texts | {DESCRIPTOR: descriptor_text(sealed(package, texts))}
    changed = [name for name, text in files.items() if (folder / name).read_bytes() != text.encode()]
    for name in changed:
        write_atomically(folder / name, files[name])
    print(
        f"{name_of(folder)}: {len(texts)} tables sealed. Written: {', '.join(changed) or 'nothing, as all was in order'}."
    )
    return 0


def _check(options: argparse.Namespace) -> int:
    findings = examine(options.case, options.article)
    if (find(options.case) / FOLDER).is_dir():
        return _guide(findings)
    for problem in findings.problems:
        print(problem)
    count, rows = len(findings.problems), sum(map(len, findings.tables.values()))
    print(f"{count or 'No'} problem{'s' * (count != 1)} in {len(findings.tables)} tables with {rows} rows.")
    if findings.waiting:
        rules = ", ".join(findings.waiting)
        print("Rules not applied, because a column that they read has problems or is missing:", rules)
    if findings.text is not None:
        print("Checked for words copied from the text.")
    elif options.article:
        print("Not checked for words copied from the text, because of the problems above.")
    else:
        print("Not checked for words copied from the text: give the text with --article.")
    return int(bool(findings.problems))


def _guide(findings: Draft) -> int:
    """Check a case that is still being made."""
    state = progress(findings)
    print(state.paragraphs.assign(gist=state.paragraphs["gist"].map({True: "yes", False: "-"})).to_string())
    print("(claims that begin in each paragraph; percentage of its characters covered by claims; cruxes; gist written)")
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
        raise CaseError("this file exists already", "give another name: decisions are not overwritten", file=str(path))
    df = trace(load(options.case), options.witness, options.article)
    if df.empty:
        print(f"{options.case} has no quotation to trace: none of its claims is direct or mixed.")
        return 0
    print(readable(df))
    print(
        f"Something similar found for {df['paragraph'].notna().sum()} of {len(df)} quotations; only the wording is compared."
    )
    if path:
        write_atomically(path, sheet(df), "utf-8-sig")  # by the BOM spreadsheets know UTF-8
        print(f"{path}: record your decisions there, in the columns words, sense and note.")
    return 0
