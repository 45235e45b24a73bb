"""Turn MyST Markdown into plain Markdown, for programs that do not know MyST (Jupyter, VS Code, Colab)."""

import re
from collections.abc import Callable


def plain(text: str, role: Callable[[str, str], str]) -> str:
    """Return `text` with directives as quotations, and each role as what `role(name, content)` says."""
    text = re.sub(r"^:::+\{([\w-]+)\} *(.*)\n((?:.*\n)*?):::+ *$", _quotation, text, flags=re.M)
    return re.sub(r"\{([\w:-]+)\}`([^`]+)`", lambda match: role(match[1], match[2]), text)


def split(content: str) -> tuple[str, str | None]:
    """Return (words, target) of a role's content, `words <target>`; the target is None if it has none."""
    return re.fullmatch(r"(?s)(.*?)(?:\s*<([^<>]+)>)?", content).groups()


def _quotation(match: re.Match) -> str:
    name, title, body = match.groups()
    body = re.sub(r"\A(:[\w-]+:.*\n)+", "", body)  # options
    lines = [f"**{title or name.capitalize()}**", "", *body.strip().splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines)
