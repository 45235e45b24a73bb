"""Find the pictures that were pasted into a written answer, as a page without a network shows them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ..intake.submission import IN_PROCESS, Unreadable, load

if TYPE_CHECKING:
    from pathlib import Path

BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}


def pasted(notebook: Path | bytes | None, task: str, answer: str) -> list[str]:
    """Return the pictures of an answer as data URLs: those attached to its own cell, and to cells whose text is part of it.

    None are found in a notebook that is not at hand, or too large to be read here.
    """
    try:
        data = notebook if isinstance(notebook, bytes) else notebook.read_bytes() if notebook else b""
        cells = load(data)["cells"] if 0 < len(data) <= IN_PROCESS else []
    except (OSError, Unreadable, LookupError, TypeError):
        return []
    found = {}
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and _belongs(cell, task, answer):
            attached = cell.get("attachments")
            for content in attached.values() if isinstance(attached, dict) else ():
                found |= dict.fromkeys(_urls(content))
    return list(found)


def _belongs(cell, task, answer):
    source, metadata = cell.get("source", ""), cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(about, dict) and about.get("grade_id") == task:
        return True
    words = ("".join(map(str, source)) if isinstance(source, list) else str(source)).strip()
    return not about and bool(words) and words in answer


def _urls(content):
    for kind, encoded in content.items() if isinstance(content, dict) else ():
        try:
            picture = base64.b64decode("".join(encoded))
        except (TypeError, ValueError):
            continue
        if kind in BEGINNINGS and picture.startswith(BEGINNINGS[kind]):
            yield f"data:{kind};base64,{base64.b64encode(picture).decode()}"
