"""In a notebook, let no check pass what is left over from an earlier run."""

import re
import sys

MADE = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.M)


def drop_leftovers() -> None:
    """From now on, drop what a cell was to define when the cell is not Python (SyntaxError), so that nothing of it ran.

    Without this, the function of an earlier run would still be there, and pass the check below. Outside IPython: do nothing.
    """
    ipython = sys.modules.get("IPython")
    if shell := ipython and ipython.get_ipython():
        shell.events.register("post_run_cell", _drop)


def _drop(result):
    if isinstance(result.error_before_exec, SyntaxError):
        from IPython import get_ipython

        for names in MADE.findall(result.info.raw_cell):
            get_ipython().user_ns.pop("".join(names), None)
