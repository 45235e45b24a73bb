"""Read brat's .ann files: the type of a mark says what it is, and relations tie marks together.

Places count code points; the words beside them decide where an editor counted units of UTF-16.
Format: https://brat.nlplab.org/standoff.html
"""

import re

from .marks import Mark, Marks, Text, reading


def fits(content: str) -> bool:
    """Tell whether a file is one of brat."""
    return bool(re.match(r"\s*(?:[TREAMN#]\d+|\*)\t\S", content))


def read(content: str, text: Text, file: str) -> Marks:
    """Read marks and relations. Raises CaseError if a line is broken off."""
    found = Marks()
    marks = {}
    for row, line in enumerate(content.replace("\r\n", "\n").split("\n"), start=1):
        name, _, rest = line.partition("\t")
        head, _, words = rest.partition("\t")
        terms = head.split()
        with reading(f"the line {name}", file, row):
            if name.startswith("T"):
                stretches = [
                    (int(start), int(end)) for start, end in re.findall(r"(\d+) (\d+)(?=;|$)", head.partition(" ")[2])
                ]
                if not stretches:
                    raise ValueError
                marks[name] = Mark(name, [terms[0]], text, stretches, {}, words, row=row)
            elif name.startswith("R"):
                first, second = re.findall(r"Arg[12]:(\S+)", head)
                found.links.append((first, second))
            elif name.startswith(("A", "M")) and len(terms) == 3 and terms[1] in marks:
                marks[terms[1]].attributes[terms[0]] = terms[2]
            elif name.startswith("#") and len(terms) == 2 and terms[1] in marks:
                marks[terms[1]].attributes["gist"] = words
            elif line.strip():
                found.left.append(f"{name}: events, equivalences and normalisations are not read.")
    found.marks = list(marks.values())
    return found
