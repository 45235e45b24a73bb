"""A notebook on standard input, of any size or kept as text, as its cells without outputs on standard output; or nothing.

A program of its own, with limits: a few lines of YAML can stand for more than any memory holds, and so can empty cells.
"""

import contextlib
import json
import sys

MEMORY, SECONDS, LARGEST = 1 << 29, 5, 20_000_000

with contextlib.suppress(ImportError):  # without this module there is no sandbox either
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def from_json(data: bytes) -> str:
    """Return a notebook without outputs and attachments, which no one marks."""
    notebook = json.loads(data)
    for cells in (sheet["cells"] for sheet in [notebook, *notebook.get("worksheets", [])] if "cells" in sheet):
        for cell in filter(lambda cell: isinstance(cell, dict), cells):
            cell.pop("outputs", None)
            cell.pop("attachments", None)
    return json.dumps(notebook)


def from_text(text: str) -> str:
    """Return a notebook that Jupytext has kept as MyST, as Markdown, or as a Python program."""
    import jupytext
    import nbformat

    name = "py" if text.lstrip().startswith("#") else "md:myst" if "format_name: myst" in text[:2_000] else "md"
    return nbformat.writes(jupytext.reads(text, fmt=name))


with contextlib.suppress(Exception):  # whatever the parsers raise on a damaged file: it is then no notebook
    data = sys.stdin.buffer.read()
    notebook = (
        from_json(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else from_text(data.decode("utf-8-sig"))
    )
    if len(notebook) <= LARGEST:
        sys.stdout.buffer.write(notebook.encode())
