"""The command line: `standoff new`, `anchor`, `check`, `verify`, `export`, `assignment`, `grade`."""

import argparse
import sys
import warnings

from .case import CaseError
from .text import TextError


def main(arguments=None):
    """Run one command; the exit status is 0 if all is well, 1 if something was found, 2 if it could not be done."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not in a notebook
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console may know fewer characters
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] in (["assignment"], ["grade"]):
        return _grading(arguments[arguments[0] == "assignment" :])
    options = _parser().parse_args(arguments)
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("default", UnicodeWarning)
        try:
            status = options.run(options)
        except (CaseError, TextError) as error:
            print(error, file=sys.stderr)
            status = 2
    for note in dict.fromkeys(str(note.message) for note in notes):
        print(f"Note: {note}", file=sys.stderr)
    return status


def _parser():
    parser = argparse.ArgumentParser(prog="standoff", description="One news report, read as data.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    new = commands.add_parser("new", help="make the folder of a case from a text")
    new.add_argument("name", help="small letters, digits, hyphens: the folder is data/NAME")
    new.add_argument("--text", metavar="FILE", required=True, help="the text, with a blank line between paragraphs")
    new.add_argument("--title", default="", help="headline, author and publisher of the text")
    new.add_argument("--date", default="", help="day of the text, as 2024-05-09")
    new.add_argument("--licence", default="", help="of the text, if it may be handed out: CC-BY-4.0")
    new.add_argument(
        "--semicolons",
        action="store_const",
        const=";",
        default=",",
        dest="separator",
        help="write sheets for spreadsheets that separate by semicolons",
    )
    new.set_defaults(run=_new)

    anchor = commands.add_parser(
        "anchor", help="make the tables of a case from its sheets (exit status 1 if rows wait)"
    )
    anchor.add_argument("case", help="name or folder of a case")
    anchor.set_defaults(run=_anchor)

    check = commands.add_parser("check", help="is a case sound? (exit status 1 if not)")
    check.add_argument("case", nargs="?", default="report", help="name or folder of a case (default: report)")
    check.add_argument("--article", metavar="FILE", help="the text, to look for words copied from it")
    check.set_defaults(run=_check)

    export = commands.add_parser("export", help="write a case in another format, without the text")
    export.add_argument("case", help="name or folder of a case")
    export.add_argument("--to", choices=["webannotation"], required=True, help="W3C Web Annotation, as JSON-LD")
    export.add_argument("--output", metavar="FILE", help="(default: NAME.webannotation.json)")
    export.set_defaults(run=_export)

    verify = commands.add_parser("verify", help="is this file the text of a case? (exit status 1 if spans are missing)")
    verify.add_argument("article", help="a copy of the text, as a plain text file")
    verify.add_argument("--case", default="report", help="name or folder of a case (default: report)")
    verify.add_argument("--all", action="store_true", help="one line per part of a span, not per paragraph")
    verify.set_defaults(run=_verify)

    commands.add_parser("assignment", help="`assignment release` writes assignments for students", add_help=False)
    commands.add_parser("grade", help="mark what students handed in", add_help=False)
    return parser


# Each command imports what it needs: loading a case should not wait for the validator.


def _new(options):
    from .coding.new import DATASHEET, new
    from .coding.sheets import FOLDER

    given = {name: getattr(options, name) for name in ("title", "date", "licence", "separator")}
    folder = new(options.name, options.text, **given)
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


def _anchor(options):
    from .coding.anchor import anchor

    anchored = anchor(options.case)
    for problem in anchored.problems:
        print(problem)
    names = ["actors", "claims", "claim_links", "quantities", "events", "cruxes", "questions"]
    print("Rows in the tables:", ", ".join(f"{name} {len(anchored.lines[name])}" for name in names) + ".")
    if anchored.waiting:
        rows = "1 row of the sheets waits" if anchored.waiting == 1 else f"{anchored.waiting} rows of the sheets wait"
        print(f"{rows}. Nothing that you typed is lost.")
    print(f"Next: `standoff check {options.case}`.")
    return int(bool(anchored.problems))


def _export(options):
    import json
    from pathlib import Path

    from .case import load
    from .export import webannotation

    page = webannotation(load(options.case))
    path = Path(options.output or f"{page['id'].rpartition(':')[2]}.{options.to}.json")
    path.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path}: {len(page['items'])} annotations.")
    return 0


def _check(options):
    from .case import find
    from .coding.sheets import FOLDER
    from .rules import inspect

    report = inspect(options.case, options.article)
    if (find(options.case) / FOLDER).is_dir():
        return _guide(options, report)
    for problem in report.problems:
        print(problem)
    count, rows = len(report.problems), sum(report.rows.values())
    print(f"{count or 'No'} problem{'s' * (count != 1)} in {len(report.rows)} tables with {rows} rows.")
    if report.waiting:
        print("Rules that wait, because a column that they read has problems or is lacking:", ", ".join(report.waiting))
    if report.own_words:
        print("Looked for words copied from the text.")
    else:
        print("Did not look for words copied from the text: give it with --article.")
    return int(bool(report.problems))


def _guide(options, report):
    """Check a case that is still being made."""
    from .case import find
    from .coding.progress import progress

    found = progress(find(options.case), report.problems)
    print(found.paragraphs.assign(gist=found.paragraphs["gist"].map({True: "yes", False: "-"})).to_string())
    print("(claims that begin in each paragraph; per cent of its characters that claims cover; cruxes; gist written)")
    print()
    for problem in [*found.unfinished, *found.problems]:
        print(problem)
    for doubt in found.doubts:
        print(f"Look again: {doubt}")
    if found.next:
        print("Next:")
        for step in found.next:
            print(f"- {step}")
    else:
        print("Complete: every paragraph has claims, no row waits, no rule is broken.")
        print(f"Cite as: {found.citation}")
    return int(bool(found.next))


def _grading(arguments):
    """Hand over to the autograder with this project's assignments, which readers and students do not have."""
    from pathlib import Path

    if not Path(__file__).resolve().parents[1].joinpath("assignments", "course.py").is_file():
        print("Assignments and their grading are not in this folder, but in the project's repository.", file=sys.stderr)
        return 2
    from assignments.course import COURSE
    from autograder.cli import main

    return main(arguments, COURSE)


def _verify(options):
    import pandas as pd

    from .alignment import explain, summary, verify
    from .case import load

    case = load(options.case)
    df = verify(case, options.article)
    table = df
    if not options.all:
        table = pd.crosstab(df["paragraph"], df["status"], dropna=False)
        table.insert(0, "spans", table.sum(axis=1))
        table = table.reset_index()
    print(table.to_string(index=False))
    print()
    print(", ".join(f"{count} {status}" for status, count in summary(df).items()), "of", len(df))
    print(explain(case, options.article, df))
    return int((df["status"] == "missing").any())
