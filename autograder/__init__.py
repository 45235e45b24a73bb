"""Hand out assignments of a Jupyter course, run what comes back in isolation, and mark it.

    from autograder import Course, grade, release
    course = Course("weather", Path("assignments"), data=..., library=(Path("forecast"),))
    release(course, "1-rain", "handouts")
    graded = grade(course, "submissions.zip", "out")

The hidden part of a task says what is right with `compare`. On the command line, `autograder release` and `autograder grade` do
the same for the COURSE of a file course.py.
"""

from importlib import import_module

from answers import compare

__all__ = ["Course", "compare", "grade", "release"]
_MODULES = {"Course": "course", "grade": "batch", "release": "handout"}


def __getattr__(name: str):
    """Import a public name when it is first asked for: what runs in the sandbox waits for none of them."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
