"""Take one witness out of a folder of witnesses, as a case that a copy of its text can be aligned with."""

from pathlib import Path

import pandas as pd

from .case import Case, find, load
from .problems import CaseError

WITNESSES = "witnesses"  # the table that names them, and the folder of those of the report


def witness(case: Case, witness_id: str) -> Case:
    """Return one witness of a folder of witnesses as a case of its own, which `verify` and `explain` take.

    Its tables: paragraphs (paragraph, n_chars, sha256), and spans (span_id, part, paragraph, start, end, sha256_16): the
    parts of its passages, whose passage_id is the span_id. Its title and date are those of the document; its text is the
    Path of <witness_id>.txt if the folder ships it, else None. Raises CaseError.
    """
    known = case[WITNESSES].set_index("witness_id") if WITNESSES in case.tables else pd.DataFrame()
    if witness_id not in known.index:
        remedy = f"its witnesses are {', '.join(known.index)}" if len(known) else "give a folder with witnesses"
        raise CaseError(f"{case.name} has no such witness", remedy, file=witness_id)
    document = known.loc[witness_id]
    paragraphs, passages = (
        table[table["witness_id"] == witness_id].reset_index(drop=True)
        for table in (case["paragraphs"], case["passages"])
    )
    if passages.empty:
        raise CaseError("none of its passages is marked", "add them, or choose another witness", file=witness_id)
    package = case.package | {"title": document["title"], "resources": []}
    if pd.notna(document["date"]):
        package["reportDate"] = str(document["date"].date())
    spans = passages.rename(columns={"passage_id": "span_id"})
    tables = {
        "paragraphs": paragraphs[["paragraph", "n_chars", "sha256"]],
        "spans": spans[["span_id", "part", "paragraph", "start", "end", "sha256_16"]],
    }
    own = Case(case.folder, package, tables)
    own.name = witness_id
    text = case.folder / f"{witness_id}.txt"
    own.text = text if text.is_file() else None
    return own


def load_text(name: str) -> Case:
    """Load what points into one text: a case, or a witness.

    name: of a case, as for `load`; of a witness of the report (`remarks-biden`); or the folder of other witnesses and one
    of these (`practice/witnesses/conference`). Raises CaseError.
    """
    try:
        find(name)
    except CaseError:
        path = Path(name)
        own_folder = path.parent != Path(".")
        case = load(path.parent.as_posix() if own_folder else WITNESSES)
        if own_folder or path.name in set(case[WITNESSES]["witness_id"]):
            return witness(case, path.name)
        raise
    case = load(name)
    if "spans" not in case.tables:
        names = ", ".join(f"{name}/{own}" for own in case.tables.get(WITNESSES, {}).get("witness_id", []))
        remedy = f"name one witness: {names}" if names else "give a case"
        raise CaseError("this points into no text, or into several", remedy, file=str(name))
    return case
