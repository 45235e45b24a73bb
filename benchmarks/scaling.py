"""Measure how alignment, the search for quotations, and the reading desk scale with the length of a text.

    python book.py run python benchmarks/scaling.py [SIZES ...]        (default: 1 10 30 100)

A text of size K is the practice report K times, each time with other letters, so that no paragraph repeats; its spans,
claims and cruxes are repeated likewise. Rows: seconds at each size (of CPU; in the browser, by the clock), and the exponent of a power of the size, fitted from
10 on (1 is linear). A copy is the text as it is, or straightened (other punctuation) with every 40th sentence left out.
"""

import json
import random
import re
import string
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from standoff import load
from standoff.alignment import explain, verify
from standoff.display.reading_desk import desk_data
from standoff.quotes import Quoted
from standoff.text import digest, paragraphs, read_text, short_digest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from formats.browser import launch  # noqa: E402

SCRIPTS = [ROOT / f"_static/{name}.js" for name in ("desk-align", "desk-text", "desk-pair", "desk")]
PAGE = '<div id="so-desk"><script type="application/json">{}</script></div>'
SHOW = """() => { const began = performance.now(); document.querySelector("button").click(); document.body.offsetHeight;
return [(performance.now() - began) / 1000, document.querySelectorAll(".so-desk-paragraph .so-words").length]; }"""
COMPARE = """(copy) => { const data = JSON.parse(document.querySelector("#so-desk script").textContent).scaled;
const began = performance.now(); standoffDesk.compare(data, copy); return (performance.now() - began) / 1000; }"""
STRAIGHT = str.maketrans("“”‘’—–", "\"\"''--")


class Scaled:
    """The practice report `size` times: its paragraphs, its tables of paragraphs and spans, and the desk's data."""

    def __init__(self, size: int) -> None:
        case = load("practice")
        blocks = paragraphs(read_text(case.text))
        data = desk_data(case)
        self.blocks, spans = [], []
        self.data = data | {"paragraphs": [], "spans": {}, "claims": {}, "cruxes": {}, "links": {}}
        for number in range(size):
            letters = list(string.ascii_lowercase)
            random.Random(number).shuffle(letters)
            lower = "".join(letters)
            table = str.maketrans(string.ascii_letters, lower + lower.upper())
            first = len(self.blocks)
            self.blocks += [block.translate(table) for block in blocks]
            for row in case.spans.itertuples():
                paragraph = first + row.paragraph
                words = self.blocks[paragraph - 1][row.start : row.end]
                spans.append((f"{row.span_id}x{number}", row.part, paragraph, row.start, row.end, short_digest(words)))
            for claim, values in data["claims"].items():
                names = [name and f"{name}x{number}" for name in values["spans"]]
                self.data["claims"][f"{claim}x{number}"] = values | {"spans": names}
            for crux, values in data["cruxes"].items():
                self.data["cruxes"][f"{crux}x{number}"] = values | {"span_id": f"{values['span_id']}x{number}"}
        self.text = "\n\n".join(self.blocks)
        hashes = [(len(block), digest(block)) for block in self.blocks]
        self.data["paragraphs"], self.data["text"] = hashes, self.text
        for span, _, *part in spans:
            self.data["spans"].setdefault(span, []).append(part)
        rows = [(number, *row) for number, row in enumerate(hashes, start=1)]
        self.case = {
            "paragraphs": pd.DataFrame(rows, columns=["paragraph", "n_chars", "sha256"]),
            "spans": pd.DataFrame(spans, columns=["span_id", "part", "paragraph", "start", "end", "sha256_16"]),
        }

    def edited(self) -> str:
        """Return a copy with other punctuation, in which every 40th sentence is left out."""
        sentences = re.split(r"(?<=[.?!]) ", self.text.translate(STRAIGHT))
        return " ".join(sentence for number, sentence in enumerate(sentences) if number % 40)


def seconds(function, *arguments) -> float:
    """Return the seconds of CPU that a call takes."""
    began = time.process_time()
    function(*arguments)
    return time.process_time() - began


def quote(scaled: Scaled) -> None:
    """Look for the words of every span that is long enough to be alone, in the whole text."""
    quoted = Quoted(scaled.blocks)
    for row in scaled.case["spans"].itertuples():
        if row.end - row.start >= 30:
            quoted.find(scaled.blocks[row.paragraph - 1][row.start : row.end])


def measure(size: int, tab, folder: Path) -> dict[str, float]:
    """Return seconds by what was done with a text of this size."""
    scaled, times = Scaled(size), {}
    tab.set_content(PAGE.format(json.dumps({"scaled": scaled.data}).replace("<", "\\u003c")))
    for script in SCRIPTS:
        tab.add_script_tag(path=script)
    for name, copy in {"as it is": scaled.text, "edited": scaled.edited()}.items():
        path = folder / "copy.txt"
        path.write_text(copy, encoding="utf-8")
        times[f"verify and explain, {name}"] = seconds(
            lambda path=path: explain(scaled.case, path, verify(scaled.case, path))
        )
        times[f"desk compares, {name}"] = tab.evaluate(COMPARE, copy)
    times["desk shows the text"], segments = tab.evaluate(SHOW)
    assert segments >= size, "the desk shows no spans"
    times["quotations are found"] = seconds(quote, scaled)
    return times


def main() -> None:
    """Print a table of seconds by size, and of exponents."""
    sizes = [int(size) for size in sys.argv[1:]] or [1, 10, 30, 100]
    with launch() as browser, tempfile.TemporaryDirectory() as folder:
        tab = browser.new_page()
        tab.set_default_timeout(600_000)
        table = pd.DataFrame({size: measure(size, tab, Path(folder)) for size in sizes})
    large = [size for size in sizes if size >= 10]
    if len(large) > 1:
        logs = np.log(table[large].clip(lower=1e-4))
        table["exponent"] = [np.polyfit(np.log(large), row, 1)[0] for row in logs.to_numpy()]
    print(table.round(2).to_string())


if __name__ == "__main__":
    main()
