"""A class's codings, merged: numbers by an oracle, and files that are not whole."""

import json

import class_files
import krippendorff
import pytest

from standoff.case import CaseError
from standoff.cli import main
from standoff.coding.merge import confusion, hardest, measures, merge
from standoff.schema import vocabulary


@pytest.fixture
def folder(tmp_path, practice):
    """A folder with the files of a class of 24."""
    task = class_files.task_of(practice)
    class_files.write(tmp_path, task, class_files.class_of(practice, task))
    return tmp_path


def test_the_numbers_are_those_of_the_oracle(folder, practice):
    merged = merge(folder)
    assert merged.notes == [] and len(merged.coders) == 24
    table = measures(merged)
    for field in merged.task["fields"]:
        labels = merged.labels(field["name"])
        codes = labels.replace({label: code for code, label in enumerate(vocabulary(field))}).to_numpy(dtype=float).T
        row = table.loc[field["name"]]
        assert row["alpha"] == pytest.approx(krippendorff.alpha(codes, level_of_measurement="nominal"))
        assert row["low"] < row["alpha"] < row["high"] and row["units"] == len(practice.claims)
        pairs = confusion(merged, field["name"])
        same = sum(pairs.loc[label, label] for label in pairs)
        apart = (pairs.to_numpy().sum() - same) / 2
        assert same + apart == len(practice.claims) * 24 * 23 / 2
        assert row["percent"] == pytest.approx(100 * same / (same + apart))
    first = hardest(merged).iloc[0]
    labels = merged.labels(first["variable"]).loc[first["unit_id"]].value_counts()
    assert first["labels"].startswith(f"{labels.index[0]} {labels.iloc[0]}") and first["differ"] > 20


def test_files_that_are_not_whole_are_named_and_stop_nothing(folder, practice, capsys):
    task = class_files.task_of(practice)
    files, notes = class_files.spoiled(class_files.class_of(practice, task), task)
    class_files.write(folder, task, files)
    (folder / "h_broken.json").write_text('{"kind": "standoff coding"')
    (folder / "i_deep.json").write_text("[" * 100_000)
    (folder / "j_bytes.json").write_bytes(b"\xff\xfe\x00")
    merged = merge(folder)
    for note in [*notes, "h_broken.json is left out", "i_deep.json is left out", "j_bytes.json is left out"]:
        assert any(each.startswith(note) for each in merged.notes), note
    assert list(merged.coders)[-2:] == ["half", "strange"] and merged.coders["half"][0] == 5
    assert main(["merge", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "b_foreign.coding.json" in said and "certainty" in said
    rows = (folder / "codings.csv").read_text().splitlines()
    assert rows[0] == "unit_id,variable,coder,round,value,unsure" and len(rows) - 1 == len(merged.codings)
    assert any(row.startswith("c001,certainty,coder 01,1,") for row in rows)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.json": {"kind": "standoff task"}},
        {"a.json": {"kind": "standoff task", "id": "x", "fields": [1], "units": []}},
    ],
)
def test_without_one_sound_task_nothing_is_merged(tmp_path, files):
    for name, data in files.items():
        (tmp_path / name).write_text(json.dumps(data))
    with pytest.raises(CaseError, match="task files in it|it has no|not as they should"):
        merge(tmp_path)


def test_a_class_without_labels(tmp_path, practice):
    task = class_files.task_of(practice)
    files = class_files.class_of(practice, task)
    name, coding = next(iter(files.items()))
    class_files.write(tmp_path, task, {name: {**coding, "labels": {}}})
    assert main(["merge", str(tmp_path)]) == 1
