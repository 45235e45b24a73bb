"""MyST Markdown as plain Markdown, for notebooks that open in programs which know no MyST (Jupyter, VS Code, Colab)."""

import re


def plain(text, role):
    """`text` with what stands in a directive as a quotation, and each role as what `role(name, content)` says (str)."""
    text = re.sub(r"^:::+\{([\w-]+)\} *(.*)\n((?:.*\n)*?):::+ *$", _quotation, text, flags=re.M)
    return re.sub(r"\{([\w:-]+)\}`([^`]+)`", lambda match: role(match[1], match[2]), text)


def split(content):
    """(words, target) of a role's content, `words <target>`; the target is None if it has none."""
    return re.fullmatch(r"(?s)(.*?)(?:\s*<([^<>]+)>)?", content).groups()


def _quotation(match):
    name, title, body = match.groups()
    body = re.sub(r"\A(:[\w-]+:.*\n)+", "", body)  # options
    lines = [f"**{title or name.capitalize()}**", "", *body.strip().splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines)
