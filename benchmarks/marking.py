"""Measure how quick the marking desk is with long texts: to open one, to mark, to type, and to open it again.

    python book.py run python benchmarks/marking.py [PARAGRAPHS ...]        (default: 20 200 2000; after a build)

A text has so many paragraphs of two sentences, and a claim is marked in every tenth of them, at most a hundred. Rows: milliseconds by the
browser's clock, until the page is laid out; of repeated steps the median and, after a stroke, the longest pause until
what was marked is examined and kept.
"""

import json
import statistics
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from formats.browser import launch  # noqa: E402

PAGE = (ROOT / "_build/html/chapters/marking-desk.html").as_uri()
PARAGRAPH = (
    "On day {0} the harbour office said that some boats would stay in the strait. Nobody could say how many of the {0}."
)
WAIT = "await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
OPEN = f"""async (text) => {{
    document.querySelector(".so-desk-form textarea").value = text;
    const began = performance.now();
    document.querySelector(".so-desk-form button[type=submit]").click();
    {WAIT}
    return performance.now() - began;
}}"""
MARK = f"""async (number) => {{
    const node = document.querySelectorAll(".so-mark-text > p")[number].firstChild, start = node.data.indexOf("some boats");
    document.querySelector(".so-mark-text").focus();
    getSelection().setBaseAndExtent(node, start, node, start + 21);
    {WAIT}
    const began = performance.now();
    document.querySelector(".so-mark-text").dispatchEvent(new KeyboardEvent("keydown", {{ key: "n", bubbles: true }}));
    {WAIT}
    return performance.now() - began;
}}"""
TYPE = f"""async () => {{
    const field = document.querySelector("[name=gist]"), began = performance.now();
    field.value += "x";
    field.dispatchEvent(new Event("input"));
    {WAIT}
    return performance.now() - began;
}}"""
PAUSE = """async () => {  // the longest time that the page does not answer, in the next half second
    let longest = 0, last = performance.now();
    for (const end = last + 500; last < end;) {
        await new Promise((done) => setTimeout(done));
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
    }
    return longest;
}"""
AGAIN = f"""async () => {{
    const began = performance.now();
    [...document.querySelectorAll("button")].find((button) => button.textContent === "Go on with it").click();
    {WAIT}
    return performance.now() - began;
}}"""


def measure(size: int, tab) -> dict[str, float]:
    """Return milliseconds by what was done with a text of this many paragraphs."""
    tab.goto(PAGE)
    times = {"open": tab.evaluate(OPEN, "\n\n".join(PARAGRAPH.format(number) for number in range(size)))}
    marks = [tab.evaluate(MARK, number) for number in range(0, size, 10)[:100]]
    times["mark a claim, first"], times["mark a claim, the last ten"] = marks[0], statistics.median(marks[-10:])
    times["type a letter of a gist"] = statistics.median(tab.evaluate(TYPE) for _ in range(10))
    times["longest pause while it is examined and kept"] = tab.evaluate(PAUSE)
    kept = len(json.loads(tab.evaluate("localStorage.getItem('standoff-marking')"))["state"]["rows"]["claims"])
    assert kept == len(marks), "not all claims are kept"
    tab.reload()
    times["open again what is kept"] = tab.evaluate(AGAIN)
    tab.evaluate("localStorage.clear()")
    return times


def main() -> None:
    """Print a table of milliseconds by size."""
    sizes = [int(size) for size in sys.argv[1:]] or [20, 200, 2000]
    with launch() as browser:
        tab = browser.new_page()
        tab.set_default_timeout(600_000)
        print(pd.DataFrame({size: measure(size, tab) for size in sizes}).round(0).astype(int).to_string())


if __name__ == "__main__":
    main()
