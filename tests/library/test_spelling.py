"""Pages, data, code and README are spelled in British English; typos.toml lists the names and the words of code."""

import subprocess
import sys
from pathlib import Path

from code_map import ROOMS, ROOT

from formats.shipped import shipped

TYPOS = Path(sys.executable).with_name("typos")


def misspelt(*arguments, text=None):
    """What the checker says, one line for each word that it does not accept."""
    command = [TYPOS, "--config", ROOT / "typos.toml", "--force-exclude", "--format", "brief", *arguments]
    done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode in (0, 2), done.stderr  # 2: it found some
    return done.stdout.splitlines()


def test_nothing_that_is_published_is_misspelt():
    """Of the cases only those that the project ships: a reader's own may be in any language."""
    files = [path.name for pattern in ("*.md", "*.py", "*.toml", "*.yml", "*.bib") for path in ROOT.glob(pattern)]
    assert misspelt(*files, "chapters", *(room for room in ROOMS if room != "."), *shipped()) == []


def test_slips_and_american_spellings_are_found():
    found = misspelt("-", text="The comittee organized its colors; the committee organised its colours.\n")
    assert [line.split("`")[1] for line in found] == ["comittee", "organized", "colors"]
