"""Write the book in formats other than the site: archives, notebooks with outputs, PDF, EPUB. Made by `python book.py formats`.

Everything is made of what `book.py build` leaves in `_build`; nothing is executed a second time. The same sources give the
same bytes, but for PDFs, in which Chromium writes the time; an EPUB is dated by the edition (CITATION.cff).
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"


def make(out: Path = BUILD / "formats") -> list[Path]:
    """Write every format into the folder `out`, which is emptied first; return the paths of the files."""
    from formats import archives, articles, cover, epub, pdf  # here, for they import from this file

    shutil.rmtree(out, ignore_errors=True)
    (out / "chapters").mkdir(parents=True)
    book = articles.read_book()
    cover.add(book)
    notebooks = archives.write_notebooks(out / "chapters")
    archives.write_data(out)
    archives.write_book(out / "standoff-book.zip", notebooks)
    epub.write(book, out / "standoff.epub")
    pdf.write(book, out / "standoff.pdf", out / "chapters")
    return sorted(path for path in out.rglob("*") if path.is_file())
