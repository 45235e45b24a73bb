"""What several tests need: the practice case, a copy of it to spoil, and the report's text where somebody holds it."""

import os
import shutil
from pathlib import Path

import pytest

import standoff
from browser import launch

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture(scope="session")
def practice():
    """The practice case, loaded. Not to be changed."""
    return standoff.load(DATA / "practice")


@pytest.fixture(scope="session")
def browser():
    """A real browser, one for all tests."""
    with launch() as browser:
        yield browser


@pytest.fixture
def case_copy(tmp_path):
    """The folder of a copy of the practice case, to be changed at will."""
    return Path(shutil.copytree(DATA / "practice", tmp_path / "practice"))


@pytest.fixture(scope="session")
def report_text():
    """The path of the report's text, which is not part of this project."""
    path = os.environ.get("STANDOFF_ARTICLE")
    if not path:
        pytest.skip("needs the report's text: set STANDOFF_ARTICLE to the path of your copy")
    return Path(path)
