"""What Binder and the laptop install agrees with the book; `python book.py rehearse` shows that it runs."""

import ast
import os
import re
import sys

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

import book
from chapters import CONTENT, OTHERS, ROOT, code

DISTRIBUTIONS = {"IPython": "ipython"}  # where the imported name is another one


def pins(path, python="3.12"):
    """{name: version} of a requirements file, as pip on Linux reads it."""
    here = default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found = {}
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            requirement = Requirement(line)
            assert re.fullmatch(r"==[^*]+", str(requirement.specifier)), f"{path}: {line} is not an exact version"
            if requirement.marker is None or requirement.marker.evaluate(here):
                found[requirement.name] = str(requirement.specifier)
    return found


@pytest.mark.parametrize("python", ["%d.%d" % version for version in book.PYTHONS])
def test_what_nbgrader_adds_changes_nothing_of_the_book_and_of_the_laptop(python):
    others = pins("requirements-lab.txt", python) | pins("requirements.txt", python)
    grading = pins("requirements-grading.txt", python)
    assert {name: others.get(name, grading[name]) for name in grading} == grading, "run `make pins`"
    assert "nbgrader" in grading and "nbgrader" not in others


OWN = {"answers", "assignments", "autograder", "standoff"}  # this project's own packages


def test_binder_can_make_its_hand_outs():
    """What `standoff assignment release` imports is installed there; and the solutions are removed after it."""
    imported = set()
    for name in ("handout", "course", "source", "markdown", "zips", "cli"):
        imported |= set(modules((ROOT / f"autograder/{name}.py").read_text(encoding="utf-8")))
    assert imported - OWN - set(sys.stdlib_module_names) <= set(pins("binder/requirements.txt"))
    script = (ROOT / "binder/postBuild").read_text(encoding="utf-8")
    assert script.index("standoff assignment release") < script.index("rm -r assignments autograder tests")


@pytest.mark.parametrize("python", ["%d.%d" % version for version in book.PYTHONS])
def test_what_the_laptop_adds_changes_nothing_of_the_book(python):
    the_book, lab = pins("requirements.txt", python), pins("requirements-lab.txt", python)
    assert {name: lab[name] for name in lab.keys() & the_book.keys()} == {
        name: the_book[name] for name in lab.keys() & the_book.keys()
    }
    assert "jupyterlab" in lab and "jupyterlab" not in the_book


def test_binder_installs_the_versions_of_the_book():
    binder = pins("binder/requirements.txt")
    others = pins("requirements-lab.txt") | pins("requirements.txt")
    assert {name: others.get(name) for name in binder} == binder, "run `make pins`"


def test_binder_installs_what_the_notebooks_import_and_no_book():
    imported = set()
    for path in (ROOT / "standoff").glob("*.py"):
        imported |= set(modules(path.read_text(encoding="utf-8")))
    for name in CONTENT + OTHERS:
        for cell in code(name):
            imported |= set(modules(cell.source))
    outside = {DISTRIBUTIONS.get(name, name) for name in imported - set(sys.stdlib_module_names) - OWN}
    binder = pins("binder/requirements.txt")
    assert outside <= set(binder), "name it in binder/requirements.in, and run `make pins`"
    for name in (
        "jupyter-book",
        "sphinx",
        "myst-nb",
        "jupyterlab",
        "notebook",
        "jupyter-server",
        "pytest",
        "playwright",
    ):
        assert name not in binder


def modules(source):
    """The top-level modules that some code imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def test_binder_by_the_rules_of_repo2docker():
    version = (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip()
    assert version in ["python-%d.%d" % known for known in book.PYTHONS]  # it refuses a third number
    assert not (ROOT / ".binder").exists(), "repo2docker refuses both"
    script = (ROOT / "binder/postBuild").read_bytes()
    assert script.startswith(b"#!/bin/bash\n") and b"\r" not in script
    assert os.name == "nt" or os.access(ROOT / "binder/postBuild", os.X_OK)
