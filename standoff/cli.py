"""The command line: `standoff check` and `standoff verify`."""

import argparse
import sys
import warnings

from .canon import TextError
from .case import CaseError


def main(arguments=None):
    """Run one command; the exit status is 0 if all is well, 1 if something was found, 2 if it could not be done."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console may know fewer characters
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

    check = commands.add_parser("check", help="is a case sound? (exit status 1 if not)")
    check.add_argument("case", nargs="?", default="report", help="name or folder of a case (default: report)")
    check.add_argument("--article", metavar="FILE", help="the text, to look for words copied from it")
    check.set_defaults(run=_check)

    verify = commands.add_parser("verify", help="is this file the text of a case? (exit status 1 if spans are missing)")
    verify.add_argument("article", help="a copy of the text, as a plain text file")
    verify.add_argument("--case", default="report", help="name or folder of a case (default: report)")
    verify.add_argument("--all", action="store_true", help="one line per part of a span, not per paragraph")
    verify.set_defaults(run=_verify)
    return parser


# Each command imports what it needs: loading a case should not wait for the validator.


def _check(options):
    from .check import inspect

    report = inspect(options.case, options.article)
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


def _verify(options):
    import pandas as pd

    from .case import load
    from .verify import explain, summary, verify

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
