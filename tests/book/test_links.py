"""Addresses outside the book: found in every kind of source, well-formed, asked, and reported in one issue."""

import os
import re
import stat
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from bs4 import BeautifulSoup

import links
from chapters import HTML, ROOT
from standoff import load

FOUND = links.addresses()
WORKFLOW = ROOT / ".github/workflows/links.yml"


def test_addresses_are_found_in_every_kind_of_source():
    files = {place.rpartition(":")[0] for places in FOUND.values() for place in places}
    assert {"references.bib", "chapters/accessibility.md", "LICENSE-CC-BY.md", "data/context/datapackage.json"} <= files
    bibliography = (ROOT / "references.bib").read_text(encoding="utf-8")
    dois = re.findall(r"^\s*doi = \{(.*)\}", bibliography, re.M)
    urls = re.findall(r"^\s*url = \{(.*)\}", bibliography, re.M)
    assert dois and urls and set(urls) | {f"https://doi.org/{doi}" for doi in dois} <= set(FOUND)


def test_every_work_that_the_data_cite_is_in_the_bibliography():
    """So that its address, if it has one, is among those that are checked."""
    keys = set(re.findall(r"^@\w+\{([^,]+),", (ROOT / "references.bib").read_text(encoding="utf-8"), re.M))
    context = load("context")
    for table in (context.background, context.shares):
        cited = {key for keys_of_row in table["citation"].dropna() for key in keys_of_row.split(";")}
        assert cited and cited <= keys


@pytest.mark.parametrize(
    "line, expected",
    [
        ("See <https://a.org/x>, or [this](https://b.org/y_(z)).", ["https://a.org/x", "https://b.org/y_(z)"]),
        ("url = {https://a.org/x%20y?b=c#d},", ["https://a.org/x%20y?b=c#d"]),
        ("  doi = {10.1162/tacl_a_00041},", ["https://doi.org/10.1162/tacl_a_00041"]),
        ('"path": "https://a.org/", "profile": "https://b.org/1.json"', ["https://a.org/", "https://b.org/1.json"]),
        ("No address: `https://{host}/`, http://www.w3.org/2000/svg", []),
    ],
)
def test_an_address_is_cut_from_its_line(line, expected):
    assert list(links.in_line(line)) == expected


def test_addresses_in_sources_are_well_formed():
    faults = {address: f"{fault} ({FOUND[address][0]})" for address in FOUND if (fault := links.fault(address))}
    assert not faults


def test_addresses_on_pages_are_well_formed_and_among_those_that_are_checked():
    """Also those that a template, the theme or a computed sentence writes."""
    for path in HTML.rglob("*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
        for link in page.select("article a[href*='//']"):
            assert links.fault(link["href"]) is None, f"{path.name}: {link['href']}: {links.fault(link['href'])}"
            assert link["href"] in FOUND, f"{path.name}: {link['href']} is in none of the SOURCES of links.py"


@pytest.mark.parametrize(
    "address, words",
    [
        ("https://nohost/x", "no host"),
        ("https:///x", "no host"),
        ("https://a..org/", "no host"),
        ("https://a.org:port/", "[Pp]ort"),
        ("https://a.org/x y", "space"),
        ("https://a.org/100%", "percent"),
        ("https://doi.org/11.1234/x", "no DOI"),
        ("https://doi.org/https://doi.org/10.1234/x", "no DOI"),
        ("http://a.org/", "https"),
    ],
)
def test_a_fault_is_named(address, words):
    assert re.search(words, links.fault(address))


# ---- do they answer ----


class Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/slow":
            time.sleep(4)
        code = {"/gone": 404, "/moved": 301, "/elsewhere": 302, "/closed": 403}.get(self.path, 200)
        try:
            self.send_response(code)
            if code in (301, 302):
                self.send_header("Location", "/new")
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:  # the checker did not wait
            pass

    do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def asked():
    """The answers to addresses of a server that gives one of each kind, and of a port where nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        found = {
            f"{base}/{name}": [f"references.bib:{n}"]
            for n, name in enumerate(["good", "gone", "moved", "elsewhere", "closed", "slow"])
        }
        found["http://127.0.0.1:9/nobody"] = ["README.md:1", "index.md:2"]
        settings = links.SETTINGS | {"linkcheck_timeout": 1.5, "linkcheck_retries": 1}
        yield base, found, links.ask(found, settings)
        server.shutdown()


def test_each_answer_has_its_kind(asked):
    base, found, answers = asked
    kinds = {answer["uri"].removeprefix(base): links.kind(answer) for answer in answers}
    assert kinds == {
        "/good": "working",
        "/elsewhere": "working",
        "/gone": "broken",
        "/moved": "moved",
        "/closed": "refused",
        "/slow": "timeout",
        "http://127.0.0.1:9/nobody": "broken",
    }


def test_the_report_names_the_place_and_what_to_do(asked):
    base, found, answers = asked
    text, broken = links.report(answers, found)
    assert broken
    assert text.startswith("7 addresses outside the book were asked, 2 answer as they should.")
    assert f"- <{base}/gone> (`references.bib:1`): 404" in text
    assert f"- <{base}/moved> (`references.bib:2`): now {base}/new" in text
    assert "- <http://127.0.0.1:9/nobody> (`README.md:1`, `index.md:2`)" in text
    assert f"{base}/good" not in text
    assert links.report(list(reversed(answers)), found)[0] == text, "the same answers, the same report"
    fine = [answer for answer in answers if links.kind(answer) != "broken"]
    assert links.report(fine, found)[1] is False, "a timeout or a refusal alone breaks nothing"


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
