"""Whether an answer is right, and what to say to a wrong one: used by the exercises of the pages and by the autograder."""

from .compare import TOLERANCE, compare, judge
from .values import brief, checked, is_missing, plain

__all__ = ["TOLERANCE", "brief", "checked", "compare", "is_missing", "judge", "plain"]
