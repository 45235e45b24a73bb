"""Leave out of a style sheet the rules that no page uses."""

import re

TOKEN = re.compile(
    r"""/\*.*?\*/ | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | url\([^)"']*\) | [{};] | [^{};"'/u]+ | .""", re.S | re.X
)
NAME = re.compile(r"(?<!\d)[.#]((?:[\w-]|\\.|[^\x00-\x7f])+)")
INSIDE = re.compile(r":(?:not|is|where|has|host|nth-[\w-]+)\((?:[^()]|\([^()]*\))*\)")


def names_in(pages, scripts):
    """Everything that may be the name of a class or an id: in attributes of pages, and any word of a script."""
    used = set()
    for page in pages:
        for value in re.findall(r'\s(?:class|id)="([^"]*)"', page):
            used.update(value.split())
        used.update(re.findall(r"<([a-z][\w-]*)", page))
    for script in scripts:
        used.update(re.findall(r"[\w-]+", script))
    return used


def class_names(css):
    """The names of all classes that the selectors of a style sheet speak of."""
    return {re.sub(r"\\(.)", r"\1", name) for head in re.findall(r"[^{}]*(?=\{)", css) for name in NAME.findall(head)}


def purge(css, used):
    """The style sheet without comments, without rules for other names, and without variables that nothing reads."""
    rules = list(_parse(css))
    kept = _keep(rules, used)
    animated = set(re.findall(r"[\w-]+", " ".join(body for body in _bodies(kept) if "animation" in body)))
    kept = [(head, body) for head, body in kept if not head.startswith("@keyframes") or head.split()[1] in animated]
    return _forget_variables(_write(kept), used)


def _parse(css):
    """(head, body) of each rule; the body of a rule that contains rules is a list."""
    tokens = (token for token in TOKEN.findall(css) if not token.startswith("/*"))
    yield from _block(tokens)


def _block(tokens):
    head = []
    for token in tokens:
        if token == "}":
            return
        if token == ";":
            if "".join(head).strip():
                yield _tidy("".join(head)) + ";", None  # @charset, @import
            head = []
        elif token == "{":
            name = _tidy("".join(head))
            nested = name.startswith("@") and not name.startswith(
                ("@font-face", "@page", "@property", "@counter-style")
            )
            yield name, list(_block(tokens)) if nested else _tidy("".join(_declarations(tokens)))
            head = []
        else:
            head.append(token)


def _declarations(tokens):
    for token in tokens:
        if token == "}":
            return
        yield token


def _tidy(text):
    """One space for many, outside of strings."""
    parts = re.split(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", text)
    parts[::2] = [
        re.sub(
            r"\s*([{};,])\s*",
            r"\1",
            re.sub(r"\s+", " ", re.sub(r":\s+", ":", part) if ";" in text or ":" in part else part),
        )
        for part in parts[::2]
    ]
    return "".join(parts).strip().strip(";")


def _keep(rules, used):
    kept = []
    for head, body in rules:
        if head.startswith("@"):
            if head.startswith("@charset"):
                continue
            if isinstance(body, list) and not head.startswith("@keyframes"):
                body = _keep(body, used)
                if not body:
                    continue
            kept.append((head, body))
        elif body and (selectors := [selector for selector in _selectors(head) if _matches(selector, used)]):
            kept.append((",".join(selectors), body))
    return kept


def _selectors(head):
    """The parts of a list of selectors: divided by commas that are in no brackets."""
    parts, depth = [""], 0
    for sign in head:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _matches(selector, used):
    """Whether every class and id of a selector is in use. What stands in :not(), :is() and the like is not looked at."""
    plain = re.sub(r"\[[^\]]*\]", "", INSIDE.sub("", selector))
    return all(re.sub(r"\\(.)", r"\1", name) in used for name in NAME.findall(plain))


def _bodies(rules):
    for _, body in rules:
        if isinstance(body, list):
            yield from _bodies(body)
        elif body:
            yield body


def _write(rules):
    return "".join(
        head if body is None else f"{head}{{{_write(body)}}}" if isinstance(body, list) else f"{head}{{{body}}}\n"
        for head, body in rules
    )


def _forget_variables(css, used):
    """Without definitions of variables that no rule reads, until all are read. (A script may read one by its name.)"""
    while True:
        read = set(re.findall(r"var\(\s*(--[\w-]+)", css)) | {name for name in used if name.startswith("--")}
        shorter = re.sub(
            r"""(?<=[{;])(--[\w-]+):((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^;}"'])*)(;|(?=\}))""",
            lambda match: match[0] if match[1] in read else "",
            css,
        )
        if shorter == css:
            return re.sub(r"[^{}\n]+\{\}\n?", "", css)
        css = shorter
