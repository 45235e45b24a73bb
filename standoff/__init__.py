"""Standoff: one news report, read as data.

A *case* is a folder of tables that point into a text kept elsewhere. `standoff.load("report")` gives the tables as
pandas DataFrames; on the command line, `standoff check` validates a case and `standoff verify` compares a copy of the
text with it. `standoff.witness(load("witnesses"), "remarks-biden")` is one of the documents that stand nearer to what
was said.
"""

from .case import load
from .witnesses import witness

__all__ = ["load", "witness"]
