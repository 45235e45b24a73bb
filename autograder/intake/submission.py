"""Read what a student handed in without trusting it: the cells of a notebook, and the files beside it."""

import errno
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BYTES = 20_000_000  # of a notebook, and of all other files together
CODE_CHARACTERS = 500_000
CELLS = 1_000
FILES = 200
METADATA = 10_000  # characters that are kept of a large notebook
IN_PROCESS = 1_000_000  # bytes of a notebook that is read right here: nothing in it can take much memory
LONGEST = 600  # seconds in which as_notebook.py has its few seconds of computing, however busy the machine is
FAULTS = (1, -9)  # how it ends if it cannot be imported, or is killed: that says nothing of a notebook
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EIO, errno.EMFILE, errno.ENFILE)  # what a machine lacks
NEWEST = 4  # of the formats of notebooks
DECIDING = {"cells", "cell_type", "source", "metadata", "nbgrader", "grade_id"}  # keys that must not occur twice
AS_NOTEBOOK = Path(__file__).with_name("as_notebook.py")
NO_JSON = "This is not a notebook: the file is damaged or of another kind (not JSON)."
# No link is followed, and no pipe waited for; Windows has other kinds of both, and would change the ends of lines.
OPEN = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
TOO_MUCH = "This notebook takes more memory or time to read than is available: clear its outputs, and hand it in again."


class Unreadable(ValueError):
    """Not a notebook that can be run; the message is for the student."""


class Refused(ValueError):
    """Something that is not opened or run at all; the message is for the student."""


@dataclass(frozen=True)
class Cell:
    """A cell of a submission. number: in the notebook, from 1; kind: "code", "markdown" ...; name: its grade_id, or ""."""

    number: int
    kind: str
    name: str
    source: str


def read_cells(notebook: Path | bytes) -> list[Cell]:
    """Return the cells of a notebook. Raises Unreadable or Refused."""
    return cells_of(load(_content("The notebook", notebook, BYTES, Unreadable)))


def cells_of(content: dict) -> list[Cell]:
    """Return the cells of what a notebook holds. Raises Unreadable."""
    found = _cells(content)
    if len(found) > CELLS:
        raise Unreadable(f"The notebook has more than {CELLS:,} cells.")
    cells = [_cell(number, cell) for number, cell in enumerate(found, start=1) if isinstance(cell, dict)]
    if sum(len(cell.source) for cell in cells if cell.kind == "code") > CODE_CHARACTERS:
        raise Unreadable(f"The notebook has more than {CODE_CHARACTERS:,} characters of code.")
    return cells


def load(data: bytes) -> dict:
    """Return what a notebook holds; of a large one its cells, read in a process with limits. Raises Unreadable."""
    if len(data) > IN_PROCESS and not (data := as_notebook(data)):
        raise Unreadable(TOO_MUCH)
    return parsed(data)


def parsed(data: bytes) -> dict:
    """Return what the JSON of a notebook says, if all readers read the same in it. Raises Unreadable."""
    try:
        content = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_without_doubles)
    except Unreadable:
        raise
    except UnicodeDecodeError:
        raise Unreadable("This notebook is not in UTF-8, as notebooks are: save it in Jupyter.") from None
    except (ValueError, RecursionError):
        raise Unreadable(NO_JSON) from None
    version = content.get("nbformat") if isinstance(content, dict) else None
    if isinstance(version, int) and version > NEWEST:
        raise Unreadable(f"This notebook has the format {version}, which is newer than {NEWEST}: save it in Jupyter.")
    return content


def as_notebook(data: bytes, *kind: str) -> bytes:
    """Return the cells of a notebook of any size, or kept as "text", as a small notebook; b"" if that is too much to do.

    Raises Unreadable; OSError if this machine cannot do it now.
    """
    command = [sys.executable, "-P", AS_NOTEBOOK, *kind]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return b""
    if done.returncode in FAULTS:
        raise OSError("the program that reads large notebooks failed. Remedy: run the same command again")
    answer = done.stdout
    if answer.startswith(b'{"unreadable"'):
        raise Unreadable(json.loads(answer)["unreadable"])
    return answer


def plain_notebook(content: dict) -> dict:
    """Return a notebook with nothing in it but what tells its assignment, and its cells. Raises Unreadable."""
    cells = [
        {"cell_type": cell.kind, "metadata": {"nbgrader": {"grade_id": cell.name}}, "source": cell.source}
        for cell in cells_of(content)
    ]
    metadata = content.get("metadata")
    small = isinstance(metadata, dict) and len(json.dumps(metadata)) < METADATA
    return {"cells": cells, "metadata": metadata if small else {}}


def _without_doubles(pairs):
    """Return the dict of pairs, unless it would depend on the reader which of two cells or sources counts."""
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        for name in sorted(DECIDING & content.keys()):
            if names.count(name) > 1:
                raise Unreadable(f"In this notebook {name!r} occurs twice in one place: save it in Jupyter.")
    return content


def _cells(content):
    if isinstance(content, dict):
        if isinstance(content.get("cells"), list):
            return content["cells"]
        sheets = content.get("worksheets")  # until format 3 (2015)
        if isinstance(sheets, list):
            return [cell for sheet in sheets for cell in (_cells(sheet) if isinstance(sheet, dict) else [])]
    raise Unreadable("This is not a notebook: it has no list of cells.")


def _cell(number, cell):
    source = cell.get("source", cell.get("input", ""))  # `input`: until format 3
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    about = cell.get("metadata")
    about = about.get("nbgrader") if isinstance(about, dict) else None
    name = about.get("grade_id") if isinstance(about, dict) else None
    return Cell(number, text(cell.get("cell_type")), text(name), text(source))


def text(value: object) -> str:
    """Return a str as one that every file can hold, without halves of characters; "" if it is no str."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def read_files(files: Mapping[str, Path | bytes], released: set[str]) -> dict[str, bytes]:
    """Return what else was handed in, by the places where a run finds it. Raises Refused.

    released: names of folders and files in data/ that nothing that was handed in can replace or add to.
    """
    if len(files) > FILES:
        raise Refused(f"There are more than {FILES} files: hand in only what the assignment asks for.")
    seen, size = {}, 0
    for name, content in files.items():
        parts = re.split(r"[/\\]", text(str(name)))
        if {"", ".", ".."} & set(parts) or not "".join(parts).isprintable() or re.match(r"^[A-Za-z]:", parts[0]):
            raise Refused(f"A file has a name that leads elsewhere: {text(str(name))[:80]!r}.")
        data = _content("What was handed in", content, BYTES - size, Refused)
        size += len(data)
        beside = parts[0] != "data" or len(parts) == 1
        parts = parts if beside else parts[1:]  # beside the notebook, data is the same folder
        if parts[0] not in released:
            seen["/".join(["data", *parts])] = data
            if beside:  # where a notebook looks first
                seen["/".join(["assignments", "yours", *parts])] = data
    return seen


def _content(what, content, room, error):
    """Return bytes, or those of a regular file.

    Raises Refused for links, folders, pipes and devices, `error` for more than `room` bytes and for what cannot be opened.
    """
    if not isinstance(content, bytes):
        path = Path(content)
        try:
            descriptor = os.open(path, OPEN)
        except (OSError, ValueError) as problem:
            if path.is_symlink():
                raise Refused(f"{text(path.name)} is a link to another file: hand in the file itself.") from None
            if getattr(problem, "errno", None) in NO_ROOM:
                raise
            raise error(f"{text(path.name)} cannot be opened ({getattr(problem, 'strerror', problem)}).") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Refused(f"{text(path.name)} is a folder or a special file: hand in ordinary files.")
        with open(descriptor, "rb") as file:
            content = file.read(room + 1)
    if len(content) > room:
        raise error(
            f"{what} is larger than {BYTES // 1_000_000} MB: clear outputs, and hand in only what is asked for."
        )
    return content
