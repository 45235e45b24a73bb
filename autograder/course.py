"""A course: all that the autograder has to know about the material that it hands out and grades."""

import contextlib
import functools
import os
import runpy
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from .source import Assignment, AssignmentError, Problem, parse

Files = dict[str, bytes]  # contents by relative path, with slashes


class CourseError(Problem):
    """There is no course here. The message says what to do."""


@dataclass(frozen=True)
class Course:
    """What an assignment belongs to. Everything but the first two is optional.

    name         short, as in a file name: the key of its notebooks' metadata, and the id of its nbgrader course
    assignments  folder with a source for each assignment, NAME/NAME.md
    data         from a text, the seed, to the files beside a notebook by kind: {"released": Files, "variant": Files}. All
                 paths begin with data/. An answer has to be right for every kind; no one has seen any but the released one
    library      folders of packages that submissions may import, shown to them read-only
    preload      modules that are imported once, before any submission runs. Whatever else is imported takes longer;
                 and kept marks depend on these modules alone (see batch.key)
    files        from an Assignment to all that is handed out with its notebook
    read_me      README.txt of a hand-out, with {name}, {title} and {line}, as many = as the title is long
    role         from the name and the content of a MyST role to words; without it, Markdown is handed out as it is
    due          when assignments are due, by name, in local time: {"1-rain": "2024-05-09 23:59"}
    late         from points and the time that a hand-in came late to the points that are left; without it, lateness is
                 recorded and costs nothing
    """

    name: str
    assignments: Path
    data: Callable[[str], dict[str, Files]] | None = None
    library: tuple[Path, ...] = ()
    preload: frozenset[str] = frozenset()
    files: Callable[[Assignment], Files] | None = None
    read_me: str = ""
    role: Callable[[str, str], str] | None = None
    due: Mapping[str, str] = field(default_factory=dict, hash=False)
    late: Callable[[float, timedelta], float] | None = None

    def names(self) -> list[str]:
        """Return the names of all assignments, in order."""
        return sorted(path.parent.name for path in self.assignments.glob("*/*.md") if path.stem == path.parent.name)

    def read(self, name: str) -> Assignment:
        """Return the assignment of this name ("3-claims", or "3"). Raises AssignmentError."""
        for known in self.names():
            if name in (known, known.partition("-")[0]):
                return _read(self, known)
        raise AssignmentError(f"there is no assignment {name!r}. Remedy: name one of {', '.join(self.names())}")

    def seed(self, text: str | None = None) -> str:
        """Return `text`, or this machine's secret: made on first use and kept where only its user can read it.

        Raises CourseError if it cannot be kept there.
        """
        if text is not None:
            return str(text)
        folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state", self.name)
        path = folder / "seed"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                draft = folder / secrets.token_hex(8)
                draft.touch(0o600)
                draft.write_text(secrets.token_hex(16) + "\n", encoding="ascii")
                with contextlib.suppress(FileExistsError):
                    os.link(draft, path)  # complete or not at all, and never over another one
                draft.unlink()
            return path.read_text(encoding="ascii").strip()
        except OSError as error:
            message = f"{path} cannot be kept ({error.strerror}), from which the hidden data are made. Remedy: "
            raise CourseError(f"{message}give --seed and a word of your own, the same for the whole course.") from error

    def files_of_kinds(self, seed: str | None = None) -> dict[str, Files]:
        """Return the data beside a notebook, by kind; the same object for the same seed."""
        return _data(self, self.seed(seed)) if self.data else {"released": {}}


def find_course(path: str | Path | None = None) -> Course:
    """Return COURSE of a file course.py: the one at `path` or in that folder, else of this folder or above it.

    Above means: assignments/course.py or course.py in the current folder or one that it lies in. Raises CourseError.
    """
    here = Path.cwd()
    above = (folder / inside for folder in (here, *here.parents) for inside in ("assignments", ""))
    for candidate in [Path(path)] if path else above:
        file = candidate / "course.py" if candidate.is_dir() else candidate
        if file.is_file():
            sys.path.insert(0, str(file.resolve().parent))  # it may import what lies beside it
            course = runpy.run_path(str(file)).get("COURSE")
            if isinstance(course, Course):
                return course
            raise CourseError(f"{file} has no COURSE. Remedy: COURSE = autograder.Course(...)")
    raise CourseError(
        f"there is no course.py {f'at {path}' if path else 'here or above'}. Remedy: name it with --course"
    )


@functools.cache
def _read(course: Course, name: str) -> Assignment:
    return parse(course, course.assignments / name / f"{name}.md")


@functools.lru_cache(maxsize=4)
def _data(course: Course, seed: str) -> dict[str, Files]:
    return course.data(seed)
