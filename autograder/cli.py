"""Read the command line: `autograder release`, `grade` and `mark`, for the course that is found or named."""

import argparse
import sys

from .course import Course, find_course
from .intake.layouts import FOLDERS, LAYOUTS
from .run.sandbox import SandboxError
from .source import Problem


def main(arguments: list[str] | None = None, course: Course | None = None) -> int:
    """Run one command; the exit status is 0 if all is well, 1 if some could not be marked, 2 if it could not be done.

    course: by default the one that --course says, or that is found here
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not in a notebook
            stream.reconfigure(errors="replace")  # names of students, on a console that knows fewer characters
    options = _parser().parse_args(arguments)
    try:
        return options.run(course or find_course(options.course), options)
    except (Problem, SandboxError, OSError, MemoryError, ImportError) as error:
        said = str(error) or "there is not enough memory"
        print(said if "Remedy" in said else f"{said}. {REMEDY}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. Marks so far are kept: run the same command again to continue.", file=sys.stderr)
        return 130


REMEDY = "Remedy: correct this on your machine, and run the same command again: what is marked is kept."
MARK = {
    "student": "as in grades.csv",
    "assignment": "such as 3-claims, or 3",
    "task": "its name, as in grades.csv",
    "points": "the new ones",
    "reason": "a sentence that the student reads, too",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description="Assignments of a Jupyter course.")
    where = "its course.py, or the folder that holds it (default: assignments/course.py or course.py, here or above)"
    parser.add_argument("--course", metavar="PATH", help=where)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    release = commands.add_parser("release", help="write the students' files, without solutions or hidden checks")
    release.add_argument("name", nargs="?", help="such as 3-claims, or 3 (default: all assignments)")
    release.add_argument("-o", "--output", metavar="FOLDER", default="handouts", help="(default: handouts)")
    release.add_argument("--zip", action="store_true", help="a zip file for each instead of a folder")
    release.set_defaults(run=_release)

    grade = commands.add_parser("grade", help="mark students' submissions (exit status 1 if some could not be read)")
    option = grade.add_argument
    option(
        "submissions",
        nargs="?",
        help="folder or zip file, as the platform exports it (default: what is already in OUT)",
    )
    option("-o", "--output", metavar="OUT", required=True, help="folder for marks, feedback and class report")
    option("--assignment", metavar="NAME", default="", help="only this one, such as 3-claims (default: all)")
    option("--seed", metavar="TEXT", help="what the hidden data are made from (default: this machine's secret)")
    option("--jobs", metavar="N", type=int, help="how many at a time (default: as many as there are cores)")
    option("--gradebook", metavar="FOLDER", help="an nbgrader course: receives the marks, supplies those given by hand")
    option("--layout", metavar="PLATFORM", default="", help=f"where it comes from: {', '.join([*LAYOUTS, FOLDERS])}")
    option("--roster", metavar="FILE", help="the class as CSV: names, all ids, and extensions (kept in OUT)")
    option("--student", metavar="NAME", default="", help="only this student's submission, even if it was marked before")
    help_ = "a table of grades exported by the platform: written to OUT/import with the points"
    option("--worksheet", metavar="FILE", action="append", default=[], help=help_)
    help_ = "what an assignment is called in that table (default: its title or name)"
    option("--column", metavar="NAME=TITLE", action="append", default=[], help=help_)
    option("--semicolons", action="store_true", help="semicolons between the columns of tables")
    option("--unsandboxed", action="store_true", help="run without any protection: only if you trust them all")
    grade.set_defaults(run=_grade)

    mark = commands.add_parser("mark", help="change one mark, with a reason: it holds in every later run of grade")
    option = mark.add_argument
    option("output", metavar="OUT", help="folder of the marks")
    for name, help_ in MARK.items():
        option(f"--{name}", metavar=name.upper(), required=True, help=help_)
    option("--by", metavar="NAME", default="", help="who changes it (default: this user)")
    mark.set_defaults(run=_mark)
    return parser


# Each command imports what it needs: a release does not wait for Matplotlib, and need not have it.


def _release(course: Course, options: argparse.Namespace) -> int:
    from .handout import release

    for name in [options.name] if options.name else course.names():
        print(release(course, name, options.output, options.zip))
    return 0


def _grade(course: Course, options: argparse.Namespace) -> int:
    from .batch import GradeError, exit_status, grade, summary

    names = ("seed", "jobs", "unsandboxed", "gradebook", "layout", "roster", "student", "semicolons")
    given = {name: getattr(options, name) for name in names}
    columns = dict(pair.split("=", 1) for pair in options.column if "=" in pair)
    if len(columns) < len(options.column):
        raise GradeError("--column without =. Remedy: write --column 3-claims='Homework 3'")
    given |= {"worksheets": tuple(options.worksheet), "columns": columns}
    marks = grade(course, options.submissions, options.output, options.assignment, **given)
    for line in marks.said:
        print(line)
    print(summary(marks))
    if faults := sum(one.is_fault for one in marks):
        print(f"{faults} could not be marked by a fault of this machine (see log.txt): run the same command again.")
    for problem in marks.problems:
        print(problem, file=sys.stderr)
    waiting = sum(one.result.waiting for one in marks)
    if waiting:
        answers = "answer waits" if waiting == 1 else "answers wait"
        print(
            f"{waiting} written {answers} for points: fill in {options.output}/prose.csv, or open prose.html there; then run this again."
        )
    print(f"Look at {options.output}/class-report.html first.")
    return exit_status(marks)


def _mark(course: Course, options: argparse.Namespace) -> int:
    from .batch import mark

    print(mark(course, options.output, **{name: getattr(options, name) for name in MARK}, by=options.by))
    return 0
