"""Derive from claims and events who does what to whom: interactions between actors, which are never typed."""

import pandas as pd

from .case import Case

# The four kinds of PLOVER: words or deeds, with or against the other side. `state` is aimed at no one; `other` and
# `consult` among events and the like follow the manual's sections.
KINDS = {
    "verbal cooperation": "agree support concede consult",
    "verbal conflict": "request accuse reject threaten",
    "material cooperation": "cooperate aid retreat",
    "material conflict": "sanction mobilise coerce assault protest",
}
QUADS = {what: kind for kind, labels in KINDS.items() for what in labels.split()}


def interactions(case: Case) -> pd.DataFrame:
    """Return one row for each time that an actor addresses or affects another.

    Columns: actor, recipient (actor_id), what (act of a claim, or category of an event), quad (one of PLOVER's four
    kinds), status (said, or the status of the event), via (claim_id or event_id).

    Claims count where the act is more than a plain statement and has a recipient. Events give a pair for each actor and
    recipient, and for each two actors who do something together, both ways.
    """
    columns = ["actor", "recipient", "what", "status", "via"]
    claims = case.claims[(case.claims["act"] != "state") & case.claims["recipient"].notna()].assign(status="said")
    said = claims[["source", "recipient", "act", "status", "claim_id"]].set_axis(columns, axis=1)

    parts = case.event_actors.merge(case.events[["event_id", "category", "status"]], on="event_id")
    pairs = parts[parts["role"] == "actor"].merge(parts, on=["event_id", "category", "status"], suffixes=("", "_other"))
    pairs = pairs[pairs["actor_id"] != pairs["actor_id_other"]]
    done = pairs[["actor_id", "actor_id_other", "category", "status", "event_id"]].set_axis(columns, axis=1)

    both = pd.concat([said.astype("str"), done.astype("str")], ignore_index=True)
    both.insert(3, "quad", both["what"].map(QUADS))
    return both
