"""Show things in chapters, as plain HTML: sentences, tables, figures, exercises, and the reference pages."""

from . import palette
from .exercises import check, exercise
from .forecasts import scorecard
from .labelling import compare, trial
from .lookup import actors_table, claims_table, codebook, cruxes_table, passages_table, traces_table
from .reading_desk import desk, marking_desk
from .show import cite, counted, figure, in_words, listing, percent, say, table

__all__ = [
    "actors_table",
    "check",
    "cite",
    "claims_table",
    "codebook",
    "compare",
    "counted",
    "cruxes_table",
    "desk",
    "exercise",
    "figure",
    "in_words",
    "listing",
    "marking_desk",
    "palette",
    "passages_table",
    "percent",
    "say",
    "scorecard",
    "table",
    "traces_table",
    "trial",
]
