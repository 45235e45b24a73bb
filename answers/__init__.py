"""Judge whether an answer is right, and say what to change in a wrong one; shared by exercises and assignments."""

from .compare import TOLERANCE, compare, judge, same
from .leftovers import drop_leftovers
from .values import brief, checked, is_missing, plain

__all__ = ["TOLERANCE", "brief", "checked", "compare", "drop_leftovers", "is_missing", "judge", "plain", "same"]
