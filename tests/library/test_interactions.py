"""Interactions are derived from claims and events."""

from types import SimpleNamespace

import pandas as pd

from standoff import load
from standoff.case import vocabulary
from standoff.interactions import QUADS, interactions


def small_case():
    claims = pd.DataFrame(
        [("c1", "a", "b", "reject"), ("c2", "a", "b", "state"), ("c3", "b", None, "threaten")],
        columns=["claim_id", "source", "recipient", "act"],
    )
    events = pd.DataFrame(
        [("e1", "retreat", "actual"), ("e2", "consult", "future")], columns=["event_id", "category", "status"]
    )
    parts = pd.DataFrame(
        [("e1", "a", "actor"), ("e1", "b", "recipient"), ("e2", "a", "actor"), ("e2", "c", "actor")],
        columns=["event_id", "actor_id", "role"],
    )
    return SimpleNamespace(claims=claims, events=events, event_actors=parts)


def test_a_small_case_by_hand():
    rows = interactions(small_case()).itertuples(index=False, name=None)
    assert sorted(rows) == [
        ("a", "b", "reject", "verbal conflict", "said", "c1"),  # c2 is a plain statement, c3 is aimed at nobody
        ("a", "b", "retreat", "material cooperation", "actual", "e1"),
        ("a", "c", "consult", "verbal cooperation", "future", "e2"),  # two who meet: both ways
        ("c", "a", "consult", "verbal cooperation", "future", "e2"),
    ]


def test_every_act_and_category_has_its_kind():
    package = load("report").package
    fields = {
        f["name"]: f
        for table in package["resources"]
        for f in table["schema"]["fields"]
        if f["name"] in ("act", "category")
    }
    known = {*vocabulary(fields["act"]), *vocabulary(fields["category"])}
    assert known - set(QUADS) == {"state", "other"}
    assert set(QUADS) <= known


def test_nobody_interacts_with_himself_in_the_report():
    pairs = interactions(load("report"))
    assert (pairs["actor"] != pairs["recipient"]).all()
