"""What Binder and the laptop install agrees with the book; `python book.py rehearse` shows that it runs."""

import ast
import os
import re
import sys
import tomllib

import yaml
from packaging.requirements import Requirement

import book
from chapters import CONTENT, OTHERS, ROOT, code

DISTRIBUTIONS = {"IPython": "ipython", "yaml": "pyyaml"}  # where the imported name is another one
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = [line for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines() if line[0] not in "# "]
POST_BUILD = (ROOT / "binder/postBuild").read_text(encoding="utf-8")


def names(requirements):
    return {Requirement(line).name for line in requirements}


def test_every_version_is_exact():
    assert LINES and [line for line in LINES if not re.fullmatch(r"==[^*]+", str(Requirement(line).specifier))] == []


def test_every_package_has_its_version():
    extras = PROJECT["optional-dependencies"].values()
    assert names(PROJECT["dependencies"] + sum(extras, [])) <= names(LINES), "run `make pins`"


def test_the_project_and_its_citation_are_of_one_edition():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert PROJECT["version"] == citation["version"]


def test_what_is_installed_everywhere_is_what_chapters_and_packages_import():
    imported = set()
    for package in ("answers", "autograder", "standoff"):
        for path in (ROOT / package).rglob("*.py"):
            imported |= set(modules(path.read_text(encoding="utf-8")))
    for name in CONTENT + OTHERS:
        for cell in code(name):
            imported |= set(modules(cell.source))
    ours = {path.name for path in ROOT.iterdir() if path.is_dir()}
    outside = {DISTRIBUTIONS.get(name, name) for name in imported - set(sys.stdlib_module_names) - ours}
    outside.discard("submission")  # a script imports the module beside it
    assert outside - names(PROJECT["dependencies"]) <= {"nbgrader", "traitlets"}, (
        "name it in pyproject.toml, and run `make pins`"
    )


def modules(source):
    """The top-level modules that some code imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def test_binder_installs_the_versions_of_the_book_and_no_book():
    installs = re.findall(r"^pip install .*", POST_BUILD, re.M)
    assert installs and all("--constraint requirements.txt" in line for line in installs)
    assert "[" not in "".join(installs), "no extra of pyproject.toml"


def test_binder_keeps_no_solutions():
    assert re.search(r"assignment release.*\nrm -r assignments.* tests\n", POST_BUILD)


def test_binder_by_the_rules_of_repo2docker():
    version = (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip()
    assert version in [f"python-{major}.{minor}" for major, minor in book.PYTHONS]  # it refuses a third number
    assert not (ROOT / ".binder").exists(), "repo2docker refuses both"
    assert POST_BUILD.startswith("#!/bin/bash\n") and "\r" not in POST_BUILD
    assert os.name == "nt" or os.access(ROOT / "binder/postBuild", os.X_OK)
