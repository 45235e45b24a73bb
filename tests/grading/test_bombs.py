"""What is read before any sandbox: files that would fill memory or time cost their owner alone."""

import json
import resource
import struct

import pytest
from handed_in import put
from weather import COURSE, FILE, NAME, notebook

from autograder.intake import unpack
from autograder.intake.collect import read
from autograder.intake.submission import IN_PROCESS, Unreadable, read_cells

MB = 1_000  # of what getrusage counts, KiB


def of_cells(cell, count):
    return b'{"nbformat": 4, "metadata": {}, "cells": [' + cell + (b"," + cell) * count + b"]}"


BOMBS = {
    "empty cells": of_cells(b"{}", 6_000_000),
    "cells in a file that is small": of_cells(b"{}", IN_PROCESS // 4),
    "cells of metadata": of_cells(b'{"cell_type":"raw","metadata":{"a":[]}}', 400_000),
    "lists in the metadata": b'{"nbformat": 4, "cells": [], "metadata": {"a": [' + b"[]," * 6_300_000 + b"[]]}}",
    "lists in lists": b'{"cells": ' + b"[" * 5_000_000,
    "a number of many digits": of_cells(b"1" * 5_000_000, 0),
}


@pytest.fixture
def scratch(tmp_path):
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_unreadable_and_costs_its_owner_alone(tmp_path, scratch, bomb):
    source = put(tmp_path / "in", {f"mallory/{FILE}": BOMBS[bomb], f"anna/{FILE}": notebook()})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    anna, mallory = read(COURSE, source, scratch).submissions
    assert read_cells(anna.notebook)
    with pytest.raises(Unreadable):
        read_cells(mallory.notebook)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * MB, "the grader itself has read it"


def test_a_list_of_members_is_not_read_when_it_is_too_long(tmp_path, scratch):
    """A name for each of a million members, all of them in the archive's list alone."""
    one = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 16_960, 16_960, 1_000_000 * len(one), 0, 0)
    source = put(tmp_path / "in", {"mallory.zip": one * 1_000_000 + end, f"anna/{FILE}": notebook()})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    anna, mallory = read(COURSE, source, scratch).submissions
    assert (anna.status, mallory.status) == ("", "refused") and f"{unpack.MEMBERS:,} files" in mallory.reason
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * MB


def test_many_notebooks_of_one_student_cost_her_alone(tmp_path, scratch):
    large = notebook(prose="x" * (IN_PROCESS - 10_000))
    many = {f"mallory/{number}.ipynb": large for number in range(25)}
    small = {f"eve/{number}.ipynb": b"{}" for number in range(300)}
    source = put(tmp_path / "in", many | small | {f"anna/{FILE}": notebook()})
    found = {one.student: one for one in read(COURSE, source, scratch).submissions}
    assert {name: one.status for name, one in found.items()} == {"anna": "", "eve": "refused", "mallory": "refused"}
    assert "more than 200 notebooks" in found["eve"].reason


@pytest.mark.parametrize("size", [0, IN_PROCESS])
def test_what_depends_on_the_reader_is_unreadable_in_a_large_notebook_too(tmp_path, size):
    content = json.loads(notebook())
    content["cells"][0]["outputs"] = [{"text": "x" * size}]
    text = json.dumps(content)
    put(tmp_path, {FILE: text.encode()})
    assert [cell.source for cell in read_cells(tmp_path / FILE)] == [cell.source for cell in read_cells(notebook())]
    doubled = text.replace('"cell_type": "code"', '"cell_type": "raw", "cell_type": "code"', 1).encode()
    for data, told in {doubled: "twice", text.encode("utf-16"): "UTF-8"}.items():
        with pytest.raises(Unreadable, match=told):
            read_cells(data)


def test_a_large_notebook_tells_its_assignment(tmp_path, scratch):
    content = json.loads(notebook())
    content["cells"][-1]["outputs"] = [{"text": "x" * 2 * IN_PROCESS}]
    source = put(tmp_path / "in", {"anna/work.ipynb": json.dumps(content).encode()})
    [anna] = read(COURSE, source, scratch).submissions
    assert (anna.assignment_name, anna.status) == (NAME, "")
