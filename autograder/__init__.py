"""Hand out assignments of a Jupyter course, run what comes back apart from everything, and mark it: `Course`, `release`, `grade`."""

from importlib import import_module

from answers import compare

__all__ = ["Course", "compare", "grade", "release"]
_MODULES = {"Course": "course", "grade": "batch", "release": "handout"}


def __getattr__(name: str):
    """Import a public name when it is first asked for: what runs in the sandbox waits for none of them."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
