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
    """Return a hash of Python's version and of all that marking and the course's preloaded modules import.

    That is the source of modules of this package, of `answers` and of the course's library, and the versions of other
    packages. Reports, the command line, and modules of the library that nothing preloaded imports do not count.
    """
    folders = {path.name: path.parent for path in (*PACKAGES, *course.library)}
    waiting, seen, parts = ROOTS | course.preload, set(), {f"python {sys.version}"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        top = name.partition(".")[0]
        if path := _source(folders.get(top), name):
            content = path.read_bytes()
            parts.add(f"{name} {hashlib.sha256(content).hexdigest()}")
            package = name if path.stem == "__init__" else name.rpartition(".")[0]
            waiting |= set(_imported(content, package, folders)) - seen
        elif top not in folders and top not in sys.stdlib_module_names:
            parts |= {f"{name} {version(name)}" for name in _distributions().get(top, ())}
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()


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
