"""The files of a class that labelled a task of the marking desk: 24 coders who differ in a known way, and files that are not whole."""

import json
import random

from standoff.schema import vocabulary

CODERS = [f"coder {number:02}" for number in range(24)]


def task_of(case, variables=("certainty", "act")):
    """A task of the finished claims of a case, as the desk makes it (without the text)."""
    parts = {
        span: rows[["paragraph", "start", "end"]].to_numpy().tolist() for span, rows in case.spans.groupby("span_id")
    }
    return {
        "kind": "standoff task",
        "id": "0123456789abcdef",
        "title": "A class",
        "minutes": 20,
        "fields": [case.field("claims", name) for name in variables],
        "units": [{"id": row.claim_id, "parts": parts[row.content_span]} for row in case.claims.itertuples()],
        "paragraphs": case.paragraphs["sha256"].tolist(),
        "text": None,
    }


def class_of(case, task):
    """The coding files by their names: each coder takes another label than the table's for a tenth of the units."""
    lots, reference, files = random.Random(13), case.claims.set_index("claim_id"), {}
    for coder in CODERS:
        labels = {
            unit["id"]: {
                field["name"]: lots.choice(vocabulary(field))
                if lots.random() < 0.1
                else str(reference.loc[unit["id"], field["name"]])
                for field in task["fields"]
            }
            for unit in task["units"]
        }
        files[f"{coder.replace(' ', '_')}.coding.json"] = {
            "kind": "standoff coding",
            "task": task["id"],
            "coder": coder,
            "saved": "2024-05-09T10:00:00.000Z",
            "labels": labels,
            "unsure": {task["units"][0]["id"]: ["certainty"]},
        }
    return files


def spoiled(files, task):
    """The same with what a teacher gets as well; and the notes that this is worth, by what they say."""
    one = next(iter(files.values()))
    half = {unit["id"]: {"certainty": "certain"} for unit in task["units"][:5]}
    later = {**one, "saved": "2024-05-09T11:00:00.000Z", "coder": " Coder  00"}
    more = {
        "a_half.coding.json": {**one, "coder": "half", "labels": half},
        "b_foreign.coding.json": {**one, "task": "another"},
        "c_double.coding.json": later,
        "d_nameless.coding.json": {**one, "coder": "=1+1"},
        "e_strange.coding.json": {
            **one,
            "coder": "strange",
            "labels": {**one["labels"], "c999": {"act": "state"}, "c001": {"act": "sing"}},
        },
        "f_list.json": [1, 2],
        "g_shape.json": {**one, "labels": ["certain"]},
    }
    notes = ["a_half.coding.json is not finished: 5 of", "b_foreign.coding.json is left out: it belongs to another task",
             "coder_00.coding.json is left out: c_double.coding.json has the same code word, and was saved later",
             "d_nameless.coding.json is left out: its code word", "e_strange.coding.json: 2 of its labels are not of this task",
             "f_list.json is left out: it is not a coding file", "g_shape.json is left out: it is not a coding file"]  # fmt: skip
    return {**files, **more}, notes


def write(folder, task, files):
    for name, data in {"class.task.json": task, **files}.items():
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
