"""Notice that Python or its packages go away while submissions run: what fails then says nothing against a submission."""

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

OTHERS = {"__pycache__", "site-packages", "dist-packages"}  # in the folder of the standard library: another Python's


class Environment:
    """The interpreter, and the folders of its library, of all packages and of `library`, as they are now."""

    def __init__(self, library: Iterable[Path] = ()):
        paths = sysconfig.get_paths()
        named = {*(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")), *map(str, library)}
        tops = set(filter(os.path.isdir, named))  # not every system has them all
        inside = {item.path for top in tops for item in os.scandir(top) if item.is_dir() and item.name not in OTHERS}
        self._known = {path: _seen(path) for path in {sys.executable, *tops, *inside}}

    def changed(self) -> str:
        """Return a path from which something has gone, or that is another file or folder now; "" if there is none."""
        return next((path for path, known in self._known.items() if _is_less(known, path)), "")


def _seen(path):
    """Return (the number and the time of a file or folder, the names in it)."""
    about = os.stat(path)
    names = os.listdir(path) if os.path.isdir(path) else []
    return about.st_ino, about.st_mtime_ns, {name for name in names if not name.startswith(".")} - OTHERS


def _is_less(known, path):
    try:
        about = os.stat(path)
        if (about.st_ino, about.st_mtime_ns) == known[:2]:
            return False
        return about.st_ino != known[0] or bool(known[2] - _seen(path)[2])
    except OSError:
        return True
