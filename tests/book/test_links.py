"""Addresses outside the book: well-formed in every source, asked by Sphinx, and reported in one issue."""

import os
import re
import stat
import subprocess
from urllib.parse import urlsplit

import pytest
import yaml

import book
from chapters import ROOT
from standoff import load

WORKFLOW = ROOT / ".github/workflows/links.yml"
BIBLIOGRAPHY = (ROOT / "references.bib").read_text(encoding="utf-8")
DOI = re.compile(r"10\.\d{4,9}/\S+")
HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
# where we have not seen https
HTTP_ONLY = (
    "21.helsinki.org.ua",
    "duma.gov.ru",
    "en.kremlin.ru",
    "en.special.kremlin.ru",
    "in.reuters.com",
    "wordscope.be",
    "www.aalep.eu",
    "www.ktoo.org",
    "www.russland.news",
)


def is_well_formed(address):
    parts = urlsplit(address)
    return (
        parts.scheme in ("https", "http" if parts.hostname in HTTP_ONLY else "https")
        and HOST.fullmatch(parts.hostname)
        and not re.search(r"\s|%(?![0-9A-Fa-f]{2})", address)
    )


def test_addresses_of_the_bibliography_are_well_formed():
    dois = re.findall(r"^\s*doi = \{(.*)\}", BIBLIOGRAPHY, re.M)
    urls = re.findall(r"^\s*url = \{(.*)\}", BIBLIOGRAPHY, re.M)
    assert dois and [doi for doi in dois if not DOI.fullmatch(doi)] == []
    assert urls and [url for url in urls if not is_well_formed(url)] == []


def test_addresses_in_data_are_well_formed():
    for path in [*(ROOT / "data").rglob("*.csv"), *(ROOT / "data").rglob("*.json"), ROOT / "CITATION.cff"]:
        for address in re.findall(r"https?://[^\s\",;]+", path.read_text(encoding="utf-8")):
            assert is_well_formed(address), f"{path.name}: {address}"


def test_every_work_that_the_data_cite_is_in_the_bibliography():
    """So that its address, if it has one, is among those that are asked."""
    keys = set(re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY, re.M))
    context = load("context")
    for table in (context.background, context.shares):
        cited = {key for keys_of_row in table["citation"].dropna() for key in keys_of_row.split(";")}
        assert cited and cited <= keys


ANSWERS = """\
chapters/claims.md:12: [broken] https://a.org/gone: 404 Client Error: Not Found for url: https://a.org/gone
chapters/claims.md:14: [broken] https://a.org/closed: 403 Client Error: Forbidden for url: https://a.org/closed
chapters/actors.md:3: [timeout] https://a.org/slow: Read timed out
chapters/actors.md:9: [redirected with Found] https://a.org/x to https://a.org/404
index.md:1: [broken] https://nobody.example: Failed to resolve
"""


def test_what_is_reported_is_broken_and_not_only_refused_to_a_program():
    assert [line.split()[3] for line in book.broken_links(ANSWERS).splitlines()] == [
        "https://a.org/gone:",
        "https://nobody.example:",
    ]


# ---- one issue ----

FAKE_GH = """#!/bin/sh
echo "$@" >> calls
if [ "$2" = list ]; then cat open; fi
"""


@pytest.fixture
def keep_issue(tmp_path):
    """Runs the workflow's last step with a `gh` that only writes down what it is asked; returns that."""
    steps = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["check"]["steps"]
    step = steps[-1]
    gh = tmp_path / "gh"
    gh.write_text(FAKE_GH)
    gh.chmod(gh.stat().st_mode | stat.S_IEXEC)
    (tmp_path / "_build").mkdir()
    (tmp_path / "_build/links.md").write_text("report\n")

    def run(outcome, number):
        (tmp_path / "open").write_text(number)
        environ = dict(
            os.environ, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}", OUTCOME=outcome, TITLE=step["env"]["TITLE"]
        )
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environ, capture_output=True, text=True
        )
        calls = (tmp_path / "calls").read_text().splitlines() if (tmp_path / "calls").exists() else []
        return done.returncode, calls

    run.folder = tmp_path
    return run


@pytest.mark.parametrize(
    "outcome, number, call",
    [
        ("failure", "", "issue create --title Links that do not answer --body-file _build/links.md"),
        ("failure", "12", "issue edit 12 --body-file _build/links.md"),
        ("success", "12", "issue close 12 --comment All addresses answer again."),
    ],
)
def test_one_issue_is_opened_updated_and_closed(keep_issue, outcome, number, call):
    code, (asked_for, *done) = keep_issue(outcome, number)
    assert code == 0 and asked_for.startswith("issue list --state open") and done == [call]


def test_no_issue_is_made_where_nothing_is_broken_or_nothing_was_checked(keep_issue):
    assert keep_issue("success", "")[1][1:] == []
    (keep_issue.folder / "_build/links.md").unlink()
    (keep_issue.folder / "calls").unlink()
    code, calls = keep_issue("failure", "")
    assert code != 0 and calls == []


def test_the_workflow_is_scheduled_and_the_build_asks_nobody():
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert set(workflow[True]) == {"schedule", "workflow_dispatch"}  # YAML reads `on` as True
    assert workflow["permissions"] == {"contents": "read", "issues": "write"}
    assert not re.search(r"(book\.py|make) links", (ROOT / ".github/workflows/book.yml").read_text(encoding="utf-8"))
