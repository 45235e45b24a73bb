"""A notebook on standard input, of any size or kept as text ("text"), as its cells on standard output; else why not, or nothing.

A program of its own, with limits: a few lines of YAML can stand for more than any memory holds, and so can empty cells.
"""

import contextlib
import json
import sys
from pathlib import Path

MEMORY, SECONDS = 1 << 29, 5

with contextlib.suppress(ImportError, OSError, ValueError):  # without such limits there is no sandbox either
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))  # the first ends it by a signal of its own
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

sys.path.append(str(Path(__file__).parent))
from submission import Unreadable, parsed, plain_notebook  # noqa: E402 (it, too, has to keep to the limits)


def from_text(text: str) -> dict:
    """Return a notebook that Jupytext has kept as MyST, as Markdown, or as a Python program."""
    import jupytext

    name = "py" if text.lstrip().startswith("#") else "md:myst" if "format_name: myst" in text[:2_000] else "md"
    return jupytext.reads(text, fmt=name)


def main() -> None:
    """Read, and answer."""
    if "text" in sys.argv:
        import jupytext  # noqa: F401 (before anything takes memory: where this fails, it is not by the text)

    data = sys.stdin.buffer.read()
    with contextlib.suppress(Exception):  # whatever the parsers raise on a damaged file: it is then no notebook
        sys.stdout.write(json.dumps(answer(data)))


def answer(data: bytes) -> dict:
    """Return the cells of a notebook, or why it is none."""
    try:
        return plain_notebook(from_text(data.decode("utf-8-sig")) if "text" in sys.argv else parsed(data))
    except Unreadable as error:
        return {"unreadable": str(error)}


if __name__ == "__main__":
    main()
