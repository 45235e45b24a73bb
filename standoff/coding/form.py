"""Give the marking desk what it makes a case with: the codebook, the columns of the sheets, and what to write in them."""

from ..case import Case
from ..export import BODIES, CONTEXT
from ..schema import unsealed
from . import sheets
from .anchor import TABLES
from .metadata import ENTRIES, IGNORE, LICENCES, SHAPES
from .new import datasheet
from .tasks import task


def form(case: Case, *others: Case) -> dict:
    """Return as JSON-ready values what _static/mark*.js needs, with the tables and the text of `case`, which ships it.

    A task is ready for each case: for `case` at once, for the others if a copy of the text is opened.
    """
    package = unsealed(case.package)
    return {
        "package": {"$schema": package["$schema"], "resources": package["resources"]},
        "tables": TABLES,
        "sheets": sheets.SHEETS,
        "quotes": sheets.QUOTES,
        "hints": sheets.HINTS,
        "entries": ENTRIES,
        "shapes": {entry: [kind, pattern] for entry, (kind, pattern, *_) in SHAPES.items()},
        "licences": LICENCES,
        "context": CONTEXT,
        "bodies": [[table, column, words] for (table, column), words in BODIES.items()],
        "ignore": IGNORE,
        "datasheet": datasheet(),
        "text": "\n\n".join(case.paragraph_texts),
        "ready": [task(each) for each in (case, *others)],
    }
