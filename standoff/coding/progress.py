"""How far a case with working sheets has come, and what to do next."""

from dataclasses import dataclass, replace

import pandas as pd

from ..alignment import runs
from ..case import load
from ..quotes import Quoted
from ..text import paragraphs, read_text
from . import sheets
from .anchor import TODO, changed_by_hand, is_current, plan
from .metadata import NEEDED, citation
from .new import DATASHEET, unanswered

IN_THE_SHEET = {  # what a rule says of tables, and what one does in the sheets
    "add a row to event_actors.csv": "write who takes part in the column actors or recipients",
    "delete it, or enter it where it belongs": "run `standoff anchor` again",
}


@dataclass(frozen=True)
class Progress:
    """What `progress` found.

    paragraphs: a DataFrame with a row per paragraph: claims that begin in it, per cent of its characters that a span
    covers, cruxes, whether its gist is written; unfinished: what keeps rows of the sheets from the tables, a list of
    Problem; problems: those of the tables, each with its place in the sheets; doubts: what may be right, but is worth a
    second look; next: what to do next, as sentences, the first
    first; citation: how to cite the data, or None.
    """

    paragraphs: pd.DataFrame
    unfinished: list
    problems: list
    doubts: list[str]
    next: list[str]
    citation: str | None


def progress(folder, problems):
    """The Progress of a case with sheets, given the problems that `check` found in its tables."""
    anchored = plan(folder)
    command = f"standoff anchor {folder.name}"
    if not is_current(folder, anchored):
        problems = []
        by_hand = ", ".join(path.name for path in changed_by_hand(folder, anchored))
        steps = [
            f"The tables are not what the sheets say: {by_hand} changed. Put the change into the sheets, then run `{command}`."
            if by_hand
            else f"The sheets have changed since the tables were made. Run `{command}`, then check again."
        ]
    else:
        problems = [_in_the_sheet(problem, anchored.lines) for problem in problems if not _is_progress(problem)]
        steps = []
    case = load(folder)
    table = coverage(case)
    if anchored.problems:
        rows = "row that waits" if anchored.waiting == 1 else f"{anchored.waiting} rows that wait"
        steps.append(f"Mend or finish the {rows}, in the sheets (see above).")
    if problems:
        steps.append("Mend the problems above, in the sheets.")
    if missing := [number for number in table.index if not table.loc[number, "gist"]]:
        steps.append(
            f"Say in a few words what each paragraph is about: column gist of the sheet paragraphs ({runs(missing)})."
        )
    if missing := [number for number in table.index if not table.loc[number, "claims"]]:
        steps.append(f"Mark the claims of the paragraphs that have none: {runs(missing)}.")
    if not sheets.read(folder, "claim_links")[0]:
        steps.append("Look for claims that bear on each other: sheet claim_links.")
    if not sheets.read(folder, "cruxes")[0]:
        steps.append("Look for places that are broken or ambiguous, sheet cruxes. (None at all is possible, and rare.)")
    if not sheets.read(folder, "questions")[0]:
        steps.append("Write a question that the text leaves open: sheet questions.")
    entries = {row.key: row["value"] for row in sheets.read(folder, "about")[0]}
    if missing := [entry for entry in NEEDED if not entries.get(entry)]:
        steps.append(f"Say what the data are, in the sheet about: {', '.join(missing)}.")
    if count := unanswered(folder):
        steps.append(f"Answer the questions of {DATASHEET} ({count} left).")
    return Progress(table, anchored.problems, problems, _doubts(case), steps, citation(anchored.package))


def coverage(case):
    """How much of each paragraph is coded: the DataFrame `paragraphs` of a Progress."""
    spans = case.spans.assign(length=case.spans["end"] - case.spans["start"])
    first = spans[spans["part"] == 1].set_index("span_id")["paragraph"]
    rows = case.paragraphs.set_index("paragraph")
    claims = case.claims["content_span"].map(first).value_counts()
    cruxes = case.cruxes["span_id"].map(first).value_counts()
    content = spans[spans["span_id"].isin(case.claims["content_span"])]
    covered = {
        number: len({place for part in parts.itertuples() for place in range(part.start, part.end)})
        for number, parts in content.groupby("paragraph")
    }
    return pd.DataFrame(
        {
            "claims": claims.reindex(rows.index, fill_value=0),
            "covered": (
                100 * pd.Series(covered, dtype="float").reindex(rows.index, fill_value=0) / rows["n_chars"]
            ).round(),
            "cruxes": cruxes.reindex(rows.index, fill_value=0),
            "gist": rows["gist"] != TODO,
        }
    ).astype({"claims": int, "covered": int, "cruxes": int})


def _doubts(case):
    """Claims whose form of quotation is not what the quotation marks of the text say."""
    text = Quoted(paragraphs(read_text(case.text)))
    spans = case.spans.groupby("span_id")[["paragraph", "start", "end"]]
    places = {span: list(parts.itertuples(index=False, name=None)) for span, parts in spans}
    found = []
    for claim in case.claims.itertuples():
        share = text.quoted_share(places[claim.content_span])
        if claim.quote_type == "indirect" and share == 1:
            found.append(f"{claim.claim_id} is indirect, but all its words stand in quotation marks.")
        elif claim.quote_type == "direct" and share == 0:
            found.append(f"{claim.claim_id} is direct, but none of its words stands in quotation marks.")
    return found


def _is_progress(problem):
    """Whether the table of progress says it as well."""
    return problem.message.endswith("no claim has its content in this paragraph")


def _in_the_sheet(problem, lines):
    """The problem with the place where its author can mend it."""
    table = problem.file.removesuffix(".csv")
    rows = lines.get(table, [])
    table = "events" if table == "event_actors" else table
    if problem.row is None or table not in sheets.SHEETS:
        return problem
    columns = {pointer: column for column, pointer in sheets.QUOTES.get(table, {}).items()}
    row = problem.row if table == "paragraphs" else rows[problem.row - 2]
    message, remedy = problem.message, IN_THE_SHEET.get(problem.remedy, problem.remedy)
    for pointer, column in columns.items():
        message = message.replace(f"the {pointer}", f"the {column}")
    column = "actors" if "column actors" in remedy else columns.get(problem.column, problem.column)
    return replace(problem, file=f"{sheets.FOLDER}/{table}.csv", row=row, column=column, message=message, remedy=remedy)
