"""Derive from claims and events who does what to whom: interactions between actors, which are never typed."""

import pandas as pd

from .case import Case

# The four kinds of PLOVER: words or deeds, with or against the other side. `state` is aimed at nobody; `other` and
# `consult` among events and the like follow the manual's sections.
QUADS = {
    "agree": "verbal cooperation",
    "support": "verbal cooperation",
    "concede": "verbal cooperation",
    "consult": "verbal cooperation",
    "request": "verbal conflict",
    "accuse": "verbal conflict",
    "reject": "verbal conflict",
    "threaten": "verbal conflict",
    "cooperate": "material cooperation",
    "aid": "material cooperation",
    "retreat": "material cooperation",
    "sanction": "material conflict",
    "mobilise": "material conflict",
    "coerce": "material conflict",
    "assault": "material conflict",
    "protest": "material conflict",
}


def interactions(case: Case) -> pd.DataFrame:
    """Return one row for each time that an actor addresses or affects another.

    Columns: actor, recipient (actor_id), what (act of a claim, or category of an event), quad (one of PLOVER's four
    kinds), status (said, or the status of the event), via (claim_id or event_id).

    Claims count where the act is more than a plain statement and has a recipient. Events give a pair for each actor and
    recipient, and for each two actors who do something together, both ways.
    """
    claims = case.claims[(case.claims["act"] != "state") & case.claims["recipient"].notna()]
    said = pd.DataFrame(
        {
            "actor": claims["source"],
            "recipient": claims["recipient"],
            "what": claims["act"].astype(str),
            "status": "said",
            "via": claims["claim_id"],
        }
    )

    parts = case.event_actors.merge(case.events[["event_id", "category", "status"]], on="event_id")
    pairs = parts[parts["role"] == "actor"].merge(parts, on=["event_id", "category", "status"], suffixes=("", "_other"))
    pairs = pairs[pairs["actor_id"] != pairs["actor_id_other"]]
    done = pd.DataFrame(
        {
            "actor": pairs["actor_id"],
            "recipient": pairs["actor_id_other"],
            "what": pairs["category"].astype(str),
            "status": pairs["status"].astype(str),
            "via": pairs["event_id"],
        }
    )

    both = pd.concat([said, done], ignore_index=True)
    both.insert(3, "quad", both["what"].map(QUADS))
    return both
