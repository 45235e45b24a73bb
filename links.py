"""All addresses outside the book, as its sources name them: are they well-formed, and do they still answer?

    python book.py links            asks each address (with Sphinx's link checker) and writes _build/links.md

A report, and no part of the build: that an address of somebody else does not answer today is no fault of the book. The exit
status is 1 if an address is broken. `.github/workflows/links.yml` runs this every week and keeps one issue with the report.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
SOURCES = (
    "*.md",
    "*.cff",
    "chapters/*.md",
    "references.bib",
    "data/*/*.csv",
    "data/*/*.json",
    "data/*/*.md",
    "standoff/*.py",
    "_ext/*.py",
)
ADDRESS = re.compile(r"https?://[^\s\"<>`{}|\\^]+")
DOI = re.compile(r"\bdoi\s*[=:]\s*[{\"]?\s*([^\s,}\"]+)", re.I)
DOI_SYNTAX = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
# Addresses that nobody is meant to open: names of formats, and places filled in by a program.
NAMES = ("http://www.w3.org/", "http://www.sitemaps.org/", "https://host/", "https://{", "https://example.")
HTTP_ONLY = (
    "en.kremlin.ru",
    "en.special.kremlin.ru",
    "www.qil-qdi.org",
    "wordscope.be",
)  # where we have not seen https
# What a program is often refused and a reader is not: no reason to say that a link is broken.
REFUSED = ("401", "403", "405", "406", "418", "429", "451", "999")
SETTINGS = {  # of Sphinx's link checker
    "linkcheck_timeout": 30,
    "linkcheck_retries": 2,
    "linkcheck_workers": 8,
    "linkcheck_anchors": False,
    "linkcheck_report_timeouts_as_broken": False,
    "linkcheck_rate_limit_timeout": 60.0,
}


# ---- which addresses ----


def addresses(root=ROOT):
    """{address: ["file:line", ...]} of all sources; a DOI as the address that resolves it."""
    found = {}
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                for address in in_line(line):
                    found.setdefault(address, []).append(f"{name}:{number}")
    return found


def in_line(line):
    """The addresses in a line, without the signs of the sentence or the Markdown around them."""
    for text in ADDRESS.findall(line):
        text = text.split("](")[0].rstrip(".,;:!?'*_]")
        while text.endswith(")") and text.count(")") > text.count("("):
            text = text[:-1].rstrip(".,;:!?'*_]")
        if not text.startswith(NAMES):
            yield text
    for doi in DOI.findall(line):
        yield f"https://doi.org/{doi}"


def fault(address):
    """What is wrong with the form of an address; None if nothing is."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        parts.port
    except ValueError as error:
        return str(error)
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", host):
        return f"{host!r} is no host"
    if re.search(r"\s|%(?![0-9A-Fa-f]{2})", address):
        return "a space, or a percent sign without its two digits"
    if host in ("doi.org", "dx.doi.org") and not DOI_SYNTAX.fullmatch(parts.path[1:]):
        return f"{parts.path[1:]!r} is no DOI (10.1234/abc)"
    if parts.scheme != "https" and host not in HTTP_ONLY:
        return "http: write https, or, if the host has none, add it to HTTP_ONLY in links.py"
    return None


# ---- do they answer ----


def ask(found, settings=SETTINGS):
    """[{uri, status, code, info}, ...]: what Sphinx's link checker says of each address."""
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "source"), Path(folder, "output")
        source.mkdir()
        (source / "conf.py").write_text(
            "".join(f"{name} = {value!r}\n" for name, value in settings.items()), encoding="utf-8"
        )
        listed = "".join(f"* `{number} <{address}>`__\n" for number, address in enumerate(found))
        (source / "index.rst").write_text(f"Links\n=====\n\n{listed}", encoding="utf-8")
        command = [sys.executable, "-m", "sphinx", "-b", "linkcheck", "-q", str(source), str(output)]
        done = subprocess.run(command, capture_output=True, text=True)
        if not (output / "output.json").is_file():
            sys.exit(f"links.py: Sphinx's link checker did not run:\n{done.stderr}")
        answers = [json.loads(line) for line in (output / "output.json").read_text(encoding="utf-8").splitlines()]
    missing = set(found) - {answer["uri"] for answer in answers}
    return answers + [{"uri": uri, "status": "broken", "code": 0, "info": "was not asked"} for uri in sorted(missing)]


def kind(answer):
    if answer["status"] == "broken" and answer["info"].startswith(REFUSED):
        return "refused"
    if answer["status"] == "redirected":
        return "moved" if answer["code"] in (301, 308) else "working"
    return {"rate-limited": "refused"}.get(answer["status"], answer["status"])


SECTIONS = {
    "broken": "Broken: mend or replace these, or point to an archived copy.",
    "timeout": "No answer in time: look again before changing anything.",
    "moved": "Moved for good: the new address may be the better one.",
    "refused": "Refused to a program, which says little: open these by hand now and then.",
}


def report(answers, found):
    """(the report as Markdown, whether anything is broken). No date: the same answers give the same report."""
    kinds = {name: sorted((a for a in answers if kind(a) == name), key=lambda a: a["uri"]) for name in SECTIONS}
    working = len(answers) - sum(map(len, kinds.values()))
    lines = [f"{len(answers)} addresses outside the book were asked, {working} answer as they should."]
    for name, heading in SECTIONS.items():
        if kinds[name]:
            lines += ["", f"### {heading}", ""]
        for answer in kinds[name]:
            where = ", ".join(f"`{place}`" for place in found[answer["uri"]])
            info = " ".join(answer["info"].split())
            lines.append(
                f"- <{answer['uri']}> ({where})" + (f": {'now ' if name == 'moved' else ''}{info}" if info else "")
            )
    return "\n".join(lines) + "\n", bool(kinds["broken"])


def main():
    found = addresses()
    text, broken = report(ask(found), found)
    target = ROOT / "_build" / "links.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")
    print(text)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
