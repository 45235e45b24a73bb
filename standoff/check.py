"""Is a case sound? Its schema, by frictionless, and rules that a schema cannot say.

A rule is a function that yields problems. It names the columns that it reads, and waits while one of them has a
problem with the schema: nothing is reported twice, and a rule need not fear what the schema forbids.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from .canon import digest, paragraphs, read_text
from .case import DESCRIPTOR, CaseError, Problem, find, load, parse, read_package, read_table, text_of, vocabulary
from .verify import is_other_text, verify

NARRATOR = "narrator"
CUE = ["source_span", "cue_span", "cue_lemma", "cue_class"]
LEGAL_PAIRS = {
    "certain": {"positive", "negative", "unknown"},
    "probable": {"positive", "negative"},
    "possible": {"positive", "negative"},
    "uncommitted": {"unknown"},
}
SYMMETRIC = {"contradicts", "supports", "repeats"}
BOUNDS = {  # what low and high must be, as a test and in words
    "exact": (lambda low, high: low is not None and low == high, "low and high are the same number"),
    "about": (lambda low, high: low is not None and low == high, "low and high are the same number"),
    "at_least": (lambda low, high: low is not None and high is None, "only low is given"),
    "at_most": (lambda low, high: low is None and high is not None, "only high is given"),
    "range": (lambda low, high: None not in (low, high) and low < high, "low is less than high"),
    "vague": (lambda low, high: low is None and high is None, "low and high are empty"),
}
GIST_WORDS = 25
GIST_RUN, ANY_RUN = 5, 7  # so many words in a row of the text are not our own words any more ...
PLAIN_WORDS = 4  # ... if as many of them are neither capitalised in the text nor numbers: names may be repeated


@dataclass
class Report:
    """What `inspect` found.

    problems: in the order of tables and rows; rows: how many were read, by table; waiting: names of the rules that
    wait for the schema's problems to be mended; own_words: whether a text was at hand to check them against.
    """

    problems: list[Problem]
    rows: dict[str, int]
    waiting: list[str]
    own_words: bool


class Row(dict):
    """The cells of a row by column (integers and numbers converted, None if empty); `key` is its identifier."""

    def __init__(self, cells, file, line, key):
        super().__init__(cells)
        self.file, self.line, self.key = file, line, key

    def wrong(self, column, message, remedy):
        return Problem(self.file, self.line, column, f"{self.key} {message}", remedy)


@dataclass
class Draft:
    """A case under inspection: descriptor, rows by table, names of the columns without problems, canonical text."""

    package: dict
    tables: dict[str, list[Row]]
    sound: set[str]
    text: list[str] | None

    def __getitem__(self, table):
        return self.tables[table]


def check(case_path="report", article=None):
    """The problems of a case, as a list of Problem, in the order of its tables and rows; empty if it is sound.

    case_path: name or folder of a case, as for `load`; article: path of its text, to check that nothing is copied from
    it (not needed if the case ships its text). Raises CaseError if there is no such case, TextError if the article
    cannot be read.
    """
    return inspect(case_path, article).problems


def inspect(case_path="report", article=None):
    """The same as `check`, as a Report that also says what was looked at."""
    folder = find(case_path)
    article_text = read_text(article) if article else None
    try:
        package = read_package(folder)
    except CaseError as error:
        return Report([error.problem], {}, [], False)
    draft, problems = _read(folder, package)
    problems += _unequal_vocabularies(package)

    shipped = text_of(folder)
    if shipped:
        draft.text = paragraphs(read_text(shipped))
        problems += _run(shipped_text, draft)
    if article and _is_text_of(folder, article):
        draft.text = paragraphs(article_text)
    elif article:
        remedy = f"give the text that {package.get('title', folder.name)!r} is about"
        problems.append(Problem(Path(article).name, None, None, "this seems to be another text", remedy))
    waiting = [rule.__name__ for rule in RULES if not rule.columns <= draft.sound]
    ...
