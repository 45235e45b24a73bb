"""Say how far a case with working sheets has come, and what to do next."""

from dataclasses import dataclass, replace

import pandas as pd

from ..alignment import runs
from ..case import Case, load
from ..draft import FINISHED, RULES, Draft
from ..problems import Problem
from ..quotes import Quoted
from ..rules import common, finished
from ..rules.texts import UNUSED
from . import numbers, sheets
from .anchor import TODO, Anchored, changed_by_hand, is_current, plan
from .metadata import NEEDED, citation
from .new import DATASHEET, unanswered

IN_THE_SHEET = {  # the remedy that a rule names for a table: what to do about it in the sheets
    "add a row to event_actors.csv": "write who takes part in the column actors or recipients",
    UNUSED: "run `standoff anchor` again",
}
OF_THE_PUBLISHED = {  # rules for finished cases that an author's own need not keep: identifiers may be in any order, sentences end in any way
    common.the_head_is_complete,
    common.tables_and_columns_are_described,
    common.texts_that_are_sources_are_there,
    common.identifiers_are_unbroken,
    common.rows_are_in_order,
    common.sentences_are_whole,
    finished.rows_are_in_the_order_of_the_text,
}
TEXT_CHANGED = "The text, article.txt, has changed since the tables were made"
STEPS = {  # what to do about an empty sheet
    "claim_links": "Look for claims that are related: sheet claim_links.",
    "cruxes": "Look for places that are broken or ambiguous: sheet cruxes. (Rarely, there are none.)",
    "questions": "Write a question that the text leaves open: sheet questions.",
}


@dataclass(frozen=True)
class Progress:
    """What `progress` found.

    paragraphs: see `coverage`; unfinished: what keeps rows of the sheets from the tables; problems: those of the tables,
    each with its address in the sheets; doubts: what may be right, but is worth a second look; next: what to do next, as
    sentences, the first first; citation: how to cite the data, or None.
    """

    paragraphs: pd.DataFrame
    unfinished: list[Problem]
    problems: list[Problem]
    doubts: list[str]
    next: list[str]
    citation: str | None


def progress(findings: Draft) -> Progress:
    """Return the progress of a case with sheets, given what `examine` found in its tables."""
    folder = findings.folder
    anchored, command = plan(folder), f"standoff anchor {folder.name}"
    steps, current = [], is_current(folder, anchored)
    if current:
        problems = [_in_the_sheet(problem, anchored) for problem in findings.problems if not _is_progress(problem)]
    else:
        problems = []
        if anchored.changed:
            steps.append(f"{TEXT_CHANGED} (paragraph {runs(anchored.changed)}). Run `{command}`, then check again.")
        elif by_hand := ", ".join(path.name for path in changed_by_hand(folder, anchored)):
            change = f"The tables are not what the sheets say: {by_hand} changed. Put the change into the sheets"
            steps.append(f"{change}, then run `{command}`.")
        else:
            steps.append(f"The sheets have changed since the tables were made. Run `{command}`, then check again.")
    case = load(folder)
    table = coverage(case)
    if anchored.waiting:
        rows = "row that waits" if anchored.waiting == 1 else f"{anchored.waiting} rows that wait"
        steps.append(f"Correct or finish the {rows} in the sheets (see above).")
    if problems:
        steps.append("Correct the problems above in the sheets.")
    if missing := table.index[~table["gist"]].tolist():
        gists = "Say in a few words what each paragraph is about: sheet paragraphs, column gist"
        steps.append(f"{gists} ({runs(missing)}).")
    if missing := table.index[table["claims"] == 0].tolist():
        steps.append(f"Mark the claims in the paragraphs that have none: {runs(missing)}.")
    steps += [step for name, step in STEPS.items() if not sheets.read(folder, name).rows]
    entries = {row.key: row["value"] for row in sheets.read(folder, "about").rows}
    if missing := [entry for entry in NEEDED if not entries.get(entry)]:
        steps.append(f"Describe the data in the sheet about: {', '.join(missing)}.")
    if count := unanswered(folder):
        steps.append(f"Answer the questions of {DATASHEET} ({count} left).")
    doubts = anchored.doubts
    if current:  # old tables may point into another text
        later = [str(_in_the_sheet(problem, anchored)) for problem in _left_for_later(findings)]
        doubts = [*doubts, *_doubts(case), *later]
    return Progress(table, anchored.problems, problems, doubts, steps, citation(anchored.package))


def coverage(case: Case) -> pd.DataFrame:
    """Return how much of each paragraph is coded.

    A row per paragraph: claims that begin in it, covered (per cent of its characters that contents of claims cover),
    cruxes, gist (whether it is written).
    """
    content = case.spans[case.spans["span_id"].isin(case.claims["content_span"])]
    covered = {
        number: len({place for part in parts.itertuples() for place in range(part.start, part.end)})
        for number, parts in content.groupby("paragraph")
    }
    rows = case.paragraphs.set_index("paragraph")
    per_paragraph = pd.DataFrame(
        {
            "claims": case.claims["content_span"].map(case.paragraph_of).value_counts(),
            "covered": (100 * pd.Series(covered, dtype="float") / rows["n_chars"]).round(),
            "cruxes": case.cruxes["span_id"].map(case.paragraph_of).value_counts(),
        }
    )
    return per_paragraph.reindex(rows.index).fillna(0).astype(int).assign(gist=rows["gist"] != TODO)


def _doubts(case: Case) -> list[str]:
    """Name claims whose form of quotation is not what quotation marks say, and quantities that are not what words say."""
    text = Quoted(case.paragraph_texts)
    spans = case.spans.groupby("span_id")[["paragraph", "start", "end"]]
    parts = {span: list(rows.itertuples(index=False, name=None)) for span, rows in spans}
    doubts = []
    for claim in case.claims.itertuples():
        share = text.quoted_share(parts[claim.content_span])
        if claim.quote_type == "indirect" and share == 1:
            doubts.append(f"{claim.claim_id} is indirect, but all its words are in quotation marks.")
        elif claim.quote_type in ("direct", "mixed") and share == 0:
            doubts.append(f"{claim.claim_id} is {claim.quote_type}, but none of its words are in quotation marks.")
    for row in case.quantities.itertuples():
        words = text.words(parts[row.span_id])
        said = [numbers.disagree(number, words, text.text) for number in (row.low, row.high) if pd.notna(number)]
        if said and all(said):
            typed = row.low if pd.notna(row.low) else row.high
            doubts.append(f"{row.quantity_id} is {typed:g}, but its words say {said[0]}.")
    return doubts


def _left_for_later(findings: Draft) -> list[Problem]:
    """Return what breaks a rule for finished cases, although `check` has not named it: the case is not sealed."""
    rules = [rule for rule in RULES if rule in FINISHED - OF_THE_PUBLISHED and RULES[rule] <= findings.sound]
    return [problem for rule in rules for problem in rule(findings) if problem not in findings.problems]


def _is_progress(problem: Problem) -> bool:
    """Return whether the table of progress says it as well."""
    return problem.message.endswith("no claim has its content in this paragraph")


def _in_the_sheet(problem: Problem, anchored: Anchored) -> Problem:
    """Return the problem with the address at which its author can correct it."""
    table = problem.file.removesuffix(".csv")
    rows = anchored.lines.get(table, [])
    table = "events" if table == "event_actors" else table
    if problem.row is None or table not in sheets.SHEETS:
        return problem
    columns = {pointer: column for column, pointer in sheets.QUOTES.get(table, {}).items()}
    row = problem.row if table == "paragraphs" else rows[problem.row - 2]
    message, remedy = problem.message, IN_THE_SHEET.get(problem.remedy, problem.remedy)
    for pointer, column in columns.items():
        message, remedy = message.replace(pointer, column), remedy.replace(pointer, column)
    column = "actors" if "column actors" in remedy else columns.get(problem.column, problem.column)
    return replace(problem, file=anchored.sources[table], row=row, column=column, message=message, remedy=remedy)
