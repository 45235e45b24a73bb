"""What students must not find before they have handed in, and a search for it in every kind of file, also in archives."""

import functools
import html
import io
import re
import zipfile

import jupytext
from pypdfium2 import PdfDocument

from assignments.course import COURSE
from autograder import source
from chapters import ROOT

LEAST = 24  # letters and digits in a row that are enough to know a line by
MARKS = [("### BEGIN SOLUTION", "### END SOLUTION"), ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")]


def squeezed(text):
    """The letters and digits of a text as it is read, however JSON and HTML write it."""
    text = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), html.unescape(text))
    return re.sub(r"[\W_]", "", re.sub(r"\\[nt]", "", text))


def forms(text):
    """A text squeezed, with and without what may be tags."""
    return squeezed(text) + "\n" + squeezed(re.sub(r"<[^<>]*>", "", text))


def parts(name):
    """The public and the secret lines of an assignment: two lists of str."""
    public, secret = [], (COURSE.assignments / name / "key.md").read_text(encoding="utf-8").splitlines()
    for cell in jupytext.read(COURSE.assignments / name / f"{name}.md").cells:
        about, hidden = source.role(cell), False
        whole = about.get("solution") and cell.cell_type == "markdown"
        for line in cell.source.splitlines():
            hidden = hidden or any(begin in line for begin, _ in MARKS)
            (secret if hidden or whole else public).append(line)
            hidden = hidden and not any(end in line for _, end in MARKS)
    return public, secret


@functools.cache
def secrets():
    """What is in no public source: dict of lists of str, squeezed, by name of assignment."""
    known = [
        path
        for folder in ("answers", "chapters", "standoff", "data", "formats")
        for path in (ROOT / folder).rglob("*.*")
    ]
    texts = [
        path.read_text(encoding="utf-8") for path in known if path.suffix in (".md", ".py", ".csv", ".html", ".json")
    ]
    both = {name: parts(name) for name in COURSE.names()}
    public = forms("\n".join([*texts, *(line for lines, _ in both.values() for line in lines)]))
    found = {name: {squeezed(line) for line in lines} for name, (_, lines) in both.items()}
    return {name: sorted(x for x in lines if len(x) >= LEAST and x not in public) for name, lines in found.items()}


def texts(name, content):
    """(name, text) of a file, and of everything in it if it is an archive."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from texts(f"{name}/{inner}", archive.read(inner))
    elif content.startswith(b"%PDF"):
        yield name, "\n".join(page.get_textpage().get_text_bounded() for page in PdfDocument(content))
    else:
        yield name, content.decode("utf-8", "ignore")


def leaks(contents):
    """Where secrets stand in files (bytes by name): list of str."""
    wanted = [(line, name) for name, lines in secrets().items() for line in lines]
    seen, found = set(), []
    for name, content in contents.items():
        for place, text in texts(name, content):
            if text not in seen:
                seen.add(text)
                read = forms(text)
                found += [f"{place}: of {of}: {line}" for line, of in wanted if line in read]
    return found


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
