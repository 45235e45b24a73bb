"""A notebook kept as text, on standard input, as an .ipynb on standard output; nothing if it cannot be read as one.

A program of its own, with limits: a few lines of YAML can stand for more than any memory holds.
"""

import contextlib
import sys

MEMORY, SECONDS, LARGEST = 1 << 29, 5, 20_000_000

with contextlib.suppress(ImportError):  # where there is no such module there is no sandbox either
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

import jupytext  # noqa: E402 (within the limits)
import nbformat  # noqa: E402

with contextlib.suppress(Exception):  # whatever the parsers raise on a damaged text: it is then no notebook
    text = sys.stdin.buffer.read().decode("utf-8-sig")
    notebook = nbformat.writes(jupytext.reads(text, fmt="md:myst")).encode()
    if len(notebook) <= LARGEST:
        sys.stdout.buffer.write(notebook)
