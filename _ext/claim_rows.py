"""Write the rows of the table of all claims as a script, so that a claim cited in prose can show its row on the spot.

_static/claim.js loads it when a reader first asks for a row. A script, because a page from a folder (file://) may load one
and may not fetch data. It is made from the written table, so that both say the same.
"""

import json
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

TABLE = Path("chapters/claims-table.html")
ROWS = Path("chapters/claim-rows.js")  # beside the table, where links to a row lead


def rows(page: BeautifulSoup) -> dict:
    """Return the names of the columns, and the texts of each row by its id."""
    return {
        "columns": [cell.get_text() for cell in page.select("#so-claims thead th")],
        "rows": {
            row["id"]: [cell.get_text() for cell in row.find_all(["th", "td"])]
            for row in page.select("#so-claims tbody tr")
        },
    }


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the script, if the table is in the book."""
    if exception is None and app.builder.format == "html" and (Path(app.outdir) / TABLE).is_file():
        page = BeautifulSoup((Path(app.outdir) / TABLE).read_text(encoding="utf-8"), "html.parser")
        text = json.dumps(rows(page), ensure_ascii=False, separators=(",", ":"))
        (Path(app.outdir) / ROWS).write_text(f"window.standoffClaims={text};\n", encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.connect("build-finished", write)
