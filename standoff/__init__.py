"""Standoff: one news report, read as data.

A *case* is a folder of tables that point into a text kept elsewhere. `standoff.load("report")` gives the tables as
pandas DataFrames; on the command line, `standoff check` validates a case and `standoff verify` compares a copy of the
text with it.
"""

from .case import load

__all__ = ["load"]
