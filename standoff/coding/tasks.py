"""Make a task for a class: the claims of a case to be labelled, or its text to be marked, as a file for the marking desk."""

import base64
import json
import zlib
from collections.abc import Sequence

from ..case import Case
from ..problems import CaseError
from ..schema import vocabulary
from ..text import digest

TASK, CODING = "standoff task", "standoff coding"  # what the two kinds of file say that they are, in `kind`
VARIABLES = ("certainty", "act")  # what the tasks label that the book has ready


def task(
    case: Case, variables: Sequence[str] = VARIABLES, title: str = "", minutes: int = 20, with_text: bool = False
) -> dict:
    """Return a task, as the marking desk makes it (desk.makeTask): label the claims of a case by some of its variables.

    Without variables, the claims of its text are to be marked. minutes: planned, 0 for any number. with_text: put the
    text into it; otherwise those who open the task open a copy of the text. Raises CaseError if there is no such
    variable, or no text where one is needed.
    """
    if "claims" not in case.tables:
        raise CaseError("it has no claims", "make the task of a case that has", file=case.name)
    fields = [_field(case, name) for name in variables]
    names = case.actors.set_index("actor_id")["name"].to_dict()
    places = case.spans.sort_values(["span_id", "part"]).groupby("span_id")[["paragraph", "start", "end"]]
    parts = {span: rows.to_numpy().tolist() for span, rows in places}
    claims = case.claims.itertuples() if variables else ()
    if with_text and case.text is None:
        raise CaseError("its text is missing", "put the text into its folder as article.txt", file=case.name)
    made = {
        "kind": TASK,
        "title": title or case.title,
        "minutes": minutes,
        "fields": fields,
        "units": [
            {"id": row.claim_id, "source": names.get(row.source, row.source), "parts": parts[row.content_span]}
            for row in claims
            if row.content_span in parts
        ],
        "paragraphs": case.paragraphs["sha256"].tolist(),
        **({} if variables else {"lengths": case.paragraphs["n_chars"].tolist()}),
        "text": case.paragraph_texts if with_text else None,
    }
    return made | {"id": digest(_json(made))[:16]}


def _field(case: Case, name: str) -> dict:
    """Return what a task says about a column of claims: name, title, description, categories."""
    labelled = {field["name"]: field for field in case.resource("claims")["schema"]["fields"] if vocabulary(field)}
    if name not in labelled:
        raise CaseError(f"{name} is not a variable with labels", f"choose among {', '.join(labelled)}", file=case.name)
    return {key: labelled[name][key] for key in ("name", "title", "description", "categories")}


def link(made: dict, page: str) -> str:
    """Return the address of the marking desk (`page`) with a task in it: the desk opens it, and no server is asked for it."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(_json(made).encode()) + packer.flush()
    return f"{page.partition('#')[0]}#task={base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def _json(data: dict) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
