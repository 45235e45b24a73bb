"""Name, in one hash, the code and the packages that marks depend on."""

import functools
import hashlib
import sys
from importlib.metadata import packages_distributions, version
from modulefinder import ModuleFinder
from pathlib import Path

from .course import Course
from .run.sandbox import PACKAGES

ROOTS = {"autograder.marking", "autograder.run.runner"}


@functools.cache
def fingerprint(course: Course) -> str:
    """Return a hash of Python's version, and of what marking and the course's preloaded modules import: see `imported`."""
    files, packages = imported(course)
    distributions = packages_distributions()  # one that is on the path twice is listed twice
    names = {f"python {sys.version}"}
    names |= {f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for name, path in files.items()}
    names |= {f"{name} {version(name)}" for package in packages for name in distributions.get(package, ())}
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def imported(course: Course) -> tuple[dict[str, Path], set[str]]:
    """Return what is imported, in turn, by the code that marks and by the modules that the course preloads.

    That is: the files of modules of this package, of `answers` and of the course's library; and the names of other packages.
    Reports, the command line, and modules of the library that nothing preloaded imports are not among them.
    """
    finder = _Finder({path.name: str(path.parent) for path in (*PACKAGES, *course.library)})
    imports = "\n".join(f"import {name}" for name in sorted(ROOTS | course.preload))
    finder.scan_code(compile(imports, "", "exec"), finder.add_module("roots"))
    files = {name: Path(module.__file__) for name, module in finder.modules.items() if module.__file__}
    return files, {name.partition(".")[0] for name in finder.badmodules} - set(sys.stdlib_module_names)


class _Finder(ModuleFinder):
    """Looks for modules in some packages only, and counts all others as missing."""

    def __init__(self, folders: dict[str, str]):
        super().__init__(path=[])
        self._folders = folders

    def find_module(self, name, path, parent=None):
        if path is None and name not in self._folders:
            raise ImportError(name)
        return super().find_module(name, path or [self._folders[name]], parent)
