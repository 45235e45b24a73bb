"""Name, in one hash, the code and the packages that marks depend on."""

import ast
import functools
import hashlib
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from importlib.util import resolve_name
from pathlib import Path

from .course import Course
from .run.sandbox import PACKAGES

ROOTS = {"autograder.marking", "autograder.run.runner"}


@functools.cache
def fingerprint(course: Course) -> str:
    """Return a hash of Python's version, and of what marking and the course's preloaded modules import: see `sources`."""
    names = [f"python {sys.version}"]
    for name, path in sorted(sources(course).items()):
        if path:
            names.append(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}")
        else:
            names += [f"{package} {version(package)}" for package in _distributions().get(name, ())]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def sources(course: Course) -> dict[str, Path | None]:
    """Return the files of modules of this package, of `answers` and of the course's library that are imported, in turn, by
    the code that marks and by what the course preloads; and the names of other packages, without a file.

    Reports, the command line, and modules of the library that nothing preloaded imports are not among them.
    """
    folders = {path.name: path.parent for path in (*PACKAGES, *course.library)}
    waiting, found = ROOTS | course.preload, {}
    while waiting:
        name = waiting.pop()
        top = name.partition(".")[0]
        if path := _source(folders.get(top), name):
            found[name] = path
            package = name if path.stem == "__init__" else name.rpartition(".")[0]
            waiting |= set(_imported(path.read_bytes(), package, folders)) - set(found)
        elif top not in folders:
            found[top] = None
    return found


_distributions = functools.cache(packages_distributions)


def _source(folder: Path | None, module: str) -> Path | None:
    """Return the file of a module below `folder`; None if it has none there."""
    path = folder and folder.joinpath(*module.split("."))
    files = [path.with_suffix(".py"), path / "__init__.py"] if path else []
    return next((file for file in files if file.is_file()), None)


def _imported(content: bytes, package: str, folders: dict[str, Path]) -> Iterator[str]:
    """Yield the modules that code of `package` imports anywhere: of `from a import b`, a.b if that is one, else a."""
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield inner if _source(folders.get(module.partition(".")[0]), inner) else module
